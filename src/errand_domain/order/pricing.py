"""What an errand costs, from the campus's tariff. Amounts only ever add; nothing is rounded."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from errand_domain.errors import InvalidField
from errand_domain.money import NOTHING, Money, total
from errand_domain.order.terms import Terms
from errand_domain.place import Distance
from errand_domain.policy import Policy, Shares, Tariff


@frozen(kw_only=True)
class Price:
    """The price of one order, line by line, and how its service part will be divided.

    The reward is everything but the goods advance; a tip may be added later and is part of it.
    """

    base: Money
    distance: Money = NOTHING
    weight: Money = NOTHING
    night: Money = NOTHING
    urgency: Money = NOTHING
    tip: Money = NOTHING
    goods_advance: Money = NOTHING
    shares: Shares = Shares()

    @property
    def reward(self) -> Money:
        """What the service costs the requester, tips included."""
        return total((self.base, self.distance, self.weight, self.night, self.urgency, self.tip))

    @property
    def payable(self) -> Money:
        """What the requester pays in all: reward and goods advance."""
        return self.reward + self.goods_advance

    def with_tip(self, more: Money) -> "Price":
        """The price after a further tip."""
        return evolve(self, tip=self.tip + more)


def price_of(terms: Terms, *, distance: Distance, tip: Money, policy: Policy, zone: ZoneInfo, at: datetime) -> Price:
    """The price of those terms at that moment.

    Night counts by the start of the window in campus time; urgent is what must be done soon after `at`.
    Raises `InvalidField` for what the tariff does not allow.
    """
    tariff = policy.tariff
    if terms.category not in policy.categories:
        raise InvalidField("category", "is not offered at this campus")
    if terms.weight_grams > tariff.weight_most_grams:
        raise InvalidField("weight_grams", f"must be at most {tariff.weight_most_grams} grams")
    if tip > tariff.tip_most:
        raise InvalidField("tip", f"must be at most {tariff.tip_most}")
    if terms.goods_advance > tariff.goods_advance_most:
        raise InvalidField("goods_advance", f"must be at most {tariff.goods_advance_most}")
    starts = max(terms.window.earliest, at).astimezone(zone).time()
    return Price(
        base=tariff.base,
        distance=_steps(distance.metres - tariff.included_metres, tariff.metres_per_step, tariff.step_fee),
        weight=_steps(terms.weight_grams - tariff.included_grams, tariff.grams_per_step, tariff.weight_fee),
        night=tariff.night_fee if _is_night(starts, tariff) else NOTHING,
        urgency=tariff.urgency_fee if terms.window.latest - at <= tariff.urgent_within else NOTHING,
        tip=tip,
        goods_advance=terms.goods_advance,
        shares=policy.shares,
    )


def _steps(excess: int, per_step: int, fee: Money) -> Money:
    """The fee for every step begun beyond what is included."""
    return Money(-(-max(excess, 0) // per_step) * fee.fen)


def _is_night(at: time, tariff: Tariff) -> bool:
    if tariff.night_from <= tariff.night_until:
        return tariff.night_from <= at < tariff.night_until
    return at >= tariff.night_from or at < tariff.night_until
