"""The schema from the command line, on a file as an operator has it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from entrypoints.cli.main import main


def told(*words: str):
    result = CliRunner().invoke(main, [*words, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("ERRAND_MODE", "development")
    monkeypatch.setenv("ERRAND_SECRET_KEY", "a" * 64)
    monkeypatch.setenv("ERRAND_DATABASE_URL", f"sqlite:///{tmp_path / 'errand.sqlite3'}")
    return tmp_path


@pytest.mark.usefixtures("installation")
def test_the_schema_goes_up_down_and_up():
    assert told("db", "current") == {"revision": None}
    newest = told("db", "upgrade")["revision"]
    assert newest
    assert told("db", "current")["revision"] == newest
    assert told("campus", "list") == []
    assert told("db", "downgrade", "base", "--yes") == {"revision": None}
    assert told("db", "upgrade")["revision"] == newest


@pytest.mark.usefixtures("installation")
def test_nothing_is_lost_without_being_asked():
    newest = told("db", "upgrade")["revision"]
    assert CliRunner().invoke(main, ["db", "downgrade", "base"], input="n\n").exit_code == 130
    assert told("db", "current")["revision"] == newest
