"""Reconciling with providers from the command line, and asking them about one payment."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from dependency_injector.providers import Object

from adapters.memory.bills import MemoryBills
from adapters.memory.faults import LoseBefore
from entrypoints.cli import finding as findings
from entrypoints.cli.reconcile_page import page
from entrypoints.container import Container
from errand_domain.member.member import Member
from errand_domain.money import Money
from errand_domain.settlement.recipes import Reference
from errand_domain.settlement.reconciliation import (
    FINDING_NAMES,
    AmountDiffers,
    BillLine,
    FeeDiffers,
    Finding,
    GivenUp,
    Matched,
    MissingHere,
    MissingThere,
    Movement,
    Reconciliation,
    UnderWay,
    day_of,
)
from errand_domain.testing import examples
from tests.cli.conftest import Terminal
from tests.stage import Stage
from tests.use_cases.billed import FEE_BASIS_POINTS, FIRST, EditedBills

DATE = FIRST.isoformat()
RECONCILE = ("ledger", "reconcile", DATE)


@pytest.fixture
def bills(stage: Stage, container: Container) -> EditedBills:
    """The provider writes bills."""
    bills = EditedBills(MemoryBills(stage.provider._books, stage.clock, fee_basis_points=FEE_BASIS_POINTS))
    container.payment_providers.override(Object(evolve(container.payment_providers(), bills={"memory": bills})))
    return bills


@pytest.fixture
def requester(stage: Stage, wait, bills: EditedBills) -> Member:  # noqa: ARG001 - bills are written from the start
    """Somebody whose order was paid yesterday."""
    requester = wait(stage.member())
    wait(stage.opened(requester))
    stage.clock.advance(timedelta(days=1))
    return requester


def drop_everything(bills: EditedBills) -> None:
    bills.edit(FIRST, lambda _: ())


@pytest.mark.usefixtures("requester")
def test_a_clean_day_ends_with_exit_0_and_books_the_fees_once(terminal: Terminal):
    (told,) = terminal.told(*RECONCILE)["providers"]
    assert (told["provider"], told["outcome"], told["fees_booked_now"]) == ("memory", "clean", 1)
    assert told["bill"]["payment"]["count"] == told["found"]["matched"]["count"] == 1
    (line,) = told["lines"]
    assert (line["finding"], line["kind"], line["there_fen"]) == ("matched", "payment", line["here_fen"])
    assert line["fee_fen"] == told["fee_fen"] > 0
    (again,) = terminal.told(*RECONCILE)["providers"]
    assert again == told | {"fees_booked_now": 0}
    assert terminal.told("ledger", "verify")["sound"]
    (fees,) = terminal.told("ledger", "balances", "--kind", "provider_fees")
    assert fees["balance_fen"] == told["fee_fen"]


@pytest.mark.usefixtures("requester")
def test_people_read_sums_and_what_did_not_simply_match(terminal: Terminal, bills: EditedBills):
    text = terminal.done(*RECONCILE)
    assert "Every line matches." in text
    assert f"memory {DATE}" in text
    drop_everything(bills)
    result = terminal.run(*RECONCILE)
    assert result.exit_code == 1
    assert "missing there" in result.stdout
    assert "errand payment show " in result.stdout


@pytest.mark.usefixtures("requester")
def test_differences_end_with_exit_1_and_name_the_command(terminal: Terminal, bills: EditedBills):
    drop_everything(bills)
    result = terminal.run(*RECONCILE, "--json")
    assert result.exit_code == 1
    (told,) = json.loads(result.stdout)["providers"]
    (line,) = told["lines"]
    assert (told["outcome"], line["finding"], line["there_fen"]) == ("differences", "missing_there", None)
    assert line["command"] == f"errand payment show {line['number']}"
    shown = terminal.told(*line["command"].split()[1:])
    assert (shown["number"], shown["state"], shown["amount_fen"]) == (line["number"], "succeeded", line["here_fen"])


@pytest.mark.usefixtures("bills")
def test_what_was_paid_unheard_is_resolved_with_the_command_that_is_told(terminal: Terminal, stage: Stage, wait):
    requester = wait(stage.member())
    order = wait(stage.published(requester))
    wait(stage.report(order))
    stage.clock.advance(timedelta(days=1))
    result = terminal.run(*RECONCILE, "--json")
    assert result.exit_code == 1
    (line,) = json.loads(result.stdout)["providers"][0]["lines"]
    assert (line["finding"], line["reason"], line["state"]) == ("missing_here", "not_recorded", "pending")
    stage.provider.fail_next("close", LoseBefore())
    assert terminal.told(*line["command"].split()[1:])["state"] == "pending"
    told = terminal.told(*line["command"].split()[1:])
    assert (told["state"], told["order"]) == ("succeeded", str(order.id))
    assert terminal.told(*RECONCILE)["providers"][0]["outcome"] == "clean"


@pytest.mark.usefixtures("requester")
def test_a_bill_that_is_not_there_yet_ends_with_exit_3(terminal: Terminal, stage: Stage):
    today = day_of(stage.clock.now()).isoformat()
    result = terminal.run("ledger", "reconcile", today)
    assert (result.exit_code, "is not there yet" in result.stdout) == (3, True)
    result = terminal.run("ledger", "reconcile", today, "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["providers"][0]["outcome"] == "not_ready"


@pytest.mark.usefixtures("requester")
def test_a_bill_that_got_lost_ends_with_exit_3(terminal: Terminal, bills: EditedBills):
    bills._true.fail_next(2)  # type: ignore[attr-defined]
    result = terminal.run(*RECONCILE)
    assert (result.exit_code, "did not come" in result.stdout) == (3, True)
    assert terminal.run(*RECONCILE, "--json").exit_code == 3
    assert terminal.run(*RECONCILE).exit_code == 0


@pytest.mark.usefixtures("requester")
def test_differences_with_one_provider_outweigh_that_another_has_no_bill(
    terminal: Terminal, container: Container, bills: EditedBills
):
    late = EditedBills(bills)
    providers = container.payment_providers()
    container.payment_providers.override(Object(evolve(providers, bills={"late": late, "memory": bills})))
    bills._true.fail_next()  # type: ignore[attr-defined]
    assert terminal.run(*RECONCILE).exit_code == 3
    drop_everything(bills)
    bills._true.fail_next()  # type: ignore[attr-defined]
    result = terminal.run(*RECONCILE)
    assert result.exit_code == 1
    assert "late: the bill did not come" in result.stdout
    assert terminal.run(*RECONCILE, "--provider", "memory").exit_code == 1


@pytest.mark.usefixtures("requester")
def test_yesterday_is_a_date(terminal: Terminal):
    assert terminal.told("ledger", "reconcile", "yesterday")["date"] == DATE


@pytest.mark.parametrize("date", ["", "today", "2026-13-01", "1.9.2026"])
@pytest.mark.usefixtures("bills")
def test_what_is_no_date_is_refused(terminal: Terminal, date: str):
    assert "DATE is written 2026-09-01, or yesterday" in terminal.refused("ledger", "reconcile", date)


@pytest.mark.usefixtures("bills")
def test_a_provider_without_bills_is_refused(terminal: Terminal, stage: Stage):
    line = terminal.refused(*RECONCILE, "--provider", "nobody")
    assert line == "填写的内容有误 [field.invalid] field: provider, reason: must be one of memory\n"
    stage.use.payment_providers.override(Object(evolve(stage.use.payment_providers(), bills={})))
    assert "no provider of this installation has bills" in terminal.refused(*RECONCILE)


@pytest.mark.usefixtures("requester")
def test_a_rehearsal_tells_the_fees_and_books_none(terminal: Terminal):
    before = terminal.told("ledger", "journal")
    told = terminal.told(*RECONCILE, "--dry-run")
    assert told["dry_run"]
    (fee,) = told["transfers"]
    assert (fee["debit"], fee["credit"]) == ("provider_fees:memory", "provider_clearing:memory")
    assert fee["amount_fen"] == told["providers"][0]["fee_fen"]
    assert "nothing was written" in terminal.done(*RECONCILE, "--dry-run")
    assert terminal.told("ledger", "journal") == before


# -- The page ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("requester")
def test_the_report_is_written_as_a_page(terminal: Terminal, bills: EditedBills, tmp_path: Path):
    report = tmp_path / "report.html"
    terminal.done(*RECONCILE, "--html", report)
    text = report.read_text(encoding="utf-8")
    assert f"<h1>对账报告 {DATE}</h1>" in text
    assert "核对一致，没有差异。" in text
    drop_everything(bills)
    assert terminal.run(*RECONCILE, "--html", report).exit_code == 1
    assert "有 1 处差异，需要处理。" in report.read_text(encoding="utf-8")


@pytest.mark.usefixtures("bills")
def test_without_a_bill_no_page_is_written(terminal: Terminal, tmp_path: Path):
    report = tmp_path / "report.html"
    assert terminal.run(*RECONCILE, "--html", report).exit_code == 3
    assert not report.exists()


LINE = BillLine(
    kind="payout",
    number=examples.withdrawal().part_number(1),
    provider_id="<script>alert('&')</script>",
    amount=Money(1_205),
    fee_fen=-3,
    at=examples.NOW,
)
EVERY: tuple[Finding, ...] = (
    Matched(line=LINE),
    UnderWay(line=LINE, state="processing"),
    GivenUp(line=LINE),
    MissingHere(line=LINE, reason="not_recorded", state="parked"),
    MissingThere(here=Movement(reference=Reference("payment", "n"), amount=Money(7), at=examples.NOW)),
    AmountDiffers(line=LINE, here=Money(1_204)),
    FeeDiffers(line=LINE, booked_fen=-4),
)


def test_every_finding_has_a_line_on_the_page_and_nothing_is_left_unescaped():
    assert {type(finding) for finding in EVERY} == set(FINDING_NAMES)
    found = Reconciliation(provider="<b>memory", day=FIRST, bill=(LINE,), findings=EVERY)
    text = page(FIRST, [found])
    for word in ("一致", "处理中", "平台已放弃", "我方缺少", "平台缺少", "金额不符", "手续费不符"):
        assert f"<td>{word}</td>" in text
    for shown in ("¥12.05", "¥12.04", "-¥0.03", "已入账手续费 -¥0.04", "有 4 处差异"):
        assert shown in text
    assert "<script" not in text
    assert "<b>memory" not in text
    assert "&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;" in text


def test_the_page_needs_nothing_from_elsewhere():
    text = page(FIRST, [Reconciliation(provider="memory", day=FIRST, bill=(LINE,), findings=EVERY)])
    assert not [word for word in ("http:", "https:", "src=", "<link", "@import", "url(") if word in text]


# -- What helps ----------------------------------------------------------------------------------------------


def changed(**changes: Any) -> BillLine:
    return evolve(LINE, **changes)


@pytest.mark.parametrize(
    ("finding", "command"),
    [
        (MissingHere(line=changed(kind="payment", number="n"), reason="not_recorded"), "errand payment query n"),
        (MissingHere(line=LINE, reason="not_recorded", state="expired"), None),
        (MissingHere(line=changed(kind="refund"), reason="not_recorded"), None),
        (MissingHere(line=LINE, reason="not_booked"), "errand ledger verify"),
        (MissingHere(line=LINE, reason="unknown"), None),
        (MissingHere(line=LINE, reason="repeated"), None),
        (AmountDiffers(line=changed(kind="payment", number="n"), here=Money(1)), "errand payment show n"),
        (AmountDiffers(line=LINE, here=Money(1)), None),
        (FeeDiffers(line=LINE, booked_fen=1), None),
        (UnderWay(line=LINE, state="x"), None),
        (GivenUp(line=LINE), None),
        (Matched(line=LINE), None),
    ],
)
def test_a_finding_tells_the_command_that_helps_where_there_is_one(finding: Finding, command: str | None):
    assert findings.command(finding) == command


def test_a_parked_withdrawal_that_was_paid_is_sent_for_again(terminal: Terminal):
    told = findings.command(MissingHere(line=LINE, reason="not_recorded", state="parked"))
    assert told is not None
    words = told.split()
    assert words[:3] == ["errand", "withdrawal", "retry"]
    assert "--as" in terminal.done(*words[1:3], "--help")


# -- One payment ---------------------------------------------------------------------------------------------


def test_a_payment_that_is_none_of_ours_is_refused(terminal: Terminal, stage: Stage):
    for verb in ("show", "query"):
        assert "[not_found]" in terminal.refused("payment", verb, "nonsense")
        assert "[not_found]" in terminal.refused("payment", verb, "0" * 25)
    assert stage.provider.totals.collected == 0


def test_a_provider_that_does_not_answer_ends_with_exit_3(terminal: Terminal, stage: Stage, wait, requester: Member):
    order = wait(stage.published(requester))
    attempt = wait(stage.use.pay_for_errand()(order.id, requester.id, provider="memory")).attempt
    stage.clock.advance(timedelta(hours=1))
    wait(stage.use.query_payment()(attempt.id))
    assert terminal.told("payment", "query", attempt.number)["state"] == "closed"
    stage.provider.fail_next("query", LoseBefore())
    result = terminal.run("payment", "query", attempt.number)
    assert (result.exit_code, result.stdout, result.stderr) == (3, "", "no answer: the request did not arrive\n")


def test_who_may_not_see_money_sees_no_payment(terminal: Terminal, stage: Stage, wait, requester: Member):
    order = wait(stage.opened(requester))

    async def first() -> str:
        async with stage.begin() as tx:
            return (await tx.attempts.of_order(order.id))[0].number

    number = wait(first())
    assert terminal.told("payment", "show", number, "--as", wait(stage.operator()).id)["state"] == "succeeded"
    for verb in ("show", "query"):
        assert "[not_permitted]" in terminal.refused("payment", verb, number, "--as", requester.id)
