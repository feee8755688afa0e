"""Whoever makes a gateway says how long its partner is waited for; without that it is as long as in production."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncBaseTransport, Request, Response

from adapters.alipay.answers import Unknown as AlipayUnknown
from adapters.alipay.gateway import AlipayGateway
from adapters.alipay.payments import AlipayPayments
from adapters.memory.clock import MemoryClock
from adapters.wechat.api import WechatApi
from adapters.wechat.shipping import WechatShipping
from adapters.wechat_pay.answers import Unknown as WechatPayUnknown
from adapters.wechat_pay.gateway import WechatPayGateway
from adapters.wechat_pay.payments import WechatPayments
from entrypoints.partners import USUAL_PATIENCE, Patience
from errand_domain.ports.payments import Lost
from tests.adapters.alipay import far_side as alipay
from tests.adapters.wechat import scripted as wechat
from tests.adapters.wechat_pay import far_side as wechat_pay

SOON = 0.001
ENOUGH = 10


class Silence(AsyncBaseTransport):
    """Takes every request, and never answers."""

    async def handle_async_request(self, request: Request) -> Response:
        await asyncio.Event().wait()
        raise AssertionError(request.url)


def wechat_pay_gateway(patience: Patience) -> WechatPayGateway:
    return WechatPayGateway(
        wechat_pay.credentials(),
        notify_url=wechat_pay.NOTIFY_URL,
        clock=MemoryClock(wechat_pay.NOW),
        patience_seconds=patience.answer_seconds,
        file_patience_seconds=patience.file_seconds,
        transport=Silence(),
    )


def alipay_gateway(patience: Patience) -> AlipayGateway:
    return AlipayGateway(
        alipay.in_key_mode(),
        notify_url=alipay.NOTIFY_URL,
        clock=MemoryClock(alipay.NOW),
        patience_seconds=patience.answer_seconds,
        file_patience_seconds=patience.file_seconds,
        transport=Silence(),
    )


def wechat_shipping(patience: Patience) -> WechatShipping:
    clock = MemoryClock()
    api = WechatApi(
        wechat.APP, wechat.SECRET, clock=clock, patience_seconds=patience.answer_seconds, transport=Silence()
    )
    return WechatShipping(api, merchant="1900000109", clock=clock)


ANSWERS: dict[str, Callable[[Patience], Awaitable[object]]] = {
    "wechat_pay asks": lambda patience: WechatPayments(wechat_pay_gateway(patience)).query("1217752501201407"),
    "wechat_pay tells": lambda patience: WechatPayments(wechat_pay_gateway(patience)).close("1217752501201407"),
    "alipay asks": lambda patience: AlipayPayments(alipay_gateway(patience)).query("1217752501201407"),
    "alipay tells": lambda patience: AlipayPayments(alipay_gateway(patience)).close("1217752501201407"),
    "wechat": lambda patience: wechat_shipping(patience).settlement("1217752501201407", transaction_id=""),
}
FILES: dict[str, Callable[[Patience], Awaitable[object]]] = {
    "wechat_pay": lambda patience: wechat_pay_gateway(patience).download(f"{wechat_pay.URL}/v3/file", seconds=60),
    "alipay": lambda patience: alipay_gateway(patience).download("https://example.edu/file", bytes_most=1),
}


@pytest.mark.parametrize("asked", ANSWERS.values(), ids=ANSWERS)
async def test_an_answer_is_waited_for_no_longer_than_was_said(asked: Callable[[Patience], Awaitable[object]]):
    async with asyncio.timeout(ENOUGH):
        answer = await asked(Patience(answer_seconds=SOON, file_seconds=ENOUGH * 2))
    assert isinstance(answer, Lost)
    assert "Timeout" in answer.why


@pytest.mark.parametrize("fetched", FILES.values(), ids=FILES)
async def test_a_file_is_waited_for_no_longer_than_was_said(fetched: Callable[[Patience], Awaitable[object]]):
    async with asyncio.timeout(ENOUGH):
        answer = await fetched(Patience(answer_seconds=ENOUGH * 2, file_seconds=SOON))
    assert isinstance(answer, WechatPayUnknown | AlipayUnknown)
    assert "Timeout" in answer.why


def test_in_production_a_partner_is_waited_for_as_long_as_without_a_word():
    from adapters.alipay import gateway as alipay_side
    from adapters.wechat import api as wechat_side
    from adapters.wechat_pay import gateway as wechat_pay_side

    usual = (USUAL_PATIENCE.answer_seconds, USUAL_PATIENCE.file_seconds)
    assert usual == (wechat_pay_side.CALL_SECONDS_MOST, wechat_pay_side.FILE_SECONDS_MOST)
    assert usual == (alipay_side.CALL_SECONDS_MOST, alipay_side.DOWNLOAD_SECONDS_MOST)
    assert usual[0] == wechat_side.CALL_SECONDS_MOST
