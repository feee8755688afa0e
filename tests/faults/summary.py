"""The matrix in few lines: each story, how often it was told with a fault, and who brought it to its end."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from tests.faults.cells import TELLINGS

MATRIX: Final = "fault matrix"
"""Under this name a test says what became of its cell."""
HEAD: Final = ("story", "told", "✓ self", "✓ operator")


def rows(counts: Mapping[tuple[str, str], int]) -> Iterator[tuple[str, str, str, str]]:
    """One row for each story, and their sum; `counts` is by story and by what people had to do."""
    by_itself, by_people = Counter[str](), Counter[str]()
    for (story, by), count in counts.items():
        (by_people if by else by_itself)[story] += count
    for story in (telling.name for telling in TELLINGS):
        yield _row(story, by_itself[story], by_people[story])
    yield _row("all of them", by_itself.total(), by_people.total())


def table(counts: Mapping[tuple[str, str], int]) -> str:
    """The rows in columns, for a terminal."""
    lines = [HEAD, *(row for row in rows(counts) if row[1] != "0")]
    widest = max(len(line[0]) for line in lines)
    return "\n".join(f"{story:{widest}}  {told:>5}  {alone:>6}  {people:>10}" for story, told, alone, people in lines)


def _row(story: str, alone: int, people: int) -> tuple[str, str, str, str]:
    return story, str(alone + people), str(alone), str(people)
