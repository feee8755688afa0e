"""The reference page about the matrix, from the tables that its tests are made from and the outcomes they hold to."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from entrypoints.sandbox.faults import MEANINGS
from entrypoints.sandbox.partners import OPERATIONS
from tests.docs.pages import code, header, sentence, table
from tests.faults import outcomes
from tests.faults.cells import CELLS, NOT_REACHED, TELLINGS
from tests.faults.operators import CONSOLE
from tests.faults.summary import HEAD, rows

ABOUT: Final = """\
Every story below is told over the wire, with real requests and real signatures on both sides, and with one thing
going wrong: every kind of fault that the sandbox knows, at every operation that the story reaches, once, and for two
days. Questions are asked again at once where the connection broke, so what breaks it is also met twice in a row. What
lasts is mended after two days, or when finance looks at what is parked. Where a story is told *untold*, no
notification arrives at all.

Each of these {cells} cells must come to a right end: the order in its state, each sum collected, given back and paid
out once, nothing waiting, a ledger that verifies, and no difference in the provider's bill of any day. {alone} come
to it by themselves, and {people} by a command. `python -m tests.faults` tells all of them and writes down how they
ended; the suite holds each to that.
"""


def fault_matrix() -> str:
    """Every story, its outcomes, and every operation with its faults."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    found = outcomes.read()
    counts = Counter((cell.telling.name, found[cell.name].by) for cell in CELLS)
    *stories, everything = rows(counts)
    _, cells, alone, people = everything
    yield header("Fault matrix", "tests/faults/cells.py", "tests/faults/outcomes.csv", "src/entrypoints/sandbox")
    yield ABOUT.format(cells=cells, alone=alone, people=people)
    yield table(
        ("story", "what happens", *HEAD[1:], "usual end", "operations"),
        (
            (name, sentence(telling.story), *numbers, telling.end, code(telling.reaches))
            for telling, (name, *numbers) in zip(TELLINGS, stories, strict=True)
        ),
    )
    yield "## What does not come to its usual end by itself\n"
    yield f"*{CONSOLE}* is where finance sees to a refund that the payer's account did not take.\n"
    yield table(("story", "operation", "how often", "end", "by", "faults"), _unusual())
    yield "## What may go wrong where\n"
    yield table(("operation", "faults"), _operations())
    yield "## What the faults are\n"
    yield table(("fault", "in the sandbox's console"), ((f"`{kind}`", meaning) for kind, meaning in MEANINGS.items()))


def _unusual() -> Iterable[tuple[str, ...]]:
    for line in outcomes.lines():
        operation, kinds = code([line["operation"]]), code(line["kinds"].split())
        yield line["story"], operation, line["often"], line["end"], line["by"] or "itself", kinds


def _operations() -> Iterable[tuple[str, str]]:
    for operation, kinds in OPERATIONS.items():
        why = NOT_REACHED.get(operation)
        yield f"`{operation}`", f"no story reaches it: {why}" if why else code(kinds)
