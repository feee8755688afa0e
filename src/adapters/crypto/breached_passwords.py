"""Passwords that are known from breaches: the corpus of Pwned Passwords, as its downloader writes it into one file.

A line is the SHA-1 of a password in forty upper-case hexadecimal digits, a colon, and how often it was met; lines are
sorted. It has tens of gigabytes, so that it is searched where it lies, by halves: some forty short reads. SHA-1 is the
corpus's choice and protects nothing here. Nobody is asked over a network, and the file may be replaced at any time.
"""

import re
from asyncio import to_thread
from hashlib import sha1
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO, Final

from errand_domain.ports.credentials import BreachedPasswords

LINE: Final = re.compile(rb"([0-9A-F]{40}):\d+\r?\n?")
LINE_MOST: Final = 80
"""Longer than any line: what has a longer one is another kind of file."""
SAMPLES: Final = 200


class CorpusInvalid(ValueError):
    """The file cannot be the corpus; the message says why."""


class FileBreachedPasswords(BreachedPasswords):
    """Searches the file that it is given."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def check(self) -> int:
        """How many bytes it has; raises `CorpusInvalid` where its lines, as far as samples show, cannot be the corpus.

        Of a short file every line is looked at, and of a long one its first line, its last, and some between.
        """
        try:
            with self._path.open("rb") as file:
                size_bytes = file.seek(0, SEEK_END)
                _check_order(file, size_bytes)
        except OSError as fault:
            raise CorpusInvalid(f"cannot be read: {fault.strerror}") from fault
        return size_bytes

    async def hold(self, password: str) -> bool:
        """Whether it is in the file; raises `OSError` or `CorpusInvalid` where that has gone or is another by now."""
        digest = sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        return await to_thread(self._find, digest)

    def _find(self, digest: bytes) -> bool:
        with self._path.open("rb") as file:
            low, high = 0, file.seek(0, SEEK_END)
            while low < high:  # lines that begin before `low` are smaller; those that begin at `high` or later are not
                middle = (low + high) // 2
                begin, line = _line_from(file, middle)
                if line and _hash_of(line) < digest:
                    low = begin + len(line)
                else:
                    high = middle
            _, line = _line_from(file, low)
        return line != b"" and _hash_of(line) == digest


def _line_from(file: BinaryIO, offset: int) -> tuple[int, bytes]:
    """The first line that begins there or later, and where it begins; nothing behind the last."""
    file.seek(max(offset - 1, 0))
    if offset:
        file.readline(LINE_MOST)
    begin = file.tell()
    return begin, file.readline(LINE_MOST)


def _hash_of(line: bytes) -> bytes:
    found = LINE.fullmatch(line)
    if found is None:
        raise CorpusInvalid("has lines that are not forty upper-case hexadecimal digits, a colon and a number")
    return found[1]


def _check_order(file: BinaryIO, size_bytes: int) -> None:
    last, reached, begin = b"", -1, 0
    step = max(size_bytes // SAMPLES, 1)
    for offset in (*range(0, size_bytes, step), max(size_bytes - LINE_MOST, 0)):
        begin, line = _line_from(file, offset)
        if not line or begin == reached:
            continue
        reached, found = begin, _hash_of(line)
        if found <= last:
            raise CorpusInvalid("is not sorted by its hashes")
        last = found
    if not last:
        raise CorpusInvalid("is empty")
