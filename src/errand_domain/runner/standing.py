"""Credit: points that move by published rules, each movement a line that the runner can read."""

from datetime import datetime
from typing import Final, Literal, get_args

from attrs import frozen

from errand_domain.ids import MemberId, OrderId
from errand_domain.policy import CreditRules

CreditReason = Literal["gave_up", "no_show", "late", "dispute_lost", "five_stars"]
CREDIT_REASONS: Final[tuple[CreditReason, ...]] = get_args(CreditReason)


@frozen(kw_only=True)
class CreditLine:
    """One movement of a runner's credit. One version of an order moves it at most once for one reason."""

    runner_id: MemberId
    order_id: OrderId
    order_version: int
    reason: CreditReason
    points: int
    at: datetime


def points_for(reason: CreditReason, rules: CreditRules) -> int:
    """What that deed is worth at this campus."""
    points: int = getattr(rules, reason)
    return points


def move_credit(credit: int, points: int, rules: CreditRules) -> int:
    """The credit after a movement: never below 0 nor above the campus's most."""
    return max(0, min(credit + points, rules.most))
