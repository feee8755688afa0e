"""WeChat Pay's adapters, on the sandbox, over real sockets: what each port promises, and what people do outside."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx
import pytest
from attrs import evolve, frozen

from adapters.memory.clock import MemoryClock
from adapters.system.clock import SystemClock
from adapters.wechat_pay.bills import WechatPayBills
from adapters.wechat_pay.credentials import WechatPayCredentials
from adapters.wechat_pay.gateway import WechatPayGateway
from adapters.wechat_pay.notifications import WechatPayNotifications
from adapters.wechat_pay.payments import WechatPayments
from adapters.wechat_pay.payouts import WechatPayouts
from adapters.wechat_pay.refunds import WechatRefunds
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.manners import Manners
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.store import Store
from entrypoints.sandbox.wechat_pay.keys import WechatPayKeys
from entrypoints.sandbox.wechat_pay.partner import WechatPay
from errand_domain.money import Money
from errand_domain.payment.attempt import Attempt
from errand_domain.ports.notifications import Delivery, PayoutReport
from errand_domain.ports.payments import (
    Declined,
    Lost,
    PaymentReport,
    PayoutRequest,
    PayoutWaits,
    RefundReport,
    Started,
)
from errand_domain.testing import contracts, examples
from errand_domain.testing.contracts.bills import Desks
from errand_domain.testing.contracts.payments import EXPIRES_AT, PAYEES
from tests.sandbox.serving import TLS, served

BALANCE_FEN: Final = 1_000_000


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> WechatPayKeys:
    """Made once: that takes longer than all the rest."""
    return WechatPayKeys(Keys(tmp_path_factory.mktemp("keys")))


@pytest.fixture
def clock() -> MemoryClock:
    return MemoryClock(examples.NOW)


@pytest.fixture
def old_spelling() -> bool:
    """How the sandbox spells its errors."""
    return False


@pytest.fixture
def address(keys: WechatPayKeys, clock: MemoryClock, tmp_path: Path, *, old_spelling: bool) -> Iterator[str]:
    """A WeChat Pay that nobody has asked anything yet."""

    def make(_: str) -> Sandbox:
        manners = Manners(balance_before_fen=BALANCE_FEN, refund_takes=timedelta(0), old_spelling=old_spelling)
        store = Store(tmp_path / "sandbox.sqlite3")
        return Sandbox(
            Outside(store, manners=manners, make_partners=lambda outside: (WechatPay(outside, keys, clock),))
        )

    with served(make) as found:
        yield found


@pytest.fixture(scope="module")
def credentials(keys: WechatPayKeys) -> WechatPayCredentials:
    """From what the sandbox hands out."""
    given = {name.removeprefix("ERRAND_WECHAT_PAY_"): value for name, value in keys.environment("").items()}
    return WechatPayCredentials(
        merchant=given["MERCHANT"],
        app=given["ERRAND_WECHAT_APP"],
        private_key=Path(given["PRIVATE_KEY_FILE"]).read_text(),
        certificate_serial=given["CERTIFICATE_SERIAL"],
        api_v3_key=Path(given["API_V3_KEY_FILE"]).read_text(),
        public_key=Path(given["PUBLIC_KEY_FILE"]).read_text(),
        public_key_id=given["PUBLIC_KEY_ID"],
    )


@pytest.fixture
def notify_url() -> str:
    """Nobody listens there."""
    return "http://127.0.0.1:9/notifications/wechat-pay"


@pytest.fixture
async def gateway(
    address: str, notify_url: str, credentials: WechatPayCredentials, clock: MemoryClock
) -> AsyncIterator[WechatPayGateway]:
    made = WechatPayGateway(credentials, url=address, notify_url=notify_url, clock=clock, allow_plain_http=True)
    yield made
    await made.close()


@frozen
class OutsideOfSandbox:
    address: str
    clock: MemoryClock

    async def open(self, attempt: Attempt) -> None:
        """WeChat Pay has heard of it since it was started."""
        assert attempt.number in {one["number"] for one in (await self._get("/sandbox/open"))["items"]}

    async def pay(self, attempt: Attempt) -> None:
        await self._act("payments", attempt.number, "pay")

    async def confirm(self, request: PayoutRequest) -> None:
        await self._act("transfers", request.number, "confirm")

    async def close_day(self) -> None:
        self.clock.advance(timedelta(days=1))

    async def let_go_wrong(self, operation: str, kind: str) -> None:
        """The next such call meets that."""
        async with httpx.AsyncClient(base_url=self.address, trust_env=False, verify=TLS) as client:
            (await client.post("/sandbox/faults", json={"operation": operation, "kind": kind})).raise_for_status()

    async def hear_the_rest(self) -> None:
        """Everything that WeChat Pay has to tell us is told."""
        async with httpx.AsyncClient(base_url=self.address, trust_env=False, verify=TLS) as client:
            (await client.post("/sandbox/courier/deliver")).raise_for_status()

    async def _get(self, path: str):
        async with httpx.AsyncClient(base_url=self.address, trust_env=False, verify=TLS) as client:
            return (await client.get(path)).raise_for_status().json()

    async def _act(self, kind: str, number: str, act: str) -> None:
        async with httpx.AsyncClient(base_url=self.address, trust_env=False, verify=TLS) as client:
            told = await client.post(f"/sandbox/wechat-pay/{kind}/{number}/{act}")
        if told.is_error:
            raise ValueError(f"{number} cannot be done so: {told.text}")


@pytest.fixture
def outside(address: str, clock: MemoryClock) -> OutsideOfSandbox:
    return OutsideOfSandbox(address, clock)


class WechatProvider(WechatPayments, WechatRefunds):
    """Both sides of collecting in one, as the contract of refunds wants them."""

    def __init__(self, gateway: WechatPayGateway) -> None:
        WechatPayments.__init__(self, gateway)
        WechatRefunds.__init__(self, gateway)


class TestPayments(contracts.PaymentsContract):
    @pytest.fixture
    def adapter(self, gateway: WechatPayGateway) -> WechatPayments:
        return WechatPayments(gateway)


class TestRefundDesk(contracts.RefundDeskContract):
    @pytest.fixture
    def adapter(self, gateway: WechatPayGateway) -> WechatProvider:
        return WechatProvider(gateway)


class TestInCertificateModeWithOldSpelling(contracts.PaymentsContract):
    """As a merchant of many years sees it: no public key, certificates to be fetched, codes without underscores."""

    @pytest.fixture
    def old_spelling(self) -> bool:
        return True

    @pytest.fixture
    def credentials(self, credentials: WechatPayCredentials) -> WechatPayCredentials:
        return evolve(credentials, public_key="", public_key_id="", fetch_certificates=True)

    @pytest.fixture
    def adapter(self, gateway: WechatPayGateway) -> WechatPayments:
        return WechatPayments(gateway)


class TestPayouts(contracts.PayoutsContract):
    @pytest.fixture
    def adapter(self, gateway: WechatPayGateway) -> WechatPayouts:
        return WechatPayouts(gateway)


class TestBills(contracts.BillsContract):
    @pytest.fixture
    def adapter(self, gateway: WechatPayGateway) -> WechatPayBills:
        return WechatPayBills(gateway)

    @pytest.fixture
    def desks(self, gateway: WechatPayGateway) -> Desks:
        return Desks(payments=WechatPayments(gateway), refunds=WechatRefunds(gateway), payouts=WechatPayouts(gateway))


class TestNotifications(contracts.NotificationsContract):
    @pytest.fixture
    def heard(self) -> list[Delivery]:
        """What was posted to our address, in the order in which it came."""
        return []

    @pytest.fixture
    def notify_url(self, heard: list[Delivery]) -> Iterator[str]:
        """Our address for notifications."""

        async def listen(scope, receive, send) -> None:
            if scope["type"] == "lifespan":
                for event in ("startup", "shutdown"):
                    await receive()
                    await send({"type": f"lifespan.{event}.complete"})
                return
            message = await receive()
            assert not message.get("more_body")
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            heard.append(Delivery(headers=headers, body=message["body"]))
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})

        with served(lambda _: listen) as found:
            yield f"{found}/notifications/wechat-pay"

    @pytest.fixture
    def adapter(self, credentials: WechatPayCredentials, address: str, notify_url: str) -> WechatPayNotifications:
        """Signatures have the machine's time, whatever time the business has."""
        here = SystemClock()
        return WechatPayNotifications(
            WechatPayGateway(credentials, url=address, notify_url=notify_url, clock=here, allow_plain_http=True)
        )

    @pytest.fixture
    async def genuine(self, gateway: WechatPayGateway, outside: OutsideOfSandbox, heard: list[Delivery]):
        """A payment, its refund and a payout, as the sandbox tells of them."""
        attempt = examples.attempt(provider="wechat_pay")
        await WechatPayments(gateway).start(
            attempt, description="取快递", payer=PAYEES["wechat"], expires_at=EXPIRES_AT
        )
        await outside.pay(attempt)
        await WechatRefunds(gateway).refund(
            examples.refund(attempt), paid=attempt.amount, payment_number=attempt.number
        )
        request = payout()
        await WechatPayouts(gateway).send(request)
        await outside.confirm(request)
        await outside.hear_the_rest()
        # The courier and the console may both carry the same one: it has the same id then.
        told = {json.loads(delivery.body)["id"]: delivery for delivery in heard}
        assert len(told) == 3
        return [*told.values()]

    async def test_each_kind_is_told_as_what_it_is(
        self, adapter: WechatPayNotifications, genuine: list[Delivery]
    ) -> None:
        told = [await adapter.read(delivery) for delivery in genuine]
        assert {type(one) for one in told} == {PaymentReport, RefundReport, PayoutReport}


FAULTS: Final = (
    "drop_request",
    "drop_answer",
    "bad_signature",
    "old_timestamp",
    "server_error",
    "server_error_after",
    "rate_limited",
)


async def test_whatever_goes_wrong_with_an_order_it_can_be_ordered_again(
    gateway: WechatPayGateway, outside: OutsideOfSandbox
) -> None:
    payments = WechatPayments(gateway)
    for kind in FAULTS:
        attempt = examples.attempt(provider="wechat_pay")
        asked = {"description": "取快递", "payer": PAYEES["wechat"], "expires_at": EXPIRES_AT}
        await outside.let_go_wrong("wechat_pay.prepay", kind)
        assert isinstance(await payments.start(attempt, **asked), Lost), kind
        assert isinstance(await payments.start(attempt, **asked), Started), kind


async def test_whatever_goes_wrong_with_a_refund_it_happens_once(
    gateway: WechatPayGateway, outside: OutsideOfSandbox
) -> None:
    """Half of each payment, asked for twice under one number: were it two, the rest could not be given back."""
    payments, desk = WechatPayments(gateway), WechatRefunds(gateway)
    for kind in FAULTS:
        attempt = examples.attempt(provider="wechat_pay", fen=400)
        await payments.start(attempt, description="取快递", payer=PAYEES["wechat"], expires_at=EXPIRES_AT)
        await outside.pay(attempt)
        half, rest = (examples.refund(attempt, fen=200, nth=nth) for nth in (1, 2))
        await outside.let_go_wrong("wechat_pay.refund", kind)
        ask = {"paid": attempt.amount, "payment_number": attempt.number}
        assert isinstance(await desk.refund(half, **ask), Lost), kind
        assert isinstance(await desk.refund(half, **ask), RefundReport), kind
        assert isinstance(await desk.refund(rest, **ask), RefundReport), kind


async def test_whatever_goes_wrong_with_a_payout_it_waits_under_its_number(
    gateway: WechatPayGateway, outside: OutsideOfSandbox
) -> None:
    payouts = WechatPayouts(gateway)
    for kind in FAULTS:
        request = payout()
        await outside.let_go_wrong("wechat_pay.transfer", kind)
        assert isinstance(await payouts.send(request), Lost), kind
        assert isinstance(await payouts.send(request), PayoutWaits), kind


async def test_a_balance_that_is_too_small_is_told_by_its_name(
    gateway: WechatPayGateway, outside: OutsideOfSandbox
) -> None:
    await outside.let_go_wrong("wechat_pay.transfer", "not_enough")
    answer = await WechatPayouts(gateway).send(payout())
    assert isinstance(answer, Declined)
    assert answer.reason.startswith("NOT_ENOUGH")


def payout() -> PayoutRequest:
    withdrawal = examples.withdrawal()
    return PayoutRequest(
        number=withdrawal.part_number(1),
        runner_id=withdrawal.runner_id,
        payee=PAYEES["wechat"],
        amount=Money(1_000),
        remark="跑腿收入",
    )
