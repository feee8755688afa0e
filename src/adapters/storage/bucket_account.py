"""What a provider of buckets gave us, and how the bucket is reached."""

import re
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

from attrs import field, frozen

Addressing = Literal["path", "virtual"]
_NAME: Final = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_PATTERNS: Final = {
    "region": (r"[a-z0-9-]{1,40}", "is not a region, such as ap-guangzhou"),
    "bucket": (_NAME, "is not the name of a bucket"),
    "key_id": (r"[!-~]{3,128}", "is not 3 to 128 characters without blanks"),
    "secret": (r"[!-~]{8,128}", "is not 8 to 128 characters without blanks"),
}


@frozen(kw_only=True)
class BucketAccount:
    """One private bucket. `addressing` says where its name goes: into the path, or before the host (`virtual`)."""

    endpoint: str
    region: str
    bucket: str
    key_id: str = field(repr=False)
    secret: str = field(repr=False)
    addressing: Addressing = "virtual"
    plain_http_allowed: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse, in one line that names the part and not its value, what could never work."""
        for name, (pattern, wrong) in _PATTERNS.items():
            if not re.fullmatch(pattern, getattr(self, name)):
                raise ValueError(f"{name} {wrong}")
        if self.addressing not in get_args(Addressing):
            raise ValueError(f"addressing is not one of {', '.join(get_args(Addressing))}")
        _check_endpoint(self.endpoint, plain_http_allowed=self.plain_http_allowed)

    @property
    def url(self) -> str:
        """Where the bucket itself is, without a slash at its end: forms are posted there."""
        parts = urlsplit(self.endpoint)
        if self.addressing == "path":
            return f"{parts.scheme}://{parts.netloc}/{self.bucket}"
        return f"{parts.scheme}://{self.bucket}.{parts.netloc}"


def _check_endpoint(endpoint: str, *, plain_http_allowed: bool) -> None:
    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname, parts.port
    except ValueError:  # also for a port that there cannot be
        raise ValueError("endpoint is not an address") from None
    schemes = {"https", "http"} if plain_http_allowed else {"https"}
    if parts.scheme not in schemes or not host or parts.path.rstrip("/") or parts.query or parts.username:
        raise ValueError("endpoint is not an address that begins with https:// and has no path")
