"""What is known of uploaded files, and the store of their bytes."""

from abc import abstractmethod
from datetime import datetime
from typing import Literal, Protocol

from attrs import evolve, field, frozen

from errand_domain.content.screening import Screening, ScreeningEvent, Unscreened, Waiting, screened
from errand_domain.errors import Conflict
from errand_domain.ids import FileId, MemberId, OrderId, TicketId

FilePurpose = Literal["proof", "evidence", "student_card", "avatar"]


@frozen(kw_only=True)
class StoredFile:
    """A file: whose it is, what for, and its digest. `order_id` names the order whose parties may see it.

    `ticket_id` is of the ticket that it was sent with, if it was sent with one: no two files are of one ticket.
    `erase_at` is when somebody looks whether it has come to be of use, for what nothing refers to yet.
    """

    id: FileId
    owner_id: MemberId
    order_id: OrderId | None
    purpose: FilePurpose
    media_type: str
    size_bytes: int
    sha256: str = field(repr=False)
    at: datetime
    ticket_id: TicketId | None = None
    erase_at: datetime | None = None
    screening: Screening = field(factory=Unscreened)
    version: int = 1

    @property
    def judged_by(self) -> datetime | None:
        """When a person has to look because there is no verdict; `None` where nobody waits for one."""
        return self.screening.due_at if isinstance(self.screening, Waiting) else None

    @property
    def trace(self) -> str:
        """Under what a verdict may come; empty where none is awaited."""
        return getattr(self.screening, "trace", "")

    def apply(self, event: ScreeningEvent) -> "StoredFile":
        """The file after the event; raises `IllegalScreening`."""
        return evolve(self, screening=screened(self.screening, event), version=self.version + 1)

    def kept(self) -> "StoredFile":
        """The file that has come to be of use: it is erased with what refers to it."""
        return evolve(self, erase_at=None, version=self.version + 1)


class Files(Protocol):
    """What is known of all files."""

    @abstractmethod
    async def get(self, file_id: FileId) -> StoredFile:
        """The file's facts; raises `Missing`."""

    @abstractmethod
    async def of_ticket(self, ticket_id: TicketId) -> StoredFile | None:
        """The file that was sent with that ticket, if one was."""

    @abstractmethod
    async def of_owner(self, owner_id: MemberId, *, before: FileId | None, limit: int) -> tuple[StoredFile, ...]:
        """What the member uploaded and nobody removed, newest first; `before` continues after that file."""

    @abstractmethod
    async def of_no_order(self, owner_id: MemberId, purpose: FilePurpose) -> tuple[StoredFile, ...]:
        """What the member uploaded for no order, of that purpose, oldest first: a few, however much they carry."""

    @abstractmethod
    async def of_order(self, order_id: OrderId) -> tuple[StoredFile, ...]:
        """Every file of that order, whoever uploaded it, oldest first."""

    @abstractmethod
    async def count(
        self, owner_id: MemberId, *, order_id: OrderId | None, since: datetime, purpose: FilePurpose = "student_card"
    ) -> int:
        """How many files the member uploaded from then on for that order; for no order, those of that purpose."""

    @abstractmethod
    async def of_trace(self, trace: str) -> StoredFile:
        """The file that awaits a verdict under that trace; raises `Missing`."""

    @abstractmethod
    async def expected(self, file_id: FileId) -> datetime | None:
        """When somebody looks what has become of the bytes under that id; `None` where nobody has to."""

    @abstractmethod
    def expect(self, file_id: FileId, *, until: datetime) -> None:
        """Before bytes are stored that nothing knows of: somebody looks at them then; again, it moves the moment."""

    @abstractmethod
    def settle(self, file_id: FileId) -> None:
        """Nobody has to look any more; `commit()` raises `Stale` where somebody has, or nothing was expected."""

    @abstractmethod
    def add(self, file: StoredFile) -> None:
        """A new file, whose bytes are in the store already; the commit raises `Stale` for a ticket that was used."""

    @abstractmethod
    def save(self, file: StoredFile) -> None:
        """The file, one version on; `commit()` raises `Stale` where somebody was first, or has removed it."""

    @abstractmethod
    def remove(self, file_id: FileId) -> None:
        """Forget it; forgetting what is not there changes nothing."""

    @abstractmethod
    def expire(self, file: StoredFile) -> None:
        """Forget it, for nothing refers to it; `commit()` raises `Stale` where somebody has saved or forgotten it."""


@frozen(str=False)
class StoreUnreachable(Conflict):
    """The store of files did not answer, or not in a way that can be understood; it may well have done it."""

    code = "file.store_unreachable"
    sentence = "图片暂时无法存取，请稍后再试"


class FileStore(Protocol):
    """The bytes of files, private: nobody reads them but through us. Each call raises `StoreUnreachable`, too."""

    @abstractmethod
    async def put(self, file_id: FileId, content: bytes, *, media_type: str) -> None:
        """Store the bytes durably under that id; the same id again replaces them."""

    @abstractmethod
    async def get(self, file_id: FileId) -> bytes:
        """The bytes; raises `Missing`."""

    @abstractmethod
    async def delete(self, file_id: FileId) -> None:
        """Remove them; removing what is not there changes nothing."""
