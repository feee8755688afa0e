"""The two kinds of body, and the words that many bodies share."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta, Struct

from errand_domain.errors import InvalidField

FEN_MOST: Final = 1_000_000_000
_YEARS: Final = range(2000, 2200)

Fen = Annotated[int, Meta(ge=0, le=FEN_MOST, description="An amount in fen: a hundredth of a yuan.")]
Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339, with its offset.")]
Text = Annotated[str, Meta(max_length=2_000)]
ShortText = Annotated[str, Meta(max_length=300)]
Provider = Annotated[str, Meta(max_length=40, description="The name of a payment provider of this installation.")]
FileIds = Annotated[tuple[UUID, ...], Meta(max_length=9, description="Files that were uploaded before.")]


class Asked(Struct, rename="camel", forbid_unknown_fields=True, frozen=True):
    """What a client sends: a field that is not known is refused, for it may be a misspelt one."""


class Told(Struct, rename="camel", frozen=True):
    """What a client gets; clients should expect further fields."""


@contextmanager
def under(path: str) -> Generator[None]:
    """Refusals of a field name it from the top of the body."""
    try:
        yield
    except InvalidField as refusal:
        raise InvalidField(f"{path}.{refusal.field}", refusal.reason) from None


def moment(field: str, at: datetime) -> datetime:
    """The moment in UTC; raises `InvalidField` for one that no errand has."""
    if at.year not in _YEARS:
        raise InvalidField(field, f"must lie between the years {_YEARS[0]} and {_YEARS[-1]}")
    return at.astimezone(UTC)
