"""Tell every story with every fault, write down how each ended, and print the matrix: `python -m tests.faults`."""

import asyncio
import logging
import sys
import tempfile
from collections import Counter
from pathlib import Path

import structlog

from entrypoints.sandbox.keys import Keys
from tests.faults.cells import CELLS, Cell
from tests.faults.ground import prepared
from tests.faults.outcomes import Outcome, write
from tests.faults.playing import played
from tests.faults.summary import table


async def tell_all(folder: Path) -> dict[Cell, Outcome]:
    """The outcome of every cell, told one after the other."""
    found = dict[Cell, Outcome]()
    async with prepared(Keys(folder / "keys"), folder) as ground:
        for count, cell in enumerate(CELLS, start=1):
            try:
                found[cell] = await played(ground, cell)
            except AssertionError as wrong:
                raise AssertionError(f"{cell.name}: {wrong}") from wrong
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{count} of {len(CELLS)}")
    return found


def main() -> None:
    """Write `outcomes.csv`, and print how many cells of each story ended in which way."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        found = asyncio.run(tell_all(Path(folder)))
    write(found)
    sys.stdout.write(f"{table(Counter((cell.telling.name, outcome.by) for cell, outcome in found.items()))}\n")


if __name__ == "__main__":
    main()
