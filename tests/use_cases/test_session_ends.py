"""A session ends with its time, however much it is used."""

from datetime import timedelta

import pytest

from errand_domain.member.member import Way
from errand_domain.member.session import NotSignedIn
from errand_domain.use_cases.signing_in.own_sessions import Recognise
from tests.use_cases.test_signing_in import PHONE, enter
from tests.use_cases.world import World

DAY = timedelta(days=1)


async def test_a_session_that_is_used_every_day_ends_after_thirty_of_them(world: World):
    entered = await enter(world, Way("phone", PHONE))
    for _ in range(29):
        world.clock.advance(DAY)
        await world.use(Recognise)(entered.token)
    world.clock.advance(DAY)
    with pytest.raises(NotSignedIn):
        await world.use(Recognise)(entered.token)
