"""Our own adapter comes through whatever goes wrong at WeChat: what is lost is told again, and then it is known."""

from pathlib import Path

import httpx
import pytest

from adapters.wechat.api import WechatApi
from adapters.wechat.shipping import WechatShipping
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.courier import wall_time
from entrypoints.sandbox.wechat.tokens import Token, Tokens
from entrypoints.sandbox.wechat_pay.keys import APP, MERCHANT
from errand_domain.ports.payments import Lost
from errand_domain.ports.shipping import SettledAt, Shipment, ShippingTaken, Unsettled
from errand_domain.testing import examples
from tests.sandbox.wechat.playing import NUMBER, OPENID, playing

SHIPMENT = Shipment(number=NUMBER, transaction_id=f"42{NUMBER}", payer=OPENID, item="一箱书", delivered_at=examples.NOW)
WITHOUT_SOCKETS = ("server_error", "server_error_after", "rate_limited")


@pytest.fixture
async def play(tmp_path: Path):
    async with playing(tmp_path) as made:
        made.pay()
        yield made


@pytest.fixture
async def shipping(play):
    transport = httpx.ASGITransport(app=Sandbox(play.outside), client=("127.0.0.1", 4711))
    api = WechatApi(APP, play.keys.secret, clock=play.clock, transport=transport)
    yield WechatShipping(api, merchant=MERCHANT, clock=play.clock)
    await api.close()


async def settlement(shipping):
    return await shipping.settlement(NUMBER, transaction_id=SHIPMENT.transaction_id)


@pytest.mark.parametrize("operation", ["wechat.token", "wechat.upload_shipping"])
@pytest.mark.parametrize("kind", WITHOUT_SOCKETS)
async def test_an_upload_that_is_lost_is_taken_when_it_is_told_again(play, shipping, operation, kind):
    play.outside.faults.ask(operation, kind)
    assert isinstance(await shipping.upload(SHIPMENT), Lost)
    assert await shipping.upload(SHIPMENT) == ShippingTaken()
    assert await play.state() == 2


@pytest.mark.parametrize("kind", WITHOUT_SOCKETS)
async def test_a_question_that_is_lost_is_answered_when_it_is_asked_again(play, shipping, kind):
    await shipping.upload(SHIPMENT)
    play.outside.faults.ask("wechat.get_order", kind)
    assert isinstance(await settlement(shipping), Lost)
    assert await settlement(shipping) == Unsettled()
    await play.confirm()
    assert await settlement(shipping) == SettledAt(at=examples.NOW)


async def test_a_token_that_ended_or_was_taken_away_is_replaced_on_the_way(play, shipping):
    assert await settlement(shipping) == Unsettled()
    tokens = play.outside.store.table("wechat.tokens", Tokens)
    ours = tokens[APP].given[-1].text
    tokens[APP] = Tokens(given=(Token(text=ours, expires_at=wall_time()),))
    assert await settlement(shipping) == Unsettled()
    await play.token(force_refresh=True)
    assert await settlement(shipping) == Unsettled()


async def test_a_payment_that_shipping_management_has_not_seen_yet_is_told_again(play, shipping):
    del play.payments[NUMBER]
    assert isinstance(await shipping.upload(SHIPMENT), Lost)
    play.pay()
    assert await shipping.upload(SHIPMENT) == ShippingTaken()
