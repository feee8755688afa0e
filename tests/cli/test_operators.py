"""Operators from the command line: invited, enrolled, reset, disabled; never there by themselves."""

from typing import Any

from pyotp.totp import TOTP

from tests.cli.conftest import Terminal
from tests.stage import Stage

EMAIL, PASSWORD = "han.meimei@example.edu.cn", "seven quiet herons"


def test_an_operator_is_invited_enrolls_is_reset_and_disabled(terminal: Terminal, stage: Stage, wait: Any):
    assert terminal.told("operator", "list") == []
    created = terminal.told("operator", "create", "--email", EMAIL, "--role", "finance")
    assert created["link"].startswith("http://127.0.0.1:8000/operator-invitation#")
    (row,) = terminal.told("operator", "list")
    assert (row["roles"], row["enrolled"]) == (["finance"], False)
    token = created["link"].partition("#")[2]
    secret = wait(stage.use.view_invitation()(token)).totp_secret
    words = ("--token", created["link"], "--password", PASSWORD, "--code", TOTP(secret).at(stage.clock.now()))
    assert len(terminal.told("operator", "enroll", *words)["recovery_codes"]) == 10
    assert terminal.told("operator", "list")[0]["enrolled"]
    again = terminal.told("operator", "create", "--email", EMAIL, "--role", "auditor")
    assert (again["link"], again["roles"]) == (None, ["auditor", "finance"])
    assert terminal.told("operator", "reset", EMAIL)["link"] not in (None, created["link"])
    assert not terminal.told("operator", "list")[0]["enrolled"]
    assert terminal.told("operator", "disable", EMAIL)["roles"] == []
    assert terminal.told("operator", "list") == []


def test_what_cannot_be_is_one_line(terminal: Terminal, stage: Stage, wait: Any):
    member = wait(stage.member())
    assert "member" in terminal.refused("operator", "reset", member.id)
    assert "email" in terminal.refused("operator", "create", "--email", "nonsense", "--role", "admin")
    assert "not_permitted" in terminal.refused(
        "operator", "create", "--email", EMAIL, "--role", "admin", "--as", member.id
    )
