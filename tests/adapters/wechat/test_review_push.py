"""WeChat tries the address of its pushes before it uses it, through the port by which everybody is greeted."""

import pytest

from adapters.memory.clock import MemoryClock
from adapters.wechat.push import WechatPush
from errand_domain.ports.notifications import Delivery, NotificationRefused
from errand_domain.testing import examples
from tests.adapters.wechat.scripted import APP
from tests.adapters.wechat.test_push import KEY, MERCHANT, NONCE, NOW, TOKEN, signed


def greeting(signature: str) -> Delivery:
    query = {"signature": signature, "timestamp": NOW, "nonce": NONCE, "echostr": "6541 x"}
    return Delivery(headers={}, query=query, body=b"")


@pytest.fixture
def channel() -> WechatPush:
    return WechatPush(app=APP, merchant=MERCHANT, token=TOKEN, key=KEY, clock=MemoryClock(examples.NOW))


async def test_wechat_is_greeted_when_it_tries_the_address(channel: WechatPush):
    assert await channel.greet(greeting(signed(NOW, NONCE))) == "6541 x"


async def test_a_stranger_who_tries_the_address_is_not_greeted(channel: WechatPush):
    with pytest.raises(NotificationRefused):
        await channel.greet(greeting(signed(NOW, NONCE, token="anotherToken")))
