"""Campuses, members, runners and parked messages from the command line."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from errand_domain.ids import MemberId
from errand_domain.ports.outbox import Tell
from tests.cli.conftest import Terminal
from tests.stage import Stage

CAMPUS = """
name = "示范大学北校区"
boundary = [[30.30, 120.08], [30.30, 120.10], [30.32, 120.10]]

[[buildings]]
name = "北门"
kind = "gate"
latitude = 30.301
longitude = 120.09

[policy]
"tariff.base" = 450
open_for = "90m"
"""


def test_a_campus_is_added_from_a_file(terminal: Terminal, tmp_path: Path):
    file = tmp_path / "campus.toml"
    file.write_text(CAMPUS, "utf-8")
    terminal.done("campus", "add", file, "--dry-run")
    assert terminal.told("campus", "list") == []
    assert terminal.told("campus", "add", file)["name"] == "示范大学北校区"
    assert terminal.told("campus", "show")["buildings"][0]["name"] == "北门"
    rules = terminal.told("campus", "policy")
    assert (rules["tariff.base_fen"], rules["open_for"]) == (450, "90m")


def test_a_campus_may_be_written_in_json(terminal: Terminal, tmp_path: Path):
    file = tmp_path / "campus.json"
    file.write_text(json.dumps({"name": "甲", "boundary": [[1, 1], [1, 2], [2, 2]]}), "utf-8")
    assert terminal.told("campus", "add", file)["buildings"] == 0


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("name = ", "Invalid"),
        ('name = "x"', "boundary"),
        ('name = "x"\nboundary = [[1, 1], [2, 2]]', "boundary"),
        ('name = "x"\nboundary = [[1, 1], [1, 2], [2, 2]]\ncolour = "red"', "colour"),
        ('name = "x"\nboundary = [[1, 1], [1, 2], [2, 200]]', "longitude"),
        ('name = "x"\nboundary = [[1, 1], [1, 2], [2, 2]]\ntime_zone = "Mars/Olympus"', "Mars"),
        ('name = "x"\nboundary = [[1, 1], [1, 2], [2, 2]]\n[policy]\nnonsense = 1', "nonsense"),
        ('name = "x"\nboundary = [[1, 1], [1, 2], [2, 2]]\n[[buildings]]\nname = "y"\nkind = "castle"', "kind"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_by_name(
    terminal: Terminal, tmp_path: Path, content: str, complaint: str
):
    file = tmp_path / "campus.toml"
    file.write_text(content, "utf-8")
    assert complaint in terminal.refused("campus", "add", file)
    assert terminal.told("campus", "list") == []


def test_rules_are_changed_by_name_and_audited(terminal: Terminal, stage: Stage, wait):
    words = ("campus", "policy", "--set", "tariff.night_from=23:00", "--set", "shares.runner_basis_points=9000")
    assert "22:00:00 → 23:00:00" in terminal.told(*words, "--dry-run")["changed"]
    assert terminal.told("campus", "policy")["tariff.night_from"] == "22:00:00"
    terminal.done(*words)
    rules = terminal.told("campus", "policy")
    assert (rules["tariff.night_from"], rules["shares.runner_basis_points"]) == ("23:00:00", 9000)
    (line,) = wait(_audit(stage, f"campus:{stage.campus.id}"))
    assert "shares.runner_basis_points 8500 → 9000" in line.detail


@pytest.mark.usefixtures("stage")
def test_rules_that_depend_on_each_other_are_changed_together(terminal: Terminal):
    assert "hold_earnings_for" in terminal.refused("campus", "policy", "--set", "dispute_within=5d")
    terminal.done("campus", "policy", "--set", "dispute_within=5d", "--set", "hold_earnings_for=5d")
    assert terminal.told("campus", "policy")["dispute_within"] == "5d"


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize(
    "setting",
    [
        "nonsense=1",
        "tariff=1",
        "open_for",
        "open_for=soon",
        "tariff.base=3.50",
        "tariff.base=-1",
        "open_orders_most=0",
        "tariff.night_from=25:00",
        "categories=parcel,weapons",
        "shares.runner_basis_points=10001",
    ],
)
def test_rules_that_cannot_be_right_are_refused(terminal: Terminal, setting: str):
    before = terminal.told("campus", "policy")
    terminal.refused("campus", "policy", "--set", setting)
    assert terminal.told("campus", "policy") == before


@pytest.mark.usefixtures("stage")
def test_a_campus_is_closed_and_opened(terminal: Terminal):
    assert not terminal.told("campus", "close")["open"]
    assert terminal.told("campus", "open")["open"]


@pytest.mark.usefixtures("stage")
def test_the_first_administrator_is_made_by_the_machine(terminal: Terminal):
    made = terminal.told("member", "create", "--phone", "+8613800000001", "--nickname", "管理员")
    granted = terminal.told("member", "grant", "+8613800000001", "--role", "admin")
    assert (granted["id"], granted["roles"]) == (made["id"], ["admin"])
    other = terminal.told("member", "create", "--email", "li@example.edu.cn")
    terminal.done("member", "grant", other["id"], "--role", "finance", "--as", "+8613800000001")
    assert terminal.told("member", "show", "li@example.edu.cn")["roles"] == ["finance"]
    taken = terminal.told("member", "revoke", other["id"], "--role", "finance", "--reason", "毕业离校")
    assert taken["roles"] == []
    recorded = terminal.told("audit", "show", f"member:{other['id']}")
    assert [line["detail"] for line in recorded] == ["finance: 毕业离校", "finance", ""]


@pytest.mark.usefixtures("stage")
def test_addresses_are_not_printed_whole(terminal: Terminal):
    terminal.done("member", "create", "--phone", "+8613800000001", "--email", "li.lei@example.edu.cn")
    shown = terminal.done("member", "list") + terminal.done("member", "show", "+8613800000001", "--json")
    assert "…0001" in shown
    assert "+8613800000001" not in shown
    assert "li.lei" not in shown


def test_a_member_is_shut_out_and_let_in(terminal: Terminal, stage: Stage, wait):
    member = wait(stage.member())
    assert terminal.told("member", "bar", member.id, "--reason", "骚扰")["barred"]
    assert "账号已停用" in terminal.refused("member", "list", "--as", member.id)
    assert not terminal.told("member", "unbar", member.id, "--reason", "误会")["barred"]


def test_an_ordinary_member_manages_nobody(terminal: Terminal, stage: Stage, wait):
    member = wait(stage.member())
    assert "[not_permitted]" in terminal.refused("member", "list", "--as", member.id)
    assert "[not_permitted]" in terminal.refused("member", "grant", member.id, "--role", "admin", "--as", member.id)


@pytest.mark.parametrize("way", [(), ("--phone", "12345"), ("--email", "nobody")])
def test_a_member_needs_a_way_to_sign_in(terminal: Terminal, way: tuple[str, ...]):
    terminal.refused("member", "create", *way)
    assert terminal.told("member", "list") == []


@pytest.mark.parametrize("written", ["+86013800138000", "13800138000", "+86 138 0013 8000"])
def test_a_number_that_is_typed_here_is_the_one_by_which_its_owner_signs_in(terminal: Terminal, written: str):
    created = terminal.told("member", "create", "--phone", written)
    for spelled in (written, "+8613800138000"):
        assert terminal.told("member", "show", spelled)["id"] == created["id"]


def test_runners_are_reviewed(terminal: Terminal, stage: Stage, wait):
    runner, operator = wait(stage.runner()), wait(stage.operator())
    assert terminal.told("runner", "queue") == []
    suspended = terminal.told("runner", "suspend", runner.id, "--reason", "投诉", "--as", operator.id)
    assert (suspended["verification"], suspended["on_shift"]) == ("suspended", False)
    assert terminal.told("runner", "reinstate", runner.id, "--as", operator.id)["verification"] == "approved"
    assert "[runner.illegal_transition]" in terminal.refused("runner", "approve", runner.id, "--as", operator.id)
    shown = terminal.done("runner", "show", runner.id)
    assert "王**" in shown
    assert "王小明" not in shown


def test_a_parked_message_is_tried_again(terminal: Terminal, stage: Stage, wait):
    assert "Nothing is parked; 0 wait" in terminal.done("messages", "parked")
    member = wait(stage.member())
    wait(_park(stage, member.id))
    (parked,) = terminal.told("messages", "parked")
    assert (parked["message"], parked["tries"], parked["last_fault"]) == ("Tell", 1, "ConnectionError")
    terminal.done("messages", "retry", parked["id"])
    assert terminal.told("messages", "parked") == []
    assert "[not_found]" in terminal.refused("messages", "retry", parked["id"])
    assert wait(_audit(stage, f"message:{UUID(parked['id'])}"))


async def _park(stage: Stage, member_id: MemberId) -> None:
    now, relay = stage.clock.now(), stage.use.relay()
    async with stage.begin() as tx:
        tx.outbox.add(Tell(member_id=member_id, kind="order_paid"), lane="notice", at=now)
        await tx.commit()
    (envelope,) = await relay.take(now=now, leased_until=now, limit=1)
    await relay.park(envelope.id, fault="ConnectionError")


async def _audit(stage: Stage, subject: str):
    async with stage.begin() as tx:
        return await tx.audit.of_subject(subject, limit=10)


def test_a_campus_has_a_code_for_its_poster(terminal: Terminal, stage: Stage, tmp_path: Path):
    file = tmp_path / "poster.png"
    told = terminal.told("campus", "code", "--out", file)
    assert told["scene"] == stage.campus.id.hex
    assert (told["size_bytes"], file.read_bytes()[:4]) == (file.stat().st_size, b"\x89PNG")


def test_a_code_that_cannot_be_drawn_is_refused_and_leaves_no_file(terminal: Terminal, stage: Stage, tmp_path: Path):
    stage.use.mini_program_codes().fail_next()
    assert "sign_in.platform_unreachable" in terminal.refused("campus", "code", "--out", tmp_path / "poster.png")
    assert not (tmp_path / "poster.png").exists()
