"""A platform of its own, in memory: tickets are made on request and are good once."""

from base64 import b64decode
from itertools import count
from typing import Final

from adapters.memory.access import Pause
from adapters.memory.pauses import give_way
from errand_domain.ports.mini_program import MiniProgram, MiniProgramCodes, PlatformUnreachable, TicketRefused

PIXEL: Final = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")
"""A picture of one pixel: nobody scans what nobody printed."""


class MemoryMiniProgram(MiniProgram, MiniProgramCodes):
    """Gives tickets for identities and for phone numbers, and takes each once. Its codes show one pixel."""

    def __init__(self, *, pause: Pause = give_way) -> None:
        self._tickets = dict[tuple[str, str], str]()
        self._numbers = count(1)
        self._failures = 0
        self._pause = pause

    def ticket_of(self, identity: str) -> str:
        """What the client of that user would send to sign in."""
        return self._ticket("identity", identity)

    def phone_ticket_of(self, phone: str) -> str:
        """What the client would send after its user has chosen to show that number."""
        return self._ticket("phone", phone)

    def fail_next(self, times: int = 1) -> None:
        """The platform does not answer the next calls."""
        self._failures += times

    async def identity(self, ticket: str) -> str:
        """Who the user is."""
        return await self._take("identity", ticket)

    async def phone(self, ticket: str) -> str:
        """The phone number that the user has chosen to show."""
        return await self._take("phone", ticket)

    async def draw(self, scene: str, *, page: str = "") -> bytes:  # noqa: ARG002 - one pixel shows nothing of either
        """A picture of one pixel."""
        await self._answered()
        return PIXEL

    def _ticket(self, kind: str, value: str) -> str:
        ticket = f"{kind}-ticket-{next(self._numbers)}"
        self._tickets[kind, ticket] = value
        return ticket

    async def _take(self, kind: str, ticket: str) -> str:
        await self._answered()
        value = self._tickets.pop((kind, ticket), None)
        if value is None:
            raise TicketRefused
        return value

    async def _answered(self) -> None:
        await self._pause()
        if self._failures:
            self._failures -= 1
            raise PlatformUnreachable
