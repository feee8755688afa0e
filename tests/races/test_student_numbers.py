"""A student number stands for one person, however many apply with it at once."""

from asyncio import gather
from collections import Counter
from datetime import date

import pytest

from entrypoints.demo.picture import picture
from errand_domain.member.member import Member
from errand_domain.runner.runner import Runner
from errand_domain.use_cases.runners.apply_as_runner import RunnerApplication
from tests.stage import Stage, outcome

pytestmark = pytest.mark.anyio


async def application(stage: Stage, member: Member) -> RunnerApplication:
    card = await stage.use.upload_file()(member.id, picture(200, 30, 30), purpose="student_card")
    return RunnerApplication(
        member_id=member.id,
        campus_id=stage.campus.id,
        real_name="王小明",
        student_number="2026140012",
        card_photo=card.id,
        study_until=date(2099, 6, 30),
        agreement_version=stage.use.settings().runner_agreement_version,
    )


async def test_of_eight_who_apply_with_one_student_number_at_once_one_waits_and_the_others_hear_it(stage: Stage):
    applications = [await application(stage, await stage.member()) for _ in range(8)]
    came = await gather(*(outcome(stage.use.apply_as_runner()(one)) for one in applications))
    (winner,) = (one for one in came if isinstance(one, Runner))
    assert Counter(one for one in came if isinstance(one, str)) == {"runner.student_number_taken": 7}
    async with stage.begin() as tx:
        assert [runner.member_id for runner in await tx.runners.queue(stage.campus.id, limit=9)] == [winner.member_id]


async def test_a_person_who_applies_twice_at_once_has_one_application(stage: Stage):
    one = await application(stage, await stage.member())
    came = await gather(*(outcome(stage.use.apply_as_runner()(one)) for _ in range(4)))
    assert sum(isinstance(found, Runner) for found in came) == 1
    assert set(came) - {f for f in came if isinstance(f, Runner)} == {"runner.illegal_transition"}
