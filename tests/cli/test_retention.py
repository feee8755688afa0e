"""How long things are kept, and what is late, from the command line."""

from datetime import timedelta

from entrypoints.worker.worker import make_worker
from errand_domain.retention import RETENTION
from tests.cli.conftest import Terminal
from tests.stage import Stage


def test_every_row_is_listed_by_default_and_by_the_rules_of_a_campus(terminal: Terminal, stage: Stage):
    rows = {row["name"]: row for row in terminal.told("retention", "list")}
    assert set(rows) == set(RETENTION)
    assert rows["order_details"]["kept"] == "180d"
    assert rows["account"]["kept"] == "until the account is closed"
    terminal.done("campus", "policy", "--set", "keep_order_details_for=365d")
    rows = {row["name"]: row for row in terminal.told("retention", "list", "--campus", stage.campus.id)}
    assert rows["order_details"]["kept"] == "365d"
    assert "an hour" not in terminal.done("retention", "list")


def test_what_is_due_and_overdue_is_counted_and_gone_once_a_worker_was_there(terminal: Terminal, stage: Stage, wait):
    def counted(*words: object) -> tuple[int, int]:
        rows = {row["name"]: row for row in terminal.told("retention", "due", *words)}
        return rows["order_details"]["due"], rows["order_details"]["overdue"]

    wait(stage.published(wait(stage.member())))
    stage.clock.advance(stage.campus.policy.pay_within)
    worker = make_worker(stage.use)
    wait(worker.drain())
    assert counted() == (0, 0)
    stage.clock.advance(stage.campus.policy.keep_order_details_for + timedelta(minutes=1))
    assert counted() == counted("--campus", stage.campus.name) == (1, 0)
    stage.clock.advance(timedelta(hours=1))
    assert counted() == (1, 1)
    wait(worker.drain())
    assert counted() == (0, 0)


def test_a_campus_that_is_not_there_is_refused(terminal: Terminal, stage: Stage):
    assert stage.campus.name in terminal.refused("retention", "due", "--campus", "nowhere")
