"""A campus's rules as names and words: `tariff.base=350`, `open_for=90m`, `tariff.night_from=22:00`."""

import re
from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any, Final, cast

import click
from attrs import AttrsInstance, evolve, fields, has

from entrypoints.cli.output import shown
from errand_domain.errors import InvalidField
from errand_domain.money import Money
from errand_domain.policy import CATEGORIES, Category, Policy

SPAN: Final = re.compile(r"(\d{1,6})([smhd])", re.ASCII)
UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
WHOLE: Final = re.compile(r"-?\d{1,9}", re.ASCII)


def listed(policy: Policy) -> dict[str, object]:
    """Every rule by its full name."""
    return dict(_walk("", policy))


def _walk(prefix: str, part: AttrsInstance) -> Iterator[tuple[str, object]]:
    for attribute in fields(type(part)):
        value: Any = getattr(part, attribute.name)
        kind: type[object] = value.__class__
        if has(kind) and kind is not Money:
            yield from _walk(f"{prefix}{attribute.name}.", value)
        else:
            yield f"{prefix}{attribute.name}", value


def changed(policy: Policy, settings: tuple[str, ...]) -> Policy:
    """The policy after all of those `name=value`; the domain judges the whole, not each step."""
    wanted: dict[str, Any] = {}
    for setting in settings:
        name, equals, written = setting.partition("=")
        if not equals:
            raise click.UsageError(f"{setting!r} is not name=value")
        wanted[name.strip()] = written.strip()
    known = listed(policy)
    for name in wanted:
        if name not in known:
            raise click.UsageError(f"there is no rule {name!r}")
    return cast("Policy", _evolved("", policy, {n: _read(n, w, known[n]) for n, w in wanted.items()}))


def summary(before: Policy, after: Policy) -> str:
    """What differs, for the audit record."""
    was, now = listed(before), listed(after)
    return "; ".join(f"{name} {shown(was[name])} → {shown(now[name])}" for name in now if was[name] != now[name])


def _evolved(prefix: str, part: AttrsInstance, values: dict[str, object]) -> object:
    changes: dict[str, object] = {}
    for attribute in fields(type(part)):
        name, value = f"{prefix}{attribute.name}", getattr(part, attribute.name)
        if name in values:
            changes[attribute.name] = values[name]
        elif any(wanted.startswith(f"{name}.") for wanted in values):
            changes[attribute.name] = _evolved(f"{name}.", value, values)
    return evolve(part, **changes)  # type: ignore[misc]  # a protocol that every attrs class satisfies


def _read(name: str, written: str, now: object) -> object:
    """The words as a value of the kind that the rule has now."""
    match now:
        case timedelta():
            found = SPAN.fullmatch(written)
            return timedelta(**{UNITS[found[2]]: int(found[1])}) if found else _refuse(name, "like 45s, 30m, 2h or 7d")
        case Money():
            return Money(int(written)) if WHOLE.fullmatch(written) else _refuse(name, "a whole number of fen")
        case int():
            return int(written) if WHOLE.fullmatch(written) else _refuse(name, "a whole number")
        case time():
            try:
                return time.fromisoformat(written)
            except ValueError:
                return _refuse(name, "a time like 22:00")
        case _:
            words = tuple(word.strip() for word in written.split(","))
            unknown = [word for word in words if word not in CATEGORIES]
            return _refuse(name, f"of {', '.join(CATEGORIES)}") if unknown else cast("tuple[Category, ...]", words)


def _refuse(name: str, wanted: str) -> object:
    raise InvalidField(name, f"must be {wanted}")
