"""Writes the security events, a line each: ids, words of ours and keyed digests, never a value that somebody sent."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

import structlog

from entrypoints.container import Container
from entrypoints.container.keys import KeyRing
from entrypoints.http.limits import counted_address
from entrypoints.http.noted import Noted, noted
from entrypoints.http.security_events import CATEGORY, KEYS_USED, SERIES, Level, event_of
from errand_domain.errors import DomainError
from errand_domain.use_cases.signing_in.entering import Entered

if TYPE_CHECKING:
    from litestar.types import HTTPScope

    from errand_domain.member.member import Member
    from errand_domain.member.session import Session

DIGEST_LENGTH: Final = 16
SERIES_TOLD_EVERY: Final = timedelta(minutes=1)
SOURCES_KNOWN_MOST: Final = 10_000
REFUSED_FROM: Final = 400
_log = structlog.get_logger("errand.security")


class SecurityLog:
    """Tells what a request came to, once it is answered.

    `source` stands for the network address and `target` for the phone or mail address that was claimed: the same value
    has the same digest, so that a series is seen as one, and nobody without the key turns it back.
    """

    def __init__(self, container: Container, *, below: str) -> None:
        self._secrets = container.secrets
        self._clock = container.clock
        self._below = below
        self._told_at = OrderedDict[tuple[str, str], datetime]()

    def tell(self, scope: Mapping[str, Any], status: int) -> None:
        """Write the line of that request, if what it came to is an event."""
        known, path = noted(scope), str(scope.get("path_template") or "")
        if (known.refusal is None) != (status < REFUSED_FROM):
            return  # it fell over, and the log has that already
        route = (str(scope["method"]), path.removeprefix(self._below))
        event = event_of(route, known.refusal)
        if event is None:
            return
        if event in SERIES and self._is_told(event.name, counted_address(cast("HTTPScope", scope))):
            return
        facts = {"category": CATEGORY, "status": status, "route": " ".join(route), **self._who(scope, known)}
        _write(event.level, event.name, {name: value for name, value in facts.items() if value})

    def _is_told(self, name: str, source: str) -> bool:
        """Whether there is a line of that series already, not older than a minute; if not, there will be."""
        now, last = self._clock().now(), self._told_at.get((name, source))
        if last is not None and now < last + SERIES_TOLD_EVERY:
            return True
        self._told_at[name, source] = now
        self._told_at.move_to_end((name, source))
        if len(self._told_at) > SOURCES_KNOWN_MOST:
            self._told_at.popitem(last=False)
        return False

    def _who(self, scope: Mapping[str, Any], known: Noted) -> dict[str, object]:
        member, session = cast("Member | None", scope.get("user")), cast("Session | None", scope.get("auth"))
        ids = {name: str(value) for name, value in scope.get("path_params", {}).items() if isinstance(value, UUID)}
        source = counted_address(cast("HTTPScope", scope))
        return {
            "member_id": str(member.id) if member else "",
            "session": str(session.id) if session else "",
            "source": self._digest("source", source),
            "target": self._digest("target", known.tried),
            "refusal": known.refusal.code if isinstance(known.refusal, DomainError) else "",
            "subject": ids,
            **known.facts,
        }

    def _digest(self, kind: str, value: str) -> str:
        return self._secrets().digest(f"log {kind}:{value}")[:DIGEST_LENGTH] if value else ""


def facts_of(entered: Entered) -> dict[str, str]:
    """What the line about a fresh session has."""
    return {
        "member_id": str(entered.member.id),
        "session": str(entered.session.id),
        "by": entered.session.by,
        "strength": entered.session.strength,
    }


def log_keys(container: Container) -> None:
    """Say which key seals from now on, and say it again whenever the ring was replaced."""

    def tell(ring: KeyRing) -> None:
        _write(KEYS_USED.level, KEYS_USED.name, {"category": CATEGORY, "current": ring.current, "keys": len(ring.keys)})

    container.key_rings().listen(tell)


def _write(level: Level, name: str, facts: Mapping[str, object]) -> None:
    if level == "warning":
        _log.warning(name, **facts)
    else:
        _log.info(name, **facts)
