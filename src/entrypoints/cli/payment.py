"""`errand payment`: one payment by its number, and what its provider says of it."""

import sys
from typing import Final

import click

from entrypoints.cli.desk import DRY_RUN, OPERATOR, Desk, at_desk
from errand_domain.payment.attempt import Attempt, Succeeded
from errand_domain.permissions import check, check_anywhere
from errand_domain.ports.payments import Lost
from errand_domain.use_cases.money.record_payment import attempt_of

NO_ANSWER: Final = 3
NUMBER = click.argument("number")


@click.group("payment")
def noun() -> None:
    """Payments by our number at the provider, as it stands in the provider's bill."""


def facts(attempt: Attempt) -> dict[str, object]:
    """What operators see of one: who paid is a member, never the account that the money came from."""
    paid = attempt.state if isinstance(attempt.state, Succeeded) else None
    return {
        "number": attempt.number,
        "state": attempt.state_name,
        "amount": attempt.amount,
        "purpose": attempt.purpose,
        "provider": attempt.provider,
        "order": attempt.order_id,
        "payer": attempt.payer_id,
        "created_at": attempt.created_at,
        "transaction_id": paid.transaction_id if paid else None,
        "paid_at": paid.paid_at if paid else None,
    }


@noun.command("show")
@NUMBER
@OPERATOR
@at_desk
async def show(desk: Desk, *, number: str) -> None:
    """One payment, and its refunds."""
    attempt = await _seen(desk, number)
    async with desk.begin() as tx:
        refunds = await tx.refunds.of_order(attempt.order_id)
    of_it = [f"{r.number} {r.state_name} {r.amount}" for r in refunds if r.attempt_id == attempt.id]
    desk.output.facts(facts(attempt) | {"refunds": of_it})


@noun.command("query")
@NUMBER
@OPERATOR
@DRY_RUN
@at_desk
async def query(desk: Desk, *, number: str) -> None:
    """Ask the provider what became of it, and record what it says.

    One that we took for closed and that was paid after all counts now, or goes back where its order is gone. Exit 3
    where no answer came: try later. Asks nobody in a dry run.
    """
    seen = await _seen(desk, number)
    if desk.rehearsal is not None:
        desk.decided(facts(seen))
        return
    answer = await desk.container.recheck_payment()(number)
    if isinstance(answer, Lost):
        click.echo(f"no answer: {answer.why}", err=True)
        sys.exit(NO_ANSWER)
    desk.output.facts(facts(answer))


async def _seen(desk: Desk, number: str) -> Attempt:
    """The payment, if whoever asks may see it: the machine itself may."""
    if desk.operator is not None:
        check_anywhere("see_money", desk.operator)
    async with desk.begin() as tx:
        attempt = await tx.attempts.get(attempt_of(number))
    if desk.operator is not None:
        check("see_money", desk.operator, campus_id=attempt.campus_id, of="attempt")
    return attempt
