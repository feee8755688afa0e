"""What a request leaves behind for the security log, while it is answered."""

from collections.abc import Mapping, MutableMapping
from typing import Any, Final, cast

from attrs import evolve, field, frozen

_KEY: Final = "errand_noted"


@frozen(kw_only=True)
class Noted:
    """What was met. `tried` is the address that somebody claims to be reached at: it is not for the log as it is."""

    refusal: Exception | None = None
    tried: str = field(default="", repr=False)
    facts: Mapping[str, str] = field(factory=dict[str, str])


NOTHING_NOTED: Final = Noted()


def noted(scope: Mapping[str, Any]) -> Noted:
    """What the request has met so far."""
    return cast("Noted", scope.get(_KEY, NOTHING_NOTED))


def note_refusal(scope: Any, refusal: Exception) -> None:  # noqa: ANN401 - Litestar's and ASGI's scopes are two types
    """It was refused."""
    _keep(scope, evolve(noted(scope), refusal=refusal))


def note_tried(scope: Any, address: str) -> None:  # noqa: ANN401 - see above
    """Somebody claims to be reached there."""
    _keep(scope, evolve(noted(scope), tried=address))


def note_facts(scope: Any, **facts: str) -> None:  # noqa: ANN401 - see above
    """Ids and words of ours that the line shall have."""
    known = noted(scope)
    _keep(scope, evolve(known, facts={**known.facts, **facts}))


def _keep(scope: MutableMapping[str, Any], known: Noted) -> None:
    scope[_KEY] = known
