"""What has to be done outside because of what was committed: kept until done, at least once."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, Protocol

from attrs import frozen

from errand_domain.ids import AttemptId, FileId, MemberId, MessageId, OrderId, TicketId, WithdrawalId

NoticeKind = Literal[
    "order_paid",
    "order_accepted",
    "order_reopened",
    "order_arrived",
    "order_picked_up",
    "order_delivered",
    "order_completed",
    "order_cancelled",
    "order_expired",
    "order_returning",
    "order_resolved",
    "order_offered",
    "order_assigned",
    "dispute_opened",
    "dispute_decided",
    "content_removed",
    "image_withheld",
    "image_restored",
    "report_upheld",
    "report_dismissed",
    "runner_approved",
    "runner_rejected",
    "runner_more_wanted",
    "runner_suspended",
    "application_dropped",
    "withdrawal_waiting",
    "withdrawal_succeeded",
    "withdrawal_failed",
    "withdrawal_parked",
    "refund_abnormal",
    "money_unclear",
    "password_changed",
    "data_exported",
]


@frozen(kw_only=True)
class CloseAttempt:
    """Close the attempt at its provider, or learn that it was paid."""

    attempt_id: AttemptId


@frozen(kw_only=True)
class AskRefund:
    """Ask the provider for the refund of that number."""

    number: str


@frozen(kw_only=True)
class SendPayout:
    """Take the withdrawal's next step at the provider."""

    withdrawal_id: WithdrawalId


@frozen(kw_only=True)
class TellDelivery:
    """Tell the providers that collected for the order, and keep money back until then, that it was delivered."""

    order_id: OrderId
    delivered_at: datetime


@frozen(kw_only=True)
class Tell:
    """Tell a member. `detail` is a reason that a person wrote for them."""

    member_id: MemberId
    kind: NoticeKind
    order_id: OrderId | None = None
    detail: str = ""


@frozen(kw_only=True)
class EraseFile:
    """Remove the bytes of a file that nothing knows of any more."""

    file_id: FileId


@frozen(kw_only=True)
class CheckImage:
    """Have an image judged that others see."""

    file_id: FileId


@frozen(kw_only=True)
class ForgetMember:
    """Have every order of a member who left forget them."""

    member_id: MemberId


@frozen(kw_only=True)
class ForgetInOrder:
    """Take a member who left out of one of their ended orders."""

    member_id: MemberId
    order_id: OrderId


@frozen(kw_only=True)
class ShowPicture:
    """Make the picture of a member public, which was judged harmless; or see that it no longer is, if it was not."""

    file_id: FileId
    media_type: str


@frozen(kw_only=True)
class WithdrawPicture:
    """Remove what is public under that name."""

    name: str


@frozen(kw_only=True)
class DiscardUpload:
    """Remove what was sent past us with a ticket that is over, and that nobody took."""

    ticket_id: TicketId


Message = (
    CloseAttempt
    | AskRefund
    | SendPayout
    | TellDelivery
    | Tell
    | EraseFile
    | CheckImage
    | ForgetMember
    | ForgetInOrder
    | ShowPicture
    | WithdrawPicture
    | DiscardUpload
)
NEVER_PARKED: Final[tuple[type[Message], ...]] = (EraseFile, ShowPicture, WithdrawPicture, DiscardUpload)
"""What nothing but an unreachable store can stand in the way of. It is tried until it is done, and needs nobody's hand:
bytes that a given-up try has left, or was to erase, would stay for as long as nobody looks."""


@frozen(kw_only=True)
class Envelope:
    """A message on its way: messages of one lane are delivered in order, one at a time."""

    id: MessageId
    lane: str
    message: Message
    tries: int
    last_fault: str = ""


class Outbox(Protocol):
    """Where a transaction leaves its messages, and says of parked ones that they go on."""

    @abstractmethod
    def add(self, message: Message, *, at: datetime, lane: str | None = None) -> None:
        """Keep the message until it was delivered. Its lane is what it stays in order with; without one, nothing."""

    @abstractmethod
    def retry(self, message_id: MessageId, *, at: datetime) -> None:
        """Try a parked message again, from then on; the commit raises `Missing` where no such message is parked."""


class Relay(Protocol):
    """The other end of the outbox, for workers. Each call takes effect at once.

    Any number of workers may take: a message is with one of them until its lease is over.
    """

    @abstractmethod
    async def take(self, *, now: datetime, leased_until: datetime, limit: int) -> tuple[Envelope, ...]:
        """Due messages, the oldest of each lane only, leased to the caller. A parked message holds its lane."""

    @abstractmethod
    async def done(self, message_ids: Sequence[MessageId]) -> None:
        """They were delivered."""

    @abstractmethod
    async def postpone(self, message_id: MessageId, *, until: datetime, fault: str) -> None:
        """It could not be delivered; try again then."""

    @abstractmethod
    async def park(self, message_id: MessageId, *, fault: str) -> None:
        """It will not be tried again until an operator says so: `Outbox.retry`."""

    @abstractmethod
    async def parked(self, *, limit: int) -> tuple[Envelope, ...]:
        """What is parked, oldest first."""

    @abstractmethod
    async def pending(self) -> int:
        """How many messages wait, parked ones not counted."""
