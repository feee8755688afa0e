"""The log: one JSON object a line, for machines; short lines on a terminal. Nothing personal gets through."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, cast

import structlog

from entrypoints.faults import kinds_of, places_of

PERSONAL: Final = frozenset(
    {
        "address",
        "code",
        "contact",
        "detail",
        "email",
        "name",
        "nickname",
        "note",
        "openid",
        "password",
        "payee",
        "phone",
    }
    | {"pickup_code", "delivery_code", "real_name", "student_number", "text", "token", "way", "ways"}
)
_ADDRESSES: Final = re.compile(r"[^\s@\"'<>]+@[^\s@\"'<>]+|(?<![\w-])\+?\d{11,15}(?![\w-])")
REDACTED: Final = "…"


def without_persons(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """The event without values under personal names, and without phone numbers and mail addresses anywhere."""
    return {name: REDACTED if name in PERSONAL else redacted(value) for name, value in event.items()}


def redacted(value: object) -> object:
    """The value with what looks like an address taken out, however deep it lies. Ids stay."""
    found: object
    match value:
        case str():
            found = _ADDRESSES.sub(REDACTED, value)
        case dict():
            inner = cast("dict[str, object]", value)
            found = {name: REDACTED if name in PERSONAL else redacted(one) for name, one in inner.items()}
        case list() | tuple():
            found = [redacted(one) for one in cast("list[object]", value)]
        case _:
            found = value
    return found


def without_messages(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What was raised by its classes and places: the message of a fault may quote whatever went wrong with it."""
    raised: object = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if raised is True:
        raised = sys.exc_info()
    fault = cast("tuple[object, ...]", raised)[1] if isinstance(raised, tuple) else raised
    if isinstance(fault, BaseException):
        event["fault"], event["at"] = kinds_of(fault), places_of(fault.__traceback__)
    return event


def first_line(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of what a library says, its first line: asyncio, for one, writes tasks with their exceptions below it."""
    event["event"] = str(event.get("event", "")).partition("\n")[0]
    return event


def _before() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_messages,
        without_persons,
    ]


def write_line(event: str, *, level: str, **facts: object) -> None:
    """One line of a command that ends soon, as a server would write it; people at a terminal are told otherwise."""
    if sys.stderr.isatty():
        return
    line: Any = {"event": event, **facts}
    for processor in (*_before(), structlog.processors.JSONRenderer()):
        line = processor(None, level, line)
    sys.stderr.write(f"{line}\n")


def write_logs() -> None:
    """Configure structlog and the standard library's log, once per process."""
    on_terminal = sys.stderr.isatty()
    renderer: Any = structlog.dev.ConsoleRenderer() if on_terminal else structlog.processors.JSONRenderer()
    before = _before()
    structlog.configure(
        processors=[*before, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=[first_line, *before], processor=renderer)
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
