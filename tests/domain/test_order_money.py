"""Every row of the order table that moves money: given a state, when somebody decides, then this state and money.

The order pays ¥6.01 for the service: of that 85 % is 510.85 fen and 5 % is 30.05 fen, so there is an odd fen in
every division. A purchase has ¥30.00 advanced for its goods, of which ¥12.34 were spent at pickup.
"""

from collections.abc import Callable

import pytest
from attrs import evolve

from errand_domain.money import Money
from errand_domain.order import ending, publishing, running
from errand_domain.order import states as s
from errand_domain.order.events import Event
from errand_domain.order.order import Order
from errand_domain.order.transitions import TRANSITIONS
from errand_domain.settlement.accounts import Account
from errand_domain.settlement.earning import Earning, EarningReleased
from errand_domain.settlement.ledger import Transfer, balances
from errand_domain.use_cases.bookkeeping import Bookings, Books, book
from tests.domain.examples import (
    ATTEMPT_ID,
    CARRIAGE,
    COLLEAGUE,
    DAY,
    DISPUTE_ID,
    MINUTE,
    NOON,
    PHOTO,
    POLICY,
    PRICE,
    PURCHASE,
    RECEIPT,
    REQUESTER,
    RUNNER,
    STATE_EXAMPLES,
    TIP_ID,
    order_in,
    paid,
)
from tests.domain.tables import cases

LATER = NOON + 10 * MINUTE  # past the two minutes in which cancelling is free
SPENT = evolve(CARRIAGE, goods_cost=Money(1_234))
DISPUTED = STATE_EXAMPLES[s.Disputed]

GIVEN: dict[str, Callable[[], Order]] = {
    "awaiting payment": lambda: order_in(s.AwaitingPayment),
    "awaiting purchase": lambda: order_in(s.AwaitingPayment, terms=PURCHASE),
    "open": lambda: order_in(s.Open),
    "open purchase": lambda: order_in(s.Open, terms=PURCHASE),
    "accepted": lambda: order_in(s.Accepted),
    "accepted purchase": lambda: order_in(s.Accepted, terms=PURCHASE),
    "accepted, ¥1 reward": lambda: order_in(s.Accepted, price=evolve(PRICE, base=Money(100))),
    "at pickup": lambda: order_in(s.AtPickup),
    "at pickup, ¥1 reward": lambda: order_in(s.AtPickup, price=evolve(PRICE, base=Money(100))),
    "at pickup purchase": lambda: order_in(s.AtPickup, terms=PURCHASE),
    "picked up": lambda: order_in(s.PickedUp),
    "picked up purchase": lambda: order_in(s.PickedUp(carriage=SPENT), terms=PURCHASE),
    "delivered": lambda: order_in(s.Delivered),
    "delivered purchase": lambda: order_in(evolve(STATE_EXAMPLES[s.Delivered], carriage=SPENT), terms=PURCHASE),
    "completed": lambda: order_in(s.Completed),
    "returning": lambda: order_in(s.Returning),
    "disputed": lambda: order_in(s.Disputed),
    "disputed purchase": lambda: order_in(evolve(DISPUTED, carriage=SPENT), terms=PURCHASE),
}


def cancelled(order: Order, *, after: object = LATER) -> Event:
    return ending.cancel(order, REQUESTER, POLICY, reason="不需要了", confirmed_fee=Money(200), at=after)  # type: ignore[arg-type]


def outcome(refund: int, runner: int) -> s.Outcome:
    return s.Outcome(refund=Money(refund), runner=Money(runner))


def picked_up(order: Order, cost: int) -> Event:
    receipt = RECEIPT if cost else None
    return running.pick_up(order, RUNNER, photos=(PHOTO,), goods_cost=Money(cost), receipt=receipt, at=LATER)


def impossible(order: Order, reason: str) -> Event:
    return running.report_impossible(order, RUNNER, POLICY, reason=reason, photos=(PHOTO,), at=LATER)  # type: ignore[arg-type]


WHEN: dict[str, Callable[[Order], Event]] = {
    "is paid": lambda o: publishing.confirm_payment(o, POLICY, attempt_id=ATTEMPT_ID, amount=o.price.payable, at=LATER),
    "tip of ¥1 is paid": lambda o: publishing.raise_tip(o, attempt_id=TIP_ID, amount=Money(100), at=LATER),
    "time runs out": lambda o: publishing.fall_due(o, POLICY, at=NOON + 2 * DAY),
    "requester cancels": cancelled,
    "requester cancels in 2 min": lambda o: cancelled(o, after=NOON + 2 * MINUTE),
    "requester cancels, runner late": lambda o: cancelled(o, after=NOON + 45 * MINUTE),
    "operations cancel": lambda o: ending.cancel_by_operations(o, reason="误发", outcome=None, at=LATER),
    "operations give runner ¥3": lambda o: ending.cancel_by_operations(
        o, reason="已跑一半", outcome=outcome(o.held.fen - 300, 300), at=LATER
    ),
    "runner: wrong address": lambda o: impossible(o, "wrong_address"),
    "runner: station closed": lambda o: impossible(o, "closed"),
    "item picked up": lambda o: picked_up(o, 0),
    "goods bought for ¥12.34": lambda o: picked_up(o, 1_234),
    "goods bought for ¥30": lambda o: picked_up(o, 3_000),
    "requester confirms": lambda o: ending.confirm(o, REQUESTER, POLICY, at=LATER),
    "runner shows the code": lambda o: running.complete_with_code(o, RUNNER, POLICY, code="135790", at=LATER),
    "return: ¥3 back, ¥2 to runner": lambda o: ending.resolve_return(o, outcome=outcome(300, 200), at=LATER),
    "ruled: ¥3 back, ¥2 to runner": lambda o: ending.resolve_dispute(o, outcome=outcome(300, 200), at=LATER),
    "ruled: all back": lambda o: ending.resolve_dispute(o, outcome=outcome(o.disputed_sum.fen, 0), at=LATER),
    "ruled: all to runner": lambda o: ending.resolve_dispute(o, outcome=outcome(0, o.disputed_sum.fen), at=LATER),
    "dispute opened": lambda o: ending.open_dispute(o, REQUESTER, DISPUTE_ID, at=LATER),
}

ROWS = cases("""
given                | when                           | then      | paid | back | runner | agent | platform | held
---------------------+--------------------------------+-----------+------+------+--------+-------+----------+-----
awaiting payment     | is paid                        | open      |  601 |    0 |      0 |     0 |        0 |  601
awaiting purchase    | is paid                        | open      | 3601 |    0 |      0 |     0 |        0 | 3601
awaiting payment     | time runs out                  | expired   |    0 |    0 |      0 |     0 |        0 |    0
awaiting payment     | requester cancels              | cancelled |    0 |    0 |      0 |     0 |        0 |    0
awaiting payment     | operations cancel              | cancelled |    0 |    0 |      0 |     0 |        0 |    0
open                 | tip of ¥1 is paid              | open      |  100 |    0 |      0 |     0 |        0 |  701
open                 | time runs out                  | expired   |    0 |  601 |      0 |     0 |        0 |    0
open purchase        | time runs out                  | expired   |    0 | 3601 |      0 |     0 |        0 |    0
open                 | requester cancels              | cancelled |    0 |  601 |      0 |     0 |        0 |    0
open purchase        | requester cancels              | cancelled |    0 | 3601 |      0 |     0 |        0 |    0
open                 | operations cancel              | cancelled |    0 |  601 |      0 |     0 |        0 |    0
accepted             | time runs out                  | open      |    0 |    0 |      0 |     0 |        0 |  601
accepted             | requester cancels in 2 min     | cancelled |    0 |  601 |      0 |     0 |        0 |    0
accepted             | requester cancels              | cancelled |    0 |  401 |    200 |     0 |        0 |    0
accepted             | requester cancels, runner late | cancelled |    0 |  601 |      0 |     0 |        0 |    0
accepted purchase    | requester cancels              | cancelled |    0 | 3401 |    200 |     0 |        0 |    0
accepted, ¥1 reward  | requester cancels              | cancelled |    0 |    0 |    100 |     0 |        0 |    0
accepted             | operations cancel              | cancelled |    0 |  601 |      0 |     0 |        0 |    0
accepted             | operations give runner ¥3      | cancelled |    0 |  301 |    300 |     0 |        0 |    0
accepted             | item picked up                 | picked_up |    0 |    0 |      0 |     0 |        0 |  601
accepted purchase    | goods bought for ¥12.34        | picked_up |    0 | 1766 |      0 |     0 |        0 | 1835
at pickup            | requester cancels in 2 min     | cancelled |    0 |  601 |      0 |     0 |        0 |    0
at pickup            | requester cancels              | cancelled |    0 |  401 |    200 |     0 |        0 |    0
at pickup            | operations cancel              | cancelled |    0 |  601 |      0 |     0 |        0 |    0
at pickup            | runner: wrong address          | cancelled |    0 |  401 |    200 |     0 |        0 |    0
at pickup            | runner: station closed         | cancelled |    0 |  601 |      0 |     0 |        0 |    0
at pickup            | item picked up                 | picked_up |    0 |    0 |      0 |     0 |        0 |  601
at pickup purchase   | goods bought for ¥12.34        | picked_up |    0 | 1766 |      0 |     0 |        0 | 1835
at pickup, ¥1 reward | runner: wrong address          | cancelled |    0 |    0 |    100 |     0 |        0 |    0
accepted purchase    | goods bought for ¥30           | picked_up |    0 |    0 |      0 |     0 |        0 | 3601
picked up            | operations cancel              | cancelled |    0 |  601 |      0 |     0 |        0 |    0
picked up purchase   | operations give runner ¥3      | cancelled |    0 | 1535 |    300 |     0 |        0 |    0
picked up            | dispute opened                 | disputed  |    0 |    0 |      0 |     0 |        0 |  601
delivered            | requester confirms             | completed |    0 |    0 |    510 |    30 |       61 |    0
delivered            | runner shows the code          | completed |    0 |    0 |    510 |    30 |       61 |    0
delivered            | time runs out                  | completed |    0 |    0 |    510 |    30 |       61 |    0
delivered purchase   | requester confirms             | completed |    0 |    0 |   1744 |    30 |       61 |    0
delivered            | operations cancel              | cancelled |    0 |  601 |      0 |     0 |        0 |    0
delivered            | dispute opened                 | disputed  |    0 |    0 |      0 |     0 |        0 |  601
returning            | operations cancel              | cancelled |    0 |  601 |      0 |     0 |        0 |    0
returning            | return: ¥3 back, ¥2 to runner  | resolved  |    0 |  300 |    200 |    33 |       68 |    0
disputed             | ruled: ¥3 back, ¥2 to runner   | resolved  |    0 |  300 |    200 |    33 |       68 |    0
disputed             | ruled: all back                | resolved  |    0 |  601 |      0 |     0 |        0 |    0
disputed             | ruled: all to runner           | resolved  |    0 |    0 |    601 |     0 |        0 |    0
disputed purchase    | ruled: all back                | resolved  |    0 | 1835 |      0 |     0 |        0 |    0
disputed purchase    | ruled: all to runner           | resolved  |    0 |    0 |   1835 |     0 |        0 |    0
""")
NO_MONEY = {"none", "freeze"}


def books_of(order: Order) -> Books:
    """All that was paid for the order so far; what the goods did not cost has gone back."""
    whole = order.price.payable
    return Books(attempts=(paid(whole), paid(Money(100), attempt_id=TIP_ID, purpose="tip", at=NOON + MINUTE)))


def funded(order: Order) -> dict[Account, int]:
    """What the ledger holds for the order before."""
    service = Account("escrow", str(order.id))
    goods = Account("goods_advance", str(order.id))
    if isinstance(order.state, s.AwaitingPayment):
        return {}
    return {service: order.price.reward.fen, goods: order.goods.fen}


def by_kind(transfers: tuple[Transfer, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for account, fen in balances(transfers).items():
        found[account.kind] = found.get(account.kind, 0) + fen
    return found


def read(row: object) -> str:
    return f"{row['given']}: {row['when']}" if isinstance(row, dict) else str(row)


@pytest.mark.parametrize("row", ROWS, ids=read)
def test_given_a_state_when_somebody_decides_then_this_state_and_this_money(row: dict[str, str]):
    before = GIVEN[row["given"]]()
    event = WHEN[row["when"]](before)
    after = before.apply(event)
    done = book(before, event, POLICY, books_of(before))
    moved = by_kind(done.transfers)
    assert after.state_name == row["then"]
    found = {
        "paid": moved.get("provider_clearing", 0),
        "back": moved.get("refunds_in_transit", 0),
        "runner": moved.get("runner_held", 0),
        "agent": moved.get("campus_agent", 0),
        "platform": moved.get("platform", 0),
        "held": after.held.fen,
    }
    assert found == {name: int(row[name]) for name in found}
    assert sum(refund.amount.fen for refund in done.refunds) == found["back"]
    assert earned(done) == found["runner"]


@pytest.mark.parametrize("row", ROWS, ids=read)
def test_what_the_order_says_it_holds_is_what_the_ledger_holds(row: dict[str, str]):
    before = GIVEN[row["given"]]()
    event = WHEN[row["when"]](before)
    after = before.apply(event)
    held = funded(before)
    for account, fen in balances(book(before, event, POLICY, books_of(before)).transfers).items():
        if account.kind in ("escrow", "goods_advance"):
            held[account] = held.get(account, 0) + fen
    assert sum(held.values()) == after.held.fen
    assert all(fen >= 0 for fen in held.values())
    assert not after.is_final or not any(held.values())


def earned(done: Bookings) -> int:
    return done.new_earning.amount.fen if isinstance(done.new_earning, Earning) else 0


def test_every_row_that_moves_money_is_in_the_table_above():
    rows = {(type(GIVEN[r["given"]]().state), type(WHEN[r["when"]](GIVEN[r["given"]]()))) for r in ROWS}
    assert {pair for pair, row in TRANSITIONS.items() if row.money not in NO_MONEY} <= rows


def test_confirming_the_code_and_the_timer_all_settle_alike():
    before = order_in(s.Delivered)
    decisions = ("requester confirms", "runner shows the code", "time runs out")
    settled = [book(before, evolve(WHEN[name](before), at=LATER), POLICY, Books()) for name in decisions]
    assert settled[0] == settled[1] == settled[2]


def test_a_handed_over_errand_pays_whoever_delivers_it():
    colleague = evolve(CARRIAGE, runner_id=COLLEAGUE)
    before = order_in(evolve(STATE_EXAMPLES[s.Delivered], carriage=colleague))
    done = book(before, WHEN["requester confirms"](before), POLICY, Books())
    assert {t.credit.owner for t in done.transfers if t.credit.kind == "runner_held"} == {str(COLLEAGUE)}


def test_earnings_are_held_for_as_long_as_they_can_be_disputed():
    before = order_in(s.Delivered)
    earning = book(before, WHEN["requester confirms"](before), POLICY, Books()).new_earning
    assert earning is not None
    assert earning.release_at == LATER + 2 * DAY
    assert before.apply(WHEN["requester confirms"](before)).state.disputable_until == earning.release_at  # type: ignore[union-attr]


def test_a_dispute_after_completion_takes_the_settlement_back_and_divides_anew():
    completed = order_in(s.Completed)
    earning = book(order_in(s.Delivered), WHEN["requester confirms"](order_in(s.Delivered)), POLICY, Books())
    opened = WHEN["dispute opened"](completed)
    frozen = book(completed, opened, POLICY, evolve(books_of(completed), earning=earning.new_earning))
    assert (frozen.transfers, frozen.refunds) == ((), ())
    disputed = completed.apply(opened)
    ruling = WHEN["ruled: ¥3 back, ¥2 to runner"](disputed)
    done = book(disputed, ruling, POLICY, evolve(books_of(completed), earning=frozen.changed_earning))
    assert by_kind(earning.transfers + done.transfers) == {
        "escrow": -601,
        "refunds_in_transit": 300,
        "runner_held": 200,
        "campus_agent": 33,
        "platform": 68,
    }
    assert done.new_earning is not None
    assert (done.new_earning.round, done.new_earning.amount.fen) == (2, 200)
    assert done.changed_earning is not None
    assert done.changed_earning.state_name == "taken_back"


def test_a_claw_back_of_released_earnings_comes_out_of_what_is_available():
    delivered, completed = order_in(s.Delivered), order_in(s.Completed)
    settled = book(delivered, WHEN["requester confirms"](delivered), POLICY, Books()).new_earning
    assert settled is not None
    released = settled.apply(EarningReleased(at=NOON + 3 * DAY))
    opened = WHEN["dispute opened"](completed)
    frozen = book(completed, opened, POLICY, evolve(books_of(completed), earning=released)).changed_earning
    disputed = completed.apply(opened)
    done = book(disputed, WHEN["ruled: all back"](disputed), POLICY, evolve(books_of(completed), earning=frozen))
    assert by_kind(done.transfers)["runner_available"] == -510
    assert "runner_held" not in by_kind(done.transfers)
    assert sum(refund.amount.fen for refund in done.refunds) == 601


def test_a_settlement_of_which_the_runner_got_nothing_can_be_taken_back_too():
    cheap = evolve(PRICE, base=Money(1))
    delivered, completed = order_in(s.Delivered, price=cheap), order_in(s.Completed, price=cheap)
    settled = book(delivered, WHEN["requester confirms"](delivered), POLICY, Books())
    opened = WHEN["dispute opened"](completed)
    frozen = book(completed, opened, POLICY, Books(attempts=(paid(Money(1)),), earning=settled.new_earning))
    disputed = completed.apply(opened)
    books = Books(attempts=(paid(Money(1)),), earning=frozen.changed_earning)
    done = book(disputed, WHEN["ruled: all back"](disputed), POLICY, books)
    assert by_kind(settled.transfers + done.transfers) == {"escrow": -1, "platform": 0, "refunds_in_transit": 1}
