"""`errand doctor`: whether everything that the service needs is there."""

import asyncio
import stat
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import ip_address, ip_network
from tempfile import TemporaryFile
from typing import Final
from uuid import uuid4

import click
from attrs import asdict

from entrypoints.cli.desk import JSON
from entrypoints.cli.output import Output
from entrypoints.container import MEMORY, database_revision, newest_revision
from entrypoints.container.carriers import find_notices, let_go
from entrypoints.container.keys import KeyRingInvalid, open_sealed, ring_file
from entrypoints.container.passwords import find_breached_passwords
from entrypoints.container.ports import redis_facts
from entrypoints.container.storage import check_storage, open_store
from entrypoints.documents.shelf import find_shelf
from entrypoints.http.proxies import both_spellings
from entrypoints.settings import RUN_BY, Settings, SettingsInvalid, read_settings
from errand_domain.ids import FileId
from errand_domain.ports.files import StoreUnreachable

MEMORY_CARRIER = "memory"
REDIS_LEAST = 6
"""What is older gets no more repairs."""
FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO

READ_IN_DATABASE: Final = frozenset({"keys in use", "sealed values", "blind indices"})
"""Not examined where the database is not reached or not at its schema: what they would say is not about them."""


class Wrong(Exception):
    """A check that failed; the message says how."""


@click.command("doctor")
@JSON
def noun(*, as_json: bool) -> None:
    """Check settings, documents, proxies, keys, database, notices, corpus, Redis, files: a line each; 0 is well."""
    found = asyncio.run(_examined())
    output = Output(as_json)
    if as_json:
        output.rows(found)
    else:
        for check in found:
            output.say(f"{'ok   ' if check['ok'] else 'WRONG'} {check['check']}: {check['detail']}")
    if not all(check["ok"] for check in found):
        sys.exit(1)


async def _examined() -> list[dict[str, object]]:
    try:
        settings = read_settings()
    except SettingsInvalid as invalid:
        return [{"check": "settings", "ok": False, "detail": str(invalid)}]
    found: list[dict[str, object]] = [{"check": "settings", "ok": True, "detail": settings.mode}]
    wrong = set[str]()
    async for name, check in _checks(settings):
        if name in READ_IN_DATABASE and "database" in wrong:
            continue
        try:
            found.append({"check": name, "ok": True, "detail": await check()})
        except Exception as fault:  # noqa: BLE001 - whatever fails is what this command is asked about
            told = str(fault) if isinstance(fault, Wrong | SettingsInvalid | KeyRingInvalid) else repr(fault)
            found.append({"check": name, "ok": False, "detail": " ".join(told.split())})
            wrong.add(name)
    return found


async def _checks(settings: Settings) -> AsyncIterator[tuple[str, Callable[[], Awaitable[str]]]]:
    yield "documents", lambda: _documents(settings)
    yield "proxies", lambda: check_proxies(settings)
    yield "key ring", lambda: _key_ring(settings)
    if settings.database_url != MEMORY:
        yield "database", lambda: _schema(settings)
        yield "keys in use", lambda: _keys_in_use(settings)
        yield "sealed values", lambda: _samples(settings)
        yield "blind indices", lambda: _indices(settings)
    yield "notices", lambda: _notices(settings)
    yield "breached passwords", lambda: asyncio.to_thread(_breached_passwords, settings)
    if settings.redis_url is not None:
        yield "redis", lambda: _redis(settings)
    if settings.files == "folder":
        yield "files folder", lambda: asyncio.to_thread(_files_folder, settings)
    else:
        yield "file store", lambda: _file_store(settings)


async def check_proxies(settings: Settings) -> str:
    """Whom the service believes about addresses; raises `Wrong` for everybody, and for nobody where people come in."""
    networks = [ip_network(spelling) for name in settings.trusted_proxies for spelling in both_spellings(name)]
    if any(network.prefixlen == 0 for network in networks):
        raise Wrong("ERRAND_TRUSTED_PROXIES is everybody: whoever asks may write the address that they are counted by")
    if networks:
        return ", ".join(settings.trusted_proxies)
    if settings.mode == "production" and _is_loopback(settings.host):
        raise Wrong("ERRAND_TRUSTED_PROXIES is empty: all who come by a proxy count as one, and soon have to wait")
    return "none: whoever connects is who asks"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _notices(settings: Settings) -> str:
    notices = find_notices(settings)
    await let_go(notices)
    if settings.notices == (MEMORY_CARRIER,):
        return "carried to nobody, as development may"
    return f"{', '.join(settings.notices)}: settings have the right shape; nothing was sent"


def _breached_passwords(settings: Settings) -> str:
    find_breached_passwords(settings)
    if settings.breached_passwords_file is None:
        return "no corpus is named by ERRAND_BREACHED_PASSWORDS_FILE: new passwords are compared with 5900 alone"
    return f"{settings.breached_passwords_file.stat().st_size} bytes, sorted wherever it was looked at"


async def _redis(settings: Settings) -> str:
    try:
        facts = await redis_facts(settings)
    except ConnectionError as gone:
        raise Wrong(f"does not answer ({gone}); the service goes on without it") from gone
    if int(facts.version.partition(".")[0]) < REDIS_LEAST:
        raise Wrong(f"is {facts.version}, and must be {REDIS_LEAST} or newer")
    disk = "; it writes each change to disk, which nothing here needs" if facts.writes_to_disk else ""
    return f"reachable, {facts.version}{disk}"


async def _documents(settings: Settings) -> str:
    shelf = find_shelf(settings)
    missing = [name for name, value in asdict(settings.run_by).items() if not value]
    if missing:
        return f"in force and readable, with gaps that development may have: {RUN_BY}{missing[0].upper()}, …"
    return ", ".join(f"{text.document} {text.version}" for text in shelf.in_force)


async def _key_ring(settings: Settings) -> str:
    if settings.key_ring_file is None:
        return "follows from ERRAND_SECRET_KEY, as development may"
    ring = ring_file(settings).current()
    if settings.key_ring_file.stat().st_mode & FOR_OTHERS:
        raise Wrong(f"{settings.key_ring_file} may be read by others: chmod 600")
    return f"{len(ring.keys)} keys, {ring.current} seals"


async def _schema(settings: Settings) -> str:
    revision, newest = await database_revision(settings), newest_revision()
    if revision != newest:
        raise Wrong(f"the schema is at {revision or 'nothing'} and not at {newest}: errand db upgrade")
    return f"reachable, schema at {revision}"


async def _keys_in_use(settings: Settings) -> str:
    known = {"derived"} if settings.key_ring_file is None else set(ring_file(settings).current().keys)
    async with open_sealed(settings) as sealed:
        used = await sealed.used()
    lost = [
        f"{count} values of {table} need key {name}"
        for table, keys in used.items()
        for name, count in keys.items()
        if name not in known
    ]
    if lost:
        raise Wrong(f"{', '.join(lost)}, which the key ring has not")
    return f"{sum(sum(keys.values()) for keys in used.values())} values, every key is in the ring"


async def _samples(settings: Settings) -> str:
    opened = 0
    async with open_sealed(settings) as sealed:
        for table, column in sealed.rows.columns:
            try:
                opened += await sealed.rows.sample(table, column)
            except Exception as fault:
                raise Wrong(f"a value of {table}.{column} does not open: {type(fault).__name__}") from fault
    return f"one of each column opens, {opened} in all"


async def _indices(settings: Settings) -> str:
    async with open_sealed(settings) as sealed:
        if not await sealed.indices.fits():
            raise Wrong("members are not found by their addresses: the ring has another key of indices than wrote them")
        two_keyed = await sealed.indices.unsettled()
    return f"members are found, {two_keyed} of two keys" if two_keyed else "members are found"


def _files_folder(settings: Settings) -> str:
    settings.files_folder.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=settings.files_folder):
        return "can be written"


async def _file_store(settings: Settings) -> str:
    check_storage(settings)
    file_id, content = FileId(uuid4()), b"errand doctor was here"
    async with open_store(settings) as store:
        try:
            await store.put(file_id, content, media_type="text/plain")
            same = await store.get(file_id) == content
            await store.delete(file_id)
        except StoreUnreachable as fault:
            raise Wrong(f"{settings.files}: {fault.__cause__}") from fault
    if not same:
        raise Wrong(f"{settings.files} gives back something else than it was given")
    return f"{settings.files} can be written, read and removed from"
