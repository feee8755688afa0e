"""The form of COS's POST Object, signed by hand: its own client library has none.

Everything here that no test against the live service has confirmed yet is in this module: the names of the conditions,
and that the policy's text is what is signed.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from hmac import digest
from typing import Final

from adapters.storage.bucket_account import BucketAccount

ALGORITHM: Final = "sha1"
EARLIER: Final = timedelta(seconds=60)
"""So much slower may COS's clock be than ours: its own library begins so early, too."""


def cos_fields(
    account: BucketAccount, key: str, *, size_most: int, media_type: str, start: datetime, end: datetime
) -> Mapping[str, str]:
    """The fields that let one object of that size and type at most be stored under exactly that key until the end."""
    times = f"{int((start - EARLIER).timestamp())};{int(end.timestamp())}"
    conditions: list[object] = [
        {"bucket": account.bucket},
        ["eq", "$key", key],
        ["eq", "$Content-Type", media_type],
        ["content-length-range", 1, size_most],
        {"q-sign-algorithm": ALGORITHM},
        {"q-ak": account.key_id},
        {"q-sign-time": times},
    ]
    policy = json.dumps({"expiration": _moment(end), "conditions": conditions}, separators=(",", ":"))
    return {
        "key": key,
        "Content-Type": media_type,
        "policy": b64encode(policy.encode()).decode(),
        "q-sign-algorithm": ALGORITHM,
        "q-ak": account.key_id,
        "q-key-time": times,
        "q-signature": _signature(account.secret, times, policy),
    }


def _signature(secret: str, times: str, policy: str) -> str:
    sign_key = digest(secret.encode(), times.encode(), ALGORITHM).hex()
    text = sha1(policy.encode()).hexdigest()  # noqa: S324 - COS's own algorithm, inside an HMAC
    return digest(sign_key.encode(), text.encode(), ALGORITHM).hex()


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
