"""However many ask for a code at once, one message is sent."""

from asyncio import gather
from collections import Counter
from datetime import timedelta

import pytest

from adapters.memory.outside import MemoryNotices
from errand_domain.member.member import Way
from tests.stage import Stage, outcome

pytestmark = pytest.mark.anyio


async def test_of_twelve_codes_asked_for_at_once_one_is_sent_each_minute(stage: Stage):
    way, notices = Way("phone", "+8613800009999"), stage.use.notices()
    assert isinstance(notices, MemoryNotices)
    for minute in (1, 2):
        came = await gather(*(outcome(stage.use.request_code()(way)) for _ in range(12)))
        assert Counter(came) == {None: 1, "sign_in.code_too_soon": 11}
        assert len(notices.inbox) == minute
        stage.clock.advance(timedelta(minutes=1))
