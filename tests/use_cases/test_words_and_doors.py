"""What is written is checked as a whole, and whose door it is must be said."""

import pytest
from attrs import evolve

from errand_domain.errors import InvalidField, NotPermitted
from errand_domain.ids import CampusId, MemberId
from errand_domain.member.member import Member
from errand_domain.member.roles import Grant
from errand_domain.order.terms import Handover, Terms
from errand_domain.use_cases.content.judging import ContentRefused
from errand_domain.use_cases.operators.manage_members import BarMember
from tests.domain.examples import OTHER_CAMPUS_ID
from tests.use_cases.world import World

REFUSED = "代考"


def spread(terms: Terms, place: str) -> Terms:
    """The terms with a word in them that may not be published."""
    if place in ("item", "note"):
        return evolve(terms, **{place: REFUSED})
    stop, _, field = place.partition(".")
    return evolve(terms, **{stop: evolve(getattr(terms, stop), **{field: REFUSED})})


@pytest.mark.parametrize("place", ["item", "note", "pickup.name", "dropoff.name", "pickup.detail", "dropoff.detail"])
async def test_whatever_the_requester_writes_is_checked_before_it_is_published(world: World, place: str):
    stops = {"pickup": spread(world.terms(), place).pickup, "dropoff": spread(world.terms(), place).dropoff}
    written = spread(world.terms(), place)
    with pytest.raises(ContentRefused):
        await world.published(await world.member(), item=written.item, note=written.note, **stops)


async def test_a_handover_at_a_door_says_whose_door_it_is(world: World):
    requester = await world.member()
    unnamed = evolve(world.terms().dropoff, building_id=None)
    with pytest.raises(InvalidField, match=r"dropoff\.building_id"):
        await world.published(requester, dropoff=unnamed, handover=Handover(place="door"))
    order = await world.published(requester, handover=Handover(place="door"))
    assert order.terms.handover.admits == "women"
    assert (await world.published(requester, dropoff=unnamed)).terms.handover.place == "gate"


# -- Who bars whom -------------------------------------------------------------------------------------------


async def admin(world: World, *campuses: CampusId) -> Member:
    return await world.member(grants=frozenset(Grant("admin", campus_id) for campus_id in campuses))


async def bar(world: World, member_id: MemberId, operator: Member | None) -> Member:
    return await world.use(BarMember)(member_id, operator, campus_id=world.campus.id, barred=True, reason="刷单")


async def test_an_admin_bars_whoever_belongs_to_their_campus_and_to_no_other(world: World):
    here = await admin(world, world.campus.id)
    both = await admin(world, world.campus.id, OTHER_CAMPUS_ID)
    for member, may, may_not in (
        (await world.member(campus_id=world.campus.id), here, await admin(world, OTHER_CAMPUS_ID)),
        (await world.runner(), here, await admin(world, OTHER_CAMPUS_ID)),
        (await world.operator("finance"), here, await admin(world, OTHER_CAMPUS_ID)),
        (await world.member(campus_id=OTHER_CAMPUS_ID), both, here),
        (await admin(world, world.campus.id, OTHER_CAMPUS_ID), both, here),
    ):
        with pytest.raises(NotPermitted):
            await bar(world, member.id, may_not)
        assert (await bar(world, member.id, may)).barred


async def test_nobody_writes_it_into_the_record_of_a_campus_that_is_not_theirs(world: World):
    member, elsewhere = await world.member(campus_id=OTHER_CAMPUS_ID), await admin(world, OTHER_CAMPUS_ID)
    with pytest.raises(NotPermitted):
        await bar(world, member.id, elsewhere)
    assert not (await world.use(BarMember)(member.id, None, campus_id=world.campus.id, barred=False, reason="?")).barred


async def test_who_may_bar_nobody_does_not_hear_whether_there_is_such_a_member(world: World):
    for somebody in (await world.member(), await world.operator("operations")):
        with pytest.raises(NotPermitted):
            await bar(world, MemberId(world.ids.new()), somebody)


async def test_whoever_belongs_to_no_campus_is_barred_by_the_machine_alone(world: World):
    member = await world.member()
    with pytest.raises(NotPermitted):
        await bar(world, member.id, await admin(world, world.campus.id))
    assert (await bar(world, member.id, None)).barred
