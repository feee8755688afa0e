"""Links to files that nobody can make, prolong or turn to another file."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest, digest
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from adapters.crypto.keys import check_key
from errand_domain.errors import Missing
from errand_domain.ids import FileId, MemberId
from errand_domain.ports.link_seal import FileLink, LinkSeal

if TYPE_CHECKING:
    from errand_domain.ports.files import FilePurpose

_PURPOSE: Final = b"errand file link, layout 1\n"
_SIGNATURE_BYTES: Final = 32
_ID_BYTES: Final = 16
_TIME_BYTES: Final = 8
_LENGTH_MOST: Final = 200
_NOBODY: Final = UUID(int=0)
"""In the place of a viewer, where the link is for who judges images; no member has that id."""


class HmacLinkSeal(LinkSeal):
    """File, viewer, moment and purpose behind their HMAC-SHA256, in URL-safe base64."""

    def __init__(self, key: bytes) -> None:
        self._key = check_key(key)

    def seal(self, link: FileLink) -> str:
        """The link, signed, as URL-safe text without padding."""
        moment = int(link.expires_at.timestamp()).to_bytes(_TIME_BYTES)
        payload = link.file_id.bytes + (link.viewer_id or _NOBODY).bytes + moment + link.purpose.encode("ascii")
        return _text(self._signature(payload) + payload)

    def unseal(self, token: str) -> FileLink:
        """The link; raises `Missing` for anything that `seal` did not write, letter by letter."""
        if len(token) > _LENGTH_MOST or not token.isascii():
            raise Missing("file")
        try:
            content = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (binascii.Error, ValueError):
            raise Missing("file") from None
        signature, payload = content[:_SIGNATURE_BYTES], content[_SIGNATURE_BYTES:]
        # Base64 has several spellings of the same bytes; only the one that was written is ours.
        if not compare_digest(signature, self._signature(payload)) or _text(content) != token:
            raise Missing("file")
        return _read(payload)

    def _signature(self, payload: bytes) -> bytes:
        return digest(self._key, _PURPOSE + payload, sha256)


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _read(payload: bytes) -> FileLink:
    moment_at, purpose_at = 2 * _ID_BYTES, 2 * _ID_BYTES + _TIME_BYTES
    viewer = UUID(bytes=payload[_ID_BYTES:moment_at])
    return FileLink(
        file_id=FileId(UUID(bytes=payload[:_ID_BYTES])),
        viewer_id=None if viewer == _NOBODY else MemberId(viewer),
        purpose=cast("FilePurpose", payload[purpose_at:].decode("ascii")),
        expires_at=datetime.fromtimestamp(int.from_bytes(payload[moment_at:purpose_at]), UTC),
    )
