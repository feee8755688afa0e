"""An upload that stops anywhere leaves nothing that lasts, and nothing that anybody sees before it goes."""

from collections.abc import AsyncIterator
from itertools import count
from typing import Final

import pytest
from attrs import evolve

from adapters.memory.files import MemoryFileStore
from errand_domain.content.screening import TakenAway
from errand_domain.errors import InvalidField, Missing, Stale
from errand_domain.ids import FileId, TicketId
from errand_domain.member.member import Member, MemberBarred
from errand_domain.order.order import Order
from errand_domain.order.states import Proof
from errand_domain.ports.files import FilePurpose, FileStore, StoredFile, StoreUnreachable
from errand_domain.retention import UNFINISHED_FILES_KEPT_FOR
from errand_domain.use_cases.background.forget_what_is_over import CountWhatIsDue, Due
from errand_domain.use_cases.files.erase_file import EraseUnfinishedFile
from errand_domain.use_cases.files.file_links import IssueFileLink
from errand_domain.use_cases.files.stored_files import FetchFile, UploadFile
from errand_domain.use_cases.members.close_account import CloseAccount
from errand_domain.use_cases.members.export_member import ExportMember
from errand_domain.use_cases.orders.arrive_at_pickup import ArriveAtPickup
from tests.domain.examples import SECOND
from tests.kill_points.fuse import Fuse, FusedDesk, Killed, fused_begin
from tests.use_cases.test_privacy import applied, card
from tests.use_cases.world import PNG, World

PURPOSES: Final[tuple[FilePurpose, ...]] = ("proof", "student_card", "avatar")
POINTS: Final = (
    "before a commit",
    "after a commit",
    "before put",
    "after put",
    "before a commit",
    "after a commit",
)
EXPECTED, STORED, FINISHED = 1, 3, 5
"""From which point on it is expected, its bytes are stored, and it is a file."""


class Scene:
    """Somebody with an accepted order, who uploads."""

    def __init__(self, world: World, runner: Member, order: Order) -> None:
        self.world, self.runner, self.order = world, runner, order

    @classmethod
    async def built(cls) -> "Scene":
        world = await World.built()
        runner = await world.runner()
        async with world.begin() as tx:
            member = await tx.members.get(runner.id)
            tx.members.save(member.profile(nickname="跑腿", campus_id=world.campus.id))
            await tx.commit()
        return cls(world, runner, await world.accepted(await world.member(), runner))

    async def upload(self, purpose: FilePurpose, *, ticket_id: TicketId | None = None) -> StoredFile:
        order_id = self.order.id if purpose == "proof" else None
        upload = self.world.use(UploadFile)
        return await upload(self.runner.id, PNG, purpose=purpose, order_id=order_id, ticket_id=ticket_id)

    def store(self, store: FileStore) -> None:
        self.world.parts[FileStore] = store

    @property
    def stored(self) -> set[FileId]:
        """Under which ids bytes lie in the store."""
        return {*self.world.parts[FileStore]._contents}

    @property
    def expected(self) -> set[FileId]:
        return {file_id for file_id, _ in self.world.database._tables.expected_files.items()}

    async def files(self) -> tuple[StoredFile, ...]:
        async with self.world.begin() as tx:
            return await tx.files.of_owner(self.runner.id, before=None, limit=9)

    async def due(self) -> Due:
        return (await self.world.use(CountWhatIsDue)())["expected_file"]


async def stopped(purpose: FilePurpose) -> AsyncIterator[tuple[str, Scene]]:
    """The upload, killed at each point at which it can be; the last time it comes to its end."""
    for blows_at in count(1):
        scene, fuse = await Scene.built(), Fuse(blows_at)
        world, sound, store = scene.world, scene.world.begin, scene.world.parts[FileStore]
        world.begin, world.parts[FileStore] = fused_begin(sound, fuse), FusedDesk(store, fuse)
        try:
            await scene.upload(purpose)
        except Killed as point:
            world.begin, world.parts[FileStore] = sound, store
            yield str(point), scene
        else:
            return


@pytest.mark.parametrize("purpose", PURPOSES)
async def test_wherever_an_upload_is_killed_it_is_a_file_or_nothing_is_left_of_it_a_day_later(purpose: FilePurpose):
    points = list[str]()
    async for point, scene in stopped(purpose):
        at = len(points)
        points.append(point)
        await scene.world.pass_time(UNFINISHED_FILES_KEPT_FOR - SECOND)
        assert bool(scene.stored) == (at >= STORED), at
        assert bool(scene.expected) == (EXPECTED <= at < FINISHED), at
        assert bool(await scene.files()) == (at >= FINISHED), at
        await scene.world.pass_time(SECOND)
        # A card that nobody applied with goes by its own timer.
        is_kept = at >= FINISHED and purpose != "student_card"
        assert (bool(scene.stored), bool(await scene.files())) == (is_kept, is_kept), at
        assert not scene.expected, at
        assert await scene.due() == Due(due=0, overdue=0)
    assert tuple(points) == POINTS


async def test_what_is_not_finished_is_read_exported_linked_shown_and_counted_by_nobody():
    async for _, scene in stopped("proof"):
        world, member = scene.world, scene.runner
        if not scene.stored or await scene.files():
            continue
        (file_id,) = scene.stored
        for viewer in (member, await world.operator("reviewer", "operations")):
            with pytest.raises(Missing):
                await world.use(FetchFile)(file_id, viewer)
            with pytest.raises(Missing):
                await world.use(IssueFileLink)(file_id, viewer)
        with pytest.raises(InvalidField, match="photos"):
            await world.use(ArriveAtPickup)(scene.order.id, member.id, proof=Proof(photos=(file_id,)))
        with pytest.raises(InvalidField, match="card_photo"):
            await applied(world, await world.member(), photo=file_id)
        assert (await world.use(ExportMember)(member.id))["files"] == []
        async with world.begin() as tx:
            assert await tx.files.of_order(scene.order.id) == ()
            assert await tx.files.count(member.id, order_id=scene.order.id, since=scene.order.placed_at) == 0


class Awkward(MemoryFileStore):
    """A store that does what it is asked, and is not heard of any more."""

    def __init__(self, *, deletes: bool = True) -> None:
        super().__init__()
        self.deletes, self.is_awkward = deletes, True

    async def put(self, file_id: FileId, content: bytes, *, media_type: str) -> None:
        await super().put(file_id, content, media_type=media_type)
        if self.is_awkward and self.deletes:
            raise StoreUnreachable

    async def delete(self, file_id: FileId) -> None:
        if self.is_awkward:
            raise StoreUnreachable
        await super().delete(file_id)


async def test_bytes_of_which_the_store_did_not_say_whether_it_has_them_go_a_day_later():
    scene, store = await Scene.built(), Awkward()
    scene.store(store)
    with pytest.raises(StoreUnreachable):
        await scene.upload("student_card")
    assert scene.stored
    assert await scene.files() == ()
    store.is_awkward = False
    await scene.world.pass_time(UNFINISHED_FILES_KEPT_FOR)
    assert (scene.stored, scene.expected) == (set(), set())


async def test_a_second_upload_with_a_ticket_is_refused_and_goes_also_where_the_store_is_away():
    scene, store = await Scene.built(), Awkward(deletes=False)
    scene.store(store)
    ticket_id = TicketId(scene.world.ids.new())
    first = await scene.upload("proof", ticket_id=ticket_id)
    with pytest.raises(StoreUnreachable):
        await scene.upload("proof", ticket_id=ticket_id)
    assert len(scene.stored) == 2
    store.is_awkward = False
    with pytest.raises(Stale):
        await scene.upload("proof", ticket_id=ticket_id)
    await scene.world.pass_time(UNFINISHED_FILES_KEPT_FOR)
    assert scene.stored == {first.id}
    assert not scene.expected


async def test_whoever_leaves_while_a_picture_is_uploaded_leaves_none():
    scene = await Scene.built()
    world, leaver = scene.world, await scene.world.member(campus_id=scene.world.campus.id)

    class Meanwhile(MemoryFileStore):
        async def put(self, file_id: FileId, content: bytes, *, media_type: str) -> None:
            await super().put(file_id, content, media_type=media_type)
            await world.use(CloseAccount)(leaver.id)

    scene.store(Meanwhile())
    scene.runner = leaver
    with pytest.raises(MemberBarred):
        await scene.upload("avatar")
    assert scene.stored == set()
    await world.pass_time(UNFINISHED_FILES_KEPT_FOR)
    assert not scene.expected


async def test_an_upload_that_takes_longer_than_a_day_is_no_file_and_leaves_nothing():
    scene = await Scene.built()

    class Hanging(MemoryFileStore):
        async def put(self, file_id: FileId, content: bytes, *, media_type: str) -> None:
            await scene.world.pass_time(UNFINISHED_FILES_KEPT_FOR)
            await super().put(file_id, content, media_type=media_type)

    scene.store(Hanging())
    with pytest.raises(Stale):
        await scene.upload("student_card")
    assert (scene.stored, scene.expected, await scene.files()) == (set(), set(), ())


async def test_a_timer_that_fires_too_early_or_twice_changes_nothing():
    scene = await Scene.built()
    file_id, world = FileId(scene.world.ids.new()), scene.world
    await world.parts[FileStore].put(file_id, b"bytes", media_type="image/png")
    async with world.begin() as tx:
        tx.files.expect(file_id, until=world.clock.now() + SECOND)
        await tx.commit()
    assert not await world.use(EraseUnfinishedFile)(file_id)
    assert scene.expected == {file_id}
    world.clock.advance(SECOND)
    assert await world.use(EraseUnfinishedFile)(file_id)
    assert not await world.use(EraseUnfinishedFile)(file_id)
    await world.pass_time()
    assert scene.stored == set()


async def test_bytes_that_are_expected_anew_though_there_is_their_file_stay_with_it():
    scene = await Scene.built()
    photo = await card(scene.world, scene.runner)
    async with scene.world.begin() as tx:
        tx.files.expect(photo, until=scene.world.clock.now())
        await tx.commit()
    await scene.world.pass_time()
    assert scene.stored == {photo}
    assert not scene.expected


async def test_bytes_that_are_expected_of_an_image_that_was_taken_away_go():
    scene = await Scene.built()
    world, photo = scene.world, await scene.world.photo(scene.order, scene.runner)
    async with world.begin() as tx:
        file = await tx.files.get(photo)
        tx.files.save(evolve(file, screening=TakenAway(), version=file.version + 1))
        tx.files.expect(photo, until=world.clock.now())
        await tx.commit()
    await world.pass_time()
    assert (scene.stored, scene.expected) == (set(), set())
