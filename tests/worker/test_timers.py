"""Timers fire once they are due, and one that fails harms no other."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from entrypoints.container import Container
from entrypoints.worker.pace import Pace
from entrypoints.worker.timers import LEASE, TimerWatch
from entrypoints.worker.upkeep import Upkeep
from entrypoints.worker.worker import Worker, make_worker
from errand_domain.money import Money
from errand_domain.ports.answers import Answer
from errand_domain.ports.timers import TIMER_KINDS
from errand_domain.retention import ANSWERS_KEPT_FOR
from tests.stage import Stage, settings

WAIT_SECONDS = 10


@pytest.fixture
async def stage(tmp_path: Path) -> Stage:
    return await Stage.build(Container(settings=settings("memory:", tmp_path)))


@pytest.fixture
def worker(stage: Stage) -> Worker:
    return make_worker(stage.use)


def watch(stage: Stage, fire, **changes) -> TimerWatch:
    return TimerWatch(kind="order", timers=stage.use.timers(), fire=fire, clock=stage.clock, **changes)


def upkeep_of(stage: Stage, link) -> Upkeep:
    use = stage.use
    return Upkeep(relay=use.relay(), link=link, forgetting=use.forget_what_is_over(), counting=use.count_what_is_due())


async def test_every_kind_of_timer_is_watched(worker: Worker):
    assert [one.kind for one in worker.watches] == list(TIMER_KINDS)


async def test_an_unpaid_order_expires_by_itself(stage: Stage, worker: Worker):
    order = await stage.published(await stage.member())
    await worker.drain()
    assert (await stage.order(order)).state_name == "awaiting_payment"
    stage.clock.advance(stage.campus.policy.pay_within)
    await worker.drain()
    assert (await stage.order(order)).state_name == "expired"


async def test_a_paid_order_that_nobody_takes_expires_and_is_paid_back(stage: Stage, worker: Worker):
    order = await stage.opened(await stage.member())
    stage.clock.advance(stage.campus.policy.open_for)
    await worker.drain()
    stage.clock.advance(timedelta(minutes=1))
    await worker.drain()
    assert (await stage.order(order)).state_name == "expired"
    assert stage.provider.totals.balance == 0
    await stage.assert_sound()


async def test_a_delivered_order_completes_and_its_earning_is_released(stage: Stage, worker: Worker):
    runner = await stage.runner()
    order = await stage.delivered(await stage.member(), runner)
    stage.clock.advance(stage.campus.policy.complete_after)
    await worker.drain()
    assert (await stage.order(order)).state_name == "completed"
    stage.clock.advance(stage.campus.policy.hold_earnings_for)
    await worker.drain()
    income = await stage.use.view_earnings()(runner.id, before=None, limit=10)
    assert (income.held_fen, income.available_fen) == (0, income.earnings[0].amount.fen)


async def test_a_withdrawal_is_sent_and_notices_go_out(stage: Stage, worker: Worker):
    runner = await stage.runner()
    await stage.earn(runner)
    withdrawal = await stage.use.request_withdrawal()(runner.id, amount=Money(100), provider="memory")
    await worker.drain()
    async with stage.begin() as tx:
        assert (await tx.withdrawals.get(withdrawal.id)).state_name == "waiting_for_user"
    assert any("确认收款" in notice.text for notice in stage.use.notices().inbox)


async def test_one_timer_that_fails_harms_no_other_and_is_tried_again_after_its_lease(stage: Stage):
    requester = await stage.member()
    orders = [await stage.published(requester) for _ in range(3)]
    stage.clock.advance(stage.campus.policy.pay_within)
    fired: list[str] = []

    async def fire(_: str, subject: str) -> None:
        fired.append(subject)
        if subject == str(orders[1].id):
            raise ConnectionError

    assert await watch(stage, fire).step() == 3
    assert sorted(fired) == sorted(str(order.id) for order in orders)
    assert await watch(stage, fire).step() == 0
    stage.clock.advance(LEASE)
    assert await watch(stage, fire).step() == 3


async def test_a_timer_that_hangs_is_given_up_within_its_lease(stage: Stage):
    await stage.published(await stage.member())
    stage.clock.advance(stage.campus.policy.pay_within)

    async def hang(_: str, __: str) -> None:
        await asyncio.Event().wait()

    assert await asyncio.wait_for(watch(stage, hang, seconds_most=0.01).step(), WAIT_SECONDS) == 1


async def test_a_worker_works_until_it_is_told_to_stop(stage: Stage, worker: Worker):
    order = await stage.published(await stage.member())
    stage.clock.advance(stage.campus.policy.pay_within)
    running = asyncio.create_task(worker.run())

    async def expired() -> None:
        while (await stage.order(order)).state_name != "expired":  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0)

    await asyncio.wait_for(expired(), WAIT_SECONDS)
    worker.stop()
    await asyncio.wait_for(running, WAIT_SECONDS)


async def test_old_answers_are_forgotten(stage: Stage):
    answers, clock = stage.use.answers(), stage.clock
    member, now = await stage.member(), clock.now()
    asked = {"request_digest": "a", "leased_until": now + timedelta(minutes=1)}
    await answers.reserve(member.id, "a-key-of-mine", now=now, **asked)
    await answers.keep(member.id, "a-key-of-mine", Answer(status=200, media_type="text/plain", body=b"done"))
    upkeep = upkeep_of(stage, stage.use.link_audit())
    await upkeep.forget()
    assert await answers.reserve(member.id, "a-key-of-mine", now=clock.now(), **asked) is not None
    clock.advance(ANSWERS_KEPT_FOR + timedelta(seconds=1))
    await upkeep.forget()
    assert await answers.reserve(member.id, "a-key-of-mine", now=clock.now(), **asked) is None


async def test_upkeep_links_what_was_recorded_within_its_first_round(stage: Stage):
    await stage.use.change_policy()(stage.campus.id, None, change=lambda policy: policy, summary="nothing")
    stopping, link, linked = asyncio.Event(), stage.use.link_audit(), list[int]()

    async def linking() -> int:
        linked.append(await link())
        stopping.set()
        return linked[-1]

    await asyncio.wait_for(upkeep_of(stage, linking).run(stopping), 5)
    assert linked == [1]


def test_the_pause_grows_while_there_is_nothing_and_ends_with_the_first_find():
    pace = Pace()
    assert [pace.after(found=False) for _ in range(7)] == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    assert pace.after(found=True) == 0
    assert pace.after(found=False) == 0.05
