"""All that is stored, and the one way in which it changes: every write of a transaction, or none."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from attrs import frozen

from adapters.memory.rows import Rows, Undo
from errand_domain.campus import Campus
from errand_domain.content.case import ContentCase
from errand_domain.content.report import Report
from errand_domain.dispute.dispute import Dispute
from errand_domain.errors import Missing, Stale
from errand_domain.ids import (
    AttemptId,
    CampusId,
    ContentCaseId,
    DisputeId,
    FileId,
    MemberId,
    MessageId,
    OrderId,
    ReportId,
    ReviewId,
    WithdrawalId,
)
from errand_domain.member.credential import Credential, Invitation
from errand_domain.member.member import Member, Way
from errand_domain.member.session import Session, SignInCode
from errand_domain.order.order import Order
from errand_domain.payment.attempt import Attempt
from errand_domain.payment.refund import Refund
from errand_domain.ports.answers import Answer
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.files import StoredFile
from errand_domain.ports.orders import Recorded
from errand_domain.ports.outbox import Envelope
from errand_domain.ports.timers import TimerKind
from errand_domain.review.review import Review
from errand_domain.runner.runner import Runner
from errand_domain.runner.standing import CreditLine, CreditReason
from errand_domain.settlement.accounts import Account
from errand_domain.settlement.earning import Earning
from errand_domain.settlement.ledger import Transfer
from errand_domain.settlement.withdrawal import Withdrawal


@frozen(kw_only=True)
class Posted:
    """A message in the outbox: when it is due, who has it until when, and whether it is parked."""

    envelope: Envelope
    due_at: datetime
    leased_until: datetime | None = None
    parked: bool = False


@frozen(kw_only=True)
class Reservation:
    """An idempotency key that was taken, and the answer once there is one."""

    request_digest: str
    reserved_at: datetime
    leased_until: datetime
    answer: Answer | None = None


class Tables:
    """Everything that is committed."""

    def __init__(self) -> None:
        self._undo: Undo = []
        self.campuses = Rows[CampusId, Campus](self._undo)
        self.members = Rows[MemberId, Member](self._undo)
        self.sessions = Rows[UUID, Session](self._undo)
        self.codes = Rows[Way, SignInCode](self._undo)
        self.credentials = Rows[MemberId, Credential](self._undo)
        self.invitations = Rows[MemberId, Invitation](self._undo)
        self.runners = Rows[MemberId, Runner](self._undo)
        self.credit_lines = Rows[tuple[MemberId, OrderId, int, CreditReason], CreditLine](self._undo)
        self.orders = Rows[OrderId, Order](self._undo)
        self.history = Rows[tuple[OrderId, int], Recorded](self._undo)
        self.attempts = Rows[AttemptId, Attempt](self._undo)
        self.refunds = Rows[str, Refund](self._undo)
        self.transfers = Rows[str, tuple[int, Transfer]](self._undo)
        self.balances = Rows[Account, int](self._undo)
        self.earnings = Rows[tuple[OrderId, int], Earning](self._undo)
        self.withdrawals = Rows[WithdrawalId, Withdrawal](self._undo)
        self.disputes = Rows[DisputeId, Dispute](self._undo)
        self.reviews = Rows[ReviewId, Review](self._undo)
        self.content_cases = Rows[ContentCaseId, ContentCase](self._undo)
        self.reports = Rows[ReportId, Report](self._undo)
        self.files = Rows[FileId, StoredFile](self._undo)
        self.expected_files = Rows[FileId, datetime](self._undo)
        self.audit = Rows[int, AuditLine](self._undo)
        self.audit_links = Rows[int, str](self._undo)
        self.messages = Rows[MessageId, Posted](self._undo)
        self.answers = Rows[tuple[MemberId, str], Reservation](self._undo)
        self.leases = Rows[tuple[TimerKind, str], datetime](self._undo)

    def change(self, writes: "Iterable[Write]") -> None:
        """Do all of the writes; if one raises, undo those before it."""
        try:
            for write in writes:
                write(self)
        except BaseException:
            while self._undo:
                self._undo.pop()()
            raise
        self._undo.clear()


Write = Callable[[Tables], None]


class Versioned(Protocol):
    """What can be compared and set."""

    @property
    def version(self) -> int:
        """Counts the changes."""
        ...


K = TypeVar("K")
V = TypeVar("V")
A = TypeVar("A", bound=Versioned)


def found(row: V | None, what: str) -> V:
    """The row; raises `Missing` where there is none."""
    if row is None:
        raise Missing(what)
    return row


def insert(rows: Rows[K, V], key: K, row: V, what: str) -> None:
    """A new row; raises `Stale` where the key is used already."""
    if key in rows:
        raise Stale(what)
    rows.put(key, row)


def compare_and_set(rows: Rows[K, A], key: K, row: A, what: str, *, steps: int = 1) -> None:
    """Replace the row; raises `Stale` unless it is `steps` versions behind the new one."""
    stored = rows.get(key)
    if stored is None or stored.version != row.version - steps:
        raise Stale(what)
    rows.put(key, row)
