"""One scripted WeChat for each test."""

import pytest

from tests.adapters.wechat.scripted import Pair, pair


@pytest.fixture
async def wechat_pair():
    made: Pair = pair()
    yield made
    await made.api.close()
