"""What a partner is to the sandbox: part of the paths, operations that may go wrong, and things for people to do."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from attrs import field, frozen

from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.wire import Asked, Reply


@frozen(kw_only=True)
class Waiting:
    """Something that waits for somebody outside, and what they could do with it."""

    partner: str
    kind: str
    number: str
    what: str
    amount_fen: int
    acts: tuple[str, ...]


@frozen(kw_only=True)
class Letter:
    """One notification on its way: what it says is fixed, how it is signed is decided at each try.

    `reads` is what its partner fetches before it can say anything.
    """

    id: str
    partner: str
    operation: str
    url: str
    content: str = field(repr=False)
    reads: str = field(default="", repr=False)


@frozen(kw_only=True)
class Written:
    """A notification as it is posted."""

    headers: Mapping[str, str]
    body: bytes
    query: str = ""


class Partner(Protocol):
    """One company of the outside world. Its name is its folder in the paths of the console: `wechat-pay`.

    Most do no more than answer: nobody outside has anything to do there, they tell the merchant nothing by themselves,
    and they hold no money. Whoever does more says so.
    """

    name: str
    operations: Mapping[str, tuple[Kind, ...]]
    schedule: tuple[timedelta, ...]
    """The pauses before each try of a notification, the first of which is usually nothing."""

    def owns(self, path: str) -> bool:
        """Whether a request to that path is for this partner."""
        ...

    def serve(self, asked: Asked) -> Reply:
        """Do what is asked, and answer; also what is malformed, as the partner would."""
        ...

    def waiting(self) -> tuple[Waiting, ...]:
        """What waits for somebody outside."""
        return ()

    def act(self, kind: str, number: str, act: str) -> Mapping[str, object]:  # noqa: ARG002 - most have nothing to do
        """Somebody outside does it; raises `LookupError` where it is not there, `ValueError` where it cannot be."""
        raise LookupError(f"{kind}/{act}")

    def pass_time(self) -> None:
        """Do what time has brought: refunds arrive, transfers expire, what is delivered counts as received."""
        return

    def informed(self, letter: Letter, fetched: bytes | None) -> Letter:  # noqa: ARG002 - most letters read nothing
        """The letter once its partner has read what it wanted to; `None` where that could not be had."""
        return letter

    def written(self, letter: Letter, fault: Kind | None) -> Written:  # noqa: ARG002 - most tell nothing
        """The notification as it goes out now, spoilt in the way of the fault."""
        raise LookupError(f"{self.name} tells the merchant nothing")

    def understood(self, status: int, body: bytes) -> bool:  # noqa: ARG002 - most tell nothing
        """Whether that answer to a notification ends it."""
        raise LookupError(f"{self.name} tells the merchant nothing")

    def balance_fen(self) -> int | None:
        """What the partner holds for the merchant by its own books; `None` where it holds nothing."""
        return None
