"""What somebody asked for before they left, or were barred, and what reaches the account only afterwards."""

from collections.abc import Awaitable, Callable

import pytest

from adapters.memory.content import MemoryContentCheck
from adapters.memory.credentials import MemoryPasswordHashes
from errand_domain.member.credential import Credential
from errand_domain.member.member import Member, MemberBarred, Way
from errand_domain.member.session import Session
from errand_domain.ports.content import ContentCheck, Utterance, Verdict
from errand_domain.ports.credentials import PasswordHashes
from errand_domain.runner.runner import Runner
from errand_domain.use_cases.members.avatars import RemoveAvatar
from errand_domain.use_cases.members.close_account import CloseAccount
from errand_domain.use_cases.members.manage_profile import BlockMember, GiveConsent, UpdateProfile
from errand_domain.use_cases.operators.manage_members import BarMember
from errand_domain.use_cases.orders.dispute_order import OpenDispute
from errand_domain.use_cases.orders.review_order import ReviewOrder
from errand_domain.use_cases.signing_in.own_ways import LinkByTicket, LinkWay, UnlinkWay
from errand_domain.use_cases.signing_in.request_code import RequestCode
from errand_domain.use_cases.signing_in.set_password import ResetPassword, SetPassword
from tests.domain.examples import MINUTE
from tests.simulation.scheduler import Scheduler, seeded
from tests.use_cases.test_people import enter, sent
from tests.use_cases.test_privacy import applied, card
from tests.use_cases.world import World

EMAIL = Way("email", "lin@example.edu")


async def _profile(world: World, member: Member, _: Session) -> object:
    return await world.use(UpdateProfile)(member.id, nickname="林", campus_id=None)


async def _consent(world: World, member: Member, _: Session) -> object:
    return await world.use(GiveConsent)(member.id, document="privacy_policy", version="2026-01")


async def _link(world: World, member: Member, _: Session) -> object:
    await world.use(RequestCode)(EMAIL)
    return await world.use(LinkWay)(member.id, EMAIL, world.notices.inbox[0].code)


async def _link_by_ticket(world: World, member: Member, _: Session) -> object:
    return await world.use(LinkByTicket).wechat(member.id, world.mini_program.ticket_of("somebody-at-wechat"))


async def _unlink(world: World, member: Member, _: Session) -> object:
    return await world.use(UnlinkWay)(member.id, "phone")


async def _block(world: World, member: Member, _: Session) -> object:
    return await world.use(BlockMember)(member.id, (await world.member()).id, blocked=True)


async def _password(world: World, _: Member, session: Session) -> object:
    return await world.use(SetPassword)(session, "three blue bicycles", current="two blue bicycles")


async def _picture(world: World, member: Member, _: Session) -> object:
    return await world.use(RemoveAvatar)(member.id)


async def _apply(world: World, member: Member, _: Session) -> object:
    return await applied(world, member)


async def _close(world: World, member: Member, _: Session) -> object:
    return await world.use(CloseAccount)(member.id)


async def _leave(world: World, member: Member) -> None:
    await world.use(CloseAccount)(member.id)


async def _bar(world: World, member: Member) -> None:
    await world.use(BarMember)(member.id, None, campus_id=world.campus.id, barred=True, reason="?")


@pytest.mark.parametrize("gone", [_leave, _bar])
@pytest.mark.parametrize(
    "late",
    [_profile, _consent, _link, _link_by_ticket, _unlink, _block, _password, _picture, _apply, _close],
    ids=lambda act: act.__name__,
)
async def test_nothing_is_written_into_the_account_of_somebody_who_is_gone(
    world: World,
    late: Callable[[World, Member, Session], Awaitable[object]],
    gone: Callable[[World, Member], Awaitable[None]],
) -> None:
    entered = await enter(world)
    await gone(world, entered.member)
    async with world.begin() as tx:
        left = await tx.members.get(entered.member.id)
    with pytest.raises(MemberBarred):
        await late(world, entered.member, entered.session)
    async with world.begin() as tx:
        assert await tx.members.get(entered.member.id) == left
        assert await tx.members.of_way(EMAIL) is None


class Slow(MemoryPasswordHashes):
    """Hashes so slowly that its owner leaves meanwhile."""

    def __init__(self, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    async def hash(self, password: str) -> str:
        await self._meanwhile()
        return await super().hash(password)


async def test_whoever_leaves_while_the_first_password_is_hashed_leaves_none_behind(world: World) -> None:
    entered = await enter(world, EMAIL)
    world.parts[PasswordHashes] = Slow(lambda: world.use(CloseAccount)(entered.member.id))
    with pytest.raises(MemberBarred):
        await world.use(SetPassword)(entered.session, "three blue bicycles")
    async with world.begin() as tx:
        assert await tx.credentials.of_member(entered.member.id) is None


class SlowCheck(MemoryContentCheck):
    """Judges so slowly that its author leaves meanwhile."""

    def __init__(self, world: World, author: Member) -> None:
        super().__init__()
        self._world, self._author = world, author

    async def judge(self, utterance: Utterance) -> Verdict:
        await self._world.use(CloseAccount)(self._author.id)
        return await super().judge(utterance)


async def test_whoever_leaves_while_their_words_are_judged_leaves_none_behind(world: World) -> None:
    """What is said of others stays until its author leaves, and an author who has left does not leave again."""
    requester, runner = await world.member(), await world.runner()
    order = await world.completed(requester, runner)
    world.parts[ContentCheck] = SlowCheck(world, requester)
    with pytest.raises(MemberBarred):
        await world.use(ReviewOrder)(order.id, requester.id, stars=5, tags=(), text="很快")
    async with world.begin() as tx:
        assert await tx.reviews.of_order(order.id) == ()


async def test_nobody_who_has_left_objects_to_an_order(world: World) -> None:
    requester, runner = await world.member(), await world.runner()
    order = await world.completed(requester, runner)
    world.parts[ContentCheck] = SlowCheck(world, requester)
    with pytest.raises(MemberBarred):
        await world.use(OpenDispute)(order.id, requester.id, reason="damaged", text="破了")
    async with world.begin() as tx:
        assert (await tx.orders.get(order.id)).is_final


SEEDS = range(40)


def _staged(seed: int) -> tuple[Scheduler, World]:
    scheduler = seeded(seed)
    return scheduler, scheduler.run(World.built(pause=scheduler.pause))


async def _runner(world: World, member: Member) -> Runner | None:
    async with world.begin() as tx:
        return await tx.runners.find(member.id)


async def _credential(world: World, member: Member) -> Credential | None:
    async with world.begin() as tx:
        return await tx.credentials.of_member(member.id)


def test_whoever_applies_while_they_leave_leaves_no_application_behind() -> None:
    for seed in SEEDS:
        scheduler, world = _staged(seed)
        member = scheduler.run(world.member())
        scheduler.run(world.use(GiveConsent)(member.id, document="runner_agreement", version="2026-01"))
        photo = scheduler.run(card(world, member))
        scheduler.race(applied(world, member, photo=photo), world.use(CloseAccount)(member.id))
        runner = scheduler.run(_runner(world, member))
        assert runner is None or runner.application.real_name is None, f"seed {seed}"


def test_whoever_resets_the_password_while_they_leave_leaves_none_behind() -> None:
    for seed in SEEDS:
        scheduler, world = _staged(seed)
        member = scheduler.run(enter(world, EMAIL)).member
        world.clock.advance(MINUTE)
        code = scheduler.run(sent(world, EMAIL))
        reset = world.use(ResetPassword)(EMAIL.value, code, "three blue bicycles")
        scheduler.race(reset, world.use(CloseAccount)(member.id))
        assert scheduler.run(_credential(world, member)) is None, f"seed {seed}"


def test_whoever_objects_while_they_leave_does_one_of_the_two() -> None:
    for seed in SEEDS:
        scheduler, world = _staged(seed)
        requester, runner = scheduler.run(world.member()), scheduler.run(world.runner())
        order = scheduler.run(world.completed(requester, runner))
        objecting = world.use(OpenDispute)(order.id, requester.id, reason="damaged", text="破了")
        _, left = scheduler.race(objecting, world.use(CloseAccount)(requester.id))
        is_open = not scheduler.run(world.order(order)).is_final
        assert is_open != isinstance(left, Member), f"seed {seed}"
