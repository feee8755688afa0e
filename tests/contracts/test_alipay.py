"""Alipay's adapters, on the sandbox, over real sockets: what each port promises, and what people do outside."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from attrs import frozen

from adapters.alipay.bills import AlipayBills
from adapters.alipay.credentials import AlipayCredentials
from adapters.alipay.gateway import AlipayGateway
from adapters.alipay.notifications import AlipayNotifications
from adapters.alipay.payments import AlipayPayments
from adapters.alipay.payouts import AlipayPayouts
from adapters.alipay.refunds import AlipayRefunds
from adapters.system.clock import SystemClock
from entrypoints.sandbox.alipay.keys import APP, SELLER
from entrypoints.sandbox.faults import Kind
from errand_domain.money import Money
from errand_domain.payment.attempt import Attempt
from errand_domain.ports.notifications import Notification, NotificationRefused
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import (
    Declined,
    Lost,
    PaymentReport,
    PayoutDone,
    PayoutFailed,
    PayoutRequest,
    PayoutUnderWay,
    RefundReport,
    Started,
)
from errand_domain.testing import contracts, examples
from errand_domain.testing.contracts.bills import Desks
from errand_domain.testing.contracts.payments import EXPIRES_AT
from tests.sandbox.alipay.playing import BALANCE_FEN, Play, keys, playing
from tests.sandbox.wechat.playing import Listener

NOBODY_LISTENS: Final = "http://127.0.0.1:9/notifications/alipay"


def credentials(*, certified: bool) -> AlipayCredentials:
    """What the sandbox hands out, read from where it says that it lies."""
    named = keys().environment("") if certified else keys().in_key_mode
    given = {name: Path(path).read_text() for name, path in named.items() if name.endswith("_FILE")}
    return AlipayCredentials(
        app=APP,
        seller=SELLER,
        private_key=given["ERRAND_ALIPAY_PRIVATE_KEY_FILE"],
        alipay_public_key=given.get("ERRAND_ALIPAY_PUBLIC_KEY_FILE", ""),
        app_certificate=given.get("ERRAND_ALIPAY_APP_CERTIFICATE_FILE", ""),
        alipay_certificate=given.get("ERRAND_ALIPAY_CERTIFICATE_FILE", ""),
        root_certificates=given.get("ERRAND_ALIPAY_ROOT_CERTIFICATE_FILE", ""),
    )


@pytest.fixture(params=["certificates", "key"])
def certified(request: pytest.FixtureRequest) -> bool:
    return request.param == "certificates"


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[Play]:
    async with playing(tmp_path) as made:
        yield made


def gateway_to(
    play: Play, *, certified: bool, notify_url: str = NOBODY_LISTENS, clock: Clock | None = None
) -> AlipayGateway:
    return AlipayGateway(
        credentials(certified=certified),
        url=f"{play.address}/gateway.do",
        notify_url=notify_url,
        clock=clock or play.clock,
        allow_plain_http=True,
    )


@pytest.fixture
async def gateway(play: Play, certified: bool) -> AsyncIterator[AlipayGateway]:
    made = gateway_to(play, certified=certified)
    yield made
    await made.close()


@frozen
class OutsideOfSandbox:
    """A payer opens what they were handed when the payment was started, which is the same each time."""

    play: Play
    payments: AlipayPayments

    async def open(self, attempt: Attempt) -> None:
        started = await self.payments.start(attempt, description="校园跑腿：取快递", payer="", expires_at=EXPIRES_AT)
        assert isinstance(started, Started)
        page = await self.play.http.get(json.loads(started.client_parameters)["wap"])
        assert page.status_code == 200

    async def pay(self, attempt: Attempt) -> None:
        await self.open(attempt)
        told = await self.play.act("payments", attempt.number, "pay")
        if told.is_error:
            raise ValueError(f"{attempt.number} cannot be paid: {told.text}")

    async def confirm(self, request: PayoutRequest) -> None:
        """Nobody confirms a transfer here: it has arrived."""

    async def close_day(self) -> None:
        self.play.clock.advance(timedelta(days=1))


@pytest.fixture
def outside(play: Play, gateway: AlipayGateway) -> OutsideOfSandbox:
    return OutsideOfSandbox(play, AlipayPayments(gateway))


class AlipayProvider(AlipayPayments, AlipayRefunds):
    """Both sides of collecting in one, as the contract of refunds wants them."""

    def __init__(self, gateway: AlipayGateway) -> None:
        AlipayPayments.__init__(self, gateway)
        AlipayRefunds.__init__(self, gateway)


class TestPayments(contracts.PaymentsContract):
    @pytest.fixture
    def adapter(self, gateway: AlipayGateway) -> AlipayPayments:
        return AlipayPayments(gateway)


class TestRefundDesk(contracts.RefundDeskContract):
    @pytest.fixture
    def adapter(self, gateway: AlipayGateway) -> AlipayProvider:
        return AlipayProvider(gateway)


@pytest.mark.parametrize("certified", [True])
class TestPayouts(contracts.PayoutsContract):
    @pytest.fixture
    def adapter(self, gateway: AlipayGateway) -> AlipayPayouts:
        return AlipayPayouts(gateway)


@pytest.mark.parametrize("certified", [True])
class TestBills(contracts.BillsContract):
    @pytest.fixture
    def adapter(self, gateway: AlipayGateway) -> AlipayBills:
        return AlipayBills(gateway)

    @pytest.fixture
    def desks(self, gateway: AlipayGateway) -> Desks:
        return Desks(payments=AlipayPayments(gateway), refunds=AlipayRefunds(gateway), payouts=AlipayPayouts(gateway))


async def test_what_an_app_hands_over_is_the_same_payment(play: Play, gateway: AlipayGateway):
    """An app hands its text to Alipay by a way of its own; the sandbox takes it where it takes everything."""
    attempt = examples.attempt(provider="alipay")
    started = await AlipayPayments(gateway).start(attempt, description="取快递", payer="", expires_at=EXPIRES_AT)
    parameters = json.loads(started.client_parameters)
    for address in (f"/gateway.do?{parameters['app']}", parameters["wap"]):
        assert "¥5.00" in (await play.http.get(address)).text
    assert len(play.outside.partners["alipay"].waiting()) == 1


# -- What goes wrong -----------------------------------------------------------------------------------------

BROKEN: Final = ("drop_request", "drop_answer")
SILENT: Final = ("bad_signature", "server_error", "server_error_after", "rate_limited")


@pytest.mark.parametrize("certified", [True])
@pytest.mark.parametrize("kind", [*BROKEN, *SILENT])
@pytest.mark.parametrize("operation", ["query", "close", "refund", "query_refund", "transfer", "query_transfer"])
async def test_an_answer_that_is_none_is_lost_and_the_next_one_is_right(
    play: Play, gateway: AlipayGateway, outside: OutsideOfSandbox, operation, kind
):
    """Whatever was done meanwhile was done once. A question is asked again at once where the line broke."""
    desk, payouts = AlipayProvider(gateway), AlipayPayouts(gateway)
    attempt = examples.attempt(provider="alipay")
    await outside.pay(attempt)
    refund, request = examples.refund(attempt, fen=200), payout_request()
    if operation.startswith("query"):
        await desk.refund(refund, paid=attempt.amount, payment_number=attempt.number)
        await payouts.send(request)
    calls = {
        "query": lambda: desk.query(attempt.number),
        "close": lambda: desk.close(attempt.number),
        "refund": lambda: desk.refund(refund, paid=attempt.amount, payment_number=attempt.number),
        "query_refund": lambda: desk.query_refund(refund.number, payment_number=attempt.number),
        "transfer": lambda: payouts.send(request),
        "query_transfer": lambda: payouts.query_payout(request.number),
    }
    play.outside.faults.ask(f"alipay.{operation}", kind)
    first, then = await calls[operation](), await calls[operation]()
    assert isinstance(then, PaymentReport | RefundReport | PayoutDone)
    is_asked_again = operation.startswith("query") and kind in BROKEN
    # What was paid cannot be closed, and so there is nothing after which the server could fail.
    is_refused = (operation, kind) == ("close", "server_error_after")
    assert first == then if is_asked_again or is_refused else isinstance(first, Lost)
    moved_fen = {"close": 0, "refund": -199, "transfer": -1_000}.get(operation, -1_199)
    assert play.balance_fen == BALANCE_FEN + 497 + moved_fen


@pytest.mark.parametrize("certified", [True])
async def test_another_amount_than_was_asked_for_is_told_as_it_is_or_lost(
    play: Play, gateway: AlipayGateway, outside: OutsideOfSandbox
):
    """The use cases compare the amounts that are told; the sum in the answer to a refund is of all refunds."""
    desk, payouts = AlipayProvider(gateway), AlipayPayouts(gateway)
    attempt = examples.attempt(provider="alipay")
    await outside.pay(attempt)
    refund, request = examples.refund(attempt, fen=200), payout_request()
    for operation in ("query", "refund", "query_refund", "query_transfer"):
        play.outside.faults.ask(f"alipay.{operation}", "wrong_amount")
    paid = await desk.query(attempt.number)
    assert isinstance(await desk.refund(refund, paid=attempt.amount, payment_number=attempt.number), Lost)
    back = await desk.query_refund(refund.number, payment_number=attempt.number)
    await payouts.send(request)
    out = await payouts.query_payout(request.number)
    assert [told.amount.fen for told in (paid, back, out)] == [501, 201, 1_001]


@pytest.mark.parametrize("certified", [True])
@pytest.mark.parametrize("operation", ["refund", "transfer"])
async def test_an_empty_account_is_declined_and_can_be_asked_again(
    play: Play, gateway: AlipayGateway, outside: OutsideOfSandbox, operation
):
    desk, payouts, request = AlipayProvider(gateway), AlipayPayouts(gateway), payout_request()
    attempt = examples.attempt(provider="alipay")
    await outside.pay(attempt)
    play.outside.faults.ask(f"alipay.{operation}", "not_enough")
    if operation == "refund":
        refund = examples.refund(attempt, fen=200)
        told = [await desk.refund(refund, paid=attempt.amount, payment_number=attempt.number) for _ in range(2)]
        assert "余额不足" in told[0].reason
    else:
        told = [await payouts.send(request) for _ in range(2)]
        assert told[0].reason.startswith("NOT_ENOUGH ")
    assert isinstance(told[0], Declined)
    assert isinstance(told[1], RefundReport | PayoutDone)


@pytest.mark.parametrize("certified", [True])
@pytest.mark.parametrize(("kind", "ends"), [("takes_time", PayoutDone), ("fails", PayoutFailed)])
async def test_a_transfer_that_takes_its_time_is_under_way_until_it_ends(
    play: Play, gateway: AlipayGateway, kind, ends
):
    payouts, request = AlipayPayouts(gateway), payout_request()
    play.outside.faults.ask("alipay.transfer", kind)
    for told in (await payouts.send(request), await payouts.query_payout(request.number)):
        assert isinstance(told, PayoutUnderWay)
    play.clock.advance(timedelta(minutes=2))
    assert isinstance(await payouts.query_payout(request.number), ends)


# -- Notifications -------------------------------------------------------------------------------------------


async def told(tmp_path: Path, *, certified: bool, kind: Kind | None = None) -> tuple[Attempt, Notification]:
    """A payment as it is notified, read by the adapter; the clock is that of the wire."""
    listener, attempt = Listener(), examples.attempt(provider="alipay")
    async with listener.listening() as url, playing(tmp_path, start=datetime.now(UTC)) as play:
        gateway = gateway_to(play, certified=certified, notify_url=url, clock=SystemClock())
        started = await AlipayPayments(gateway).start(
            attempt, description="代买 {奶茶}+50%", payer="", expires_at=datetime.now(UTC) + examples.HOUR
        )
        await play.http.get(json.loads(started.client_parameters)["wap"])
        if kind:
            play.outside.faults.ask("alipay.notify.payment", kind)
        await play.act("payments", attempt.number, "pay")
        return attempt, await AlipayNotifications(gateway).read(listener.heard[0])


async def test_what_the_sandbox_tells_is_believed(tmp_path: Path, certified: bool):
    attempt, report = await told(tmp_path, certified=certified)
    assert isinstance(report, PaymentReport)
    assert (report.number, report.amount, report.merchant) == (attempt.number, attempt.amount, SELLER)


@pytest.mark.parametrize(("kind", "doubt"), [("bad_signature", "signature"), ("old_timestamp", "clock")])
async def test_what_is_not_to_be_believed_is_refused(tmp_path: Path, kind, doubt):
    with pytest.raises(NotificationRefused) as refused:
        await told(tmp_path, certified=True, kind=kind)
    assert refused.value.doubt == doubt


async def test_another_amount_is_told_as_it_is(tmp_path: Path):
    attempt, report = await told(tmp_path, certified=True, kind="wrong_amount")
    assert report.amount == attempt.amount + Money(1)


def payout_request() -> PayoutRequest:
    withdrawal = examples.withdrawal()
    return PayoutRequest(
        number=withdrawal.part_number(1),
        runner_id=withdrawal.runner_id,
        payee="+8613800001234",
        payee_name="王小明",
        amount=withdrawal.part_amount(1),
        remark="跑腿报酬",
    )
