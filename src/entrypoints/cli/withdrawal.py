"""`errand withdrawal`: what runners take out, and finance's word on it."""

from uuid import UUID

import click

from entrypoints.cli.desk import CAMPUS, DRY_RUN, LIMIT, OPERATOR, Desk, at_desk
from errand_domain.ids import WithdrawalId
from errand_domain.permissions import check
from errand_domain.settlement.withdrawal import Withdrawal
from errand_domain.settlement.withdrawal_states import WITHDRAWAL_STATE_NAMES, Failed, Parked

STATE = click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(list(WITHDRAWAL_STATE_NAMES.values())),
    help="Only those; may be repeated. Without it: those that are under way.",
)
UNDER_WAY = ("requested", "approved", "sending", "waiting_for_user", "parked")


@click.group("withdrawal")
def noun() -> None:
    """Runners' withdrawals: small ones are sent at once, larger ones wait for finance."""


def facts(withdrawal: Withdrawal) -> dict[str, object]:
    """What finance sees of one."""
    state = withdrawal.state
    return {
        "id": withdrawal.id,
        "state": withdrawal.state_name,
        "amount": withdrawal.amount,
        "parts": len(withdrawal.parts),
        "provider": withdrawal.provider,
        "runner": withdrawal.runner_id,
        "requested_at": withdrawal.requested_at,
        "reason": state.reason if isinstance(state, Failed | Parked) else "",
    }


@noun.command("list")
@CAMPUS
@STATE
@LIMIT
@OPERATOR
@at_desk
async def show_list(desk: Desk, *, campus_ref: str | None, states: tuple[str, ...], limit: int) -> None:
    """A campus's withdrawals, oldest first."""
    campus = await desk.campus(campus_ref)
    if desk.operator is not None:
        check("see_money", desk.operator, campus_id=campus.id)
    async with desk.begin() as tx:
        found = await tx.withdrawals.at_campus(campus.id, states=states or UNDER_WAY, limit=limit)
    desk.output.rows([facts(withdrawal) for withdrawal in found], none="No such withdrawal.")


@noun.command("approve")
@click.argument("withdrawal_id", type=click.UUID)
@click.option("--reason", default="", help="Kept in the audit record.")
@OPERATOR
@DRY_RUN
@at_desk
async def approve(desk: Desk, *, withdrawal_id: UUID, reason: str) -> None:
    """Let it go to the provider; audited."""
    await _decide(desk, withdrawal_id, approve=True, reason=reason)


@noun.command("reject")
@click.argument("withdrawal_id", type=click.UUID)
@click.option("--reason", required=True, help="Told in the audit record; the funds go back at once.")
@OPERATOR
@DRY_RUN
@at_desk
async def reject(desk: Desk, *, withdrawal_id: UUID, reason: str) -> None:
    """Refuse it: the funds go back to the runner's available earnings; audited."""
    await _decide(desk, withdrawal_id, approve=False, reason=reason)


@noun.command("retry")
@click.argument("withdrawal_id", type=click.UUID)
@OPERATOR
@DRY_RUN
@at_desk
async def retry(desk: Desk, *, withdrawal_id: UUID) -> None:
    """Send one again that the provider refused, under the same number, once the reason is gone; audited."""
    again = desk.container.retry_withdrawal(begin=desk.begin)
    desk.decided(facts(await again(WithdrawalId(withdrawal_id), desk.signed)))


@noun.command("give-up")
@click.argument("withdrawal_id", type=click.UUID)
@click.option("--reason", required=True, help="Told in the audit record; the funds go back at once.")
@OPERATOR
@DRY_RUN
@at_desk
async def give_up(desk: Desk, *, withdrawal_id: UUID, reason: str) -> None:
    """Give up one that the provider refused and knows nothing of: the funds go back to the runner; audited."""
    advance = desk.container.advance_withdrawal(begin=desk.begin)
    end = desk.container.give_up_withdrawal(begin=desk.begin, advance=advance)
    desk.decided(facts(await end(WithdrawalId(withdrawal_id), desk.signed, reason=reason)))


async def _decide(desk: Desk, withdrawal_id: UUID, *, approve: bool, reason: str) -> None:
    decide = desk.container.decide_withdrawal(begin=desk.begin)
    withdrawal = await decide(WithdrawalId(withdrawal_id), desk.signed, approve=approve, reason=reason)
    desk.decided(facts(withdrawal))
