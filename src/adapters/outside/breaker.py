"""Whoever was silent several times in a row is not asked for a while: nobody waits for what is known to be gone.

The libraries for this have clocks of their own, and let everybody in at once when the pause is over.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic
from typing import Final

import structlog
from prometheus_client import Gauge

SILENT_MOST: Final = 5
PAUSE_SECONDS: Final = 20.0
OPEN: Final = Gauge("errand_outside_open", "1 where a partner was silent and is not asked for now.", ("partner",))

_log = structlog.get_logger("errand.outside")


class Silence(ConnectionError):
    """Nobody answered, or somebody who was not well: whoever asks next would wait as well."""


class NotAsked(ConnectionError):
    """It was not even tried."""


class Breaker:
    """One partner's, in one process. Calls are made within `guard`, and raise `Silence` where there was no answer.

    After so many of those in a row it is *open*: `guard` raises `NotAsked` at once. When the pause is over one call is
    let through and decides: an answer closes it, and silence begins another pause. A call that was given up, or not
    tried, decides nothing, and the next one is let through. Whatever else is raised is an answer: a refusal, for
    example. That it opened and closed is logged once each; the gauge tells which it is.
    """

    def __init__(
        self,
        partner: str,
        *,
        silent_most: int = SILENT_MOST,
        pause_seconds: float = PAUSE_SECONDS,
        time: Callable[[], float] = monotonic,
    ) -> None:
        self._partner = partner
        self._silent_most = silent_most
        self._pause_seconds = pause_seconds
        self._time = time
        self._silent = 0
        self._shut_until: float | None = None
        self._trying: object = None
        OPEN.labels(partner).set(0)

    @contextmanager
    def guard(self) -> Generator[None]:
        """Around one call; raises `NotAsked` where the partner is not to be asked now."""
        call = object()
        if self._shut_until is not None:
            if self._trying is not None or self._time() < self._shut_until:
                raise NotAsked(f"{self._partner} was silent lately")
            self._trying = call
        try:
            yield
        except NotAsked:
            raise
        except Silence:
            # Of a call that was under way when it opened, silence is nothing new.
            if self._shut_until is None or self._trying is call:
                self._note_silence()
            raise
        except Exception:
            self._note_answer()
            raise
        else:
            self._note_answer()
        finally:
            if self._trying is call:
                self._trying = None

    def _note_answer(self) -> None:
        self._silent = 0
        if self._shut_until is not None:
            self._shut_until = None
            OPEN.labels(self._partner).set(0)
            _log.info("partner_back", partner=self._partner)

    def _note_silence(self) -> None:
        self._silent += 1
        if self._silent < self._silent_most:
            return
        if self._shut_until is None:
            OPEN.labels(self._partner).set(1)
            _log.warning("partner_silent", partner=self._partner, times=self._silent)
        self._shut_until = self._time() + self._pause_seconds
