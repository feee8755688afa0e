"""Asking a provider about a payment may move money, so it can be rehearsed."""

from tests.cli.conftest import Terminal
from tests.stage import Stage


def test_a_dry_run_shows_a_payment_and_asks_nobody(terminal: Terminal, stage: Stage, wait):
    order = wait(stage.published(wait(stage.member())))
    report = wait(stage.report(order))
    rehearsed = terminal.told("payment", "query", report.number, "--dry-run")
    assert (rehearsed["state"], rehearsed["dry_run"], rehearsed["transfers"]) == ("pending", True, [])
    assert wait(stage.order(order)).state_name == "awaiting_payment"
    assert terminal.told("payment", "query", report.number)["state"] == "succeeded"
    assert wait(stage.order(order)).state_name == "open"
