"""The two kinds of body, and the words that many bodies share."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Final, Generic, TypeVar
from uuid import UUID

from msgspec import Meta, Struct

from errand_domain.errors import InvalidField
from errand_domain.money import Money

FEN_MOST: Final = 1_000_000_000
_YEARS: Final = range(2000, 2200)

Fen = Annotated[int, Meta(ge=0, le=FEN_MOST, description="An amount in fen: a hundredth of a yuan.")]
Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339, with its offset.")]
Text = Annotated[str, Meta(max_length=2_000)]
ShortText = Annotated[str, Meta(max_length=300)]
Provider = Annotated[str, Meta(max_length=40, description="The name of a payment provider of this installation.")]
FileIds = Annotated[tuple[UUID, ...], Meta(max_length=9, description="Files that were uploaded before.")]

T = TypeVar("T")


class Asked(Struct, rename="camel", forbid_unknown_fields=True, frozen=True):
    """What a client sends: a field that is not known is refused, for it may be a misspelt one."""


class Told(Struct, rename="camel", frozen=True):
    """What a client gets; clients should expect further fields."""


class Page(Struct, Generic[T], rename="camel", frozen=True, kw_only=True):
    """Part of a list, newest first. `next` is the `before` of the part that follows, if there may be one."""

    items: tuple[T, ...]
    next: str | None


@contextmanager
def under(path: str) -> Generator[None]:
    """Refusals of a field name it from the top of the body."""
    try:
        yield
    except InvalidField as refusal:
        raise InvalidField(f"{path}.{refusal.field}", refusal.reason) from None


@contextmanager
def named(field: str) -> Generator[None]:
    """Refusals name that field, whatever the domain calls it."""
    try:
        yield
    except InvalidField as refusal:
        raise InvalidField(field, refusal.reason) from None


def moment(field: str, at: datetime) -> datetime:
    """The moment in UTC; raises `InvalidField` for one that no errand has."""
    if at.year not in _YEARS:
        raise InvalidField(field, f"must lie between the years {_YEARS[0]} and {_YEARS[-1]}")
    return at.astimezone(UTC)


def fen(amount: Money | None) -> int | None:
    """The amount as it is written, if there is one."""
    return None if amount is None else amount.fen


def page(items: tuple[T, ...], *, limit: int, last: UUID | None) -> "Page[T]":
    """A page; a full one may have more behind it, which begins after `last`."""
    return Page(items=items, next=str(last) if last is not None and len(items) >= limit else None)
