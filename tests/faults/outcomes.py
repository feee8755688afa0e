"""How each cell ends, as it was seen when the matrix was told last: what differs from now fails its test.

`outcomes.csv` has what does not simply come to its usual end by itself. `python -m tests.faults` writes it anew.
"""

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from tests.faults.cells import CELLS, Cell

FILE: Final = Path(__file__).with_name("outcomes.csv")
COLUMNS: Final = ("story", "operation", "often", "end", "by", "kinds")
AND: Final = ", then "


@frozen(kw_only=True)
class Outcome:
    """How it ended, and by which commands: by none, where it came to its end by itself."""

    end: str
    commands: tuple[str, ...] = ()

    @property
    def by(self) -> str:
        """What people had to do."""
        return AND.join(self.commands)


def usual(cell: Cell) -> Outcome:
    """The end that the story has where nothing goes wrong."""
    return Outcome(end=cell.telling.end)


def read() -> dict[str, Outcome]:
    """The outcome of every cell by its name."""
    found = {cell.name: usual(cell) for cell in CELLS}
    cells = {(cell.telling.name, cell.operation, cell.often, cell.kind): cell for cell in CELLS}
    for line in lines():
        commands = tuple(line["by"].split(AND)) if line["by"] else ()
        for kind in line["kinds"].split():
            cell = cells[line["story"], line["operation"], line["often"], kind]
            found[cell.name] = Outcome(end=line["end"], commands=commands)
    return found


def lines() -> list[dict[str, str]]:
    """The lines of the file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(outcomes: Mapping[Cell, Outcome]) -> None:
    """Write down what is not as usual, kinds that end alike in one line."""
    alike = defaultdict[tuple[str, ...], list[str]](list)
    for cell, outcome in outcomes.items():
        if outcome != usual(cell):
            key = (cell.telling.name, cell.operation, cell.often, outcome.end, outcome.by)
            alike[key].append(cell.kind)
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((*key, " ".join(kinds)) for key, kinds in alike.items())
