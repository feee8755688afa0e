"""What the partners keep is written before it is told, whole or not at all, whoever else writes."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest
from attrs import frozen

from entrypoints.sandbox.store import Store
from tests.architecture.rules import PROJECT

NOW = datetime(2026, 9, 1, 4, 0, 0, 123456, tzinfo=UTC)
BREATH_SECONDS = 0.1
ROUNDS = 40


@frozen(kw_only=True)
class Page:
    number: str
    fen: int
    at: datetime | None = None
    parts: tuple[tuple[str, int], ...] = ()


@contextmanager
def broken_off(store: Store) -> Iterator[None]:
    """What is written in here is written together, and comes to a bad end."""
    with pytest.raises(ArithmeticError), store.together():  # noqa: PT012 - one statement of ours may raise it
        yield
        raise ArithmeticError


@contextmanager
def process(script: str, *words: object) -> Iterator[subprocess.Popen[str]]:
    """A Python process that has `Store`, killed at the end if it still runs."""
    source = f"import sys, time\nfrom pathlib import Path\nfrom entrypoints.sandbox.store import Store\n{script}"
    with subprocess.Popen(
        [sys.executable, "-c", source, *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(PROJECT / "src")},
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        try:
            yield started
        finally:
            started.kill()


def test_a_document_comes_back_as_it_was(store: Store):
    page = Page(number="1", fen=2**60, at=NOW, parts=(("甲", 1), ('"', 2)))
    pages = store.table("pages", Page)
    pages["1"] = page
    assert pages["1"] == page
    assert pages.get("2") is None


def test_tables_do_not_know_each_other_and_are_in_the_order_of_their_keys(store: Store):
    here, there = store.table("here", int), store.table("there", int)
    for key in "bca":
        here[key] = 1
    there["d"] = 2
    assert (list(here), len(here), "d" in here) == (["a", "b", "c"], 3, False)
    del here["b"]
    assert dict(here) == {"a": 1, "c": 1}
    with pytest.raises(KeyError):
        del here["b"]


def test_it_is_there_after_a_restart(tmp_path: Path):
    store = Store(tmp_path / "new" / "books.sqlite3")
    store.table("numbers", int)["a"] = 1
    store.close()
    again = Store(tmp_path / "new" / "books.sqlite3")
    assert again.table("numbers", int)["a"] == 1
    again.close()


def test_only_this_user_reads_the_file(store: Store, tmp_path: Path):
    store.table("numbers", int)["a"] = 1
    files = [*tmp_path.glob("books.sqlite3*")]
    assert len(files) > 1
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_what_is_written_together_is_written_whole_or_not_at_all(store: Store):
    numbers = store.table("numbers", int)
    with store.together():
        numbers["kept"] = 1
    with broken_off(store):
        numbers["kept"] = 2
        del numbers["kept"]
    assert dict(numbers) == {"kept": 1}


def test_one_inside_another_shares_its_end(store: Store):
    numbers = store.table("numbers", int)
    with broken_off(store):
        with store.together():
            numbers["inner"] = 1
        numbers["outer"] = 1
    assert dict(numbers) == {}
    with store.together():
        numbers["after"] = 1
    assert dict(numbers) == {"after": 1}


def test_another_thread_does_not_get_into_what_is_written_together(store: Store):
    numbers, written = store.table("numbers", int), Event()

    def write() -> None:
        numbers["theirs"] = 1
        written.set()

    other = Thread(target=write)
    with broken_off(store):
        numbers["ours"] = 1
        other.start()
        assert not written.wait(BREATH_SECONDS)
    other.join()
    assert dict(numbers) == {"theirs": 1}


def test_whoever_opens_a_new_file_waits_for_another_who_does(tmp_path: Path):
    path, opened = tmp_path / "books.sqlite3", Event()

    def open_it() -> None:
        Store(path).close()
        opened.set()

    with closing(sqlite3.connect(path, isolation_level=None)) as first:
        first.execute("CREATE TABLE other (key TEXT)")
        first.execute("BEGIN IMMEDIATE")
        second = Thread(target=open_it)
        second.start()
        assert not opened.wait(BREATH_SECONDS)
        first.execute("COMMIT")
        second.join()
    assert opened.is_set()


def test_what_was_written_before_the_answer_outlives_a_kill(tmp_path: Path):
    path = tmp_path / "books.sqlite3"
    script = """
store = Store(Path(sys.argv[1]))
numbers = store.table("numbers", int)
with store.together():
    numbers["whole"] = 1
    numbers["too"] = 1
with store.together():
    numbers["half"] = 1
    print("written", flush=True)
    time.sleep(60)
"""
    with process(script, path) as dying:
        assert dying.stdout is not None
        assert dying.stdout.readline() == "written\n"
        dying.send_signal(signal.SIGKILL)
        assert dying.wait() == -signal.SIGKILL
    store = Store(path)
    assert dict(store.table("numbers", int)) == {"whole": 1, "too": 1}
    store.close()


def test_two_processes_on_one_file_lose_nothing_of_each_other(tmp_path: Path):
    path = tmp_path / "books.sqlite3"
    script = """
store = Store(Path(sys.argv[1]))
numbers = store.table("numbers", int)
for _ in range(int(sys.argv[2])):
    with store.together():
        numbers["sum"] = numbers.get("sum", 0) + 1
"""
    with process(script, path, ROUNDS) as one, process(script, path, ROUNDS) as other:
        assert (one.wait(), other.wait()) == (0, 0)
    store = Store(path)
    assert store.table("numbers", int)["sum"] == 2 * ROUNDS
    store.close()
