"""A runner's money on its way out, and its life as a table.

A sum over the provider's limit for one transfer is paid in parts, one after the other, each under a
number of its own. Funds move available → withdrawing at the request, once; out of withdrawing with each
part that succeeded; what is left goes back, once, when it fails or expires. An unknown answer is
queried; the part is never sent again under another number.
"""

from datetime import datetime
from typing import Final

from attrs import evolve, field, frozen

from errand_domain.errors import Conflict, Forbidden, Invalid
from errand_domain.ids import CampusId, MemberId, WithdrawalId, compact, expand
from errand_domain.money import Money, total
from errand_domain.policy import Withdrawals
from errand_domain.settlement.withdrawal_states import (
    WITHDRAWAL_STATE_NAMES,
    WITHDRAWAL_TRANSITIONS,
    Approved,
    Expired,
    Failed,
    Parked,
    Requested,
    Sending,
    WaitingForUser,
    WithdrawalEvent,
    WithdrawalState,
)

_PART_DIGITS: Final = 2


@frozen(str=False)
class IllegalWithdrawalTransition(Conflict):
    """The withdrawal is in a state in which this cannot happen."""

    code = "withdrawal.illegal_transition"
    sentence = "提现当前状态不允许此操作"

    state: str
    event: str


@frozen(str=False)
class WithdrawalTooSmall(Invalid):
    """Less than the campus's minimum."""

    code = "withdrawal.too_small"
    sentence = "提现金额低于最低限额"

    least: Money


@frozen(str=False)
class WithdrawalOverDay(Conflict):
    """More than the provider pays to one person in a day."""

    code = "withdrawal.over_day"
    sentence = "超过每日提现限额"

    most: Money


@frozen(str=False)
class PayeeMissing(Conflict):
    """The provider pays to an account that the runner has not linked."""

    code = "withdrawal.payee_missing"
    sentence = "请先绑定收款账号"

    way: str


@frozen(str=False)
class WithdrawalUnknown(Conflict):
    """The provider has not yet told what became of it; ask again in a moment."""

    code = "withdrawal.unknown"
    sentence = "提现结果确认中，请稍候"


@frozen(str=False)
class AbsenceProvesNothing(Conflict):
    """It is parked for so long that the provider may have forgotten a payout that it made."""

    code = "withdrawal.absence_proves_nothing"
    sentence = "搁置过久，支付平台查无记录不足以证明未付款，请先重试"


@frozen(str=False)
class OwnMoney(Forbidden):
    """Nobody decides as staff about their own withdrawal, or a refund of an order of theirs."""

    code = "withdrawal.own"
    sentence = "不能处理与自己有关的款项"


@frozen(str=False)
class WithdrawalOpen(Conflict):
    """Another withdrawal of this runner is under way."""

    code = "withdrawal.open"
    sentence = "还有一笔提现正在处理"


@frozen(kw_only=True)
class Withdrawal:
    """A sum that a runner takes out, in parts that the provider can transfer one by one."""

    id: WithdrawalId
    runner_id: MemberId
    campus_id: CampusId
    provider: str
    payee: str = field(default="", repr=False)
    payee_name: str = field(default="", repr=False)
    parts: tuple[Money, ...]
    requested_at: datetime
    query_at: datetime | None = None
    state: WithdrawalState = Requested()
    version: int = 1

    @property
    def amount(self) -> Money:
        """The whole sum."""
        return total(self.parts)

    @property
    def is_open(self) -> bool:
        """Whether it is under way: a runner has at most one such."""
        return isinstance(self.state, Requested | Approved | Sending | WaitingForUser | Parked)

    @property
    def is_watched(self) -> bool:
        """Whether a timer looks at it again: what is parked waits for a person."""
        return self.is_open and not isinstance(self.state, Parked)

    @property
    def current_part(self) -> int | None:
        """Which part (from 1) is with the provider, or was last tried there, if one is under way."""
        return self.state.part if isinstance(self.state, Sending | WaitingForUser | Parked) else None

    @property
    def state_name(self) -> str:
        """The state as it is written outside."""
        return WITHDRAWAL_STATE_NAMES[type(self.state)]

    def part_number(self, part: int) -> str:
        """Our number of one part at the provider: 27 lower-case letters and digits."""
        return f"{compact(self.id)}{part:0{_PART_DIGITS}d}"

    @staticmethod
    def part_of(number: str) -> "tuple[WithdrawalId, int]":
        """The withdrawal and the part that our number at the provider names; raises `ValueError`."""
        identity, part = number[:-_PART_DIGITS], number[-_PART_DIGITS:]
        return WithdrawalId(expand(identity)), int(part)

    def part_amount(self, part: int) -> Money:
        """What one part (from 1) pays."""
        return self.parts[part - 1]

    @property
    def parts_paid(self) -> int:
        """How many parts went out, of one that has ended; of one under way, how many still may."""
        return self.state.parts_paid if isinstance(self.state, Failed | Expired) else len(self.parts)

    def unpaid(self) -> Money:
        """What was not paid out when it ended early, and so goes back to the runner."""
        return total(self.parts[self.parts_paid :])

    @property
    def counted(self) -> Money:
        """What of it counts towards the day's limit: all of it, but for what went back."""
        return self.amount - self.unpaid()

    def apply(self, event: WithdrawalEvent, *, query_at: datetime | None = None) -> "Withdrawal":
        """The withdrawal after the event, to be looked at again at `query_at` while it is watched.

        A report about another part than the one with the provider is refused: it is an old one.
        """
        step = WITHDRAWAL_TRANSITIONS.get((type(self.state), type(event)))
        part = getattr(event, "part", None)
        if step is None or (part is not None and self.current_part not in (None, part)):
            raise IllegalWithdrawalTransition(self.state_name, type(event).__name__)
        after = evolve(self, state=step(self.state, event), version=self.version + 1)
        return evolve(after, query_at=query_at if after.is_watched else None)

    def asked_again(self, *, query_at: datetime) -> "Withdrawal":
        """The same withdrawal, to be asked about again then: nothing new is known of it."""
        return evolve(self, query_at=query_at, version=self.version + 1)

    def listened(self, *, heard: bool, at: datetime, query_at: datetime) -> "Withdrawal":
        """The same after an answer that brought nothing new, or after none that counts; to be asked about again."""
        state = self.state
        if isinstance(state, Sending):
            state = evolve(state, silent_since=None if heard else state.silent_since or at)
        return evolve(self.asked_again(query_at=query_at), state=state)


def request_withdrawal(
    withdrawal_id: WithdrawalId,
    runner_id: MemberId,
    campus_id: CampusId,
    *,
    amount: Money,
    provider: str,
    payee: str = "",
    payee_name: str = "",
    withdrawn_today: Money,
    limits: Withdrawals,
    at: datetime,
) -> Withdrawal:
    """A withdrawal of that sum, split over the provider's limit. The caller moves the funds in the same transaction."""
    if amount < limits.least or not amount:
        raise WithdrawalTooSmall(limits.least)
    if withdrawn_today + amount > limits.most_per_day:
        raise WithdrawalOverDay(limits.most_per_day)
    return Withdrawal(
        id=withdrawal_id,
        runner_id=runner_id,
        campus_id=campus_id,
        provider=provider,
        payee=payee,
        payee_name=payee_name,
        parts=_parts(amount, limits.most_per_transfer, limits.least),
        requested_at=at,
    )


def _parts(amount: Money, most: Money, least: Money) -> tuple[Money, ...]:
    """Full parts and a rest; a rest below the least is borrowed from the part before it."""
    full, rest = divmod(amount.fen, most.fen)
    parts = [most.fen] * full
    if rest:
        if parts and rest < least.fen:
            parts[-1] -= least.fen - rest
            rest = least.fen
        parts.append(rest)
    return tuple(Money(part) for part in parts)
