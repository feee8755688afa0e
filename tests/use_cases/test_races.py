"""Races on the memory adapters, each in many interleavings: one winner, the loser told plainly, no money twice."""

from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from adapters.memory import orders as memory_orders
from adapters.memory import runners as memory_runners
from adapters.memory.faults import Decline, LoseBefore
from errand_domain.dispute.dispute import Ruling
from errand_domain.errors import DomainError
from errand_domain.money import Money
from errand_domain.order.order import Order
from errand_domain.order.states import Cancelled, Completed, Disputed, Expired, Open, Proof
from errand_domain.settlement.withdrawal import Withdrawal
from errand_domain.use_cases.money.pay_for_errand import PayForErrand
from errand_domain.use_cases.money.refunding import AdvanceRefund
from errand_domain.use_cases.money.release_earning import ReleaseEarning
from errand_domain.use_cases.money.withdraw_earnings import DecideWithdrawal, RequestWithdrawal
from errand_domain.use_cases.orders.accept_errand import AcceptErrand
from errand_domain.use_cases.orders.cancel_errand import CancelErrand
from errand_domain.use_cases.orders.confirm_errand import ConfirmErrand
from errand_domain.use_cases.orders.deliver_item import CodeLocked, DeliverItem
from errand_domain.use_cases.orders.dispute_order import OpenDispute, RuleDispute
from errand_domain.use_cases.orders.pick_up_item import PickUpItem
from errand_domain.use_cases.orders.publish_errand import Publication, PublishErrand
from errand_domain.use_cases.orders.quote_errand import QuoteErrand, QuoteRequest
from errand_domain.use_cases.orders.watch_order import WatchOrder
from tests.domain.examples import DAY, HOUR, MINUTE, SECOND
from tests.simulation.scheduler import Scheduler, seeded
from tests.use_cases.world import World

SEEDS = range(60)
Stage = tuple[Scheduler, World]


def staged(seed: int) -> Stage:
    scheduler = seeded(seed)
    return scheduler, scheduler.run(World.built(pause=scheduler.pause))


def codes(results: list[object]) -> Counter[str]:
    """What the losers were told."""
    return Counter(result.code for result in results if isinstance(result, DomainError))


async def clock_moves(world: World, by: timedelta) -> None:
    """Time passes somewhere in between."""
    await world.database.relay.pending()
    world.clock.advance(by)


Race = Callable[[int], list[object]]


def two_accepts(seed: int) -> list[object]:
    scheduler, world = staged(seed)
    order = scheduler.run(world.opened(scheduler.run(world.member())))
    runners = [scheduler.run(world.runner()) for _ in range(2)]
    results = scheduler.race(*(world.use(AcceptErrand)(order.id, runner.id) for runner in runners))
    after = scheduler.run(world.order(order))
    winners = [result for result in results if isinstance(result, Order)]
    assert [winner.runner_id for winner in winners] in ([after.runner_id], [r.id for r in runners])
    return results


def test_of_two_accepts_one_wins_and_the_other_hears_that_it_is_taken():
    for seed in SEEDS:
        results = two_accepts(seed)
        assert sum(isinstance(result, Order) for result in results) == 1, f"seed {seed}"
        assert codes(results) == {"order.taken": 1}, f"seed {seed}"


def test_the_same_race_without_the_version_check_has_two_winners(monkeypatch: pytest.MonkeyPatch):
    def put(rows: Any, key: Any, row: Any, _what: str, *, steps: int = 1) -> None:
        assert steps
        rows.put(key, row)

    for module in (memory_orders, memory_runners):
        monkeypatch.setattr(module, "compare_and_set", put)
    both = [seed for seed in SEEDS if sum(isinstance(result, Order) for result in two_accepts(seed)) == 2]
    assert len(both) > len(SEEDS) // 10, "the control must catch the race, or the tests above prove nothing"


def test_one_runner_who_accepts_many_at_once_stays_under_the_cap():
    for seed in SEEDS:
        scheduler, world = staged(seed)
        requester, runner = scheduler.run(world.member()), scheduler.run(world.runner())
        orders = [scheduler.run(world.opened(requester)) for _ in range(5)]
        results = scheduler.race(*(world.use(AcceptErrand)(order.id, runner.id) for order in orders))
        taken = [result for result in results if isinstance(result, Order)]
        assert len(taken) == world.campus.policy.open_orders_most, f"seed {seed}"
        assert codes(results) == {"runner.too_many_orders": 2}, f"seed {seed}"


def test_accept_and_cancel_leave_a_cancelled_order_and_its_money_back():
    for seed in SEEDS:
        scheduler, world = staged(seed)
        requester, runner = scheduler.run(world.member()), scheduler.run(world.runner())
        order = scheduler.run(world.opened(requester))
        accepted, cancelled = scheduler.race(
            world.use(AcceptErrand)(order.id, runner.id),
            world.use(CancelErrand)(order.id, requester.id, reason="不需要了"),
        )
        after = scheduler.run(world.order(order))
        assert isinstance(cancelled, Order), f"seed {seed}: cancelling is free just after an accept"
        assert isinstance(after.state, Cancelled)
        assert after.state.outcome.refund == order.price.payable
        assert after.runner_id == (runner.id if isinstance(accepted, Order) else None)
        assert codes([accepted]) in ({}, {"order.not_open": 1})
        scheduler.run(world.settle_outside())
        scheduler.run(world.prove())


def test_accept_and_expiry_have_one_winner():
    seen = Counter[str]()
    for seed in SEEDS:
        scheduler, world = staged(seed)
        runner = scheduler.run(world.runner())
        order = scheduler.run(world.opened(scheduler.run(world.member())))
        world.clock.advance(2 * HOUR - SECOND)
        accepted, _, _ = scheduler.race(
            world.use(AcceptErrand)(order.id, runner.id),
            clock_moves(world, SECOND),
            world.use(WatchOrder)(order.id),
        )
        after = scheduler.run(world.order(order))
        scheduler.run(world.use(WatchOrder)(order.id))
        seen[after.state_name] += 1
        if isinstance(accepted, Order):
            assert after.runner_id == runner.id, f"seed {seed}"
        else:
            assert codes([accepted]) == {"order.not_open": 1}, f"seed {seed}"
            assert isinstance(scheduler.run(world.order(order)).state, Expired)
        scheduler.run(world.settle_outside())
        scheduler.run(world.prove())
    assert set(seen) >= {"accepted", "expired"}, "both must have won now and then"


def test_payment_and_expiry_have_one_winner_and_the_money_is_never_lost():
    seen = Counter[str]()
    for seed in SEEDS:
        scheduler, world = staged(seed)
        order = scheduler.run(world.published(scheduler.run(world.member())))
        report = scheduler.run(world.report(order))
        world.provider.fail_next("close", *([LoseBefore()] * (seed % 2)))
        world.clock.advance(15 * MINUTE)
        scheduler.race(world.tell(report), world.use(WatchOrder)(order.id))
        after = scheduler.run(world.order(order))
        seen[after.state_name] += 1
        scheduler.run(world.settle_outside())
        refunds = scheduler.run(world.refunds(order))
        assert bool(refunds) == isinstance(after.state, Expired), f"seed {seed}"
        assert after.state_name in ("open", "expired")
        scheduler.run(world.prove())
    assert set(seen) == {"open", "expired"}


@pytest.mark.parametrize("ways", [("requester", "requester"), ("requester", "code"), ("timer", "requester")])
def test_two_confirmations_settle_once(ways: tuple[str, str]):
    for seed in SEEDS:
        scheduler, world = staged(seed)
        requester, runner = scheduler.run(world.member()), scheduler.run(world.runner())
        order = scheduler.run(world.delivered(requester, runner))
        world.clock.advance(DAY)
        acts: dict[str, Callable[[], Coroutine[Any, Any, Any]]] = {
            "requester": lambda w=world, o=order, r=requester: w.use(ConfirmErrand)(o.id, r.id),
            "code": lambda w=world, o=order, r=runner: w.use(DeliverItem)(
                o.id, r.id, proof=Proof(), code=o.delivery_code
            ),
            "timer": lambda w=world, o=order: w.use(WatchOrder)(o.id),
        }
        results = scheduler.race(*(acts[way]() for way in ways))
        assert isinstance(scheduler.run(world.order(order)).state, Completed)
        lost = codes(results)
        assert lost == {"order.illegal_transition": 1} or ("timer" in ways and not lost), f"seed {seed}"
        assert scheduler.run(world.balance("runner_held", runner.id)) == order.price.reward.share(8_500).fen
        scheduler.run(world.prove())


def test_confirm_and_dispute_never_pay_what_is_frozen():
    seen = Counter[bool]()
    for seed in SEEDS:
        scheduler, world = staged(seed)
        requester, runner = scheduler.run(world.member()), scheduler.run(world.runner())
        order = scheduler.run(world.delivered(requester, runner))
        confirmed, _ = scheduler.race(
            world.use(ConfirmErrand)(order.id, requester.id),
            world.use(OpenDispute)(order.id, runner.id, reason="unpaid_extra", text="加价未付"),
        )
        after = scheduler.run(world.order(order))
        assert isinstance(after.state, Disputed), f"seed {seed}: a completed order may still be disputed"
        assert after.state.settled == isinstance(confirmed, Order)
        assert codes([confirmed]) in ({}, {"order.illegal_transition": 1})
        seen[after.state.settled] += 1
        scheduler.run(world.pass_time(5 * DAY))
        assert scheduler.run(world.balance("runner_available", runner.id)) == 0
        scheduler.run(world.prove())
    assert set(seen) == {True, False}


def test_cancel_and_pickup_have_one_winner():
    seen = Counter[str]()
    for seed in SEEDS:
        scheduler, world = staged(seed)
        requester, runner = scheduler.run(world.member()), scheduler.run(world.runner())
        order = scheduler.run(world.accepted(requester, runner))
        photo = scheduler.run(world.photo(order, runner))
        results = scheduler.race(
            world.use(CancelErrand)(order.id, requester.id, reason="不需要了"),
            world.use(PickUpItem)(order.id, runner.id, photos=(photo,)),
        )
        assert codes(results) == {"order.illegal_transition": 1}, f"seed {seed}"
        seen[scheduler.run(world.order(order)).state_name] += 1
        scheduler.run(world.settle_outside())
        scheduler.run(world.prove())
    assert set(seen) == {"cancelled", "picked_up"}


def test_two_cancellations_at_once_give_the_money_back_once_and_tell_the_loser_plainly():
    for seed in SEEDS:
        scheduler, world = staged(seed)
        requester = scheduler.run(world.member())
        order = scheduler.run(world.opened(requester))
        cancel = world.use(CancelErrand)
        results = scheduler.race(*(cancel(order.id, requester.id, reason="不需要了") for _ in range(3)))
        assert codes(results) == {"order.illegal_transition": 2}, f"seed {seed}"
        scheduler.run(world.settle_outside())
        assert world.provider.totals.refunded == order.price.payable.fen
        scheduler.run(world.prove())


def test_two_disputes_at_once_are_one_and_the_other_side_hears_that_there_is_one():
    for seed in SEEDS:
        scheduler, world = staged(seed)
        requester, runner = scheduler.run(world.member()), scheduler.run(world.runner())
        order = scheduler.run(world.completed(requester, runner))
        results = scheduler.race(
            *(world.use(OpenDispute)(order.id, who.id, reason="damaged", text="坏了") for who in (requester, runner))
        )
        assert codes(results) == {"order.illegal_transition": 1}, f"seed {seed}"


def test_two_rulings_at_once_divide_the_money_once():
    ruling = Ruling(refund=Money(100), runner=Money(100), runner_at_fault=False, reason="核实")
    for seed in SEEDS:
        scheduler, world = staged(seed)
        requester, runner = scheduler.run(world.member()), scheduler.run(world.runner())
        order = scheduler.run(world.completed(requester, runner))
        open_dispute = world.use(OpenDispute)
        dispute = scheduler.run(open_dispute(order.id, requester.id, reason="damaged", text="坏了"))
        world.clock.advance(DAY)
        staff = [scheduler.run(world.operator("operations")) for _ in range(2)]
        results = scheduler.race(*(world.use(RuleDispute)(dispute.id, who, ruling=ruling) for who in staff))
        assert sum(codes(results).values()) == 1, f"seed {seed}"
        assert set(codes(results)) <= {"dispute.illegal_transition", "order.illegal_transition"}, f"seed {seed}"
        scheduler.run(world.settle_outside())
        assert world.provider.totals.refunded == 100
        scheduler.run(world.prove())


def test_a_refund_that_is_given_up_in_front_of_two_is_reissued_once():
    for seed in SEEDS:
        scheduler, world = staged(seed)
        requester = scheduler.run(world.member())
        order = scheduler.run(world.opened(requester))
        scheduler.run(world.use(CancelErrand)(order.id, requester.id, reason="不需要了"))
        world.provider.next_refund("impossible")
        (refund,) = scheduler.run(world.refunds(order))
        advance = world.use(AdvanceRefund)
        results = scheduler.race(*(advance(refund.number) for _ in range(3)))
        assert not codes(results), f"seed {seed}"
        names = [refund.state_name for refund in scheduler.run(world.refunds(order))]
        assert names == ["closed", "requested"], f"seed {seed}"


def test_ten_notifications_at_once_happen_once():
    for seed in SEEDS:
        scheduler, world = staged(seed)
        order = scheduler.run(world.published(scheduler.run(world.member())))
        report = scheduler.run(world.report(order))
        results = scheduler.race(*(world.tell(report) for _ in range(10)))
        after = scheduler.run(world.order(order))
        assert (codes(results) - Counter({"stale": 9}), after.version) == ({}, 2), f"seed {seed}"
        assert isinstance(after.state, Open)
        scheduler.run(world.prove())


def test_ten_notifications_at_once_for_an_order_that_is_gone_give_it_back_once():
    for seed in SEEDS:
        scheduler, world = staged(seed)
        requester = scheduler.run(world.member())
        order = scheduler.run(world.published(requester))
        report = scheduler.run(world.report(order))
        scheduler.run(world.use(CancelErrand)(order.id, requester.id, reason="不需要了"))
        scheduler.race(*(world.tell(report) for _ in range(10)))
        scheduler.run(world.settle_outside())
        assert len(scheduler.run(world.refunds(order))) == 1, f"seed {seed}"
        scheduler.run(world.prove())


def test_publishing_the_same_quote_many_times_at_once_makes_one_order():
    for seed in SEEDS:
        scheduler, world = staged(seed)
        requester, terms = scheduler.run(world.member()), world.terms()
        asked = QuoteRequest(member_id=requester.id, campus_id=world.campus.id, terms=terms)
        quoted = scheduler.run(world.use(QuoteErrand)(asked))
        publication = Publication(member_id=requester.id, sealed_quote=quoted.sealed, terms=terms, provider="memory")
        results = scheduler.race(*(world.use(PublishErrand)(publication) for _ in range(5)))
        assert len({result.id for result in results if isinstance(result, Order)}) == 1, f"seed {seed}"
        assert not codes(results)


def test_paying_twice_at_once_after_a_refusal_opens_one_payment():
    for seed in SEEDS:
        scheduler, world = staged(seed)
        requester = scheduler.run(world.member())
        order = scheduler.run(world.published(requester))
        world.provider.fail_next("start", Decline())
        pay = world.use(PayForErrand)
        scheduler.race(*(pay(order.id, requester.id, provider="memory") for _ in range(3)))
        attempts = scheduler.run(world.attempts(order))
        assert sum(attempt.is_open for attempt in attempts) <= 1, f"seed {seed}"


def test_of_two_withdrawals_of_everything_one_wins():
    for seed in SEEDS[:20]:
        scheduler, world = staged(seed)
        runner = scheduler.run(world.runner())
        everything = scheduler.run(world.earned(runner))
        request = world.use(RequestWithdrawal)
        results = scheduler.race(*(request(runner.id, amount=everything, provider="memory") for _ in range(3)))
        assert sum(isinstance(result, Withdrawal) for result in results) == 1, f"seed {seed}"
        assert sum(codes(results).values()) == 2
        assert set(codes(results)) <= {"withdrawal.open", "ledger.insufficient_funds"}
        assert scheduler.run(world.balance("runner_withdrawing", runner.id)) == everything.fen
        scheduler.run(world.prove())


def test_of_two_decisions_about_a_withdrawal_one_counts():
    for seed in SEEDS[:20]:
        scheduler, world = staged(seed)
        runner = scheduler.run(world.runner())
        scheduler.run(world.completed(scheduler.run(world.member()), runner, tip=Money(10_000)))
        scheduler.run(world.completed(scheduler.run(world.member()), runner, tip=Money(10_000)))
        scheduler.run(world.completed(scheduler.run(world.member()), runner, tip=Money(10_000)))
        scheduler.run(world.pass_time(2 * DAY))
        withdrawal = scheduler.run(world.use(RequestWithdrawal)(runner.id, amount=Money(21_000), provider="memory"))
        finance = [scheduler.run(world.operator("finance")) for _ in range(2)]
        decide = world.use(DecideWithdrawal)
        results = scheduler.race(
            decide(withdrawal.id, finance[0], approve=True, reason=""),
            decide(withdrawal.id, finance[1], approve=False, reason="请核实"),
        )
        assert codes(results) == {"withdrawal.illegal_transition": 1}, f"seed {seed}"
        scheduler.run(world.settle_outside())
        scheduler.run(world.prove())


def test_release_and_dispute_have_one_winner_and_the_ledger_holds():
    seen = Counter[bool]()
    for seed in SEEDS:
        scheduler, world = staged(seed)
        requester, runner = scheduler.run(world.member()), scheduler.run(world.runner())
        order = scheduler.run(world.completed(requester, runner))
        world.clock.advance(2 * DAY)
        scheduler.race(
            world.use(ReleaseEarning)(order.id, 1),
            world.use(OpenDispute)(order.id, requester.id, reason="damaged", text="坏了"),
        )
        available = scheduler.run(world.balance("runner_available", runner.id))
        seen[available > 0] += 1
        assert available in (0, order.price.reward.share(8_500).fen), f"seed {seed}"
        scheduler.run(world.prove())
    assert set(seen) == {True, False}


def test_guessing_the_delivery_code_many_times_at_once_gets_five_tries():
    for seed in SEEDS[:20]:
        scheduler, world = staged(seed)
        runner = scheduler.run(world.runner())
        order = scheduler.run(world.picked_up(scheduler.run(world.member()), runner))
        deliver = world.use(DeliverItem)
        guesses = (deliver(order.id, runner.id, proof=Proof(), code=f"wrong {n}") for n in range(12))
        told = codes(scheduler.race(*guesses))
        assert told["order.wrong_delivery_code"] <= 5, f"seed {seed}"
        assert told[CodeLocked.code] + told["order.wrong_delivery_code"] + told["stale"] == 12
