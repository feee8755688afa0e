"""The audit record and its proof from the command line."""

import pytest

from tests.cli.conftest import Terminal
from tests.stage import Stage


@pytest.mark.usefixtures("stage")
def test_the_head_is_printed_and_found_again_later(terminal: Terminal):
    terminal.done("campus", "policy", "--set", "open_for=3h")
    noted = terminal.told("audit", "verify")
    assert (noted["sound"], noted["lines"], noted["unlinked"]) == (True, 1, 0)
    terminal.done("campus", "policy", "--set", "open_for=4h")
    later = terminal.told("audit", "verify", "--expect", noted["head"])
    assert (later["sound"], later["lines"]) == (True, 2)
    assert later["head"].startswith("2:")


@pytest.mark.usefixtures("stage")
def test_a_head_that_never_was_ends_with_one(terminal: Terminal):
    result = terminal.run("audit", "verify", "--expect", "7:abc")
    assert result.exit_code == 1
    assert "tail is gone" in result.stdout


@pytest.mark.usefixtures("stage")
def test_a_head_that_is_none_is_refused(terminal: Terminal):
    assert "POSITION:MARK" in terminal.refused("audit", "verify", "--expect", "seven")


def test_what_was_recorded_of_a_subject_is_shown(terminal: Terminal, stage: Stage, wait):
    subject = f"campus:{stage.campus.id}"
    terminal.done("campus", "policy", "--set", "open_for=3h")
    (line,) = terminal.told("audit", "show", subject)
    assert (line["who"], line["action"]) == ("command line", "campus.policy_changed")
    auditor, stranger = wait(stage.operator()), wait(stage.member())
    assert len(terminal.told("audit", "show", subject, "--as", auditor.id)) == 1
    assert "[not_permitted]" in terminal.refused("audit", "show", subject, "--as", stranger.id)
