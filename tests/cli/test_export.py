"""A member's data handed over by the command line."""

import json
import stat
from pathlib import Path
from zipfile import ZipFile

from entrypoints.demo.picture import picture
from tests.cli.conftest import Terminal
from tests.stage import Stage


def test_a_member_is_exported_into_a_private_file_and_it_is_recorded(
    terminal: Terminal, stage: Stage, wait, tmp_path: Path
):
    member, out = wait(stage.member()), tmp_path / "export.zip"
    card = wait(stage.use.upload_file()(member.id, picture(1, 2, 3), purpose="student_card"))
    image = wait(stage.use.file_store().get(card.id))
    assert terminal.told("member", "export", member.id, "--out", out)["images"] == 1
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with ZipFile(out) as archive:
        assert json.loads(archive.read("data.json"))["member"]["id"] == str(member.id)
        assert archive.read(archive.namelist()[1]) == image
    (line,) = terminal.told("audit", "show", f"member:{member.id}")
    assert (line["who"], line["action"]) == ("command line", "member.exported")
    assert "cannot be made" in terminal.refused("member", "export", member.id, "--out", out)
