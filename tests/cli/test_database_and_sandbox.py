"""The schema and the sandbox from the command line, on files as an operator has them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from entrypoints.cli.main import main
from tests.cli.conftest import Terminal
from tests.stage import Stage


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


def test_somebody_pays_and_is_paid_back(terminal: Terminal, stage: Stage, wait):
    requester = wait(stage.member())
    order = wait(stage.published(requester))
    wait(stage.use.pay_for_errand()(order.id, requester.id, provider="memory"))
    (waiting,) = terminal.told("sandbox", "waiting")
    assert (waiting["act"], waiting["amount_fen"]) == ("pay", order.price.payable.fen)
    assert terminal.told("sandbox", "pay", waiting["number"])["state"] == "succeeded"
    assert terminal.told("sandbox", "pay", waiting["number"])["state"] == "succeeded"
    assert wait(stage.order(order)).state_name == "open"
    assert terminal.told("sandbox", "waiting") == []


def test_what_nobody_asked_for_cannot_be_paid(terminal: Terminal):
    assert "[not_found] what: payment" in terminal.refused("sandbox", "pay", "0" * 25)
    assert "[not_found] what: payout" in terminal.refused("sandbox", "confirm", "x")
    assert "[not_found] what: refund" in terminal.refused("sandbox", "finish", "x")


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize("words", [("sandbox", "waiting"), ("serve", "--with-sandbox")], ids=" ".join)
def test_there_is_no_sandbox_in_production(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]):
    told("db", "upgrade")
    monkeypatch.setenv("ERRAND_MODE", "production")
    monkeypatch.setenv("ERRAND_PAYMENTS", "tests.cli.test_database_and_sandbox:nobody")
    monkeypatch.setenv("ERRAND_NOTICES", "tests.cli.test_database_and_sandbox:nobody")
    result = CliRunner().invoke(main, list(words))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "ERRAND_MODE=development" in result.stderr
