"""Uploads by ticket: what a mini-program may send once, in one form, past our own API where there is such a way."""

from abc import abstractmethod
from datetime import datetime, timedelta
from typing import Literal, Protocol

from attrs import field, frozen

from errand_domain.ids import MemberId, OrderId, TicketId
from errand_domain.ports.files import FilePurpose

ImageType = Literal["image/jpeg", "image/png", "image/webp"]


@frozen(kw_only=True)
class UploadTicket:
    """Who may send one image, of what size at most, what for, and until when, in whole seconds."""

    id: TicketId
    owner_id: MemberId
    order_id: OrderId | None
    purpose: FilePurpose
    size_most: int
    expires_at: datetime


class TicketSeal(Protocol):
    """Tickets travel through clients and come back as they went, or not at all."""

    @abstractmethod
    def seal(self, ticket: UploadTicket) -> str:
        """The ticket, signed, as URL-safe text of at most 200 letters."""

    @abstractmethod
    def unseal(self, token: str) -> UploadTicket:
        """The ticket, however old; raises `Missing` for anything that `seal` did not write, letter by letter."""


@frozen(kw_only=True)
class UploadForm:
    """A multipart form: these fields as they are, and then the image, by POST to that address."""

    url: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)
    file_field: str = "file"


class Incoming(Protocol):
    """What clients sent past us and nobody has looked at yet. It is private, and forgotten after a day.

    Each call raises `StoreUnreachable`, too.
    """

    @abstractmethod
    async def form(self, ticket_id: TicketId, *, size_most: int, media_type: ImageType, lasts: timedelta) -> UploadForm:
        """The form that stores one content of that size at most for that ticket, and nothing else anywhere."""

    @abstractmethod
    async def fetch(self, ticket_id: TicketId, *, most: int) -> bytes:
        """What was sent, or no more than that many bytes of it; raises `Missing` while nothing was."""

    @abstractmethod
    async def discard(self, ticket_id: TicketId) -> None:
        """Remove it; removing what is not there changes nothing."""
