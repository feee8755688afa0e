"""Where providers tell us what happened: they hear "understood" only of what is committed."""

import json

import httpx
import pytest
from attrs import evolve
from structlog.testing import capture_logs

from adapters.memory.notifications import MemoryNotifications
from errand_domain.money import Money
from errand_domain.order.order import Order
from errand_domain.ports.notifications import Delivery, NothingForUs, Notification, PayoutReport, SettlementReport
from errand_domain.ports.payments import PayoutDone, RefundReport, RefundUnderWay
from tests.http.visitors import API, Visitor
from tests.stage import Stage

CHANNELS = ("wechat-pay", "alipay", "wechat")
UNDERSTOOD = {"wechat-pay": (204, b""), "alipay": (200, b"success"), "wechat": (200, b"success")}


every_channel = pytest.mark.parametrize("channel", CHANNELS, indirect=True)


@pytest.fixture
def channel(request: pytest.FixtureRequest) -> str:
    return getattr(request, "param", "wechat-pay")


@pytest.fixture
def provider(stage: Stage, channel: str) -> MemoryNotifications:
    """The provider's side of the channel."""
    spoken = MemoryNotifications(channel)
    stage.use.payment_providers.override(
        evolve(stage.use.payment_providers(), notifications={channel: spoken}),
    )
    return spoken


async def sent(guest: Visitor, channel: str, delivery: Delivery) -> httpx.Response:
    return await guest.http.post(f"/notifications/{channel}", content=delivery.body, headers=dict(delivery.headers))


async def asked_to_pay(stage: Stage) -> tuple[Order, Notification]:
    order = await stage.published(await stage.member())
    return order, await stage.report(order)


@every_channel
async def test_a_payment_that_is_told_opens_the_order(
    guest: Visitor, stage: Stage, channel: str, provider: MemoryNotifications
):
    order, report = await asked_to_pay(stage)
    answer = await sent(guest, channel, provider.written(report))
    assert (answer.status_code, answer.content) == UNDERSTOOD[channel]
    assert (await stage.order(order)).state_name == "open"
    await stage.assert_sound()


@every_channel
@pytest.mark.usefixtures("provider")
async def test_what_is_not_proved_is_refused_in_the_providers_own_words(guest: Visitor, stage: Stage, channel: str):
    order, _ = await asked_to_pay(stage)
    answer = await sent(guest, channel, Delivery(headers={}, body=b"paid, I promise"))
    assert answer.status_code == 403
    assert answer.content != UNDERSTOOD[channel][1]
    if channel == "wechat-pay":
        assert json.loads(answer.content)["code"] == "FAIL"
    assert (await stage.order(order)).state_name == "awaiting_payment"


DIFFERENT = ({"amount": Money(1)}, {"merchant": "another"}, {"app": "another"}, {"currency": "USD"})
NOT_OURS = ({"number": "0" * 25}, {"number": "not ours"})


@pytest.mark.parametrize("change", [*DIFFERENT, *NOT_OURS], ids=repr)
async def test_what_differs_from_what_was_asked_for_is_never_understood(
    guest: Visitor, stage: Stage, provider: MemoryNotifications, change: dict[str, object]
):
    order, report = await asked_to_pay(stage)
    answer = await sent(guest, provider.channel, provider.written(evolve(report, **change)))
    assert answer.status_code == (409 if change in DIFFERENT else 404)
    assert answer.content != b"success"
    assert (await stage.order(order)).state_name == "awaiting_payment"


async def test_a_refund_and_a_payout_are_told_the_same_way(
    guest: Visitor, stage: Stage, channel: str, provider: MemoryNotifications
):
    runner = await stage.runner()
    earned = await stage.earn(runner)
    withdrawal = await stage.use.request_withdrawal()(runner.id, amount=earned, provider="memory")
    withdrawal = await stage.use.advance_withdrawal()(withdrawal.id)
    number = withdrawal.part_number(1)
    stage.provider.confirm_payout(number)
    done = PayoutDone(at=stage.clock.now(), amount=earned)
    another = PayoutReport(number=number, amount=earned + Money(1), answer=done)
    assert (await sent(guest, channel, provider.written(another))).status_code == 409
    beyond = PayoutReport(number=withdrawal.part_number(2), amount=earned, answer=done)
    assert (await sent(guest, channel, provider.written(beyond))).status_code == 404
    told = PayoutReport(number=number, amount=earned, answer=done)
    assert (await sent(guest, channel, provider.written(told))).is_success
    async with stage.begin() as tx:
        assert (await tx.withdrawals.get(withdrawal.id)).state_name == "succeeded"
    unknown = RefundReport(number="nothing", amount=Money(1), refund_id="R", outcome=RefundUnderWay())
    assert (await sent(guest, channel, provider.written(unknown))).status_code == 404
    await stage.assert_sound()


async def test_what_comes_before_we_know_of_it_is_told_again_later(
    guest: Visitor, stage: Stage, channel: str, provider: MemoryNotifications
):
    order, _ = await asked_to_pay(stage)
    async with stage.begin() as tx:
        (attempt,) = await tx.attempts.of_order(order.id)
    settled = SettlementReport(number=attempt.number, provider="memory", at=stage.clock.now())
    assert (await sent(guest, channel, provider.written(settled))).status_code == 409


async def test_what_is_no_concern_of_ours_is_understood(guest: Visitor, channel: str, provider: MemoryNotifications):
    answer = await sent(guest, channel, provider.written(NothingForUs(about="a coupon")))
    assert (answer.status_code, answer.content) == UNDERSTOOD[channel]


async def test_a_channel_that_is_not_configured_is_not_there(guest: Visitor, channel: str):
    other = next(name for name in CHANNELS if name != channel)
    assert (await sent(guest, other, Delivery(headers={}, body=b"{}"))).status_code == 404
    assert (await guest.http.post("/notifications/unheard-of", content=b"{}")).status_code == 404


async def test_a_flood_is_not_read_to_its_end(guest: Visitor, channel: str):
    flood = Delivery(headers={}, body=b"x" * 100_000)
    assert (await sent(guest, channel, flood)).status_code == 413


async def test_a_fault_of_ours_makes_the_provider_tell_again(
    guest: Visitor, stage: Stage, channel: str, provider: MemoryNotifications
):
    """The database goes away: nothing is said to be understood."""
    _, report = await asked_to_pay(stage)
    delivery = provider.written(report)

    def gone() -> None:
        raise ConnectionError("the database is away")

    stage.use.record_payment.override(evolve(stage.use.record_payment(), begin=gone))
    answer = await sent(guest, channel, delivery)
    assert answer.status_code == 503
    assert answer.content != b"success"
    stage.use.record_payment.reset_override()
    assert (await sent(guest, channel, delivery)).is_success


@pytest.mark.usefixtures("provider")
async def test_the_address_is_tried_by_those_who_greet_only(guest: Visitor, channel: str):
    assert (await guest.http.get(f"http://errand{API}/notifications/{channel}?echostr=hello")).status_code == 403


async def test_a_channel_that_there_is_not_is_not_quoted_in_the_log(guest: Visitor, provider: MemoryNotifications):
    with capture_logs() as lines:
        for channel in ("13800001234", provider.channel):
            await guest.http.post(f"/notifications/{channel}", content=b"")
    assert [line["channel"] for line in lines] == ["unknown", provider.channel]
    assert "13800001234" not in str(lines)
