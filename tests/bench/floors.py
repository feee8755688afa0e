"""Floors: what the database alone does, driven by its own benchmark program or by its bare driver."""

import asyncio
import re
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import asyncpg
from sqlalchemy import make_url

from tests.bench.figures import rate

ROWS: Final = 100_000
SETUP: Final = f"""
DROP TABLE IF EXISTS floor_orders, floor_events, floor_transfers, floor_balances;
CREATE TABLE floor_orders (id int PRIMARY KEY, state text NOT NULL, runner int, version int NOT NULL,
                           body text NOT NULL);
CREATE TABLE floor_events (id bigserial PRIMARY KEY, order_id int NOT NULL, body text NOT NULL);
CREATE TABLE floor_transfers (id bigserial PRIMARY KEY, key text NOT NULL, debit text NOT NULL, credit text NOT NULL,
                              fen bigint NOT NULL);
CREATE TABLE floor_balances (account int PRIMARY KEY, fen bigint NOT NULL);
INSERT INTO floor_orders SELECT n, 'open', NULL, 1, repeat('x', 600) FROM generate_series(1, {ROWS}) n;
INSERT INTO floor_balances SELECT n, 0 FROM generate_series(1, {ROWS}) n;
"""
CLAIM: Final = f"""
\\set id random(1, {ROWS})
BEGIN;
UPDATE floor_orders SET state = 'accepted', runner = 7, version = version + 1 WHERE id = :id;
INSERT INTO floor_events (order_id, body) VALUES (:id, 'accepted');
COMMIT;
"""
SETTLEMENT: Final = f"""
\\set id random(1, {ROWS})
BEGIN;
UPDATE floor_orders SET state = 'completed', version = version + 1 WHERE id = :id;
INSERT INTO floor_events (order_id, body) VALUES (:id, 'completed');
INSERT INTO floor_transfers (key, debit, credit, fen) VALUES
 (:id || '-a', 'escrow', 'runner', 340), (:id || '-b', 'escrow', 'agent', 20), (:id || '-c', 'escrow', 'platform', 41);
UPDATE floor_balances SET fen = fen + 340 WHERE account = :id;
UPDATE floor_balances SET fen = fen - 401 WHERE account = ({ROWS} + 1 - :id);
COMMIT;
"""
_TPS: Final = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)


def pgbench() -> str:
    """Where PostgreSQL's own benchmark program is."""
    found = shutil.which("pgbench") or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))), None
    )
    if found is None:
        raise FileNotFoundError("pgbench is not installed")
    return found


def plain(url: str) -> str:
    """The address as PostgreSQL's own programs write it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


async def prepare(url: str) -> None:
    """Make the tables that the floors work on."""
    connection = await asyncpg.connect(plain(url))
    try:
        await connection.execute(SETUP)
    finally:
        await connection.close()
    await analyse(url)


async def analyse(url: str) -> None:
    """Let the planner know what is stored, as a running database does by itself after a while."""
    connection = await asyncpg.connect(plain(url))
    try:
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def pgbench_floor(
    url: str, script: str, folder: Path, *, clients: int, seconds: int = 3
) -> Callable[[], Awaitable[float]]:
    """Transactions a second of that script, by that many clients, each statement a round trip of its own."""
    path = folder / f"floor-{abs(hash(script))}.sql"
    path.write_text(script)

    async def measure() -> float:
        words = ("-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds), "-f", str(path), plain(url))
        process = await asyncio.create_subprocess_exec(
            pgbench(), *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        said, _ = await process.communicate()
        found = _TPS.search(said.decode())
        if found is None:
            raise RuntimeError(f"pgbench said: {said.decode()}")
        return float(found[1])

    return measure


def query_floor(url: str, query: str, arguments: Callable[[int], tuple[Any, ...]], *, clients: int) -> Any:
    """The same query through the bare driver, by that many clients; give it to `floor_rate`."""

    async def measure() -> float:
        pool = await asyncpg.create_pool(plain(url), min_size=clients, max_size=clients)
        try:

            async def once(number: int) -> None:
                await pool.fetch(query, *arguments(number))

            taken, _ = await rate(once, clients=clients, first=0, most=10**9)
            return taken
        finally:
            await pool.close()

    return measure
