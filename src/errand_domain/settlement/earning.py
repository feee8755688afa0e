"""What a runner earned with one order: held, then released; taken back by a dispute that was lost."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, get_args

from attrs import evolve, frozen

from errand_domain.errors import Conflict
from errand_domain.ids import CampusId, MemberId, OrderId
from errand_domain.money import Money
from errand_domain.settlement.split import Split


@frozen(str=False)
class IllegalEarningTransition(Conflict):
    """The earning is in a state in which this cannot happen."""

    code = "earning.illegal_transition"
    sentence = "收入当前状态不允许此操作"

    state: str
    event: str


@frozen(kw_only=True)
class Held:
    """Not yet free: it may be disputed."""

    release_at: datetime


@frozen(kw_only=True)
class Frozen:
    """A dispute is open. `released` says whether it had been free before."""

    since: datetime
    released: bool


@frozen(kw_only=True)
class Released:
    """Free to withdraw."""

    released_at: datetime


@frozen(kw_only=True)
class TakenBack:
    """A decision divided the order's money anew; this settlement was undone."""

    taken_back_at: datetime


EarningState = Held | Frozen | Released | TakenBack
EARNING_STATES: Final[tuple[type[EarningState], ...]] = get_args(EarningState)


@frozen(kw_only=True)
class EarningReleased:
    """The hold is over."""

    at: datetime


@frozen(kw_only=True)
class EarningFrozen:
    """A dispute was opened."""

    at: datetime


@frozen(kw_only=True)
class EarningTakenBack:
    """The dispute was decided, whatever the outcome: the money is divided anew."""

    at: datetime


@frozen(kw_only=True)
class EarningRescheduled:
    """The provider settled the order early, or has not settled it yet: the hold ends at another time."""

    at: datetime
    release_at: datetime


EarningEvent = EarningReleased | EarningFrozen | EarningTakenBack | EarningRescheduled
EARNING_EVENTS: Final[tuple[type[EarningEvent], ...]] = get_args(EarningEvent)


def _release(_: Held, event: EarningReleased) -> Released:
    return Released(released_at=event.at)


def _freeze(_: Held, event: EarningFrozen) -> Frozen:
    return Frozen(since=event.at, released=False)


def _freeze_released(_: Released, event: EarningFrozen) -> Frozen:
    return Frozen(since=event.at, released=True)


def _take_back(_: Frozen, event: EarningTakenBack) -> TakenBack:
    return TakenBack(taken_back_at=event.at)


def _reschedule(_: Held, event: EarningRescheduled) -> Held:
    return Held(release_at=event.release_at)


EarningStep = Callable[[Any, Any], EarningState]

EARNING_TRANSITIONS: Mapping[tuple[type[EarningState], type[EarningEvent]], EarningStep] = {
    (Held, EarningReleased): _release,
    (Held, EarningFrozen): _freeze,
    (Held, EarningRescheduled): _reschedule,
    (Released, EarningFrozen): _freeze_released,
    (Frozen, EarningTakenBack): _take_back,
}
EARNING_STATE_NAMES: Final[dict[type[EarningState], str]] = {
    Held: "held",
    Frozen: "frozen",
    Released: "available",
    TakenBack: "taken_back",
}


@frozen(kw_only=True)
class Earning:
    """The runner's part of one settled order, with the whole split that it came from.

    An order whose money was divided twice (settled, then decided) has two; `round` counts them.
    """

    order_id: OrderId
    round: int = 1
    runner_id: MemberId
    campus_id: CampusId
    split: Split
    goods: Money
    earned_at: datetime
    state: EarningState
    version: int = 1

    @property
    def amount(self) -> Money:
        """What the runner gets."""
        return self.split.runner

    @property
    def state_name(self) -> str:
        """The state as it is written outside."""
        return EARNING_STATE_NAMES[type(self.state)]

    @property
    def release_at(self) -> datetime | None:
        """When it becomes available, while it is held."""
        return self.state.release_at if isinstance(self.state, Held) else None

    def apply(self, event: EarningEvent) -> "Earning":
        """The earning after the event; raises `IllegalEarningTransition`."""
        step = EARNING_TRANSITIONS.get((type(self.state), type(event)))
        if step is None:
            raise IllegalEarningTransition(self.state_name, type(event).__name__)
        return evolve(self, state=step(self.state, event), version=self.version + 1)
