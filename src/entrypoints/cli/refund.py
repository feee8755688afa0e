"""`errand refund`: money on its way back that waits for a person."""

import click

from entrypoints.cli.desk import CAMPUS, DRY_RUN, LIMIT, OPERATOR, Desk, at_desk
from errand_domain.payment.refund import Abnormal, Refund
from errand_domain.permissions import check, check_anywhere


@click.group("refund")
def noun() -> None:
    """Refunds that the payer's account does not take, or of which the provider does not tell."""


def facts(refund: Refund) -> dict[str, object]:
    """What finance sees of one."""
    return {
        "number": refund.number,
        "state": refund.state_name,
        "amount": refund.amount,
        "provider": refund.provider,
        "order": refund.order_id,
        "requested_at": refund.requested_at,
        "advice": refund.state.advice if isinstance(refund.state, Abnormal) else "",
    }


@noun.command("list")
@CAMPUS
@LIMIT
@OPERATOR
@at_desk
async def show_list(desk: Desk, *, campus_ref: str | None, limit: int) -> None:
    """A campus's refunds that wait for a person, oldest first, each with what to do."""
    campus = await desk.campus(campus_ref)
    if desk.operator is not None:
        check("see_money", desk.operator, campus_id=campus.id)
    async with desk.begin() as tx:
        found = await tx.refunds.abnormal(campus.id, limit=limit)
    desk.output.rows([facts(refund) for refund in found], none="No refund waits for a person.")


@noun.command("retry")
@click.argument("number")
@OPERATOR
@DRY_RUN
@at_desk
async def retry(desk: Desk, *, number: str) -> None:
    """Ask the provider again, under the same number: what it has done is not done twice. Asks nobody in a dry run.

    One that the provider closed each time is asked for under a new number.
    """
    operator = desk.signed
    check_anywhere("approve_withdrawals", operator)
    async with desk.begin() as tx:
        refund = await tx.refunds.get(number)
    check("approve_withdrawals", operator, campus_id=refund.campus_id, of="refund")
    if desk.rehearsal is None:
        refund = await desk.container.retry_refund()(number, operator)
    desk.decided(facts(refund))
