"""`errand keys`: the keys that personal data is encrypted with."""

import asyncio
import sys
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Final

import click

from entrypoints.cli.desk import DRY_RUN, JSON
from entrypoints.cli.logs import write_line
from entrypoints.cli.output import Output
from entrypoints.container.keys import KeyRing, KeyRingInvalid, create_ring, open_sealed, ring_file
from entrypoints.http.security_events import CATEGORY, KEYS_REPLACED
from entrypoints.settings import Settings, SettingsInvalid, read_settings

CLEAR_LINE: Final = "\r\x1b[K"


@click.group("keys")
def noun() -> None:
    """The key ring of personal data. Its file is as precious as the database, and is kept apart from it."""


@noun.command("create")
@JSON
def create(*, as_json: bool) -> None:
    """Write a new key ring to ERRAND_KEY_RING_FILE, where there is none."""
    settings = read_settings()
    if settings.key_ring_file is None:
        raise SettingsInvalid("ERRAND_KEY_RING_FILE must name the file that the key ring shall have")
    with _refusals():
        ring = create_ring(settings.key_ring_file)
    _log(ring, "create")
    Output(as_json).facts({"file": settings.key_ring_file, "current": ring.current})


@noun.command("list")
@JSON
def list_keys(*, as_json: bool) -> None:
    """The names of the keys, which of them seals, and how many values each has sealed."""
    settings = read_settings()
    with _refusals():
        ring = ring_file(settings).current()
    counts = asyncio.run(_counts(settings))
    rows = [
        {"name": name, "current": name == ring.current, "known": name in ring.keys, "seals": counts.get(name, 0)}
        for name in sorted(ring.keys.keys() | counts.keys())
    ]
    Output(as_json).rows(rows)


@noun.command("rotate")
@click.option("--index", "of_index", is_flag=True, help="Replace the key of blind indices instead.")
@DRY_RUN
@JSON
def rotate(*, of_index: bool, dry_run: bool, as_json: bool) -> None:
    """Add a key, seal with it from now on, and seal anew what older keys sealed; servers go on meanwhile.

    With --index, write every blind index under a further key as well; `retire --index` leaves the old one behind.
    Killed in the middle, it is called again: it first finishes what was begun, and adds no further key.
    """
    settings = read_settings()
    with nullcontext() if dry_run else _alone(settings):
        facts = asyncio.run((_reindexed if of_index else _rotated)(settings, dry_run=dry_run))
    Output(as_json).facts(facts)


@noun.command("retire")
@click.argument("name", required=False)
@click.option("--index", "of_index", is_flag=True, help="The key of blind indices that `rotate --index` replaces.")
@JSON
def retire(*, name: str | None, of_index: bool, as_json: bool) -> None:
    """Take a key that seals nothing any more out of the ring. Backups that it sealed open with it alone.

    With --index, every process must have had the ring with both keys for as long as its longest request; a day later,
    no stored answer and no count of codes is forgotten either.
    """
    settings = read_settings()
    if of_index == (name is not None):
        raise click.UsageError("say which: NAME, or --index")
    with _alone(settings):
        facts = asyncio.run(_settled(settings)) if name is None else _retired(settings, name)
    Output(as_json).facts(facts)


@contextmanager
def _refusals() -> Generator[None]:
    """A ring that cannot be used, or changed now, is said in one line."""
    try:
        yield
    except KeyRingInvalid as invalid:
        raise SettingsInvalid(str(invalid)) from invalid


@contextmanager
def _alone(settings: Settings) -> Generator[None]:
    """Nobody else changes the ring meanwhile."""
    with _refusals(), ring_file(settings).alone():
        yield


def _retired(settings: Settings, name: str) -> dict[str, object]:
    file = ring_file(settings)
    ring = file.current()
    if name not in ring.keys:
        raise click.UsageError("the key ring has no key of that name")
    if name == ring.current:
        raise click.UsageError("this key seals now: rotate first")
    left = asyncio.run(_counts(settings)).get(name, 0)
    if left:
        raise click.UsageError(f"{left} values and files are sealed with this key: rotate first")
    file.replace(ring.without(name))
    _log(file.current(), "retire")
    return {"retired": name, "current": ring.current}


async def _counts(settings: Settings) -> Mapping[str, int]:
    """How many values and files each key seals."""
    counts = Counter[str]()
    async with open_sealed(settings) as sealed:
        for keys in (await sealed.used()).values():
            counts.update(keys)
    return counts


async def _rotated(settings: Settings, *, dry_run: bool) -> dict[str, object]:
    file = ring_file(settings)
    async with open_sealed(settings) as sealed:
        begun = await sealed.older()
        if dry_run:
            counts = sum(sum(keys.values()) for keys in (await sealed.used()).values())
            return {"dry_run": True, "adds_key": not begun, "to_seal": begun or counts}
        if not begun:
            file.replace(file.current().with_new_key())
            _log(file.current(), "rotate")
        done = await sealed.reseal(_tell)
    _clear_line()
    return {"current": file.current().current, "added_key": not begun, "sealed_anew": done}


async def _reindexed(settings: Settings, *, dry_run: bool) -> dict[str, object]:
    file = ring_file(settings)
    async with open_sealed(settings) as sealed:
        begun = file.current().index_key_next is not None
        if dry_run:
            return {"dry_run": True, "adds_key": not begun, "to_index": await sealed.indices.unfinished()}
        if not begun:
            await sealed.indices.settle(_tell, now=datetime.now(UTC))  # what the last time was killed in
            file.replace(file.current().with_next_index())
            _log(file.current(), "rotate index")
        done = await sealed.indices.reindex(_tell)
    _clear_line()
    return {"added_key": not begun, "indexed_anew": done}


async def _settled(settings: Settings) -> dict[str, object]:
    file = ring_file(settings)
    async with open_sealed(settings) as sealed:
        if file.current().index_key_next is None and not await sealed.indices.unsettled():
            raise click.UsageError("the key of blind indices is not being replaced: rotate --index first")
        if file.current().index_key_next is not None:
            if left := await sealed.indices.unfinished():
                raise click.UsageError(f"{left} blind indices are under the old key alone: rotate --index first")
            file.replace(file.current().with_index_settled())
            _log(file.current(), "retire index")
        done = await sealed.indices.settle(_tell, now=datetime.now(UTC))
    _clear_line()
    return {"retired": "index", "settled": done}


def _log(ring: KeyRing, doing: str) -> None:
    """Keys have no campus, so that there is no line about them in the audit record."""
    facts = {"doing": doing, "current": ring.current, "keys": len(ring.keys)}
    write_line(KEYS_REPLACED.name, level=KEYS_REPLACED.level, category=CATEGORY, **facts)


def _clear_line() -> None:
    if sys.stderr.isatty():
        click.echo(CLEAR_LINE, nl=False, err=True)


def _tell(table: str, done: int) -> None:
    """On a terminal, how far it is."""
    if sys.stderr.isatty():
        click.echo(f"{CLEAR_LINE}{table}: {done} done", nl=False, err=True)
