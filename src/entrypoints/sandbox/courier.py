"""Notifications on their way: tried by each partner's schedule until they are understood, also after a restart."""

import asyncio
import ipaddress
import ssl
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from urllib.parse import urlsplit

import structlog
from attrs import evolve, frozen
from httpx import AsyncClient, HTTPError, InvalidURL, Timeout, create_ssl_context

from entrypoints.sandbox.faults import Faults, Kind
from entrypoints.sandbox.partner import Letter, Partner
from entrypoints.sandbox.store import Store

CONNECT_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 5.0
AT_ONCE: Final = 10
FETCHED_BYTES_MOST: Final = 10 * 1024 * 1024
"""More than that WeChat judges none of."""
EXCERPT_LENGTH: Final = 200
LOOK_EVERY_SECONDS: Final = 0.2
OVER: Final = datetime.max.replace(tzinfo=UTC)
log = structlog.get_logger("courier")


@frozen(kw_only=True)
class Try:
    """One try, and what came of it."""

    at: datetime
    outcome: str


@frozen(kw_only=True)
class Carried:
    """A letter, when it is tried next, and how it went so far."""

    letter: Letter
    posted_at: datetime
    due_at: datetime
    tries: tuple[Try, ...] = ()
    understood: bool = False

    @property
    def is_over(self) -> bool:
        """Whether it is tried no more."""
        return self.due_at >= OVER


def wall_time() -> datetime:
    """The time of the wire, which is always the machine's own."""
    return datetime.now(UTC)


class Courier:
    """Carries letters to addresses on this machine and to no others."""

    def __init__(
        self,
        store: Store,
        faults: Faults,
        partners: Callable[[], Mapping[str, Partner]],
        *,
        pass_time: Callable[[], None],
        speed: int = 1,
        now: Callable[[], datetime] = wall_time,
    ) -> None:
        self._store = store
        self._under_way = store.table("courier.under_way", Carried)
        self._over = store.table("courier.over", Carried)
        self._carrying = asyncio.Lock()
        self._faults = faults
        self._partners = partners
        self._pass_time = pass_time
        self._is_muted = False
        self._speed = speed
        self._now = now

    def post(self, letter: Letter) -> None:
        """Take it; a letter of the same id is the same letter, and one without an address is none."""
        is_known = letter.id in self._under_way or letter.id in self._over
        if letter.url and not is_known and not self._is_muted:
            now, first = self._now(), self._partners()[letter.partner].schedule[0]
            self._keep(Carried(letter=letter, posted_at=now, due_at=now + first / self._speed))

    @contextmanager
    def muted(self) -> Generator[None, None, None]:
        """Nobody listens meanwhile: what would be told is not even written."""
        self._is_muted = True
        try:
            yield
        finally:
            self._is_muted = False

    def all(self) -> tuple[Carried, ...]:
        """Every letter, newest first."""
        every = (*self._under_way.values(), *self._over.values())
        return tuple(sorted(every, key=lambda carried: (carried.posted_at, carried.letter.id), reverse=True))

    async def deliver_due(self, *, everything: bool = False) -> tuple[Carried, ...]:
        """Try what is due now, or everything that is not over; the letters that were tried, as they are then.

        Whoever asks meanwhile waits: no letter is tried twice at once, unless that is the fault that it meets.
        """
        async with self._carrying:
            now = self._now()
            due = [carried for carried in self._under_way.values() if everything or carried.due_at <= now]
            return await self._try_all(sorted(due, key=lambda one: (one.due_at, one.posted_at, one.letter.id)))

    async def run(self, stopping: asyncio.Event) -> None:
        """Carry until told to stop."""
        while not stopping.is_set():
            try:
                self._pass_time()
                await self.deliver_due()
            except Exception:
                log.exception("courier_stumbled")  # and goes on: the other letters have waited for nothing else
            try:
                await asyncio.wait_for(stopping.wait(), LOOK_EVERY_SECONDS)
            except TimeoutError:
                continue

    async def _try_all(self, due: Sequence[Carried]) -> tuple[Carried, ...]:
        """Try them in that order; one that shall be late comes after those behind it, or else with its next try."""
        tried, late, overtaken = list[Carried](), list[Carried](), 0
        for carried in due:
            fault = self._faults.take(carried.letter.operation)
            if fault == "reorder":
                late.append(carried)
            else:
                tried.append(await self._try(carried, fault))
                overtaken = len(late)
        for nth, carried in enumerate(late):
            tried.append(await self._try(carried, None if nth < overtaken else "reorder"))
        return tuple(tried)

    async def _try(self, carried: Carried, fault: Kind | None) -> Carried:
        letter, partner = carried.letter, self._partners()[carried.letter.partner]
        copies = AT_ONCE if fault == "duplicate" else 1
        if fault in ("lost", "delay", "reorder"):
            answers = [("not sent", False)]
        else:
            if letter.reads:
                letter = partner.informed(letter, await _fetched(letter.reads))
                carried = evolve(carried, letter=letter)
            spoilt = None if fault == "duplicate" else fault
            answers = await asyncio.gather(*(self._post(letter, partner, spoilt) for _ in range(copies)))
        outcome = ", ".join(dict.fromkeys(text for text, _ in answers))
        understood = any(yes for _, yes in answers)
        tries = (*carried.tries, Try(at=self._now(), outcome=f"{outcome} ({fault})" if fault else outcome))
        carried = evolve(
            carried, tries=tries, understood=understood, due_at=OVER if understood else self._next(partner, len(tries))
        )
        self._keep(carried)
        return carried

    def _keep(self, carried: Carried) -> None:
        """Apart from what is over, so that looking for what is due takes no longer with every letter there ever was."""
        with self._store.together():
            self._under_way.pop(carried.letter.id, None)
            (self._over if carried.is_over else self._under_way)[carried.letter.id] = carried

    def _next(self, partner: Partner, tries: int) -> datetime:
        if tries >= len(partner.schedule):
            return OVER
        pause: timedelta = partner.schedule[tries] / self._speed
        return self._now() + pause

    async def _post(self, letter: Letter, partner: Partner, fault: Kind | None) -> tuple[str, bool]:
        """One post; what came of it, and whether it was understood."""
        if not _is_here(letter.url):
            return "not an address on this machine", False
        written = partner.written(letter, fault)
        url = f"{letter.url}?{written.query}" if written.query else letter.url
        patience = Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        try:
            async with AsyncClient(timeout=patience, trust_env=False, verify=_trusted()) as client:
                answer = await client.post(url, content=written.body, headers=dict(written.headers))
        except (HTTPError, InvalidURL) as broken:
            return type(broken).__name__, False
        text = answer.text[:EXCERPT_LENGTH]
        return f"{answer.status_code} {text}".strip(), partner.understood(answer.status_code, answer.content)


async def _fetched(url: str) -> bytes | None:
    """What is at that address on this machine, or `None`."""
    if not _is_here(url):
        return None
    patience = Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    try:
        async with AsyncClient(timeout=patience, trust_env=False, verify=_trusted()) as client:
            answer = await client.get(url)
    except (HTTPError, InvalidURL):
        return None
    return answer.content if answer.is_success and len(answer.content) <= FETCHED_BYTES_MOST else None


@cache
def _trusted() -> ssl.SSLContext:
    """Read once: to read it for each letter takes longer than to carry it."""
    return create_ssl_context(trust_env=False)


def _is_here(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # also for a port that there cannot be
        return False
