"""The recording of a review in docs/how-to/review-runners.md: a session that was really held, in memory."""

import asyncio
import re
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from click.testing import CliRunner

from entrypoints.cli.main import main
from entrypoints.container import Container
from entrypoints.demo.picture import picture
from errand_domain.member.member import Member
from errand_domain.use_cases.runners.apply_as_runner import RunnerApplication
from tests.stage import Stage, settings

PAGE: Final = Path(__file__).resolve().parents[2] / "docs/how-to/review-runners.md"
BLOCK: Final = re.compile(r"(?<=<!-- recorded by `make docs` -->\n```text\n).*?(?=```\n)", re.DOTALL)
PEOPLE: Final = (("王小明", "2026140012"), ("李雷", "2026140077"), ("韩梅梅", "2025140203"))
TYPED: Final = ("c", "n", "a", "m", "1", "r", "2")


def recording() -> str:
    """What a reviewer sees and types; identities and the photo's path are replaced, for they differ each time."""
    with TemporaryDirectory() as folder:
        container = Container(settings=settings("memory:", Path(folder)))
        reviewer = asyncio.run(_people(container))
        words = ["runner", "review", "--as", str(reviewer.id)]
        result = CliRunner().invoke(main, words, obj=container, input="".join(f"{line}\n" for line in TYPED))
    if result.exit_code:
        raise AssertionError(result.output)
    said = re.sub(r"\S+/errand-card-\w+", "…/errand-card-k3v9x2ab", result.stdout)
    identities = dict.fromkeys(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", said))
    for number, identity in enumerate(identities, 1):
        said = said.replace(identity, f"019a2b00-0000-7000-8000-{number:012d}")
    lines = ["$ errand runner review --as +8613800000001", *said.splitlines()]
    return "".join(f"{line.rstrip()}\n" for line in lines)


async def _people(container: Container) -> Member:
    stage = await Stage.build(container)
    for name, number in PEOPLE:
        member = await stage.member()
        card = await stage.use.upload_file()(member.id, picture(200, 30, 30), purpose="student_card")
        application = RunnerApplication(
            member_id=member.id,
            campus_id=stage.campus.id,
            real_name=name,
            student_number=number,
            card_photo=card.id,
            study_until=date(2029, 6, 30),
            agreement_version=stage.use.settings().runner_agreement_version,
        )
        await stage.use.apply_as_runner()(application)
        stage.clock.advance(timedelta(hours=7))
    return await stage.operator()


def refresh() -> None:
    """Put a fresh recording into the page."""
    said = recording()
    PAGE.write_text(BLOCK.sub(lambda _: said, PAGE.read_text("utf-8")), "utf-8")
