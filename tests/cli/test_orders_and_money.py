"""Orders, withdrawals and the ledger from the command line."""

import pytest
from attrs import frozen

from adapters.memory.faults import Decline
from errand_domain.member.member import Member
from errand_domain.money import Money
from errand_domain.order.order import Order
from tests.cli.conftest import Terminal
from tests.stage import PHONE_ROOM_AND_CODE, Stage


@frozen(kw_only=True)
class Cast:
    """Who plays in these tests."""

    requester: Member
    runner: Member
    operator: Member


@pytest.fixture
def people(stage: Stage, wait) -> Cast:
    return Cast(requester=wait(stage.member()), runner=wait(stage.runner()), operator=wait(stage.operator()))


def test_orders_are_listed_by_state(terminal: Terminal, stage: Stage, wait, people: Cast):
    placed, opened = wait(stage.published(people.requester)), wait(stage.opened(people.requester))
    assert {order["id"] for order in terminal.told("order", "list")} == {str(placed.id), str(opened.id)}
    (only,) = terminal.told("order", "list", "--state", "open")
    assert (only["id"], only["state"], only["reward_fen"]) == (str(opened.id), "open", opened.price.reward.fen)
    assert "一箱书" in terminal.done("order", "list")


def test_an_order_is_shown_without_its_secrets(terminal: Terminal, stage: Stage, wait, people: Cast):
    order = wait(stage.picked_up(people.requester, people.runner))
    shown = terminal.done("order", "show", order.id) + terminal.done("order", "show", order.id, "--json")
    shown += terminal.done("order", "history", order.id)
    assert "北门驿站" in shown
    assert not [secret for secret in (*PHONE_ROOM_AND_CODE, order.delivery_code) if secret in shown]
    events = [line["event"] for line in terminal.told("order", "history", order.id)]
    assert events == ["PaymentConfirmed", "RunnerAccepted", "ItemPickedUp"]


def test_operations_cancel_and_the_money_goes_back(terminal: Terminal, stage: Stage, wait, people: Cast):
    order = wait(stage.opened(people.requester))
    told = terminal.told("order", "cancel", order.id, "--reason", "停业", "--as", people.operator.id)
    assert told["state"] == "cancelled"
    assert (wait(stage.order(order))).state_name == "cancelled"


def test_a_rehearsal_tells_the_transfers_and_changes_nothing(terminal: Terminal, stage: Stage, wait, people: Cast):
    order = wait(stage.accepted(people.requester, people.runner))
    before = terminal.told("ledger", "journal")
    words = ("order", "cancel", order.id, "--reason", "停业", "--refund-fen", 200, "--runner-fen", 100)
    told = terminal.told(*words, "--as", people.operator.id, "--dry-run")
    assert (told["state"], told["dry_run"]) == ("cancelled", True)
    assert {(t["debit"].partition(":")[0], t["credit"].partition(":")[0]) for t in told["transfers"]} >= {
        ("escrow", "refunds_in_transit"),
        ("escrow", "runner_held"),
    }
    assert "nothing was written" in terminal.done(*words, "--as", people.operator.id, "--dry-run")
    assert wait(stage.order(order)).state_name == "accepted"
    assert terminal.told("ledger", "journal") == before


def test_a_return_is_resolved(terminal: Terminal, stage: Stage, wait, people: Cast):
    order = wait(stage.picked_up(people.requester, people.runner))
    wait(stage.use.report_return()(order.id, people.runner.id, reason="unreachable"))
    words = ("order", "resolve-return", order.id, "--refund-fen", 100, "--runner-fen", 150, "--as", people.operator.id)
    assert terminal.told(*words, "--dry-run")["state"] == "resolved"
    assert wait(stage.order(order)).state_name == "returning"
    assert terminal.told(*words)["state"] == "resolved"


def test_a_dispute_is_ruled(terminal: Terminal, stage: Stage, wait, people: Cast):
    order = wait(stage.delivered(people.requester, people.runner))
    wait(stage.use.open_dispute()(order.id, people.requester.id, reason="damaged", text="坏了"))
    wait(stage.use.state_case()(order.id, people.runner.id, text="没有"))
    words = ("order", "rule", order.id, "--refund-fen", 100, "--runner-fen", 100, "--reason", "各半")
    assert terminal.told(*words, "--as", people.operator.id, "--dry-run")["state"] == "decided"
    assert wait(stage.order(order)).state_name == "disputed"
    assert terminal.told(*words, "--as", people.operator.id)["refund_fen"] == 100
    assert wait(stage.order(order)).state_name == "resolved"


def test_an_errand_is_given_to_another_runner(terminal: Terminal, stage: Stage, wait, people: Cast):
    order, other = wait(stage.accepted(people.requester, people.runner)), wait(stage.runner())
    told = terminal.told("order", "reassign", order.id, "--to", other.ways[0].value, "--as", people.operator.id)
    assert told["runner"] == str(other.id)


def test_decisions_need_a_person_who_may(terminal: Terminal, stage: Stage, wait, people: Cast):
    order = wait(stage.opened(people.requester))
    assert "--as" in terminal.refused("order", "cancel", order.id, "--reason", "x")
    line = terminal.refused("order", "cancel", order.id, "--reason", "x", "--as", people.requester.id)
    assert "你没有权限进行此操作 [not_permitted]" in line
    assert "nobody signs in that way" in terminal.refused("order", "list", "--as", "+8613911111111")


def test_what_is_not_there_is_refused_in_the_language_of_the_domain(terminal: Terminal, stage: Stage):
    line = terminal.refused("order", "show", stage.new_id())
    assert line == "没有找到，或者你无权查看 [not_found] what: order\n"


def test_withdrawals_are_listed_and_decided(terminal: Terminal, stage: Stage, wait, people: Cast):
    for _ in range(3):
        wait(stage.earn(people.runner))
    words = ("campus", "policy", "--set", "withdrawals.approved_unseen_most=100")
    terminal.done(*words)
    withdrawal = wait(stage.use.request_withdrawal()(people.runner.id, amount=Money(300), provider="memory"))
    (listed,) = terminal.told("withdrawal", "list")
    assert (listed["id"], listed["state"], listed["amount_fen"]) == (str(withdrawal.id), "requested", 300)
    terminal.done("withdrawal", "reject", withdrawal.id, "--reason", "x", "--as", people.operator.id, "--dry-run")
    assert terminal.told("withdrawal", "list")[0]["state"] == "requested"
    told = terminal.told("withdrawal", "reject", withdrawal.id, "--reason", "核对", "--as", people.operator.id)
    assert told["state"] == "failed"
    again = wait(stage.use.request_withdrawal()(people.runner.id, amount=Money(300), provider="memory"))
    assert terminal.told("withdrawal", "approve", again.id, "--as", people.operator.id)["state"] == "approved"


def test_what_the_provider_refused_is_listed_with_its_reason_and_retried_or_given_up(
    terminal: Terminal, stage: Stage, wait, people: Cast
):
    wait(stage.earn(people.runner))
    stage.provider.fail_next("send", Decline(reason="NOT_ENOUGH"), Decline(reason="NOT_ENOUGH"))
    withdrawal = wait(stage.use.request_withdrawal()(people.runner.id, amount=Money(100), provider="memory"))
    wait(stage.use.advance_withdrawal()(withdrawal.id))
    (listed,) = terminal.told("withdrawal", "list")
    assert (listed["state"], listed["reason"]) == ("parked", "NOT_ENOUGH")
    finance = ("--as", people.operator.id)
    assert terminal.told("withdrawal", "retry", withdrawal.id, *finance)["state"] == "sending"
    wait(stage.use.advance_withdrawal()(withdrawal.id))
    words = ("withdrawal", "give-up", withdrawal.id, "--reason", "账号已注销", *finance)
    (back,) = terminal.told(*words, "--dry-run")["transfers"]
    assert back["amount_fen"] == 100
    assert terminal.told("withdrawal", "list")[0]["state"] == "parked"
    assert terminal.told(*words)["state"] == "failed"
    assert terminal.told("ledger", "verify")["sound"]


def test_a_stuck_refund_is_listed_with_what_to_do_and_asked_for_again(
    terminal: Terminal, stage: Stage, wait, people: Cast
):
    stage.provider.next_refund("needs_person")
    order = wait(stage.opened(people.requester))
    wait(stage.use.cancel_errand()(order.id, people.requester.id, reason="不需要了"))
    (refund,) = wait(refunds_of(stage, order))
    wait(stage.use.advance_refund()(refund.number))
    (listed,) = terminal.told("refund", "list")
    assert (listed["state"], listed["number"]) == ("abnormal", refund.number)
    assert "arrange a transfer" in listed["advice"]
    stage.provider.finish_refund(refund.number)
    words = ("refund", "retry", refund.number, "--as", people.operator.id)
    assert terminal.told(*words, "--dry-run")["state"] == "abnormal"
    assert terminal.told("refund", "list") == [listed]
    assert terminal.told(*words)["state"] == "succeeded"
    assert terminal.told("refund", "list") == []


async def refunds_of(stage: Stage, order: Order):
    async with stage.begin() as tx:
        return await tx.refunds.of_order(order.id)


def test_the_ledger_proves_itself(terminal: Terminal, stage: Stage, wait, people: Cast):
    wait(stage.completed(people.requester, people.runner))
    proof = terminal.told("ledger", "verify")
    assert proof["sound"]
    assert proof["imbalances"] == []
    assert proof["transfers"] == len(terminal.told("ledger", "journal"))
    balances = terminal.told("ledger", "balances")
    debits = sum(row["balance_fen"] for row in balances if row["side"] == "debit")
    assert debits == sum(row["balance_fen"] for row in balances if row["side"] == "credit") > 0
    (held,) = terminal.told("ledger", "balances", "--kind", "runner_held")
    assert held["owner"] == str(people.runner.id)


def test_an_unsound_ledger_ends_with_exit_1(terminal: Terminal, stage: Stage, wait, people: Cast):
    wait(stage.opened(people.requester))
    stage.use.database()._tables.balances._rows.clear()  # somebody wrote past the ledger
    result = terminal.run("ledger", "verify")
    assert result.exit_code == 1
    assert "stored 0" in result.stdout


def test_the_table_and_its_diagram_are_printed(terminal: Terminal):
    rows = terminal.told("states")
    assert {"from": "open", "event": "RunnerAccepted", "to": "accepted"}.items() <= rows[6].items()
    text = terminal.done("states")
    assert "stateDiagram-v2" in text
    assert terminal.done("states", "--diagram").count("-->") == len(rows) + 5
