"""The numbers that a campus may change without touching code: windows, fees, rates, limits.

Every default below is the product's; an operator replaces a whole `Policy` at once. What was
agreed when an order was placed (price and shares) is kept on the order and never recomputed.
"""

from datetime import time, timedelta
from typing import Any, Final, Literal, get_args

from attrs import Attribute, field, frozen

from errand_domain.errors import InvalidField
from errand_domain.money import FULL_BASIS_POINTS, Money, whole_basis_points

Category = Literal["parcel", "purchase", "meal", "print", "queue", "carry", "other"]
CATEGORIES: Final[tuple[Category, ...]] = get_args(Category)


def _positive(_: object, attribute: "Attribute[Any]", value: int | timedelta) -> None:
    if not (value > timedelta(0) if isinstance(value, timedelta) else value > 0):
        raise InvalidField(attribute.name, "must be more than nothing")


@frozen(kw_only=True)
class Tariff:
    """What an errand costs: a base, and what is added for distance, weight, night and urgency."""

    base: Money = Money(300)
    included_metres: int = 1_000
    metres_per_step: int = field(default=500, validator=_positive)
    step_fee: Money = Money(50)
    included_grams: int = 3_000
    grams_per_step: int = field(default=1_000, validator=_positive)
    weight_fee: Money = Money(50)
    weight_most_grams: int = field(default=30_000, validator=_positive)
    night_from: time = time(22)
    night_until: time = time(6)
    night_fee: Money = Money(200)
    urgent_within: timedelta = timedelta(minutes=30)
    urgency_fee: Money = Money(200)
    tip_most: Money = Money(10_000)
    goods_advance_most: Money = Money(50_000)


@frozen(kw_only=True)
class Shares:
    """How the service fee is divided: runner and campus agent by rate, the platform takes the rest."""

    runner_basis_points: int = field(default=8_500, validator=whole_basis_points)
    agent_basis_points: int = field(default=500, validator=whole_basis_points)

    def __attrs_post_init__(self) -> None:
        """Refuse rates that give away more than there is."""
        if self.runner_basis_points + self.agent_basis_points > FULL_BASIS_POINTS:
            raise InvalidField("agent_basis_points", "runner and agent together exceed 10000 basis points")


@frozen(kw_only=True)
class CreditRules:
    """How many points each deed is worth, and below which a runner may not accept."""

    start: int = 100
    most: int = 120
    floor: int = 60
    gave_up: int = -5
    no_show: int = -10
    late: int = -2
    dispute_lost: int = -15
    five_stars: int = 1


@frozen(kw_only=True)
class Withdrawals:
    """Bounds of a payout: ours, and what the provider allows for one transfer and one day.

    A sum above `approved_unseen_most` waits for finance.
    """

    least: Money = Money(100)
    most_per_transfer: Money = Money(20_000)
    most_per_day: Money = Money(200_000)
    approved_unseen_most: Money = Money(20_000)

    def __attrs_post_init__(self) -> None:
        """Refuse limits under which a sum could not be split: a rest is borrowed from a part, and both must do."""
        if not self.least:
            raise InvalidField("least", "must be at least 1 fen")
        if self.most_per_transfer < self.least + self.least:
            raise InvalidField("most_per_transfer", "must be at least twice the least")


@frozen(kw_only=True)
class Policy:
    """The rules of one campus."""

    categories: tuple[Category, ...] = CATEGORIES
    tariff: Tariff = Tariff()
    shares: Shares = Shares()
    credit: CreditRules = CreditRules()
    withdrawals: Withdrawals = Withdrawals()
    quote_life: timedelta = field(default=timedelta(minutes=10), validator=_positive)
    pay_within: timedelta = field(default=timedelta(minutes=15), validator=_positive)
    open_for: timedelta = field(default=timedelta(hours=2), validator=_positive)
    arrive_within: timedelta = field(default=timedelta(minutes=30), validator=_positive)
    no_show_after: timedelta = field(default=timedelta(minutes=30), validator=_positive)
    cancel_free_for: timedelta = timedelta(minutes=2)
    runner_late_after: timedelta = timedelta(minutes=15)
    cancel_fee: Money = Money(200)
    arrival_fee: Money = Money(200)
    arrival_radius_metres: int = field(default=150, validator=_positive)
    complete_after: timedelta = field(default=timedelta(hours=24), validator=_positive)
    dispute_within: timedelta = field(default=timedelta(hours=48), validator=_positive)
    hearing_for: timedelta = field(default=timedelta(hours=24), validator=_positive)
    four_eyes_above: Money = Money(5_000)
    review_within: timedelta = field(default=timedelta(days=7), validator=_positive)
    hold_earnings_for: timedelta = field(default=timedelta(days=2), validator=_positive)
    open_orders_most: int = field(default=3, validator=_positive)
    give_ups_per_day: int = field(default=3, validator=_positive)
    unpaid_orders_most: int = field(default=5, validator=_positive)
    keep_documents_for: timedelta = field(default=timedelta(days=30), validator=_positive)
    keep_order_details_for: timedelta = field(default=timedelta(days=180), validator=_positive)

    def __attrs_post_init__(self) -> None:
        """Refuse a policy under which money leaves, or what an order was about is gone, while it can be disputed."""
        if self.hold_earnings_for < self.dispute_within:
            raise InvalidField("hold_earnings_for", "must not be shorter than dispute_within")
        if self.keep_order_details_for < max(self.dispute_within, self.review_within):
            raise InvalidField("keep_order_details_for", "must not be shorter than dispute_within and review_within")
