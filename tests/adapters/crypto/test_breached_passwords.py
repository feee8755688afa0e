"""The corpus of breached passwords is found in a file of any length, and no other file is taken for it."""

from hashlib import sha1
from pathlib import Path

import pytest

from adapters.crypto.breached_passwords import CorpusInvalid, FileBreachedPasswords

A, B, C = (f"{digit * 40}:{count}" for digit, count in (("1", 3), ("A", 12_345_678), ("F", 1)))


def digest(password: str) -> str:
    return sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def written(folder: Path, content: str) -> FileBreachedPasswords:
    (folder / "corpus.txt").write_text(content, "ascii", newline="")
    return FileBreachedPasswords(folder / "corpus.txt")


@pytest.mark.anyio
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("count", [1, 2, 3, 1_000])
async def test_every_line_is_found_the_first_and_the_last_too_and_nothing_between(tmp_path: Path, end: str, count: int):
    within = sorted((f"password {n}" for n in range(count)), key=digest)
    lines = [f"{digest(one)}:{(1, 23, 456_789_012)[n % 3]}" for n, one in enumerate(within)]
    for last in ("", end):
        corpus = written(tmp_path, end.join(lines) + last)
        corpus.check()
        assert all([await corpus.hold(one) for one in (*within[:40], *within[-40:])])
        assert not any([await corpus.hold(f"another {n}") for n in range(40)])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ("\n", "lines that are not"),
        (f"{B}\n{A}\n{C}", "not sorted"),
        (f"{A}\n{A}\n{C}", "not sorted"),
        (f"{A}\n{B.lower()}\n{C}", "lines that are not"),
        ("\n".join((A, B.partition(":")[0], C)), "lines that are not"),
        (f"{A}\n\n{C}", "lines that are not"),
        ("\n".join((A[8:], B[8:])), "lines that are not"),  # of Windows passwords: 32 digits
        ("\n".join((A[5:], B[5:])), "lines that are not"),  # as the service answers for one prefix
        ("password\nqwertyuiop\n", "lines that are not"),
        ("x" * 1_000, "lines that are not"),
        ("\n".join((A, B, C[:-2])), "lines that are not"),  # a download that broke off
    ],
)
def test_what_is_no_corpus_is_refused(tmp_path: Path, content: str, reason: str):
    with pytest.raises(CorpusInvalid, match=reason):
        written(tmp_path, content).check()


def test_one_that_is_sorted_by_how_often_they_were_met_is_refused(tmp_path: Path):
    lines = [f"{digest(f'password {n}')}:{10_000 - n}" for n in range(5_000)]
    with pytest.raises(CorpusInvalid, match="not sorted"):
        written(tmp_path, "\r\n".join(lines)).check()


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(CorpusInvalid, match="cannot be read"):
        FileBreachedPasswords(tmp_path / "nothing.txt").check()
    with pytest.raises(CorpusInvalid, match="cannot be read"):
        FileBreachedPasswords(tmp_path).check()


@pytest.mark.anyio
async def test_a_file_that_is_replaced_while_it_is_used_is_the_new_one(tmp_path: Path):
    corpus = written(tmp_path, f"{digest('old one')}:1\n")
    assert await corpus.hold("old one")
    (tmp_path / "fresh.txt").write_text(f"{digest('new one')}:1\n")
    (tmp_path / "fresh.txt").replace(tmp_path / "corpus.txt")
    assert (await corpus.hold("old one"), await corpus.hold("new one")) == (False, True)
