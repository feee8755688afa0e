"""TC3-HMAC-SHA256: how Tencent Cloud wants requests signed. A pure function of the request and the second."""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Final

METHOD: Final = "TC3-HMAC-SHA256"
CONTENT_TYPE: Final = "application/json"
SIGNED_HEADERS: Final = "content-type;host"


def authorization(*, secret_id: str, secret_key: str, service: str, host: str, body: bytes, timestamp: int) -> str:
    """The value of `Authorization` for a POST to `/` with that body at that second."""
    date = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    scope = f"{date}/{service}/tc3_request"
    headers = f"content-type:{CONTENT_TYPE}\nhost:{host.lower()}\n"
    request = f"POST\n/\n\n{headers}\n{SIGNED_HEADERS}\n{hashlib.sha256(body).hexdigest()}"
    signed = f"{METHOD}\n{timestamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"TC3{secret_key}".encode()
    for part in (date, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, signed.encode(), "sha256").hex()
    return f"{METHOD} Credential={secret_id}/{scope}, SignedHeaders={SIGNED_HEADERS}, Signature={signature}"
