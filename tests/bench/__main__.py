"""Measure, print, and write `docs/reference/performance.md` anew: `make bench`."""

import os
import platform
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

import uvloop

from tests.bench import measures
from tests.bench.figures import Figure, table
from tests.bench.floors import prepare
from tests.servers.client import Servers, server_url
from tests.servers.databases import fresh_database

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "performance.md"
BEGIN: Final = "<!-- measured: begin -->"
END: Final = "<!-- measured: end -->"


async def measure(url: str, folder: Path) -> list[Figure]:
    """Every figure, one after the other."""
    await prepare(url)
    figures = list[Figure]()
    for clients in (8, 32):
        figures.append(await measures.claim(url, folder, clients=clients))
        print(figures[-1].line(), flush=True)
    for clients in (1, 8):
        figures.append(await measures.settlement(url, folder, clients=clients))
        print(figures[-1].line(), flush=True)
    figures.append(await measures.hall(url, folder, clients=8))
    print(figures[-1].line(), flush=True)
    return figures


def main() -> None:
    """Start a private PostgreSQL, measure, and put the figures into the page."""
    with closing(Servers()), tempfile.TemporaryDirectory() as folder:
        url = fresh_database(server_url("postgres"), "errand_bench")
        figures = uvloop.run(measure(url, Path(folder)))
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\nMeasured on {machine}.\n\n{table(figures)}{END}{after}")


if __name__ == "__main__":
    main()
