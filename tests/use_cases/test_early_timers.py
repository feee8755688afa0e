"""A timer that fires before its time changes nothing: what is still needed stays, and so does its time."""

from attrs import evolve

from errand_domain.content.case import QUOTE_KEPT_FOR, ContentCleared, ContentRemoved, Open
from errand_domain.testing import examples
from errand_domain.use_cases.files.erase_file import EraseUnusedFile
from errand_domain.use_cases.moderation.erase_content_case import EraseContentCase
from errand_domain.use_cases.moderation.moderate_content import DecideContent
from tests.domain.examples import NOON, OPERATOR, SECOND
from tests.use_cases.test_privacy import card
from tests.use_cases.world import World


async def test_a_student_card_in_no_application_is_not_erased_before_its_time(world: World):
    photo = await card(world, await world.member())
    async with world.begin() as tx:
        file = await tx.files.get(photo)
    assert file.erase_at is not None
    world.clock.advance(file.erase_at - world.clock.now() - SECOND)
    assert not await world.use(EraseUnusedFile)(photo)
    async with world.begin() as tx:
        assert await tx.files.get(photo) == file
    world.clock.advance(SECOND)
    assert await world.use(EraseUnusedFile)(photo)
    assert await world.use(EraseUnusedFile)(photo), "it is gone, whoever erased it"


async def test_a_content_case_keeps_its_words_until_its_time_and_while_it_is_open(world: World):
    await world.published(await world.member(), note="加微信聊")
    async with world.begin() as tx:
        (case,) = await tx.content_cases.at_campus(world.campus.id, states=("open",), limit=5)
    erase = world.use(EraseContentCase)
    assert await erase(case.id) == case
    decided = await world.use(DecideContent).clear(case.id, await world.operator("operations"))
    assert decided.erase_at is not None
    world.clock.advance(decided.erase_at - world.clock.now() - SECOND)
    assert await erase(case.id) == decided
    world.clock.advance(SECOND)
    assert (await erase(case.id)).quote == ""


def test_why_an_image_was_taken_away_goes_in_its_time_and_once():
    """Nothing was quoted of it: the operator's reason is all that there is to erase."""
    case = evolve(examples.content_case(), kind="image", quote="", state=Open())
    removed = case.apply(ContentRemoved(at=NOON, operator_id=OPERATOR, reason="含有他人证件"))
    assert removed.erase_at == NOON + QUOTE_KEPT_FOR
    assert removed.erased().erase_at is None
    assert case.apply(ContentCleared(at=NOON, operator_id=OPERATOR)).erase_at is None
