"""Content in doubt from the command line."""

from collections.abc import Callable
from typing import Any

from tests.cli.conftest import Terminal
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
