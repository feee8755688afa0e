"""What all commands have in common: help, exit codes, one line for what went wrong."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from entrypoints.cli.logs import redacted, without_persons
from entrypoints.cli.main import NOUNS, main
from tests.architecture.rules import PROJECT

HELP_SECONDS_MOST = 0.4
MOVES_MONEY = {
    ("order", "cancel"),
    ("order", "resolve-return"),
    ("order", "rule"),
    ("withdrawal", "approve"),
    ("withdrawal", "reject"),
    ("withdrawal", "retry"),
    ("withdrawal", "give-up"),
    ("refund", "retry"),
    ("ledger", "reconcile"),
}
NO_JSON = {("serve",), ("worker",), ("demo",)}


def commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(main)
    for name in NOUNS:
        found = main.get_command(context, name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from (((name, verb), command) for verb, command in found.commands.items())
        else:
            yield (name,), found


EVERY = dict(commands())


def options(command: click.Command) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts}


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_has_help(words: tuple[str, ...]):
    result = CliRunner().invoke(main, [*words, "--help"])
    assert result.exit_code == 0
    assert EVERY[words].help


def test_every_noun_is_listed_with_the_same_name_that_it_has():
    context = click.Context(main)
    assert [main.get_command(context, name).name for name in NOUNS] == list(NOUNS)
    listing = CliRunner().invoke(main, ["--help"]).stdout
    assert all(f"  {name} " in listing for name in NOUNS)


@pytest.mark.parametrize("words", sorted(set(EVERY) - NO_JSON), ids=" ".join)
def test_every_command_speaks_json(words: tuple[str, ...]):
    assert "--json" in options(EVERY[words])


@pytest.mark.parametrize("words", sorted(MOVES_MONEY), ids=" ".join)
def test_what_moves_money_can_be_rehearsed(words: tuple[str, ...]):
    assert "--dry-run" in options(EVERY[words])


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("order", "nonsense"),
        ("order", "show"),
        ("order", "show", "not-an-id"),
        ("order", "list", "--limit", "0"),
        ("ledger", "verify", "--nonsense"),
        ("--nonsense",),
        ("campus", "add", "/no/such/file.toml"),
    ],
    ids=" ".join,
)
def test_what_is_not_understood_gets_one_line_and_exit_2(words: tuple[str, ...]):
    result = CliRunner().invoke(main, list(words))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1


def test_settings_that_cannot_be_right_are_named_in_one_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ERRAND_SECRET_KEY", "short")
    result = CliRunner().invoke(main, ["ledger", "verify"])
    assert result.exit_code == 2
    assert result.stderr.startswith("ERRAND_SECRET_KEY ")
    assert result.stderr.count("\n") == 1


def test_a_fault_of_ours_is_one_line_with_a_hint_and_exit_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("ERRAND_SECRET_KEY", "a" * 64)
    monkeypatch.setenv("ERRAND_MODE", "development")
    monkeypatch.setenv("ERRAND_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    result = CliRunner().invoke(main, ["ledger", "verify"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    assert "--debug" in result.stderr
    assert not isinstance(CliRunner().invoke(main, ["--debug", "ledger", "verify"]).exception, SystemExit)


def test_help_is_quick():
    """Counted in the process's own time, so that a busy machine does not matter."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT / "src")}
    words = [sys.executable, "-m", "entrypoints.cli", "--help"]
    seconds = [_own_seconds(words, environment) for _ in range(3)]
    assert min(seconds) <= HELP_SECONDS_MOST


def _own_seconds(words: list[str], environment: dict[str, str]) -> float:
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime


@pytest.mark.parametrize("library", ["sqlalchemy", "litestar", "uvicorn", "rich", "entrypoints.container"])
def test_help_loads_nothing_that_it_does_not_need(library: str):
    script = f"import sys, entrypoints.cli.main; sys.exit({library!r} in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(PROJECT / "src")}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


def test_the_log_tells_nothing_personal():
    event = {"event": "sent to +8613800001234", "phone": "+8613800001234", "facts": {"name": "李雷", "order_id": "7"}}
    found = without_persons(None, "info", event)
    assert found == {"event": "sent to …", "phone": "…", "facts": {"name": "…", "order_id": "7"}}


@pytest.mark.parametrize(
    "text", ["0198c0de-1234-7000-8000-123456789012", "version 3 of 12", "2026-11-23T01:00:41.319524Z"]
)
def test_the_log_keeps_ids_and_times(text: str):
    assert redacted(text) == text


@pytest.mark.parametrize("text", ["li.lei@example.edu.cn", "call +8613800001234!", "13800001234"])
def test_the_log_loses_addresses(text: str):
    assert "1234" not in str(redacted(text))
    assert "@" not in str(redacted(text))
