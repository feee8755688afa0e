"""`errand keys` and `errand doctor` on an installation of their own."""

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner, Result

from entrypoints.cli.main import main
from entrypoints.container import running, upgrade_database
from entrypoints.settings import SettingsInvalid, read_settings
from errand_domain.member.member import Member
from errand_domain.testing import examples
from tests.cli.cards import content_of, stored_card


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def told(*words: str) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


async def _members(count: int) -> None:
    async with running(read_settings()) as container, container.begin()() as tx:
        for _ in range(count):
            tx.members.add(examples.member())
        await tx.commit()


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with a fresh ring and two members."""
    path = tmp_path / "keys" / "ring.json"
    monkeypatch.setenv("ERRAND_SECRET_KEY", "a" * 64)
    monkeypatch.setenv("ERRAND_MODE", "development")
    monkeypatch.setenv("ERRAND_DATABASE_URL", f"sqlite:///{tmp_path / 'errand.sqlite3'}")
    monkeypatch.setenv("ERRAND_FILES_FOLDER", str(tmp_path / "files"))
    monkeypatch.setenv("ERRAND_KEY_RING_FILE", str(path))
    assert run("keys", "create").exit_code == 0
    asyncio.run(upgrade_database(read_settings()))
    asyncio.run(_members(2))
    return path


def test_a_ring_is_readable_by_its_owner_alone_and_never_written_over(ring: Path):
    assert stat.S_IMODE(ring.stat().st_mode) == 0o600
    before = ring.read_bytes()
    result = run("keys", "create")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert ring.read_bytes() == before


def test_rotation_leaves_nothing_to_the_old_key_which_can_then_be_retired(ring: Path):
    (first,) = told("keys", "list")
    assert first["seals"] == 2
    assert run("keys", "retire", first["name"]).exit_code == 2
    assert told("keys", "rotate", "--dry-run") == {"dry_run": True, "adds_key": True, "to_seal": 2}
    rotated = told("keys", "rotate")
    assert (rotated["added_key"], rotated["sealed_anew"]) == (True, 2)
    assert {row["name"]: row["seals"] for row in told("keys", "list")} == {first["name"]: 0, rotated["current"]: 2}
    assert told("keys", "retire", first["name"])["current"] == rotated["current"]
    assert list(json.loads(ring.read_text())["keys"]) == [rotated["current"]]
    assert told("doctor")[0]["ok"]


def test_files_are_sealed_anew_too_and_hold_their_key(ring: Path):
    content = b"\xff\xd8\xff student card " * 40
    card = asyncio.run(stored_card(content))
    first = told("keys", "list")[0]
    assert first["seals"] == 3
    assert told("keys", "rotate")["sealed_anew"] == 3
    told("keys", "retire", first["name"])
    assert asyncio.run(content_of(card)) == content
    assert all(check["ok"] for check in told("doctor"))
    assert first["name"] not in ring.read_text()


@pytest.mark.usefixtures("ring")
def test_a_key_that_only_a_file_needs_is_not_retired(tmp_path: Path):
    card = asyncio.run(stored_card(b"\xff\xd8\xff student card"))
    sealed = {path: path.read_bytes() for path in (tmp_path / "files").rglob(card.id.hex)}
    first = told("keys", "list")[0]["name"]
    told("keys", "rotate")
    for path, content in sealed.items():
        path.write_bytes(content)  # a backup of the folder was put back
    assert len(sealed) == 1
    assert run("keys", "retire", first).exit_code == 2
    rotated = told("keys", "rotate")
    assert (rotated["added_key"], rotated["sealed_anew"]) == (False, 1)
    assert told("keys", "retire", first)["retired"] == first


def test_a_key_that_seals_something_is_not_retired(ring: Path):
    from adapters.crypto.key_ring import KeyRingFile

    first = told("keys", "list")[0]["name"]
    file = KeyRingFile(ring)
    file.replace(file.current().with_new_key())
    result = run("keys", "retire", first)
    assert result.exit_code == 2
    assert "2 values" in result.stderr
    rotated = told("keys", "rotate")
    assert (rotated["added_key"], rotated["sealed_anew"]) == (False, 2)


@pytest.mark.usefixtures("ring")
def test_the_doctor_finds_nothing_wrong_with_what_is_well():
    assert all(check["ok"] for check in told("doctor"))


def test_the_doctor_names_a_lost_key_by_table_and_count(ring: Path):
    lost = told("keys", "list")[0]["name"]
    ring.unlink()
    assert run("keys", "create").exit_code == 0
    result = run("doctor", "--json")
    assert result.exit_code == 1
    wrong = {check["check"]: check["detail"] for check in json.loads(result.stdout) if not check["ok"]}
    assert f"2 values of members need key {lost}" in wrong["keys in use"]
    assert "members.private" in wrong["sealed values"]


def test_the_doctor_finds_a_schema_that_is_behind(ring: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert ring.exists()
    monkeypatch.setenv("ERRAND_DATABASE_URL", f"sqlite:///{tmp_path / 'other.sqlite3'}")
    result = run("doctor")
    assert result.exit_code == 1
    (wrong,) = (line for line in result.stdout.splitlines() if line.startswith("WRONG"))
    assert wrong.startswith("WRONG database: the schema is at nothing")
    assert "errand db upgrade" in wrong


def test_no_command_shows_a_key(ring: Path):
    secrets = [*json.loads(ring.read_text())["keys"].values(), json.loads(ring.read_text())["index"]]
    shown = "".join(run(*words).output for words in (("keys", "list"), ("keys", "rotate"), ("doctor",)))
    assert not any(secret in shown for secret in secrets)


def test_production_needs_a_key_ring():
    production = {
        "ERRAND_MODE": "production",
        "ERRAND_NOTICES": "tests.partners.test_settings:nobody",
        "ERRAND_MINI_PROGRAM": "tests.partners.test_settings:nobody",
        "ERRAND_SECRET_KEY": "a" * 64,
    }
    with pytest.raises(SettingsInvalid, match="ERRAND_KEY_RING_FILE"):
        read_settings(production)
    assert read_settings({**production, "ERRAND_KEY_RING_FILE": "/ring"}).key_ring_file == Path("/ring")


def test_what_is_done_to_the_ring_is_logged_without_its_keys(ring: Path):
    old = told("keys", "list")[0]["name"]
    lines = [json.loads(run(*words).stderr) for words in (("keys", "rotate"), ("keys", "retire", old))]
    assert [(line["event"], line["doing"], line["keys"]) for line in lines] == [
        ("keys.replaced", "rotate", 2),
        ("keys.replaced", "retire", 1),
    ]
    assert {line["level"] for line in lines} == {"warning"}
    keys = json.loads(ring.read_text())["keys"].values()
    assert not any(key in str(lines) for key in keys)


async def _found(members: list[Member]) -> bool:
    """Whether each signs in as before: by every way of theirs."""
    async with running(read_settings()) as container, container.begin()() as tx:
        return all([await tx.members.of_way(way) == member for member in members for way in member.ways])


async def _known() -> list[Member]:
    async with running(read_settings()) as container, container.begin()() as tx:
        return list(await tx.members.page(before=None, limit=9))


def test_the_key_of_blind_indices_is_replaced_in_two_steps(ring: Path):
    members = asyncio.run(_known())
    ways = sum(len(member.ways) for member in members)
    old = json.loads(ring.read_text())["index"]
    assert run("keys", "retire", "--index").exit_code == 2
    assert run("keys", "retire").exit_code == 2
    assert told("keys", "rotate", "--index", "--dry-run") == {"dry_run": True, "adds_key": True, "to_index": ways}
    assert json.loads(ring.read_text())["index"] == old
    assert told("keys", "rotate", "--index") == {"added_key": True, "indexed_anew": ways}
    assert told("keys", "rotate", "--index") == {"added_key": False, "indexed_anew": 0}
    assert asyncio.run(_found(members))
    assert told("keys", "retire", "--index") == {"retired": "index", "settled": ways}
    written = json.loads(ring.read_text())
    assert old not in (written["index"], written.get("index_next"))
    assert written["marks"] == old, "the chain of the audit record goes on"
    assert asyncio.run(_found(members))
    assert all(check["ok"] for check in told("doctor"))
    assert told("keys", "rotate", "--index")["added_key"]


def test_an_index_key_is_not_retired_while_something_is_found_by_it_alone(ring: Path):
    from adapters.crypto.key_ring import KeyRingFile

    file = KeyRingFile(ring)
    file.replace(file.current().with_next_index())
    result = run("keys", "retire", "--index")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "under the old key alone" in result.stderr


def test_the_doctor_finds_a_lost_key_of_indices(ring: Path):
    from adapters.crypto.key_ring import KeyRingFile

    file = KeyRingFile(ring)
    file.replace(evolve(file.current(), index_key=b"?" * 32))
    wrong = {check["check"]: check["detail"] for check in json.loads(run("doctor", "--json").stdout) if not check["ok"]}
    assert list(wrong) == ["blind indices"]


def test_the_doctor_finds_a_ring_that_others_may_read(ring: Path):
    ring.chmod(0o640)
    wrong = {check["check"]: check["detail"] for check in json.loads(run("doctor", "--json").stdout) if not check["ok"]}
    assert wrong == {"key ring": f"{ring} may be read by others: chmod 600"}


def examined(name: str) -> dict[str, Any]:
    """What the doctor says of one thing."""
    (found,) = [check for check in json.loads(run("doctor", "--json").stdout) if check["check"] == name]
    return dict(found)


@pytest.mark.usefixtures("ring")
def test_the_doctor_knows_redis_and_misses_it_where_it_is_gone(monkeypatch: pytest.MonkeyPatch, redis_url: str):
    monkeypatch.setenv("ERRAND_REDIS_URL", redis_url)
    there = examined("redis")
    assert there["ok"]
    assert there["detail"].startswith("reachable, ")
    monkeypatch.setenv("ERRAND_REDIS_URL", "redis://:secret@127.0.0.1:9/0")
    gone = examined("redis")
    assert not gone["ok"]
    assert gone["detail"] == "does not answer (ConnectionError); the service goes on without it"


@pytest.mark.usefixtures("ring")
def test_the_doctor_finds_a_carrier_whose_settings_cannot_be_right(monkeypatch: pytest.MonkeyPatch):
    assert examined("notices")["detail"] == "carried to nobody, as development may"
    monkeypatch.setenv("ERRAND_NOTICES", "smtp")
    monkeypatch.setenv("ERRAND_SMTP_HOST", "mail.example.edu.cn")
    monkeypatch.setenv("ERRAND_SMTP_SENDER", "errand@example.edu.cn")
    assert examined("notices")["ok"]
    monkeypatch.setenv("ERRAND_SMTP_PORT", "many")
    wrong = examined("notices")
    assert (wrong["ok"], wrong["detail"]) == (False, "ERRAND_SMTP_PORT must be a port number")


def test_nobody_changes_the_ring_while_somebody_else_does(ring: Path):
    """Whoever writes a ring that was read before another's is written forgets a key that seals already."""
    from adapters.crypto.key_ring import KeyRingFile

    first = told("keys", "list")[0]["name"]
    told("keys", "rotate")
    before = ring.read_bytes()
    changing = (["rotate"], ["rotate", "--index"], ["retire", first], ["retire", "--index"], ["create"])
    with KeyRingFile(ring).alone():
        for words in changing:
            result = run("keys", *words)
            assert (result.exit_code, result.stderr.count("\n")) == (2, 1), words
        assert ring.read_bytes() == before
        assert len(told("keys", "list")) == 2
        assert told("keys", "rotate", "--dry-run")["adds_key"]
    assert told("keys", "retire", first)["retired"] == first
