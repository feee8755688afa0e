"""The console of a sandbox that is served somewhere, asked over HTTP: what waits, who does what, what goes wrong."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Final, TypeVar
from urllib.parse import quote

import click
from httpx import Client, HTTPError, InvalidURL, Response, Timeout
from msgspec import DecodeError, Struct
from msgspec.json import decode

CONNECT_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 120.0
"""A try of a notification may take seconds, and `deliver` tries all of them, one after another."""
NEAR_MOST: Final = 3
S = TypeVar("S")


class Waiting(Struct, frozen=True, rename="camel", kw_only=True):
    """Something that waits for somebody outside."""

    partner: str
    kind: str
    number: str
    what: str
    amount_fen: int
    acts: tuple[str, ...]


class AskedFor(Struct, frozen=True):
    """A fault that waits."""

    operation: str
    kind: str


class FaultTable(Struct, frozen=True):
    """What may go wrong, and what is about to."""

    operations: Mapping[str, tuple[str, ...]]
    waiting: tuple[AskedFor, ...]


class Tried(Struct, frozen=True):
    """One try of a notification."""

    at: str
    outcome: str


class Carried(Struct, frozen=True):
    """A notification and its tries."""

    id: str
    operation: str
    understood: bool
    tries: tuple[Tried, ...]


class Message(Struct, frozen=True):
    """What somebody was sent."""

    to: str
    text: str
    code: str


class _MessageItems(Struct, frozen=True):
    items: tuple[Message, ...]


class _Refusal(Struct, frozen=True):
    detail: str


class _WaitingItems(Struct, frozen=True):
    items: tuple[Waiting, ...]


class _CarriedItems(Struct, frozen=True):
    items: tuple[Carried, ...]


class SandboxConsole:
    """Every answer that is not the one hoped for ends the command, with one line."""

    def __init__(self, url: str, client: Client) -> None:
        self._url = url
        self._client = client

    def waiting(self) -> tuple[Waiting, ...]:
        """What could be paid, confirmed or finished now."""
        return self._got("/open", _WaitingItems).items

    def act(self, partner: str, kind: str, number: str, act: str) -> Mapping[str, object]:
        """Somebody does it; what became of it."""
        path = "/".join(quote(part, safe="") for part in (partner, kind, number, act))
        return self._told(self._post(f"/{path}"), dict[str, object])

    def do(self, number: str, acts: Sequence[str]) -> Mapping[str, object]:
        """Somebody does the first of those acts that is possible, wherever that number waits."""
        waiting = self.waiting()
        here = [one for one in waiting if one.number == number]
        able = [(one, act) for one in here for act in acts if act in one.acts]
        if not here:
            raise click.ClickException(f"nothing waits under {number}{_near(number, [one.number for one in waiting])}")
        if not able:
            acts_here = ", ".join(act for one in here for act in one.acts)
            raise click.ClickException(f"{number} cannot {acts[0]}: what may be done there is {acts_here}")
        if len(able) > 1:
            partners = " and ".join(one.partner for one, _ in able)
            raise click.ClickException(f"{number} waits at {partners}: use errand sandbox act PARTNER KIND NUMBER ACT")
        one, act = able[0]
        return {"partner": one.partner, **self.act(one.partner, one.kind, number, act)}

    def faults(self) -> FaultTable:
        """What may go wrong, and what is about to."""
        return self._got("/faults", FaultTable)

    def ask(self, operation: str, kind: str, times: int) -> Mapping[str, object]:
        """The next ones of that operation meet it."""
        operations = self.faults().operations
        if operation not in operations:
            raise click.ClickException(f"there is no operation {operation}{_near(operation, operations)}")
        if kind not in operations[operation]:
            can = ", ".join(operations[operation])
            raise click.ClickException(f"{kind} cannot happen at {operation}: what can is {can}")
        told = self._post("/faults", {"operation": operation, "kind": kind, "times": times})
        return self._told(told, dict[str, object])

    def deliver(self) -> tuple[Carried, ...]:
        """Every notification that is not over is tried now; how it went."""
        return self._told(self._post("/courier/deliver"), _CarriedItems).items

    def inbox(self, to: str | None) -> tuple[Message, ...]:
        """What was sent, newest first; to one address, if one is named."""
        return self._got(f"/inbox?to={quote(to, safe='')}" if to else "/inbox", _MessageItems).items

    def balances(self) -> Mapping[str, int]:
        """What each partner holds for the merchant, in fen, by its own books."""
        return self._got("/balances", dict[str, int])

    def _got(self, path: str, kind: type[S]) -> S:
        return self._told(self._client.get(f"/sandbox{path}"), kind)

    def _post(self, path: str, body: Mapping[str, object] | None = None) -> Response:
        return self._client.post(f"/sandbox{path}", json=body)

    def _told(self, answer: Response, kind: type[S]) -> S:
        """The answer as what it should be; raises `ClickException` with what was said in its place."""
        try:
            if answer.is_success:
                return decode(answer.content, type=kind)
            detail = decode(answer.content, type=_Refusal).detail
        except DecodeError:
            detail = f"{self._url} answers, but not as a sandbox does ({answer.status_code})"
        raise click.ClickException(detail)


@contextmanager
def sandbox_at(url: str) -> Generator[SandboxConsole, None, None]:
    """The console at that address; raises `ClickException` where nobody answers."""
    patience = Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    try:
        with Client(base_url=url, timeout=patience, trust_env=False) as client:
            yield SandboxConsole(url, client)
    except (HTTPError, InvalidURL) as fault:
        why = f"{url} does not answer ({type(fault).__name__})"
        raise click.ClickException(f"{why}: errand sandbox serve starts a sandbox") from fault


def _near(word: str, words: Sequence[str] | Mapping[str, object]) -> str:
    """The words that somebody may have meant, as the end of a sentence."""
    near = get_close_matches(word, tuple(words), n=NEAR_MOST)
    return f"; near it are {', '.join(near)}" if near else ""
