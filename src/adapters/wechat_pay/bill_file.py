"""A bill as a file: packed, with a digest of what is in it, and not quite CSV.

The first line names the columns. In the lines below each cell begins with a back-tick, which is what separates them:
the goods' names may hold commas and quotation marks as they like. Two lines at the end sum it all up.
"""

import zlib
from collections.abc import Mapping
from hashlib import sha1
from typing import Final

from attrs import frozen

from adapters.wechat_pay.answers import Malformed

UNPACKED_BYTES_MOST: Final = 512 * 1024 * 1024
_PACKED: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = 31  # zlib's word for "with the header and the check of gzip"
_MARK: Final = "`"
_COUNTS: Final = ("总交易单数", "资金流水总笔数")


def unpacked(content: bytes, *, digest: str) -> bytes:
    """The file, unpacked, if that is its SHA-1; raises `Malformed`."""
    plain = _unzipped(content) if content.startswith(_PACKED) else content
    if sha1(plain, usedforsecurity=False).hexdigest() != digest.lower():
        raise Malformed("a bill that is not the one announced")
    return plain


@frozen
class Row:
    """One line, by the names of its columns: older merchants have fewer, and in another order."""

    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """The cell; raises `Malformed` where there is no such column."""
        return self.first_of(name)

    def first_of(self, *names: str) -> str:
        """The cell under the first of these names that is a column; raises `Malformed`."""
        for name in names:
            if name in self.cells:
                return self.cells[name]
        raise Malformed(f"a bill without a column {names[0]}")


def rows_of(plain: bytes) -> tuple[Row, ...]:
    """The lines of the bill, as many as it says that there are; raises `Malformed`."""
    try:
        text = plain.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed("a bill that is not UTF-8") from None
    # A name may hold a line feed of its own: where lines end with both, one alone ends nothing.
    lines = text.rstrip().split("\r\n" if "\r\n" in text else "\n")
    names = [_plain(name) for name in lines[0].split(",")]
    ends = [number for number, line in enumerate(lines) if number and not line.startswith(_MARK)]
    if len(ends) != 1 or ends[0] != len(lines) - 2:
        raise Malformed("a bill without an end")
    rows = tuple(Row(_cells(names, line)) for line in lines[1 : ends[0]])
    summary = Row(_cells([_plain(name) for name in lines[-2].split(",")], lines[-1]))
    count = summary.first_of(*_COUNTS).partition(".")[0]
    if count != str(len(rows)):
        raise Malformed("a bill that lacks lines")
    return rows


def _cells(names: list[str], line: str) -> dict[str, str]:
    cells = line.removeprefix(_MARK).split(f",{_MARK}")
    if not line.startswith(_MARK) or len(cells) != len(names):
        raise Malformed("a line that does not fit its columns")
    return dict(zip(names, cells, strict=True))


def _plain(name: str) -> str:
    """A column's name without its unit, which is written with one kind of brackets here and another there."""
    return name.strip().replace("(", "（").partition("（")[0]


def _unzipped(content: bytes) -> bytes:
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = unpacker.decompress(content, UNPACKED_BYTES_MOST)
    except zlib.error:
        raise Malformed("a bill that does not unpack") from None
    if not unpacker.eof:
        raise Malformed("a bill that is cut off, or too large")
    return plain
