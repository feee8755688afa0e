"""`errand keys`, `errand doctor` and `errand serve` where files lie in a bucket."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from entrypoints.cli.main import main
from entrypoints.container import upgrade_database
from entrypoints.sandbox.app import Sandbox
from entrypoints.settings import read_settings
from tests.cli.cards import content_of, stored_card
from tests.sandbox.serving import served
from tests.sandbox.storage.playing import keys_of, outside_of

CARD = b"\xff\xd8\xff student card " * 40


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def told(*words: str) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("storage")
    with served(lambda _: Sandbox(outside_of(folder))) as address:
        yield keys_of(folder).environment(address)


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, handed_out: dict[str, str]) -> None:
    """One with a fresh ring, whose files lie in the bucket."""
    given = {
        "ERRAND_SECRET_KEY": "a" * 64,
        "ERRAND_MODE": "development",
        "ERRAND_DATABASE_URL": f"sqlite:///{tmp_path / 'errand.sqlite3'}",
        "ERRAND_FILES_FOLDER": str(tmp_path / "files"),
        "ERRAND_KEY_RING_FILE": str(tmp_path / "ring.json"),
        "ERRAND_FILES": "s3",
        **handed_out,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert run("keys", "create").exit_code == 0
    asyncio.run(upgrade_database(read_settings()))


def test_a_file_in_the_bucket_is_sealed_anew_and_nothing_lies_in_the_folder(tmp_path: Path) -> None:
    card = asyncio.run(stored_card(CARD))
    first = told("keys", "list")[0]["name"]
    assert told("keys", "rotate")["sealed_anew"] == 1
    told("keys", "retire", first)
    assert asyncio.run(content_of(card)) == CARD
    assert not (tmp_path / "files").exists()
    checks = {check["check"]: check for check in told("doctor")}
    assert checks["file store"]["detail"] == "s3 can be written, read and removed from"
    assert "files folder" not in checks


def test_the_doctor_says_what_the_bucket_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ERRAND_S3_SECRET_FILE")
    monkeypatch.setenv("ERRAND_S3_SECRET", "not-the-right-secret")
    result = run("doctor")
    assert result.exit_code == 1
    assert "WRONG file store: s3: refused with SignatureDoesNotMatch" in result.output
    assert "not-the-right-secret" not in result.output


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_what_cannot_be_right_stops_the_start_with_one_line(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRAND_S3_BUCKET", "?")
    result = run(command)
    assert result.exit_code == 2
    assert "ERRAND_S3_BUCKET is not the name of a bucket" in result.stderr
    assert result.stderr.count("\n") == 1
