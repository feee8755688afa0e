"""A member's picture is public once it was judged harmless, and never before; what goes is gone from everywhere."""

from io import BytesIO

import pytest
from PIL import Image

from adapters.memory.files import MemoryFileStore
from adapters.memory.public_images import MemoryPublicImages
from errand_domain.content.screening import Passed, Withheld
from errand_domain.errors import InvalidField, Missing, Stale
from errand_domain.ids import FileId
from errand_domain.member.member import Member, MemberBarred
from errand_domain.ports.files import FileStore
from errand_domain.ports.image_check import Judged, Unjudged
from errand_domain.ports.images import CleanImage, Images
from errand_domain.ports.outbox import ShowPicture
from errand_domain.ports.public_images import PublicImages
from errand_domain.use_cases.background.deliver_message import DeliverMessage
from errand_domain.use_cases.files.screen_images import RecordVerdict
from errand_domain.use_cases.files.stored_files import AVATARS_PER_DAY_MOST, DAY, TooManyFiles, UploadFile
from errand_domain.use_cases.members.avatars import RemoveAvatar, SeePicture
from errand_domain.use_cases.members.close_account import CloseAccount
from errand_domain.use_cases.moderation.moderate_content import DecideContent
from errand_domain.use_cases.operators.manage_members import BarMember
from tests.pictures import JPEG
from tests.use_cases.world import PNG, ImagesAtOnce, World


class Face:
    """A member and their pictures."""

    def __init__(self, world: World, member: Member) -> None:
        self.world, self.member = world, member
        self.public, self.store = world.parts[PublicImages], world.parts[FileStore]

    async def sends(self, answer: Judged | Unjudged | None, content: bytes = PNG) -> FileId:
        """A picture, which somebody judges so, or later."""
        self.world.image_check.answer_next(answer)
        file = await self.world.use(UploadFile)(self.member.id, content, purpose="avatar")
        await self.world.pass_time()
        return file.id

    async def name(self) -> str:
        async with self.world.begin() as tx:
            return (await tx.members.get(self.member.id)).avatar

    async def files(self) -> list[FileId]:
        async with self.world.begin() as tx:
            return [file.id for file in await tx.files.of_owner(self.member.id, before=None, limit=9)]


@pytest.fixture
async def face(world: World) -> Face:
    return Face(world, await world.member(campus_id=world.campus.id))


async def test_a_harmless_picture_becomes_public_under_a_name_that_says_nothing(face: Face) -> None:
    file_id = await face.sends(Judged(verdict="pass"))
    name = await face.name()
    seen = await face.world.use(SeePicture)(name)
    assert (seen.media_type, seen.content) == ("image/png", await face.store.get(file_id))
    assert file_id.hex not in name
    assert face.member.id.hex not in name


async def test_before_its_verdict_and_in_doubt_a_picture_is_not_public(face: Face) -> None:
    for answer in (None, Judged(verdict="review"), Judged(verdict="risky"), Unjudged()):
        await face.sends(answer)
    assert await face.name() == ""
    assert face.public._contents == {}


async def test_the_verdict_that_comes_later_shows_it(face: Face) -> None:
    await face.sends(None)
    await face.world.use(RecordVerdict)(face.world.image_check.submitted[-1], "pass")
    await face.world.pass_time()
    assert await face.name() in face.public._contents


async def test_a_person_who_sees_nothing_wrong_shows_it(face: Face) -> None:
    await face.sends(Judged(verdict="risky"))
    operator = await face.world.operator("operations")
    async with face.world.begin() as tx:
        (case,) = await tx.content_cases.at_campus(face.world.campus.id, states=("open",), limit=9)
    await face.world.use(DecideContent).clear(case.id, operator)
    await face.world.pass_time()
    assert await face.name() in face.public._contents


async def test_a_newer_picture_takes_the_place_of_the_one_before_which_is_gone(face: Face) -> None:
    before = await face.sends(Judged(verdict="pass"))
    name = await face.name()
    after = await face.sends(Judged(verdict="pass"), JPEG)
    assert await face.name() != name
    assert set(face.public._contents) == {await face.name()}
    assert await face.files() == [after]
    with pytest.raises(Missing):
        await face.store.get(before)


async def test_a_picture_whose_verdict_comes_after_that_of_a_newer_one_is_not_shown(face: Face) -> None:
    await face.sends(None)
    trace = face.world.image_check.submitted[-1]
    await face.sends(Judged(verdict="pass"), JPEG)
    name = await face.name()
    await face.world.use(RecordVerdict)(trace, "pass")
    await face.world.pass_time()
    assert await face.name() == name
    assert set(face.public._contents) == {name}


async def test_what_is_removed_is_gone_and_does_not_come_back(face: Face) -> None:
    file_id = await face.sends(Judged(verdict="pass"))
    await face.sends(None)
    trace = face.world.image_check.submitted[-1]
    member = await face.world.use(RemoveAvatar)(face.member.id)
    assert member.avatar == ""
    await face.world.use(RecordVerdict)(trace, "pass")
    await face.world.use(DeliverMessage)(ShowPicture(file_id=file_id, media_type="image/png"))
    await face.world.pass_time()
    assert (face.public._contents, face.store._contents, await face.files()) == ({}, {}, [])
    assert await face.name() == ""


async def test_what_is_no_name_of_a_picture_is_looked_for_nowhere(face: Face) -> None:
    await face.public.put("../keys", b"secret")
    with pytest.raises(Missing):
        await face.world.use(SeePicture)("../keys")


async def test_who_leaves_takes_the_picture_along(face: Face) -> None:
    await face.sends(Judged(verdict="pass"))
    await face.sends(None)
    await face.world.use(CloseAccount)(face.member.id)
    await face.world.pass_time()
    assert (await face.name(), face.public._contents, face.store._contents, await face.files()) == ("", {}, {}, [])


async def test_what_is_removed_while_it_becomes_public_is_not_public_in_the_end(face: Face) -> None:
    class Slow(MemoryPublicImages):
        async def put(self, name: str, content: bytes) -> None:
            await super().put(name, content)
            await face.world.use(RemoveAvatar)(face.member.id)

    face.world.parts[PublicImages] = slow = Slow()
    await face.sends(Judged(verdict="pass"))
    assert (await face.name(), slow._contents, face.store._contents) == ("", {}, {})


async def test_a_picture_is_kept_no_larger_than_it_is_shown(face: Face) -> None:
    large = BytesIO()
    Image.new("RGB", (2000, 1000), "teal").save(large, "PNG")
    file_id = await face.sends(Judged(verdict="pass"), large.getvalue())
    assert Image.open(BytesIO(await face.store.get(file_id))).size == (512, 256)


async def test_told_ten_times_the_picture_is_the_same(face: Face) -> None:
    file_id = await face.sends(Judged(verdict="pass"))
    name = await face.name()
    for _ in range(9):
        await face.world.use(DeliverMessage)(ShowPicture(file_id=file_id, media_type="image/png"))
    await face.world.pass_time()
    assert (await face.name(), set(face.public._contents)) == (name, {name})


async def test_what_was_withheld_is_not_public_whoever_says_so(face: Face) -> None:
    file_id = await face.sends(Judged(verdict="risky"))
    await face.world.use(DeliverMessage)(ShowPicture(file_id=file_id, media_type="image/png"))
    async with face.world.begin() as tx:
        assert isinstance((await tx.files.get(file_id)).screening, Withheld)
    assert face.public._contents == {}


async def test_a_proof_never_becomes_public(face: Face) -> None:
    order = await face.world.accepted(face.member, await face.world.runner())
    photo = await face.world.photo(order, face.member)
    await face.world.pass_time()
    await face.world.use(DeliverMessage)(ShowPicture(file_id=photo, media_type="image/png"))
    async with face.world.begin() as tx:
        assert isinstance((await tx.files.get(photo)).screening, Passed)
    assert face.public._contents == {}


async def test_who_has_no_campus_has_no_picture(world: World) -> None:
    member = await world.member()
    with pytest.raises(InvalidField):
        await world.use(UploadFile)(member.id, PNG, purpose="avatar")


async def test_a_picture_in_doubt_of_somebody_who_left_their_campus_is_not_shown(face: Face) -> None:
    await face.sends(None)
    async with face.world.begin() as tx:
        member = await tx.members.get(face.member.id)
        tx.members.save(member.profile(nickname="", campus_id=None))
        await tx.commit()
    await face.world.use(RecordVerdict)(face.world.image_check.submitted[-1], "review")
    await face.world.pass_time()
    assert (await face.name(), face.public._contents) == ("", {})


async def test_pictures_and_student_cards_are_counted_apart(face: Face) -> None:
    for _ in range(AVATARS_PER_DAY_MOST):
        await face.world.use(UploadFile)(face.member.id, PNG, purpose="avatar")
    with pytest.raises(TooManyFiles):
        await face.world.use(UploadFile)(face.member.id, PNG, purpose="avatar")
    await face.world.use(UploadFile)(face.member.id, PNG, purpose="student_card")


async def test_who_leaves_while_their_picture_is_drawn_leaves_nothing_of_it_behind(face: Face) -> None:
    class Slow(ImagesAtOnce):
        async def clean(self, content: bytes, *, side_most: int | None = None) -> CleanImage:
            await face.world.use(CloseAccount)(face.member.id)
            return await super().clean(content, side_most=side_most)

    face.world.parts[Images] = Slow()
    with pytest.raises(MemberBarred):
        await face.world.use(UploadFile)(face.member.id, PNG, purpose="avatar")
    await face.world.pass_time()
    assert (face.store._contents, await face.files()) == ({}, [])


async def test_who_leaves_at_the_moment_of_the_commit_leaves_no_picture_behind(face: Face) -> None:
    """Both have read before either writes: one of them meets the other."""
    begin, left = face.world.begin, list[Member]()

    class Late(MemoryFileStore):
        async def put(self, file_id: FileId, content: bytes, *, media_type: str) -> None:
            await super().put(file_id, content, media_type=media_type)
            async with begin() as tx:  # an account that is being closed has looked for pictures already
                member = await tx.members.get(face.member.id)
                assert await tx.files.of_owner(member.id, before=None, limit=9) == ()
                left.append(member)

    face.world.parts[FileStore] = Late()
    await face.world.use(UploadFile)(face.member.id, PNG, purpose="avatar")
    async with begin() as tx:
        tx.members.save(left[0].close(at=face.world.clock.now()))
        with pytest.raises(Stale):
            await tx.commit()


async def test_a_copy_that_a_killed_worker_left_goes_although_the_file_goes_at_the_next_try(face: Face) -> None:
    class Killing(MemoryPublicImages):
        async def put(self, name: str, content: bytes) -> None:
            await super().put(name, content)
            raise ConnectionError

    class Erased(MemoryFileStore):
        async def get(self, file_id: FileId) -> bytes:
            await face.world.use(RemoveAvatar)(face.member.id)
            await self.delete(file_id)
            return await super().get(file_id)

    file_id = await face.sends(None)
    await face.world.use(RecordVerdict)(face.world.image_check.submitted[-1], "pass")
    face.world.parts[PublicImages] = public = Killing()
    show = ShowPicture(file_id=file_id, media_type="image/png")
    with pytest.raises(ConnectionError):
        await face.world.use(DeliverMessage)(show)
    assert len(public._contents) == 1
    face.world.parts[FileStore] = Erased()
    await face.world.use(DeliverMessage)(show)
    assert public._contents == {}


async def test_removing_pictures_makes_no_room_for_more_of_them_on_the_same_day(face: Face) -> None:
    for _ in range(AVATARS_PER_DAY_MOST):
        await face.world.use(UploadFile)(face.member.id, PNG, purpose="avatar")
        await face.world.use(RemoveAvatar)(face.member.id)
    with pytest.raises(TooManyFiles):
        await face.world.use(UploadFile)(face.member.id, PNG, purpose="avatar")
    face.world.clock.advance(DAY)
    await face.world.use(UploadFile)(face.member.id, PNG, purpose="avatar")


async def test_who_is_shut_out_is_seen_no_more_and_what_waited_is_not_shown_either(face: Face) -> None:
    await face.sends(Judged(verdict="pass"))
    await face.sends(None)
    bar = face.world.use(BarMember)
    member = await bar(face.member.id, None, campus_id=face.world.campus.id, barred=True, reason="头像违规")
    assert member.avatar == ""
    await face.world.use(RecordVerdict)(face.world.image_check.submitted[-1], "pass")
    await face.world.pass_time()
    assert (await face.name(), face.public._contents, face.store._contents, await face.files()) == ("", {}, {}, [])
