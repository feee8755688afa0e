"""Everybody's phones and mailboxes: what was sent, newest first, as far as it is remembered."""

from datetime import datetime
from typing import Final

from attrs import frozen

from entrypoints.sandbox.store import Store
from errand_domain.member.member import Way, WayKind
from errand_domain.ports.outside import Notice

KEPT_MOST: Final = 500


@frozen(kw_only=True)
class Received:
    """A message as it arrived."""

    kind: WayKind
    to: str
    text: str
    code: str
    at: datetime

    @property
    def notice(self) -> Notice:
        """The message alone."""
        return Notice(to=Way(self.kind, self.to), text=self.text, code=self.code)


class Mailboxes:
    """What arrived, in the sandbox's store: it survives a restart, and the oldest is forgotten."""

    def __init__(self, store: Store) -> None:
        self._received = store.table("inbox", Received)
        self._store = store

    def arrive(self, notice: Notice, at: datetime) -> None:
        """Somebody's phone rings."""
        with self._store.together():
            keys = list(self._received)
            for old in keys[: max(0, len(keys) - KEPT_MOST + 1)]:
                del self._received[old]
            number = int(keys[-1]) + 1 if keys else 1
            self._received[f"{number:012}"] = Received(
                kind=notice.to.kind, to=notice.to.value, text=notice.text, code=notice.code, at=at
            )

    def received(self) -> tuple[Received, ...]:
        """What arrived and when, newest first."""
        return tuple(self._received.values())[::-1]

    def all(self) -> tuple[Notice, ...]:
        """What arrived, newest first."""
        return tuple(one.notice for one in self.received())
