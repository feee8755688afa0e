"""Operators from the command line: invited, enrolled, reset, disabled; never there by themselves."""

import re
from typing import Any, Final

import zxingcpp
from click.testing import CliRunner
from dependency_injector.providers import Object
from PIL import Image
from pyotp.totp import TOTP

from adapters.crypto.secrets import SystemSecrets
from adapters.memory.outside import MemoryNotices
from entrypoints.cli.main import main
from entrypoints.http.wire.addresses import way_of
from errand_domain.member.consent import Consent
from errand_domain.member.member import Member, Way
from errand_domain.member.session import CODE_PAUSE
from tests.cli.conftest import Terminal
from tests.stage import Stage

EMAIL, PASSWORD = "han.meimei@example.edu.cn", "seven quiet herons"
CODE: Final = "204816"


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


def test_an_address_is_kept_in_the_spelling_by_which_its_owner_signs_in(terminal: Terminal, stage: Stage, wait: Any):
    written = " Li.Lei@例子.中国"
    created = terminal.told("operator", "create", "--email", written, "--role", "finance")

    async def found() -> Member | None:
        async with stage.use.begin()() as tx:
            return await tx.members.of_way(way_of("email", written))

    member = wait(found())
    assert member is not None
    assert str(member.id) == created["id"]
    assert terminal.told("member", "show", written)["id"] == created["id"]
    assert "email" in terminal.refused("operator", "create", "--email", "a(1)@example.cn", "--role", "finance")


def test_what_cannot_be_is_one_line(terminal: Terminal, stage: Stage, wait: Any):
    member = wait(stage.member())
    assert "member" in terminal.refused("operator", "reset", member.id)
    assert "email" in terminal.refused("operator", "create", "--email", "nonsense", "--role", "admin")
    assert "not_permitted" in terminal.refused(
        "operator", "create", "--email", EMAIL, "--role", "admin", "--as", member.id
    )


def test_whoever_follows_the_link_at_a_terminal_lets_the_authenticator_read_the_screen(
    terminal: Terminal, stage: Stage, wait: Any
):
    link = terminal.told("operator", "create", "--email", EMAIL, "--role", "finance")["link"]
    invitee = wait(stage.use.view_invitation()(link.partition("#")[2]))
    code = TOTP(invitee.totp_secret).at(stage.clock.now())
    typed = f"{link}\n{PASSWORD}\n{PASSWORD}\n{code}\n"
    result = CliRunner().invoke(main, ["operator", "enroll"], obj=terminal.container, input=typed)
    assert result.exit_code == 0, result.output
    assert seen_by_a_camera(result.stderr) == invitee.otpauth
    assert PASSWORD not in result.output
    assert "recovery codes" in result.stdout


class Foreseen(SystemSecrets):
    """One-time codes are what the test types before they are sent."""

    def digits(self, count: int) -> str:
        return CODE if count == len(CODE) else super().digits(count)


def test_where_mail_is_carried_the_terminal_asks_for_the_code_that_was_sent(
    terminal: Terminal, stage: Stage, wait: Any
):
    mail = MemoryNotices(is_read=True)
    terminal.container.notices.override(Object(mail))
    terminal.container.secrets.override(Object(Foreseen(b"s" * 32)))
    said = terminal.done("operator", "create", "--email", EMAIL, "--role", "finance")
    assert "asked for a code that is sent to that mailbox" in said
    link = terminal.told("operator", "reset", EMAIL)["link"]
    words = ("operator", "enroll", "--token", link, "--password", PASSWORD, "--code", "000000")
    result = CliRunner().invoke(main, words, obj=terminal.container, input="000000\n")
    assert (result.exit_code, "sign_in.wrong_code" in result.stderr) == (2, True)
    stage.clock.advance(CODE_PAUSE)
    result = CliRunner().invoke(main, words, obj=terminal.container, input=f"{CODE}\n")
    assert (result.exit_code, "sign_in.wrong_second_factor" in result.stderr) == (2, True)
    assert [notice.to.value for notice in mail.inbox] == [EMAIL] * 2
    (fresh,) = re.findall(r"go on with this token: (\S+)", result.stdout)
    code = TOTP(wait(stage.use.view_invitation()(fresh)).totp_secret).at(stage.clock.now())
    terminal.done("operator", "enroll", "--token", fresh, "--password", PASSWORD, "--code", code)


def test_without_mail_the_terminal_says_what_a_link_is_worth(terminal: Terminal, stage: Stage, wait: Any):
    said = terminal.done("operator", "create", "--email", EMAIL, "--role", "finance")
    assert "No mail is set up: this link alone lets in whoever has it" in said
    consent = Consent(document="user_agreement", version="2026-11-01", at=stage.clock.now())
    member = wait(stage.member(ways=(Way("email", "li.lei@example.edu.cn"),), consents=(consent,)))
    said = terminal.done("operator", "create", "--email", member.email(), "--role", "finance")
    assert "the role is given, and no link" in said
    assert "/operator-invitation#" in terminal.done("operator", "reset", member.email())


def seen_by_a_camera(screen: str) -> str:
    """What the square code on the screen says: each letter is two modules, one above the other."""
    halves = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0), "\xa0": (0, 0)}
    lines = [line for line in screen.splitlines() if line and set(line) <= halves.keys()]
    modules = [[halves[letter][half] for letter in line] for line in lines for half in (0, 1)]
    image = Image.new("L", (len(modules[0]), len(modules)))
    image.putdata([module for row in modules for module in row])
    (read,) = zxingcpp.read_barcodes(image.resize((image.width * 8, image.height * 8), Image.Resampling.NEAREST))
    return read.text
