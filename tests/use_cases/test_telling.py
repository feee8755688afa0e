"""Who is told what, and what a bad address holds up."""

from errand_domain.ports.outbox import Relay, Tell
from tests.use_cases.world import LEASE, World


async def test_a_notice_that_cannot_be_delivered_holds_up_no_other(world: World):
    requester = await world.member()
    relay: Relay = world.parts[Relay]
    await world.opened(requester)
    (paid,) = await relay.take(now=world.clock.now(), leased_until=world.clock.now() + LEASE, limit=9)
    await relay.park(paid.id, fault="no such number")
    await world.opened(requester)
    (next_one,) = await relay.take(now=world.clock.now(), leased_until=world.clock.now() + LEASE, limit=9)
    assert isinstance(next_one.message, Tell)
    assert next_one.message.member_id == requester.id
