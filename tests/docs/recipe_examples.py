"""Each recipe of the ledger called once with names in the place of identities, to be read as lines of a table."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast

from errand_domain.money import Money
from errand_domain.settlement import recipes
from errand_domain.settlement.ledger import Transfer
from errand_domain.settlement.recipes import Purse, Reference
from errand_domain.settlement.split import Split

AT: Final = datetime(2026, 9, 1, 4, tzinfo=UTC)
ONE: Final = Money(1)
EVERYBODY: Final = Split(refund=ONE, runner=ONE, agent=ONE, platform=ONE)


def name(what: str) -> Any:
    """A word where an identity stands."""
    return cast("Any", f"[{what}]")


ORDER, ATTEMPT, RUNNER, CAMPUS, WITHDRAWAL = map(name, ("order", "attempt", "runner", "campus", "withdrawal"))

RECIPES: Final[Mapping[Callable[..., Any], tuple[Transfer, ...]]] = {
    recipes.fund: recipes.fund(ORDER, ATTEMPT, provider="[provider]", service=ONE, goods=ONE, at=AT),
    recipes.refund_late: recipes.refund_late(ORDER, ATTEMPT, amount=ONE, at=AT),
    recipes.return_advance: recipes.return_advance(ORDER, left=ONE, at=AT),
    recipes.divide: recipes.divide(
        ORDER, EVERYBODY, purse=Purse(service=Money(3), goods=ONE), runner_id=RUNNER, campus_id=CAMPUS, at=AT
    ),
    recipes.take_back: recipes.take_back(ORDER, EVERYBODY, runner_id=RUNNER, campus_id=CAMPUS, released=False, at=AT),
    recipes.release: recipes.release(ORDER, RUNNER, earning_round=1, amount=ONE, at=AT),
    recipes.refunded: recipes.refunded("[refund]", ORDER, provider="[provider]", amount=ONE, at=AT),
    recipes.withdraw: recipes.withdraw(WITHDRAWAL, RUNNER, amount=ONE, at=AT),
    recipes.paid_out: recipes.paid_out(WITHDRAWAL, RUNNER, part=1, provider="[provider]", amount=ONE, at=AT),
    recipes.let_go: recipes.let_go(WITHDRAWAL, RUNNER, amount=ONE, at=AT),
    recipes.fee: recipes.fee("[provider]", Reference("payment", "[number]"), fee_fen=1, at=AT)
    + recipes.fee("[provider]", Reference("refund", "[number]"), fee_fen=-1, at=AT),
}
