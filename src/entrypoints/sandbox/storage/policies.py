"""Policies under which strangers may post a form: signed by us, over soon, and kept to the letter."""

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha1
from hmac import compare_digest, digest
from typing import Any, Final, cast

from entrypoints.sandbox.storage.errors import StorageError
from entrypoints.sandbox.storage.forms import Form
from entrypoints.sandbox.storage.sigv4 import ALGORITHM, Signer, moment_of

S3_SIGNATURE, COS_SIGNATURE = "x-amz-signature", "q-signature"
UNNAMED: Final = frozenset({"policy", S3_SIGNATURE, COS_SIGNATURE})
"""Fields that no condition speaks of: what is not among them and has none is refused."""
COS_NAMES: Final[Mapping[str, str]] = {"q-sign-time": "q-key-time"}
"""Conditions of COS whose field has another name."""
COS_ALGORITHM: Final = "sha1"


def check_form(form: Form, signer: Signer, now: datetime, *, bucket: str) -> None:
    """Raise `StorageError` unless a policy of ours, which is not over, allows this very form."""
    if "policy" not in form.fields:
        raise StorageError("AccessDenied", "there is no policy")
    if COS_SIGNATURE in form.fields:
        _check_cos(form.fields, signer, now)
        names = COS_NAMES
    else:
        _check_s3(form.fields, signer)
        names = dict[str, str]()
    policy = _read(form.fields["policy"])
    if now >= _expiration(policy):
        raise StorageError("AccessDenied", "Invalid according to Policy: Policy expired.")
    _check_conditions(policy["conditions"], {**form.fields, "bucket": bucket}, len(form.content), names)


def _check_s3(fields: Mapping[str, str], signer: Signer) -> None:
    malformed = "AccessDenied"
    if fields.get("x-amz-algorithm") != ALGORITHM or S3_SIGNATURE not in fields:
        raise StorageError(malformed, "the form is not signed")
    moment = moment_of(fields.get("x-amz-date", ""), malformed=malformed)
    signer.check_scope(fields.get("x-amz-credential", ""), moment, malformed=malformed)
    if not compare_digest(signer.sign(fields["policy"], moment).encode(), fields[S3_SIGNATURE].encode()):
        raise StorageError("SignatureDoesNotMatch")


def _check_cos(fields: Mapping[str, str], signer: Signer, now: datetime) -> None:
    times = fields.get("q-key-time", "")
    start, _, end = times.partition(";")
    if fields.get("q-sign-algorithm") != COS_ALGORITHM or not start.isdecimal() or not end.isdecimal():
        raise StorageError("AccessDenied", "the form is not signed")
    if fields.get("q-ak") != signer.key_id:
        raise StorageError("InvalidAccessKeyId")
    if not int(start) <= now.timestamp() <= int(end):
        raise StorageError("AccessDenied", "Request has expired")
    sign_key = digest(signer.secret.encode(), times.encode(), COS_ALGORITHM).hex()
    text = sha1(_decoded(fields["policy"])).hexdigest()  # noqa: S324 - COS's own algorithm, inside an HMAC
    right = digest(sign_key.encode(), text.encode(), COS_ALGORITHM).hex()
    if not compare_digest(right.encode(), fields[COS_SIGNATURE].encode()):
        raise StorageError("SignatureDoesNotMatch")


def _decoded(policy: str) -> bytes:
    try:
        return b64decode(policy, validate=True)
    except ValueError:
        raise StorageError("InvalidPolicyDocument") from None


def _read(written: str) -> dict[str, Any]:
    try:
        policy: Any = json.loads(_decoded(written))
    except (ValueError, RecursionError):
        raise StorageError("InvalidPolicyDocument") from None
    match policy:
        case {"expiration": str(), "conditions": [*_]}:
            return cast("dict[str, Any]", policy)
        case _:
            raise StorageError("InvalidPolicyDocument")


def _expiration(policy: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(policy["expiration"]).astimezone(UTC)
    except ValueError:
        raise StorageError("InvalidPolicyDocument") from None


def _check_conditions(conditions: list[Any], fields: Mapping[str, str], size: int, names: Mapping[str, str]) -> None:
    spoken_of = set[str]()
    for condition in conditions:
        match condition:
            case ["content-length-range", int(least), int(most)]:
                if size > most:
                    raise StorageError("EntityTooLarge")
                if size < least:
                    raise StorageError("EntityTooSmall")
            case [str(how), str(name), str(value)] if how in _HOLDS and name.startswith("$"):
                spoken_of.add(_check_field(fields, names, name[1:], value, _HOLDS[how]))
            case dict() if len(cast("dict[str, Any]", condition)) == 1:
                ((name, value),) = cast("dict[str, Any]", condition).items()
                spoken_of.add(_check_field(fields, names, name, str(value), _HOLDS["eq"]))
            case _:
                raise StorageError("InvalidPolicyDocument")
    extra = {name for name in fields if not name.startswith("x-ignore-")} - spoken_of - UNNAMED
    if extra:
        raise StorageError(
            "AccessDenied", f"Invalid according to Policy: Extra input fields: {', '.join(sorted(extra))}"
        )


def _check_field(
    fields: Mapping[str, str], names: Mapping[str, str], name: str, value: str, holds: Callable[[str, str], bool]
) -> str:
    """The field that a condition speaks of, in lower case; raises `StorageError` where the condition is not met."""
    name = names.get(name.lower(), name.lower())
    if name not in fields or not holds(fields[name], value):
        raise StorageError("AccessDenied", f"Invalid according to Policy: Policy Condition failed: {name}")
    return name


_HOLDS: Final[Mapping[str, Callable[[str, str], bool]]] = {"eq": str.__eq__, "starts-with": str.startswith}
