"""What a command prints: tables for people, one JSON document for programs."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import frozen
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from errand_domain.money import Money

Row = Mapping[str, Any]

ZONE: Final = ZoneInfo("Asia/Shanghai")
WIDTH_IN_A_FILE: Final = 240


@frozen
class Output:
    """Prints rows and facts. Colours appear on a terminal only, and never with NO_COLOR."""

    as_json: bool

    def rows(self, rows: Sequence[Row], *, title: str = "", none: str = "Nothing.") -> None:
        """A table; the first row says which columns there are."""
        if self.as_json:
            self._document([plain_row(row) for row in rows])
        elif not rows:
            self.say(none)
        else:
            self._print(_table(rows, title))

    def facts(self, facts: Row, *, title: str = "") -> None:
        """One thing and what is known of it."""
        if self.as_json:
            self._document(plain_row(facts))
            return
        table = Table(title=title or None, title_justify="left", box=None, show_header=False, pad_edge=False)
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in facts.items():
            table.add_row(_words(name), Text(shown(value)))
        self._print(table)

    def say(self, text: str) -> None:
        """A line for people; programs get none."""
        if not self.as_json:
            _console().print(text, markup=False, highlight=False)

    def _document(self, content: object) -> None:
        json.dump(content, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")

    def _print(self, table: Table) -> None:
        console = _console()
        if console.is_terminal:
            console.print(table)
            return
        with console.capture() as captured:
            console.print(table)
        lines = [line.rstrip() for line in captured.get().splitlines()]
        sys.stdout.write("".join(f"{line}\n" for line in lines if line))


def plain_row(row: Row) -> dict[str, Any]:
    """The row as JSON has it: an amount is an int of fen, and its name says so."""
    return {f"{name}_fen" if isinstance(value, Money) else name: _plain(value) for name, value in row.items()}


def shown(value: object) -> str:
    """A value as people read it: campus time, yuan, a dash for nothing."""
    match value:
        case None | "" | ():
            text = "–"
        case bool():
            text = "yes" if value else "no"
        case datetime():
            text = f"{value.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"
        case timedelta():
            text = span(value)
        case list() | tuple() | frozenset():
            text = ", ".join(shown(one) for one in cast("Iterable[object]", value))
        case _:
            text = str(value)
    return text


def span(value: timedelta) -> str:
    """A span of time in the largest unit that leaves no rest: `36h`, `90m`, `45s`."""
    seconds = value // timedelta(seconds=1)
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _plain(value: object) -> object:
    plain: object
    match value:
        case None | bool() | int() | str():
            plain = value
        case Money():
            plain = value.fen
        case datetime():
            plain = value.isoformat()
        case timedelta():
            plain = span(value)
        case date():
            plain = value.isoformat()
        case dict():
            plain = plain_row(cast("Row", value))
        case list() | tuple() | frozenset():
            plain = [_plain(one) for one in cast("Iterable[object]", value)]
        case _:
            plain = str(value)
    return plain


def _table(rows: Sequence[Row], title: str) -> Table:
    table = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name, value in rows[0].items():
        is_number = type(value) is int or isinstance(value, Money)
        is_short = is_number or isinstance(value, UUID | datetime)
        table.add_column(_words(name), justify="right" if is_number else "left", no_wrap=is_short, overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(value)) for value in row.values()))
    return table


def _words(name: str) -> str:
    return name.replace("_", " ")


def _console() -> Console:
    """Made for each use: a test, or a pipe, may have put another stream in the place of standard output."""
    width = None if sys.stdout.isatty() else WIDTH_IN_A_FILE
    return Console(file=sys.stdout, width=width)
