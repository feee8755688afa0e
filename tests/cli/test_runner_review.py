"""A reviewer walks the queue, typing into a pipe."""

import re
import stat
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner, Result
from dependency_injector.providers import Object

from entrypoints.cli.main import main
from entrypoints.container import Container
from errand_domain.member.member import Member
from errand_domain.use_cases.runners.apply_as_runner import RunnerApplication
from errand_domain.use_cases.runners.review_runner import Approve
from tests.docs.review_session import PAGE, recording
from tests.pictures import CLEAN_PNG
from tests.stage import Stage

CARD = CLEAN_PNG


class Followed:
    """A use case, right after which something else happens."""

    def __init__(self, use_case: Callable[..., Awaitable[Any]], then: Callable[[], Awaitable[None]]) -> None:
        self._use_case, self._then = use_case, then

    async def __call__(self, *asked: Any, **more: Any) -> Any:
        done = await self._use_case(*asked, **more)
        await self._then()
        return done


async def applicant(stage: Stage, number: str, name: str = "王小明") -> Member:
    member = await stage.member()
    return await apply(stage, member, number, name)


async def apply(stage: Stage, member: Member, number: str, name: str = "王小明") -> Member:
    card = await stage.use.upload_file()(member.id, CARD, purpose="student_card")
    application = RunnerApplication(
        member_id=member.id,
        campus_id=stage.campus.id,
        real_name=name,
        student_number=number,
        card_photo=card.id,
        study_until=date(2099, 6, 30),
        agreement_version="2026-11-01",
    )
    await stage.use.apply_as_runner()(application)
    return member


def review(container: Container, reviewer: Member, *lines: str, options: tuple[str, ...] = ()) -> Result:
    words = ["runner", "review", "--as", str(reviewer.id), *options]
    return CliRunner().invoke(main, words, obj=container, input="".join(f"{line}\n" for line in lines))


async def states(stage: Stage, *members: Member) -> list[str]:
    async with stage.begin() as tx:
        return [(await tx.runners.get(member.id)).verification_name for member in members]


async def recorded(stage: Stage, subject: str) -> list[str]:
    async with stage.begin() as tx:
        return [line.action for line in await tx.audit.of_subject(subject, limit=20)]


def test_one_application_after_another_is_decided(container: Container, stage: Stage, wait):
    people = [wait(applicant(stage, f"2026000{n}")) for n in range(4)]
    reviewer = wait(stage.operator())
    result = review(container, reviewer, "a", "m", "1", "r", "照片里是别人", "s")
    assert result.exit_code == 0, result.output
    assert "approved: 1, more wanted: 1, rejected: 1, skipped: 1" in result.stdout
    assert wait(states(stage, *people)) == ["approved", "needs_more", "rejected", "applied"]

    async def reason() -> str:
        async with stage.begin() as tx:
            return (await tx.runners.get(people[2].id)).verification.reason

    assert wait(reason()) == "照片里是别人"


def test_names_and_numbers_are_masked_until_asked_for_and_the_look_is_recorded(
    container: Container, stage: Stage, wait
):
    person, reviewer = wait(applicant(stage, "20260001")), wait(stage.operator())
    before = review(container, reviewer, "q").stdout
    assert "王**" in before
    assert "…0001" in before
    assert "王小明" not in before
    assert "20260001" not in before
    assert wait(recorded(stage, f"runner:{person.id}")) == []
    after = review(container, reviewer, "n", "q").stdout
    assert "王小明  20260001" in after
    assert wait(recorded(stage, f"runner:{person.id}")) == ["runner.seen"]


def test_the_card_lies_in_a_private_file_until_the_next_application(
    container: Container, stage: Stage, wait, tmp_path: Path
):
    people = [wait(applicant(stage, f"2026000{n}")) for n in range(2)]
    seen = tmp_path / "seen"
    script = tmp_path / "open.sh"
    script.write_text(f'stat -c "%a %s" "$1" >> {seen}; ls /tmp/errand-card-* | grep -c "$1" >> {seen}\n')
    reviewer = wait(stage.operator())
    result = review(container, reviewer, "c", "a", "c", "q", options=("--open", f"sh {script}"))
    assert result.exit_code == 0, result.output
    shown = re.findall(r"\S+errand-card-\S+", result.stdout)
    assert len(set(shown)) == 2
    assert not any(Path(path).exists() for path in shown)
    assert seen.read_text().splitlines()[0] == f"600 {len(CARD)}"
    for person in people:

        async def cards(owner=person) -> list[str]:
            async with stage.begin() as tx:
                (file,) = await tx.files.of_owner(owner.id, before=None, limit=5)
                return [line.action for line in await tx.audit.of_subject(f"file:{file.id}", limit=5)]

        assert wait(cards()) == ["file.seen"]


@pytest.mark.parametrize("end", [KeyboardInterrupt, RuntimeError])
def test_the_card_is_gone_after_an_interruption(container: Container, stage: Stage, wait, end):
    wait(applicant(stage, "20260001"))
    reviewer = wait(stage.operator())
    there = list[Path]()

    def look() -> None:
        there.extend(path for path in Path(gettempdir()).glob("errand-card-*") if path.read_bytes() == CARD)
        assert {stat.S_IMODE(path.stat().st_mode) for path in there} == {0o600}

    async def interrupt() -> None:
        look()
        raise end

    container.look_at_application.override(Object(Followed(container.look_at_application(), interrupt)))
    result = review(container, reviewer, "c", "n")
    assert result.exit_code in {1, 130}
    (shown,) = [path for path in there if str(path) in result.stdout]
    assert not shown.exists()


def test_ones_own_application_is_left_to_others(container: Container, stage: Stage, wait):
    reviewer = wait(stage.operator())
    wait(apply(stage, reviewer, "20260001"))
    result = review(container, reviewer)
    assert "somebody else reviews it" in result.stdout
    assert "No application waits." in result.stdout
    assert wait(states(stage, reviewer)) == ["applied"]


def test_a_decision_that_somebody_else_took_meanwhile_is_told(container: Container, stage: Stage, wait):
    first, second = (wait(applicant(stage, f"2026000{n}")) for n in range(2))
    reviewer, other = wait(stage.operator()), wait(stage.operator())

    async def another_decides() -> None:
        if await states(stage, first) == ["applied"]:
            await stage.use.review_runner()(first.id, other, Approve())

    container.earlier_decisions.override(Object(Followed(container.earlier_decisions(), another_decides)))
    result = review(container, reviewer, "r", "1", "a")
    assert result.exit_code == 0
    assert "Meanwhile somebody else has decided" in result.stdout
    assert wait(states(stage, first, second)) == ["approved", "approved"]


def test_a_card_that_was_sent_after_the_look_is_not_decided_about(container: Container, stage: Stage, wait):
    person, reviewer = wait(applicant(stage, "20260001")), wait(stage.operator())

    async def another_card_comes() -> None:
        stage.clock.advance(timedelta(seconds=1))
        async with stage.begin() as tx:
            runner = await tx.runners.get(person.id)
            now = evolve(runner.application, submitted_at=stage.clock.now())
            tx.runners.save(evolve(runner, application=now, version=runner.version + 1))
            await tx.commit()

    container.earlier_decisions.override(Object(Followed(container.earlier_decisions(), another_card_comes)))
    assert "has sent another card" in review(container, reviewer, "a").stdout
    assert wait(states(stage, person)) == ["applied"]


def test_a_negative_decision_without_words_is_taken_back(container: Container, stage: Stage, wait):
    person, reviewer = wait(applicant(stage, "20260001")), wait(stage.operator())
    result = review(container, reviewer, "r", "", "m", "", "r", "x" * 201, "?", "q")
    assert result.exit_code == 0
    assert "field.invalid" in result.stdout
    assert "show the photo of the card" in result.stdout
    assert wait(states(stage, person)) == ["applied"]


def test_it_needs_a_reviewer(container: Container, stage: Stage, wait):
    stranger = wait(stage.member())
    assert review(container, stranger).exit_code == 2
    assert CliRunner().invoke(main, ["runner", "review"], obj=container).exit_code == 2


def test_earlier_decisions_are_shown(container: Container, stage: Stage, wait):
    person, reviewer = wait(applicant(stage, "20260001")), wait(stage.operator())
    review(container, reviewer, "m", "1")
    wait(apply(stage, person, "20260001"))
    assert "runner.needs_more" in review(container, reviewer, "q").stdout


def test_programs_get_one_document(container: Container, stage: Stage, wait):
    wait(applicant(stage, "20260001"))
    result = review(container, wait(stage.operator()), "a", options=("--json",))
    assert '"approved": 1' in result.stdout
    assert "studies until" not in result.stdout


def test_the_recording_in_the_guide_is_what_a_session_says():
    assert f"```text\n{recording()}```\n" in PAGE.read_text("utf-8"), (
        "docs/how-to/review-runners.md is out of date: run `make docs`"
    )
