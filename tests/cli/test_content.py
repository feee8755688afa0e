"""Content in doubt from the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from errand_domain.content.report import Pointed
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


def test_what_was_let_pass_is_opened_and_the_list_says_why_each_case_waits(
    terminal: Terminal, stage: Stage, wait: Callable[..., Any]
):
    requester, runner, operator = wait(stage.member()), wait(stage.runner()), wait(stage.operator())
    doubtful = wait(stage.published(requester, note=DOUBTFUL))
    reported, plain = wait(stage.opened(requester)), wait(stage.opened(requester))
    pointed = Pointed(kind="order", subject=reported.id)
    wait(stage.use.report_content()(runner.id, pointed, reason="fraud", text="要求先转账"))
    words = ("content", "open", "order", plain.id, "--reason", "电话投诉")
    assert "--as" in terminal.refused(*words)
    assert "not_permitted" in terminal.refused(*words, "--as", requester.id)
    opened = terminal.told(*words, "--as", operator.id)
    assert (opened["doubt"], opened["why"]) == ("opened", "电话投诉")
    assert "withhold" in terminal.refused(*words, "--withhold", "--as", operator.id)
    assert "not_found" in terminal.refused("content", "open", "image", plain.id, "--reason", "?", "--as", operator.id)
    listed = {case["subject"]: case for case in terminal.told("content", "list", "--as", operator.id)}
    why = {subject: (case["doubt"], case["reports"], case["why"]) for subject, case in listed.items()}
    assert why == {
        str(doubtful.id): ("doubtful", 0, ""),
        str(reported.id): ("reported", 1, "fraud: 要求先转账"),
        str(plain.id): ("opened", 0, "电话投诉"),
    }
    removed = terminal.told("content", "remove", opened["case"], "--reason", "诈骗", "--as", operator.id)
    assert removed["state"] == "removed"
    assert wait(stage.order(plain)).phase == "closed"
