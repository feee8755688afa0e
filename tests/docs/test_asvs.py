"""The table of OWASP's requirements names each of them once, and every proof that it names is there."""

import re
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

import pytest

PAGE: Final = Path("docs/reference/asvs.md")
STATES: Final = ("met", "not applicable", "open")
SECTIONS: Final = {
    1: (2, 9, 11, 3, 2),
    2: (3, 3, 4, 1),
    3: (0, 2, 4, 6, 5, 0, 2),
    4: (3, 1, 2, 4),
    5: (1, 3, 2, 3),
    6: (3, 12, 4, 4, 5, 3, 0, 4),
    7: (3, 4, 2, 5, 2, 2),
    8: (2, 3, 1, 1),
    9: (3, 4),
    10: (2, 2, 4, 11, 5, 2, 3),
    11: (2, 3, 3, 4, 1, 1),
    12: (3, 2, 4),
    13: (1, 5, 2, 5),
    14: (2, 4, 3),
    15: (3, 3, 7),
    16: (1, 5, 4, 3, 3),
    17: (1, 4, 2),
}
"""How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has; they are its first ones."""
REQUIRED: Final = {
    f"{chapter}.{section}.{number}"
    for chapter, sections in SECTIONS.items()
    for section, count in enumerate(sections, start=1)
    for number in range(1, count + 1)
}


class Row(NamedTuple):
    numbers: tuple[str, ...]
    state: str
    why: str


def rows(page: str) -> list[Row]:
    found = list[Row]()
    for line in filter(lambda line: line.startswith("| "), page.splitlines()):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.match(r"\d+\.\d+\.\d+", cells[0]):
            found.append(Row(expanded(cells[0]), cells[1], cells[2]))
    return found


def expanded(written: str) -> tuple[str, ...]:
    """`1.2.6–1.2.8` as its three numbers, and `1.2.6, 1.3.1` as its two."""
    numbers = list[str]()
    for part in written.split(", "):
        first, dash, last = part.partition("–")
        section, _, begin = first.rpartition(".")
        end = int(last.rpartition(".")[2]) if dash else int(begin)
        numbers += [f"{section}.{number}" for number in range(int(begin), end + 1)]
    return tuple(numbers)


def proofs(why: str) -> list[str]:
    return re.findall(r"`((?:tests|docs|src)/[^`]+)`", why)


def is_there(proof: str) -> bool:
    path, _, name = proof.partition("::")
    if not Path(path).exists():
        return False
    return (
        not name or re.search(rf"^(async )?def {re.escape(name)}\(", Path(path).read_text(), re.MULTILINE) is not None
    )


def test_the_standard_has_as_many_requirements_as_it_says():
    assert len(REQUIRED) == 253


def test_every_requirement_of_levels_one_and_two_is_in_the_table_once():
    counted = Counter(number for row in rows(PAGE.read_text()) for number in row.numbers)
    assert set(counted) == REQUIRED
    assert [number for number, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("row", rows(PAGE.read_text()), ids=lambda row: row.numbers[0])
def test_a_requirement_has_a_state_and_what_shows_it(row):
    assert row.state in STATES
    assert row.why
    for proof in proofs(row.why):
        assert is_there(proof), proof
    if row.state == "met":
        assert any(proof.startswith("tests/") for proof in proofs(row.why)), row.numbers


def test_a_proof_that_is_not_there_is_noticed():
    assert not is_there("tests/docs/test_asvs.py::test_of_something_else")
    assert not is_there("tests/docs/no_such_file.py")
    assert is_there("tests/docs/test_asvs.py::test_a_proof_that_is_not_there_is_noticed")
