"""A verdict and a person's decision at once, and the same verdict ten times at once: one wins, and one case is open."""

from asyncio import gather

import pytest
from attrs import evolve

from adapters.memory.image_check import MemoryImageCheck
from adapters.memory.notifications import MemoryNotifications
from errand_domain.content.case import ContentCase
from errand_domain.content.report import Pointed
from errand_domain.content.screening import JUDGED_WITHIN, Passed, TakenAway, Withheld
from errand_domain.ports.files import StoredFile
from errand_domain.ports.notifications import ImageReport
from tests.permissions.pictures import SQUARE
from tests.stage import Stage, outcome

pytestmark = pytest.mark.anyio
CLOSED = "content.illegal_transition"


async def submitted(stage: Stage) -> StoredFile:
    """A proof that somebody judges."""
    stage.use.image_check.override(MemoryImageCheck(usually=None))
    runner = await stage.runner()
    order = await stage.accepted(await stage.member(), runner)
    file = await stage.use.upload_file()(runner.id, SQUARE, purpose="proof", order_id=order.id)
    await gather(*(stage.use.submit_image()(file.id) for _ in range(3)))
    return await now(stage, file)


async def now(stage: Stage, file: StoredFile) -> StoredFile:
    async with stage.begin() as tx:
        return await tx.files.get(file.id)


async def cases(stage: Stage, *states: str) -> tuple[ContentCase, ...]:
    async with stage.begin() as tx:
        return await tx.content_cases.at_campus(stage.campus.id, states=states, limit=9)


async def test_a_verdict_that_is_told_ten_times_at_once_withholds_once(stage: Stage):
    file = await submitted(stage)
    spoken = MemoryNotifications()
    stage.use.payment_providers.override(evolve(stage.use.payment_providers(), notifications={"memory": spoken}))
    delivery, receive = spoken.written(ImageReport(trace=file.trace, verdict="risky")), stage.use.receive_notification()
    await gather(*(receive("memory", delivery) for _ in range(10)))
    after = await now(stage, file)
    assert (after.screening, after.version) == (Withheld(), file.version + 1)
    assert len(await cases(stage, "open")) == 1


async def test_of_a_late_verdict_and_a_clearance_at_once_the_person_has_the_last_word(stage: Stage):
    file = await submitted(stage)
    stage.clock.advance(JUDGED_WITHIN)
    await stage.use.miss_verdict()(file.id)
    (case,) = await cases(stage, "open")
    operator = await stage.operator()
    decide = stage.use.decide_content()
    await gather(stage.use.record_verdict()(file.trace, "risky"), decide.clear(case.id, operator))
    assert (await now(stage, file)).screening == Passed()
    assert [each.state_name for each in await cases(stage, "open", "cleared")] == ["cleared"]


async def test_of_a_clearance_and_a_removal_at_once_one_wins_and_the_image_is_as_the_case_says(stage: Stage):
    file = await submitted(stage)
    await stage.use.record_verdict()(file.trace, "risky")
    (case,) = await cases(stage, "open")
    first, second = await stage.operator(), await stage.operator()
    decide = stage.use.decide_content()
    came = await gather(
        outcome(decide.clear(case.id, first)), outcome(decide.remove(case.id, second, reason="含有他人证件"))
    )
    assert [each for each in came if isinstance(each, str)] == [CLOSED]
    async with stage.begin() as tx:
        decided = await tx.content_cases.get(case.id)
    expected = {"cleared": Passed(), "removed": TakenAway()}[decided.state_name]
    assert (await now(stage, file)).screening == expected


async def test_what_is_withheld_while_a_person_clears_a_report_of_it_is_shown_again_or_waits_for_somebody(stage: Stage):
    for withheld_by in ("check", "operator") * 4:
        file = await submitted(stage)
        if withheld_by == "operator":
            await stage.use.record_verdict()(file.trace, "pass")
        async with stage.begin() as tx:
            assert file.order_id is not None
            requester_id = (await tx.orders.get(file.order_id)).requester_id
        pointed, operator = Pointed(kind="image", subject=file.id), await stage.operator()
        await stage.use.report_content()(requester_id, pointed, reason="sexual", text="")
        async with stage.begin() as tx:
            (case,) = await tx.content_cases.of_subject("image", file.id)
        withholding = (
            stage.use.record_verdict()(file.trace, "risky")
            if withheld_by == "check"
            else stage.use.open_content_case()(pointed, operator, reason="投诉", withhold=True)
        )
        await gather(withholding, stage.use.decide_content().clear(case.id, await stage.operator()))
        async with stage.begin() as tx:
            states = [each.state_name for each in await tx.content_cases.of_subject("image", file.id)]
        is_withheld = isinstance((await now(stage, file)).screening, Withheld)
        assert is_withheld == ("open" in states), (withheld_by, states)


async def test_of_a_verdict_and_a_report_at_once_one_opens_the_case_and_the_other_joins_it(stage: Stage):
    for _ in range(4):
        file = await submitted(stage)
        async with stage.begin() as tx:
            assert file.order_id is not None
            requester_id = (await tx.orders.get(file.order_id)).requester_id
        pointed, report = Pointed(kind="image", subject=file.id), stage.use.report_content()
        await gather(
            stage.use.record_verdict()(file.trace, "review"), report(requester_id, pointed, reason="sexual", text="")
        )
        async with stage.begin() as tx:
            (case,) = await tx.content_cases.of_subject("image", file.id)
        assert (case.state_name, case.reports) == ("open", 1)
