"""What is told and to whom; what is done outside is done at least once, and its second time changes nothing."""

from datetime import timedelta

import pytest
from attrs import evolve

from errand_domain.errors import Missing, NotPermitted
from errand_domain.member.member import Way
from errand_domain.ports.outbox import AskRefund, Tell
from errand_domain.use_cases.background.deliver_message import SENTENCES, DeliverMessage
from errand_domain.use_cases.background.parked_messages import ListParkedMessages, RetryMessage
from errand_domain.use_cases.members.close_account import CloseAccount
from errand_domain.use_cases.money.verify_ledger import VerifyLedger
from errand_domain.use_cases.orders.cancel_errand import CancelErrand
from tests.kill_points.fuse import Fuse, Killed, fused_begin
from tests.use_cases.world import LEASE, World


async def test_both_parties_hear_what_happens_to_their_order(world: World):
    ways = [Way("phone", f"+861390000000{n}") for n in (1, 2)]
    requester, runner = await world.member(ways[0]), await world.runner()
    order = await world.completed(requester, runner)
    await world.pass_time()
    heard = [notice.text for notice in reversed(world.notices.inbox) if notice.to == ways[0]]
    kinds = ("order_paid", "order_accepted", "order_picked_up", "order_delivered")
    assert heard == [SENTENCES[kind] + f"（订单 {str(order.id)[-8:]}）" for kind in kinds]  # type: ignore[index]
    assert any(SENTENCES["order_completed"] in notice.text for notice in world.notices.inbox)


async def test_a_notice_holds_no_code_no_room_and_no_name(world: World):
    order = await world.completed(await world.member(), await world.runner())
    await world.pass_time()
    said = " ".join(notice.text for notice in world.notices.inbox)
    assert said
    assert not any(secret in said for secret in ("512", "小林", "6-2-1045", order.delivery_code))


async def test_what_could_not_be_delivered_is_kept_and_delivered_later(world: World):
    requester = await world.member()
    await world.opened(requester)
    world.notices.fail_next(2)
    await world.pass_time()
    assert world.notices.inbox == ()
    assert await world.database.relay.pending() == 1
    for _ in range(3):
        await world.pass_time(LEASE)
    assert [notice.to for notice in world.notices.inbox] == [requester.ways[0]]
    assert await world.database.relay.pending() == 0


async def test_a_message_that_is_delivered_twice_after_a_crash_changes_nothing(world: World):
    requester = await world.member()
    order = await world.opened(requester)
    await world.use(CancelErrand)(order.id, requester.id, reason="不需要了")
    (refund,) = await world.refunds(order)
    for _ in range(4):
        await world.use(DeliverMessage)(AskRefund(number=refund.number))
    await world.settle_outside()
    assert world.provider.totals.refunded == order.price.payable.fen
    await world.prove()


async def test_whoever_has_left_is_not_written_to(world: World):
    member = await world.member()
    await world.use(CloseAccount)(member.id)
    await world.use(DeliverMessage)(Tell(member_id=member.id, kind="order_paid"))
    assert world.notices.inbox == ()


async def test_nothing_is_told_of_what_was_not_committed(world: World):
    order = await world.opened(await world.member())
    await world.pass_time()
    before = len(world.notices.inbox)
    with pytest.raises(Missing):
        await world.use(CancelErrand)(order.id, (await world.member()).id, reason="算了")
    await world.pass_time()
    assert len(world.notices.inbox) == before


async def test_parked_messages_are_seen_and_retried_by_staff(world: World):
    await world.opened(await world.member())
    now = world.clock.now()
    relay = world.database.relay
    (envelope,) = await relay.take(now=now, leased_until=now + LEASE, limit=10)
    await relay.park(envelope.id, fault="no such carrier")
    staff = await world.operator("operations")
    (parked,) = await world.use(ListParkedMessages)(staff, limit=10)
    assert (parked.id, parked.last_fault) == (envelope.id, "no such carrier")
    with pytest.raises(NotPermitted):
        await world.use(RetryMessage)(envelope.id, await world.operator("auditor"))
    await world.use(RetryMessage)(envelope.id, staff)
    with pytest.raises(Missing):
        await world.use(RetryMessage)(envelope.id, staff)
    async with world.begin() as tx:
        (line,) = await tx.audit.of_subject(f"message:{envelope.id}", limit=9)
    assert (line.action, line.actor_id) == ("message.retried", staff.id)
    await world.pass_time(timedelta(minutes=1))
    assert await world.database.relay.pending() == 0
    assert len(world.notices.inbox) == 1


@pytest.mark.parametrize(("blows_at", "done"), [(1, 0), (2, 1)])
async def test_whoever_dies_while_a_message_is_retried_leaves_a_record_with_the_deed_and_none_without(
    world: World, blows_at: int, done: int
):
    await world.opened(await world.member())
    now = world.clock.now()
    (envelope,) = await world.database.relay.take(now=now, leased_until=now + LEASE, limit=10)
    await world.database.relay.park(envelope.id, fault="no such carrier")
    retry = evolve(world.use(RetryMessage), begin=fused_begin(world.begin, Fuse(blows_at)))
    with pytest.raises(Killed):
        await retry(envelope.id, None)
    assert await world.database.relay.pending() == done
    async with world.begin() as tx:
        assert len(await tx.audit.of_subject(f"message:{envelope.id}", limit=9)) == done


async def test_the_proof_of_the_ledger_counts_what_it_read(world: World):
    await world.completed(await world.member(), await world.runner())
    proof = await world.use(VerifyLedger)()
    assert (proof.transfers, proof.accounts, proof.imbalances) == (4, 5, ())
