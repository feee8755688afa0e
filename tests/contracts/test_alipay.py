"""Alipay's adapters, on the sandbox, over real sockets: what each port promises, and what people do outside."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx
import pytest
from attrs import frozen

from adapters.alipay.bills import AlipayBills
from adapters.alipay.credentials import AlipayCredentials
from adapters.alipay.gateway import AlipayGateway
from adapters.alipay.payments import AlipayPayments
from adapters.alipay.payouts import AlipayPayouts
from adapters.alipay.refunds import AlipayRefunds
from entrypoints.sandbox.alipay.keys import APP, SELLER
from errand_domain.payment.attempt import Attempt
from errand_domain.ports.payments import PayoutRequest, Started
from errand_domain.testing import contracts, examples
from errand_domain.testing.contracts.bills import Desks
from errand_domain.testing.contracts.payments import EXPIRES_AT
from tests.sandbox.alipay.playing import Play, keys, playing

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


@pytest.fixture
async def gateway(play: Play, certified: bool) -> AsyncIterator[AlipayGateway]:
    made = AlipayGateway(
        credentials(certified=certified),
        url=f"{play.address}/gateway.do",
        notify_url=NOBODY_LISTENS,
        clock=play.clock,
        allow_plain_http=True,
    )
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


async def test_what_an_app_hands_over_is_the_same_payment(
    play: Play, gateway: AlipayGateway, outside: OutsideOfSandbox
):
    """An app hands its text to Alipay by a way of its own; the sandbox takes it where it takes everything."""
    attempt = examples.attempt(provider="alipay")
    started = await AlipayPayments(gateway).start(attempt, description="取快递", payer="", expires_at=EXPIRES_AT)
    parameters = json.loads(started.client_parameters)
    async with httpx.AsyncClient(base_url=play.address, trust_env=False) as http:
        for address in (f"/gateway.do?{parameters['app']}", parameters["wap"]):
            assert "¥5.00" in (await http.get(address)).text
    assert len(play.outside.partners["alipay"].waiting()) == 1
    assert outside.payments.merchant.merchant == SELLER
