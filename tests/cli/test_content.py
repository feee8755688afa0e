"""Content in doubt from the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cli.conftest import Terminal
from tests.pictures import CLEAN_PNG
from tests.stage import Stage

DOUBTFUL = "加微信聊"


def test_what_is_in_doubt_is_listed_and_decided_by_a_person(terminal: Terminal, stage: Stage, wait: Callable[..., Any]):
    requester, operator = wait(stage.member()), wait(stage.operator())
    for _ in range(2):
        wait(stage.published(requester, note=DOUBTFUL))
    assert "--as" in terminal.refused("content", "list")
    first, second = terminal.told("content", "list", "--as", operator.id)
    assert DOUBTFUL in first["quote"]
    assert terminal.told("content", "clear", first["case"], "--as", operator.id)["state"] == "cleared"
    words = ("content", "remove", second["case"], "--reason", "含有广告")
    assert "--as" in terminal.refused(*words)
    assert "not_permitted" in terminal.refused(*words, "--as", requester.id)
    assert terminal.told(*words, "--as", operator.id)["state"] == "removed"
    assert "content.illegal_transition" in terminal.refused(*words, "--as", operator.id)
    assert terminal.told("content", "list", "--as", operator.id) == []
    assert [case["case"] for case in terminal.told("content", "list", "--state", "removed", "--as", operator.id)] == [
        second["case"]
    ]


def test_an_image_is_saved_for_whoever_decides_and_for_nobody_else(
    terminal: Terminal, stage: Stage, wait: Callable[..., Any], tmp_path: Path
):
    runner, operator, file = wait(stage.runner()), wait(stage.operator()), tmp_path / "looked-at.png"
    order = wait(stage.accepted(wait(stage.member()), runner))
    proof = wait(stage.use.upload_file()(runner.id, CLEAN_PNG, purpose="proof", order_id=order.id))
    wait(stage.use.submit_image()(proof.id))
    (case,) = terminal.told("content", "list", "--as", operator.id)
    assert (case["kind"], case["subject"], case["doubt"]) == ("image", str(proof.id), "unanswered")
    words = ("content", "show", case["case"], "--to", file)
    assert "not_permitted" in terminal.refused(*words, "--as", runner.id)
    assert not file.exists()
    told = terminal.told(*words, "--as", operator.id)
    assert (told["file_id"], told["file"]) == (str(proof.id), str(file))
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (CLEAN_PNG, 0o600)
    assert "cannot be made" in terminal.refused(*words, "--as", operator.id)
    assert (
        terminal.told("content", "remove", case["case"], "--reason", "他人证件", "--as", operator.id)["state"]
        == "removed"
    )
    assert "not_found" in terminal.refused("content", "show", case["case"], "--to", tmp_path / "x", "--as", operator.id)
