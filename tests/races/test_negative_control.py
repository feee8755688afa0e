"""The races would be seen if the version check were gone: without it, several runners win one order."""

from asyncio import gather

import pytest

from errand_domain.order.order import Order
from errand_domain.use_cases.orders.accept_errand import AcceptErrand
from tests.races.forgetful import forgetful
from tests.stage import Stage, outcome

pytestmark = pytest.mark.anyio


async def test_without_the_version_check_several_runners_win_the_same_order(stage: Stage):
    order = await stage.opened(await stage.member())
    runners = [await stage.runner() for _ in range(8)]
    accept = AcceptErrand(begin=forgetful(stage.begin), clock=stage.clock)
    came = await gather(*(outcome(accept(order.id, runner.id)) for runner in runners))
    assert sum(isinstance(o, Order) for o in came) > 1
