"""Links to files that nobody can make, prolong or turn to another file."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from adapters.crypto.signed_text import SignedText
from errand_domain.errors import Missing
from errand_domain.ids import FileId, MemberId
from errand_domain.ports.link_seal import FileLink, LinkSeal

if TYPE_CHECKING:
    from errand_domain.ports.files import FilePurpose

_PURPOSE: Final = b"errand file link, layout 1\n"
_ID_BYTES: Final = 16
_TIME_BYTES: Final = 8
_LENGTH_MOST: Final = 200
_NOBODY: Final = UUID(int=0)
"""In the place of a viewer, where the link is for who judges images; no member has that id."""


class HmacLinkSeal(LinkSeal):
    """File, viewer, moment and purpose, signed."""

    def __init__(self, key: bytes) -> None:
        self._signed = SignedText(key, purpose=_PURPOSE, length_most=_LENGTH_MOST)

    def seal(self, link: FileLink) -> str:
        """The link, signed, as URL-safe text without padding."""
        moment = int(link.expires_at.timestamp()).to_bytes(_TIME_BYTES)
        viewer = (link.viewer_id or _NOBODY).bytes
        return self._signed.write(link.file_id.bytes + viewer + moment + link.purpose.encode("ascii"))

    def unseal(self, token: str) -> FileLink:
        """The link; raises `Missing` for anything that `seal` did not write, letter by letter."""
        payload = self._signed.read(token)
        if payload is None:
            raise Missing("file")
        return _read(payload)


def _read(payload: bytes) -> FileLink:
    moment_at, purpose_at = 2 * _ID_BYTES, 2 * _ID_BYTES + _TIME_BYTES
    viewer = UUID(bytes=payload[_ID_BYTES:moment_at])
    return FileLink(
        file_id=FileId(UUID(bytes=payload[:_ID_BYTES])),
        viewer_id=None if viewer == _NOBODY else MemberId(viewer),
        purpose=cast("FilePurpose", payload[purpose_at:].decode("ascii")),
        expires_at=datetime.fromtimestamp(int.from_bytes(payload[moment_at:purpose_at]), UTC),
    )
