"""The smaller needs: time, identities, secrets, maps, notices, sealed quotes."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import field, frozen

from errand_domain.member.member import Way, WayKind
from errand_domain.order.quote import Quote
from errand_domain.place import Distance, Point


class Clock(Protocol):
    """The time."""

    @abstractmethod
    def now(self) -> datetime:
        """The moment, aware, in UTC."""


class Ids(Protocol):
    """New identities."""

    @abstractmethod
    def new(self) -> UUID:
        """A UUIDv7: unique, and later ones sort after earlier ones of this process."""


class Secrets(Protocol):
    """What nobody can guess, and one-way digests of it."""

    @abstractmethod
    def digits(self, count: int) -> str:
        """That many random decimal digits."""

    @abstractmethod
    def token(self) -> str:
        """At least 256 random bits, safe in a URL."""

    @abstractmethod
    def digest(self, secret: str) -> str:
        """A keyed one-way digest: the same secret gives the same digest, and no digest gives its secret."""

    @abstractmethod
    def same(self, one: str, other: str) -> bool:
        """Whether the two are equal, in a time that does not tell where they differ."""


class Maps(Protocol):
    """How far it is."""

    @abstractmethod
    async def walking(self, start: Point, end: Point) -> Distance:
        """The walking distance. Where no map answers, an estimate that says that it is one."""


@frozen(kw_only=True)
class Notice:
    """One message to one address.

    `text` is complete; `code` repeats a one-time code for carriers whose templates need it alone.
    """

    to: Way
    text: str = field(repr=False)
    code: str = field(default="", repr=False)


class Notices(Protocol):
    """Messages to people."""

    @abstractmethod
    async def send(self, notice: Notice) -> None:
        """Hand it to the carrier; raises `ConnectionError` where it could not be handed over."""

    @abstractmethod
    def reaches(self, kind: WayKind) -> bool:
        """Whether somebody carries codes to such addresses, and their owners read them.

        Where nobody does, nothing can be asked for that takes a code.
        """


class QuoteSeal(Protocol):
    """Quotes travel through the client and come back as they went, or not at all."""

    @abstractmethod
    def seal(self, quote: Quote) -> str:
        """The quote, signed, as URL-safe text."""

    @abstractmethod
    def unseal(self, sealed: str) -> Quote:
        """The quote; raises `QuoteForged` for anything that `seal` did not write."""
