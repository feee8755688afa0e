"""How an order's money is divided. Every fen goes somewhere, and every rounding names who keeps the odd one."""

from attrs import frozen

from errand_domain.errors import InvalidField
from errand_domain.money import NOTHING, Money, total
from errand_domain.policy import Shares


@frozen(kw_only=True)
class Split:
    """Who gets what of an order's money. The parts sum to what was divided."""

    refund: Money = NOTHING
    runner: Money = NOTHING
    agent: Money = NOTHING
    platform: Money = NOTHING

    @property
    def whole(self) -> Money:
        """What was divided."""
        return total((self.refund, self.runner, self.agent, self.platform))


def by_rates(*, service: Money, goods: Money, shares: Shares) -> Split:
    """The ordinary end: runner and agent by rate, the platform the rest and so the odd fen; goods to the runner."""
    runner, agent = service.share(shares.runner_basis_points), service.share(shares.agent_basis_points)
    return Split(runner=runner + goods, agent=agent, platform=service - runner - agent)


def by_decision(*, held: Money, refund: Money, runner: Money, shares: Shares) -> Split:
    """An end that was decided: so much back, so much to the runner; the rest is commission.

    The commission is divided as agent to platform in the ordinary rates, the odd fen to the platform.
    Raises `InvalidField` where more is given than is held.
    """
    if refund + runner > held:
        raise InvalidField("outcome", f"gives more than the {held} held")
    commission = held - refund - runner
    rates = 10_000 - shares.runner_basis_points
    agent = Money(commission.fen * shares.agent_basis_points // rates) if rates else NOTHING
    return Split(refund=refund, runner=runner, agent=agent, platform=commission - agent)
