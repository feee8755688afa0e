"""`errand order`: look at orders, and resolve what went wrong."""

from typing import Any
from uuid import UUID

import click
from attrs import asdict

from entrypoints.cli.desk import CAMPUS, DRY_RUN, LIMIT, OPERATOR, Desk, at_desk, find_member
from errand_domain.dispute.dispute import Dispute, Ruling
from errand_domain.errors import Missing
from errand_domain.ids import OrderId
from errand_domain.money import Money
from errand_domain.order.order import Order
from errand_domain.order.states import NAMES, Outcome
from errand_domain.permissions import check, check_anywhere
from errand_domain.ports.orders import Recorded

FEN = click.IntRange(0)
ORDER = click.argument("order_id", type=click.UUID)
REFUND = click.option("--refund-fen", type=FEN, required=True, help="So much back to the requester.")
RUNNER = click.option("--runner-fen", type=FEN, required=True, help="So much to the runner.")


@click.group("order")
def noun() -> None:
    """Orders. Codes, rooms and phone numbers are never printed here."""


def facts(order: Order) -> dict[str, object]:
    """One line about an order."""
    return {
        "id": order.id,
        "state": order.state_name,
        "category": order.terms.category,
        "item": order.terms.item,
        "reward": order.price.reward,
        "goods": order.price.goods_advance,
        "requester": order.requester_id,
        "runner": order.runner_id,
        "placed_at": order.placed_at,
        "due_at": order.due_at,
    }


@noun.command("list")
@CAMPUS
@click.option("--state", "states", multiple=True, type=click.Choice(list(NAMES.values())), help="May be repeated.")
@LIMIT
@OPERATOR
@at_desk
async def show_list(desk: Desk, *, campus_ref: str | None, states: tuple[str, ...], limit: int) -> None:
    """A campus's orders, newest first."""
    campus = await desk.campus(campus_ref)
    if desk.operator is not None:
        check("see_orders", desk.operator, campus_id=campus.id)
    async with desk.begin() as tx:
        orders = await tx.orders.at_campus(campus.id, states=states, before=None, limit=limit)
    desk.output.rows([facts(order) for order in orders], none="No such order.")


@noun.command("show")
@ORDER
@OPERATOR
@at_desk
async def show(desk: Desk, *, order_id: UUID) -> None:
    """One order: terms, price, payments, refunds, dispute."""
    order = await _seen(desk, order_id)
    async with desk.begin() as tx:
        attempts = await tx.attempts.of_order(order.id)
        refunds = await tx.refunds.of_order(order.id)
        dispute = await tx.disputes.of_order(order.id)
    terms = order.terms
    more = {
        "from": terms.pickup.name,
        "to": terms.dropoff.name,
        "metres": order.distance.metres,
        "handover": terms.handover.place,
        "wanted_until": terms.window.latest,
        "version": order.version,
        "details_removed_at": order.details_removed_at,
        "payments": [f"{a.number} {a.purpose} {a.state_name} {a.amount}" for a in attempts],
        "refunds": [f"{r.number} {r.state_name} {r.amount}" for r in refunds],
        "dispute": dispute.state_name if dispute else None,
    }
    desk.output.facts(facts(order) | more)


@noun.command("history")
@ORDER
@OPERATOR
@at_desk
async def history(desk: Desk, *, order_id: UUID) -> None:
    """Every event of the order, oldest first."""
    order = await _seen(desk, order_id)
    async with desk.begin() as tx:
        recorded = await tx.orders.history(order.id)
    desk.output.rows([_line(one) for one in recorded], none="Nothing has happened since it was placed.")


@noun.command("cancel")
@ORDER
@click.option("--reason", required=True, help="Told to nobody, kept in the audit record.")
@click.option("--refund-fen", type=FEN, help="So much back to the requester; everything if left out.")
@click.option("--runner-fen", type=FEN, default=0, help="So much to the runner.")
@OPERATOR
@DRY_RUN
@at_desk
async def cancel(desk: Desk, *, order_id: UUID, reason: str, refund_fen: int | None, runner_fen: int) -> None:
    """End an unfinished order with a stated division; audited."""
    if refund_fen is None and runner_fen:
        raise click.UsageError("--runner-fen needs --refund-fen")
    outcome = None if refund_fen is None else _outcome(refund_fen, runner_fen)
    act = desk.container.cancel_by_operations(begin=desk.begin)
    desk.decided(facts(await act(OrderId(order_id), desk.signed, reason=reason, outcome=outcome)))


@noun.command("reassign")
@ORDER
@click.option("--to", "to_member", required=True, metavar="MEMBER", help="The other runner: an id or a phone number.")
@OPERATOR
@DRY_RUN
@at_desk
async def reassign(desk: Desk, *, order_id: UUID, to_member: str) -> None:
    """Give the errand to another runner, who must satisfy all that accepting asks; audited."""
    to = await find_member(desk.begin, to_member)
    act = desk.container.reassign_errand(begin=desk.begin)
    desk.decided(facts(await act(OrderId(order_id), desk.signed, to=to.id)))


@noun.command("resolve-return")
@ORDER
@REFUND
@RUNNER
@OPERATOR
@DRY_RUN
@at_desk
async def resolve_return(desk: Desk, *, order_id: UUID, refund_fen: int, runner_fen: int) -> None:
    """Agree to a return and divide the money; audited."""
    act = desk.container.resolve_return(begin=desk.begin)
    desk.decided(facts(await act(OrderId(order_id), desk.signed, outcome=_outcome(refund_fen, runner_fen))))


@noun.command("rule")
@ORDER
@click.option("--refund-fen", type=FEN, help="So much back to the requester.")
@click.option("--runner-fen", type=FEN, help="So much to the runner.")
@click.option("--runner-at-fault", is_flag=True, help="The runner's credit pays for it.")
@click.option("--reason", help="Why; both sides read it.")
@click.option("--agree/--disagree", default=None, help="Confirm or return the ruling that a colleague proposed.")
@OPERATOR
@DRY_RUN
@at_desk
async def rule(
    desk: Desk,
    *,
    order_id: UUID,
    refund_fen: int | None,
    runner_fen: int | None,
    runner_at_fault: bool,
    reason: str | None,
    agree: bool | None,
) -> None:
    """Rule a dispute, or answer a proposed ruling; above the campus's sum it takes two operators. Audited."""
    async with desk.begin() as tx:
        dispute = await tx.disputes.of_order(OrderId(order_id))
    if dispute is None:
        raise Missing("dispute")
    if agree is not None:
        dispute = await desk.container.review_ruling(begin=desk.begin)(dispute.id, desk.signed, agree=agree)
    elif refund_fen is None or runner_fen is None or reason is None:
        raise click.UsageError("a ruling needs --refund-fen, --runner-fen and --reason")
    else:
        ruling = Ruling(
            refund=Money(refund_fen), runner=Money(runner_fen), runner_at_fault=runner_at_fault, reason=reason
        )
        dispute = await desk.container.rule_dispute(begin=desk.begin)(dispute.id, desk.signed, ruling=ruling)
    desk.decided(_ruled(dispute))


def _ruled(dispute: Dispute) -> dict[str, object]:
    ruling = getattr(dispute.state, "ruling", None)
    found: dict[str, object] = {"order": dispute.order_id, "dispute": dispute.id, "state": dispute.state_name}
    if isinstance(ruling, Ruling):
        found |= {"refund": ruling.refund, "runner": ruling.runner, "runner_at_fault": ruling.runner_at_fault}
    return found


def _outcome(refund_fen: int, runner_fen: int) -> Outcome:
    return Outcome(refund=Money(refund_fen), runner=Money(runner_fen))


async def _seen(desk: Desk, order_id: UUID) -> Order:
    """The order, if whoever asks may see it: the machine itself may."""
    if desk.operator is not None:
        check_anywhere("see_orders", desk.operator)
    async with desk.begin() as tx:
        order = await tx.orders.get(OrderId(order_id))
    if desk.operator is not None:
        check("see_orders", desk.operator, campus_id=order.campus_id, of="order")
    return order


def _line(recorded: Recorded) -> dict[str, object]:
    event = recorded.event
    plain: dict[str, Any] = asdict(event, recurse=False)
    told = {name: value for name, value in plain.items() if name not in ("at", "by")}
    return {
        "version": recorded.version,
        "at": event.at,
        "event": type(event).__name__,
        "by": event.by,
        "facts": ", ".join(f"{name} {value}" for name, value in told.items()),
    }
