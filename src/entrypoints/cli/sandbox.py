"""`errand sandbox`: what people outside do in a demonstration, from the command line."""

import click

from entrypoints.cli.desk import Desk, at_desk
from entrypoints.sandbox.world import World
from entrypoints.settings import SettingsInvalid

NUMBER = click.argument("number")


@click.group("sandbox")
def noun() -> None:
    """Pay, confirm and be paid back where ERRAND_PAYMENTS_FILE keeps the played provider. Development only."""


@noun.command("waiting")
@at_desk
async def waiting(desk: Desk) -> None:
    """What could be paid, confirmed or finished now."""
    provider = _world(desk).provider
    found = (
        ("pay", provider.open_payments()),
        ("confirm", provider.open_payouts()),
        ("finish", provider.open_refunds()),
    )
    desk.output.rows(
        [
            {"act": act, "number": number, "what": what, "amount": amount}
            for act, things in found
            for number, what, amount in things
        ],
        none="Nobody outside has anything to do.",
    )


@noun.command("pay")
@NUMBER
@at_desk
async def pay(desk: Desk, *, number: str) -> None:
    """The payer pays."""
    attempt = await _world(desk).pay(number)
    desk.output.facts({"number": number, "state": attempt.state_name, "order": attempt.order_id})


@noun.command("confirm")
@NUMBER
@at_desk
async def confirm(desk: Desk, *, number: str) -> None:
    """The runner confirms one part of a withdrawal."""
    withdrawal = await _world(desk).confirm(number)
    desk.output.facts({"number": number, "state": withdrawal.state_name, "withdrawal": withdrawal.id})


@noun.command("finish")
@NUMBER
@at_desk
async def finish(desk: Desk, *, number: str) -> None:
    """The payer has a refund."""
    refund = await _world(desk).finish_refund(number)
    desk.output.facts({"number": number, "state": refund.state_name, "order": refund.order_id})


def _world(desk: Desk) -> World:
    if desk.container.settings().mode != "development":
        raise SettingsInvalid("the sandbox needs ERRAND_MODE=development: anybody could pay with nothing")
    return World(desk.container)
