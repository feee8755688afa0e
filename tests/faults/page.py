"""The reference page about the matrix, from the tables that its tests are made from."""

from collections import Counter
from collections.abc import Iterable, Mapping

from entrypoints.sandbox.faults import MEANINGS
from entrypoints.sandbox.partners import OPERATIONS
from tests.docs.pages import code, header, table
from tests.faults.cells import CELLS, NOT_REACHED, OFTEN, TELLINGS


def fault_matrix() -> str:
    """Every story, what it reaches and how many faults it is told with; every operation and its faults."""
    return "\n".join(_lines())


def _lines() -> Iterable[str]:
    yield header("Fault matrix", "tests/faults/cells.py", "src/entrypoints/sandbox")
    yield (
        f"{len(CELLS)} times a story is told over the wire with one fault, of a kind and at an operation of the table "
        f"below: {', '.join(OFTEN)}. Each must come to a right end, by itself or by an `errand` command, with a sound "
        "ledger, no message left over, and every day's bill of the provider without a difference. In those marked "
        "*untold* no notification arrives at all.\n"
    )
    counts = Counter(cell.telling.name for cell in CELLS)
    yield table(
        ("story", "operations that are reached", "told with a fault"),
        ((telling.name, code(telling.reaches), str(counts[telling.name])) for telling in TELLINGS),
    )
    yield "\n## What may go wrong where\n"
    yield table(("operation", "faults"), _operations(OPERATIONS))
    yield "\n## What the faults are\n"
    yield table(("fault", "in the sandbox's console"), ((f"`{kind}`", meaning) for kind, meaning in MEANINGS.items()))
    yield ""


def _operations(operations: Mapping[str, tuple[str, ...]]) -> Iterable[tuple[str, str]]:
    for operation, kinds in operations.items():
        why = NOT_REACHED.get(operation)
        yield f"`{operation}`", f"no story reaches it: {why}" if why else code(kinds)
