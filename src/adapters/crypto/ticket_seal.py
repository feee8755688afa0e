"""Upload tickets that nobody can make, prolong or turn to another order."""

from datetime import UTC, datetime
from struct import Struct
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from adapters.crypto.signed_text import SignedText
from errand_domain.errors import Missing
from errand_domain.ids import MemberId, OrderId, TicketId
from errand_domain.ports.uploads import TicketSeal, UploadTicket

if TYPE_CHECKING:
    from errand_domain.ports.files import FilePurpose

_PURPOSE: Final = b"errand upload ticket, layout 1\n"
_LENGTH_MOST: Final = 200
_LAYOUT: Final = Struct(">16s16s16sQQ")
"""Ticket, owner and order; the size in bytes and the moment in seconds. What it is for stands behind."""
_NO_ORDER: Final = bytes(16)


class HmacTicketSeal(TicketSeal):
    """Everything that a ticket says, signed."""

    def __init__(self, key: bytes) -> None:
        self._signed = SignedText(key, purpose=_PURPOSE, length_most=_LENGTH_MOST)

    def seal(self, ticket: UploadTicket) -> str:
        """The ticket, signed, as URL-safe text without padding."""
        order = ticket.order_id.bytes if ticket.order_id else _NO_ORDER
        moment = int(ticket.expires_at.timestamp())
        fixed = _LAYOUT.pack(ticket.id.bytes, ticket.owner_id.bytes, order, ticket.size_most, moment)
        return self._signed.write(fixed + ticket.purpose.encode("ascii"))

    def unseal(self, token: str) -> UploadTicket:
        """The ticket; raises `Missing` for anything that `seal` did not write, letter by letter."""
        payload = self._signed.read(token)
        if payload is None:
            raise Missing("upload")
        ticket_id, owner_id, order_id, size_most, moment = _LAYOUT.unpack_from(payload)
        return UploadTicket(
            id=TicketId(UUID(bytes=ticket_id)),
            owner_id=MemberId(UUID(bytes=owner_id)),
            order_id=None if order_id == _NO_ORDER else OrderId(UUID(bytes=order_id)),
            purpose=cast("FilePurpose", payload[_LAYOUT.size :].decode("ascii")),
            size_most=size_most,
            expires_at=datetime.fromtimestamp(moment, UTC),
        )
