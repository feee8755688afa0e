"""Signatures of version 4, as a bucket verifies them: in a header, in an address that expires, and under a form."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Final
from urllib.parse import parse_qsl, quote

from attrs import field, frozen

from entrypoints.sandbox.storage.errors import StorageError
from entrypoints.sandbox.wire import Asked

ALGORITHM: Final = "AWS4-HMAC-SHA256"
UNSIGNED: Final = "UNSIGNED-PAYLOAD"
SKEW_MOST: Final = timedelta(minutes=15)
EXPIRY_SECONDS_MOST: Final = 7 * 24 * 3600
_HEADER: Final = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<credential>[^,\s]+),\s*"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)
UNESCAPED: Final = "-_.~"
_MOMENT: Final = "%Y%m%dT%H%M%SZ"


@frozen(kw_only=True)
class Signer:
    """Whose signatures count."""

    key_id: str
    secret: str = field(repr=False)
    region: str

    def check_scope(self, credential: str, moment: datetime, *, malformed: str) -> None:
        """Raise `StorageError` unless the credential is ours, for this service, of that day."""
        key_id, _, scope = credential.partition("/")
        if key_id != self.key_id:
            raise StorageError("InvalidAccessKeyId")
        if scope != f"{moment:%Y%m%d}/{self.region}/s3/aws4_request":
            raise StorageError(malformed, "the credential is for another day, region or service")

    def sign(self, text: str, moment: datetime) -> str:
        """The signature of that text, on that day."""
        key = f"AWS4{self.secret}".encode()
        for part in (f"{moment:%Y%m%d}", self.region, "s3", "aws4_request"):
            key = digest(key, part.encode(), "sha256")
        return digest(key, text.encode(), "sha256").hex()


@frozen(kw_only=True)
class Claim:
    """What somebody says they signed, when, and the signature."""

    query: Mapping[str, str]
    headers: tuple[str, ...]
    payload: str
    moment: datetime
    signature: str

    def check(self, asked: Asked, signer: Signer) -> None:
        """Raise `StorageError` unless the signature is over this very request."""
        values = "".join(f"{name}:{' '.join(asked.headers.get(name, '').split())}\n" for name in self.headers)
        pairs = sorted((quote(k, safe=UNESCAPED), quote(v, safe=UNESCAPED)) for k, v in self.query.items())
        query = "&".join(f"{name}={value}" for name, value in pairs)
        canonical = "\n".join((asked.method, asked.path, query, values, ";".join(self.headers), self.payload))
        scope = f"{self.moment:%Y%m%d}/{signer.region}/s3/aws4_request"
        text = "\n".join((ALGORITHM, f"{self.moment:{_MOMENT}}", scope, sha256(canonical.encode()).hexdigest()))
        if not compare_digest(signer.sign(text, self.moment).encode(), self.signature.encode()):
            raise StorageError("SignatureDoesNotMatch")


def check_request(asked: Asked, signer: Signer, now: datetime) -> None:
    """Raise `StorageError` unless the request is signed, in its header or in its address."""
    if "authorization" in asked.headers:
        claim = _claim_of_header(asked, signer, now)
    elif "X-Amz-Signature=" in asked.query:
        claim = _claim_of_address(asked, signer, now)
    else:
        raise StorageError("AccessDenied", "nobody has signed this")
    claim.check(asked, signer)


def moment_of(written: str, *, malformed: str) -> datetime:
    """The moment of a signature; raises `StorageError`."""
    try:
        return datetime.strptime(written, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        raise StorageError(malformed, "there is no moment") from None


def _claim_of_header(asked: Asked, signer: Signer, now: datetime) -> Claim:
    malformed = "AuthorizationHeaderMalformed"
    given = _HEADER.fullmatch(asked.headers["authorization"])
    if given is None:
        raise StorageError(malformed)
    moment = moment_of(asked.headers.get("x-amz-date", ""), malformed="AccessDenied")
    signer.check_scope(given["credential"], moment, malformed=malformed)
    if abs(now - moment) > SKEW_MOST:
        raise StorageError("RequestTimeTooSkewed")
    payload = asked.headers.get("x-amz-content-sha256", "")
    if payload not in {UNSIGNED, sha256(asked.body).hexdigest()}:
        raise StorageError("XAmzContentSHA256Mismatch")
    headers = tuple(given["headers"].split(";"))
    if not {"host", *(name for name in asked.headers if name.startswith("x-amz-"))} <= set(headers):
        raise StorageError("AccessDenied", "headers were not signed")
    return Claim(
        query=_parameters(asked), headers=headers, payload=payload, moment=moment, signature=given["signature"]
    )


def _claim_of_address(asked: Asked, signer: Signer, now: datetime) -> Claim:
    malformed = "AuthorizationQueryParametersError"
    query = _parameters(asked)
    lasts = query.get("X-Amz-Expires", "")
    if query.get("X-Amz-Algorithm") != ALGORITHM or not lasts.isdecimal() or int(lasts) > EXPIRY_SECONDS_MOST:
        raise StorageError(malformed)
    moment = moment_of(query.get("X-Amz-Date", ""), malformed=malformed)
    signer.check_scope(query.get("X-Amz-Credential", ""), moment, malformed=malformed)
    if now > moment + timedelta(seconds=int(lasts)) or now < moment - SKEW_MOST:
        raise StorageError("AccessDenied", "Request has expired")
    headers = tuple(query.get("X-Amz-SignedHeaders", "").split(";"))
    signature = query.pop("X-Amz-Signature")
    return Claim(query=query, headers=headers, payload=UNSIGNED, moment=moment, signature=signature)


def _parameters(asked: Asked) -> dict[str, str]:
    return dict(parse_qsl(asked.query, keep_blank_values=True))
