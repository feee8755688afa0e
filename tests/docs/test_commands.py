"""The commands of docs/how-to/add-an-operator.md, carried out one after another as the page has them."""

import asyncio
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result
from pyotp.totp import TOTP

from entrypoints.cli.main import main
from entrypoints.container import Container
from tests.stage import Stage, settings

PAGE: Final = Path(__file__).resolve().parents[2] / "docs/how-to/add-an-operator.md"
EMAIL: Final = "han.meimei@example.edu.cn"
PASSWORD: Final = "seven quiet herons"
LINK: Final = re.compile(r"http://\S+/operator-invitation#\S+")
BLOCK: Final = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(page: str) -> Iterator[str]:
    """Each line that is typed."""
    for block in BLOCK.findall(page):
        for line in block.splitlines():
            prompt, words = line[:2], line[2:]
            assert prompt == "$ ", f"the page shows no output: {line}"
            yield words


class Reader:
    """Somebody who does what the page says, with the link that they were given last."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.link, self.member_id = stage, "", ""

    def types(self, command: str) -> Result:
        program, *words = shlex.split(command)
        assert program == "errand"
        words = [word.replace("MEMBER", self.member_id) for word in words]
        answers = self._enrolling() if words[:2] == ["operator", "enroll"] else ""
        result = CliRunner().invoke(main, words, obj=self.stage.use, input=answers)
        assert result.exit_code == 0, (command, result.output)
        if found := LINK.search(result.stdout):
            self.link = found[0]
        if words[:2] == ["member", "show"]:
            (self.member_id,) = re.findall(r"^id\s+(\S+)$", result.stdout, re.MULTILINE)
        return result

    def _enrolling(self) -> str:
        invitee = asyncio.run(self.stage.use.view_invitation()(self.link.partition("#")[2]))
        code = TOTP(invitee.totp_secret).at(self.stage.clock.now())
        return "".join(f"{line}\n" for line in (self.link, PASSWORD, PASSWORD, code))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return asyncio.run(Stage.build(Container(settings=settings("memory:", tmp_path))))


def test_the_page_leads_from_an_invitation_to_the_last_line_of_the_record(stage: Stage):
    reader = Reader(stage)
    said = {command: reader.types(command).stdout for command in commands(PAGE.read_text("utf-8"))}
    recorded = said["errand audit show member:MEMBER"]
    for action in ("operator.invited", "operator.enrolled", "operator.reset", "operator.disabled"):
        assert action in recorded
    for reason in ("手机丢失", "离职", "替休假的同事"):
        assert reason in recorded
    assert re.search(r"^sound\s+yes$", said["errand audit verify"], re.MULTILINE)
    assert "Nobody works here yet" in reader.types("errand operator list").stdout
