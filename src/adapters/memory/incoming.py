"""What clients sent by a form, in memory."""

from datetime import timedelta
from uuid import UUID

from adapters.memory.access import Pause
from adapters.memory.pauses import give_way
from adapters.memory.tables import found
from errand_domain.ids import TicketId
from errand_domain.ports.uploads import ImageType, Incoming, UploadForm

URL = "memory:incoming"


class MemoryIncoming(Incoming):
    """Contents by ticket. Nobody posts to it: `arrive` is what a client's form does."""

    def __init__(self, *, pause: Pause = give_way) -> None:
        self._contents: dict[TicketId, bytes] = {}
        self._most: dict[TicketId, int] = {}
        self._pause = pause

    async def form(
        self,
        ticket_id: TicketId,
        *,
        size_most: int,
        media_type: ImageType,
        lasts: timedelta,  # noqa: ARG002 - it lasts as long as the process
    ) -> UploadForm:
        """The form that stores one content for that ticket."""
        await self._pause()
        self._most[ticket_id] = size_most
        return UploadForm(url=URL, fields=(("ticket", ticket_id.hex), ("Content-Type", media_type)))

    def arrive(self, form: UploadForm, content: bytes) -> bool:
        """A client posts the form with that content; whether it was taken."""
        ticket_id = TicketId(UUID(dict(form.fields)["ticket"]))
        if not 1 <= len(content) <= self._most.get(ticket_id, 0):
            return False
        self._contents[ticket_id] = content
        return True

    async def fetch(self, ticket_id: TicketId, *, most: int) -> bytes:
        """What was sent, or that much of it; raises `Missing`."""
        await self._pause()
        return found(self._contents.get(ticket_id), "upload")[:most]

    async def discard(self, ticket_id: TicketId) -> None:
        """Remove it, if it is there."""
        await self._pause()
        self._contents.pop(ticket_id, None)
