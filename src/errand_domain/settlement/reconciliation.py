"""A provider's bill of one day beside our journal: the words for both sides, and for what may be found.

A difference is named and never booked: it is for people to explain. Amounts are those of the movement, whichever way
the money went; what a provider charges is a fee beside it. `matching` finds what is named here.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from typing import Final, Literal, get_args

from attrs import frozen

from errand_domain.money import Money
from errand_domain.settlement.recipes import MovementKind, Reference

CALENDAR: Final = timezone(timedelta(hours=8))
"""Providers close their days at midnight in China."""


def day_of(moment: datetime) -> date:
    """The day of the providers' calendar."""
    return moment.astimezone(CALENDAR).date()


def start_of(day: date) -> datetime:
    """The first moment of that day of the providers' calendar."""
    return datetime.combine(day, time(), tzinfo=CALENDAR)


@frozen(kw_only=True)
class BillLine:
    """One movement, as the provider booked it.

    `number` is ours, `provider_id` theirs. `fee_fen` is what they charge for it: negative where a refund brings part
    of a fee back, which is why it is no `Money`.
    """

    kind: MovementKind
    number: str
    provider_id: str
    amount: Money
    fee_fen: int = 0
    at: datetime

    @property
    def reference(self) -> Reference:
        """What we call the movement as well."""
        return Reference(self.kind, self.number)


@frozen(kw_only=True)
class Movement:
    """One movement at the provider, as our journal has it. `at` is the provider's own moment."""

    reference: Reference
    amount: Money
    at: datetime


Standing = Literal["booked", "not_booked", "under_way", "given_up", "not_recorded"]
"""How a movement stands that is not among the entries read: booked after all, done and yet not booked, begun and not
finished, given up by the provider, or not recorded as anything that moves money."""


@frozen(kw_only=True)
class Record:
    """What we know of a number in a bill: how much it was to be, or was, and how it stands."""

    amount: Money
    state: str
    standing: Standing


# -- What may be found ---------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Matched:
    """Both have it, the same."""

    line: BillLine


@frozen(kw_only=True)
class UnderWay:
    """Both know it, and it is not finished here yet: a refund or a payout on its way. No difference."""

    line: BillLine
    state: str


@frozen(kw_only=True)
class GivenUp:
    """A refund that the provider took and then gave up: its bill keeps the line, and no money moved. No difference."""

    line: BillLine


@frozen(kw_only=True)
class MissingHere:
    """It stands in the bill and not in our books.

    `unknown`: the number is none of ours. `not_recorded`: it is ours, and here it is in a state in which no money
    moved. `not_booked`: it is recorded as done, and the journal lacks it. `repeated`: the bill has it more than once.
    """

    line: BillLine
    reason: Literal["unknown", "not_recorded", "not_booked", "repeated"]
    state: str = ""


@frozen(kw_only=True)
class MissingThere:
    """It stands in our books and not in the bill of the day on which it should."""

    here: Movement


@frozen(kw_only=True)
class AmountDiffers:
    """Both have it, and not the same amount."""

    line: BillLine
    here: Money


@frozen(kw_only=True)
class FeeDiffers:
    """The fee in the bill is another than the one that was booked from it before."""

    line: BillLine
    booked_fen: int


NoDifference = Matched | UnderWay | GivenUp
Difference = MissingHere | MissingThere | AmountDiffers | FeeDiffers
Finding = NoDifference | Difference
FINDING_NAMES: Final[Mapping[type[Finding], str]] = {
    Matched: "matched",
    UnderWay: "under_way",
    GivenUp: "given_up",
    MissingHere: "missing_here",
    MissingThere: "missing_there",
    AmountDiffers: "amount_differs",
    FeeDiffers: "fee_differs",
}


def reference_of(finding: Finding) -> Reference:
    """The movement that it is about."""
    return finding.here.reference if isinstance(finding, MissingThere) else finding.line.reference


def amount_of(finding: Finding) -> Money:
    """So much there; where the bill lacks it, so much here."""
    return finding.here.amount if isinstance(finding, MissingThere) else finding.line.amount


@frozen(kw_only=True)
class Total:
    """How many, and how much in all."""

    count: int
    fen: int


@frozen(kw_only=True)
class Reconciliation:
    """One day with one provider: its bill, and what was found about each line and each entry of ours."""

    provider: str
    day: date
    bill: tuple[BillLine, ...]
    findings: tuple[Finding, ...]

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What needs an explanation."""
        return tuple(finding for finding in self.findings if not isinstance(finding, NoDifference))

    @property
    def is_clean(self) -> bool:
        """Whether both sides say the same."""
        return not self.differences

    @property
    def fee_fen(self) -> int:
        """What the provider charged in all: negative where more came back."""
        return sum(line.fee_fen for line in self.bill)

    @property
    def by_finding(self) -> dict[str, Total]:
        """How often each was found, and about how much money; all of them, found or not."""
        return {
            name: _total([amount_of(finding) for finding in self.findings if type(finding) is kind])
            for kind, name in FINDING_NAMES.items()
        }

    @property
    def by_kind(self) -> dict[MovementKind, Total]:
        """The sums of the bill."""
        kinds: tuple[MovementKind, ...] = get_args(MovementKind)
        return {kind: _total([line.amount for line in self.bill if line.kind == kind]) for kind in kinds}


def _total(amounts: Sequence[Money]) -> Total:
    return Total(count=len(amounts), fen=sum(amount.fen for amount in amounts))
