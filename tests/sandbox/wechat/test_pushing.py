"""What WeChat pushes is posted, repeated and spoilt as it should be, and heard by our own adapter."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.system.clock import SystemClock
from adapters.wechat.push import WechatPush
from entrypoints.sandbox.wechat_pay.keys import APP, MERCHANT
from errand_domain.ports.notifications import NothingForUs, NotificationRefused, SettlementReport
from errand_domain.testing import examples
from tests.sandbox.wechat.playing import NUMBER, Listener, playing

REPORT = SettlementReport(number=NUMBER, provider="wechat_pay", at=examples.NOW)


@pytest.fixture
def listener():
    return Listener()


@pytest.fixture
async def play(tmp_path: Path, listener: Listener):
    async with listener.listening() as address, playing(tmp_path, push_url=address) as made:
        made.pay()
        yield made


@pytest.fixture
def ours(play):
    sealing = play.keys.sealing
    return WechatPush(app=APP, merchant=MERCHANT, token=sealing.token, key=sealing.key, clock=SystemClock())


async def test_a_delivery_and_its_settlement_are_pushed_and_heard(play, listener, ours):
    await play.upload()
    await play.confirm()
    told, settled = [await ours.read(delivery) for delivery in listener.heard]
    assert isinstance(told, NothingForUs)
    assert settled == REPORT


async def test_what_arrived_is_not_pushed_again(play, listener):
    await play.upload()
    await play.confirm()
    assert await play.outside.courier.deliver_due(everything=True) == ()
    assert len(listener.heard) == 2


@pytest.mark.parametrize(("answer", "ends"), [(b"success", True), (b"", True), (b"fail", False), (b"{}", False)])
async def test_a_push_is_repeated_until_it_is_understood_four_times_at_most(play, listener, answer, ends):
    listener.answer[0] = answer
    await play.upload()
    for _ in range(6):
        await play.outside.courier.deliver_due(everything=True)
    assert len(listener.heard) == (1 if ends else 4)
    assert play.outside.courier.all()[0].understood is ends


async def settle(play, kind):
    """The settlement is pushed and meets the fault; what came of that is heard before anything is repeated."""
    await play.upload()
    await play.outside.courier.deliver_due()
    play.outside.faults.ask("wechat.notify.settlement", kind)
    await play.confirm()


@pytest.mark.parametrize(("kind", "doubt"), [("bad_signature", "signature"), ("old_timestamp", "clock")])
async def test_a_spoilt_push_is_refused_by_us(play, listener, ours, kind, doubt):
    await settle(play, kind)
    with pytest.raises(NotificationRefused) as refused:
        await ours.read(listener.heard[1])
    assert refused.value.doubt == doubt


@pytest.mark.parametrize("kind", ["lost", "delay"])
async def test_a_push_that_is_lost_comes_with_the_next_try_and_a_query_knows_it_already(play, listener, ours, kind):
    await settle(play, kind)
    assert len(listener.heard) == 1
    assert await play.state() == 4
    await play.outside.courier.deliver_due(everything=True)
    assert await ours.read(listener.heard[1]) == REPORT


async def test_a_push_that_comes_ten_times_is_ten_times_the_same(play, listener, ours):
    await settle(play, "duplicate")
    assert [await ours.read(delivery) for delivery in listener.heard[1:]] == [REPORT] * 10


async def test_a_push_may_come_after_the_one_that_follows_it(play, listener, ours):
    play.pay("20260901later")
    for number in (NUMBER, "20260901later"):
        await play.upload(number)
    await play.outside.courier.deliver_due()
    play.outside.faults.ask("wechat.notify.settlement", "reorder")
    play.clock.advance(timedelta(days=1))
    play.outside.pass_time()
    await play.outside.courier.deliver_due()
    numbers = [(await ours.read(delivery)).number for delivery in listener.heard[2:]]
    assert sorted(numbers) == sorted([NUMBER, "20260901later"])
    assert numbers == [json.loads(c.letter.content)["merchant_trade_no"] for c in play.outside.courier.all()[:2]]
