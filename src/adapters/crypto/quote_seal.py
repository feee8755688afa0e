"""Quotes that the client carries and cannot change."""

import json
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from adapters.crypto.signed_text import SignedText
from errand_domain.ids import CampusId, MemberId, QuoteId
from errand_domain.money import Money
from errand_domain.order.pricing import Price
from errand_domain.order.quote import Quote
from errand_domain.order.refusals import QuoteForged
from errand_domain.place import Distance
from errand_domain.policy import Shares
from errand_domain.ports.outside import QuoteSeal

_PURPOSE: Final = b"errand quote, layout 1\n"
_SEALED_LENGTH_MOST: Final = 4_096
_AMOUNTS: Final = ("base", "distance", "weight", "night", "urgency", "tip", "goods_advance")


class HmacQuoteSeal(QuoteSeal):
    """A quote as JSON, signed: nobody without the key can make one."""

    def __init__(self, key: bytes) -> None:
        self._signed = SignedText(key, purpose=_PURPOSE, length_most=_SEALED_LENGTH_MOST)

    def seal(self, quote: Quote) -> str:
        """The quote, signed, as URL-safe text without padding."""
        return self._signed.write(json.dumps(_written(quote), separators=(",", ":")).encode())

    def unseal(self, sealed: str) -> Quote:
        """The quote; raises `QuoteForged` for anything that `seal` did not write, letter by letter."""
        payload = self._signed.read(sealed)
        if payload is None:
            raise QuoteForged
        return _read(json.loads(payload))


def _written(quote: Quote) -> list[object]:
    price = quote.price
    return [
        str(quote.id),
        str(quote.member_id),
        str(quote.campus_id),
        [getattr(price, name).fen for name in _AMOUNTS],
        [price.shares.runner_basis_points, price.shares.agent_basis_points],
        [quote.distance.metres, quote.distance.estimated],
        quote.fingerprint,
        quote.expires_at.isoformat(),
    ]


def _read(written: list[Any]) -> Quote:
    quote_id, member_id, campus_id, amounts, shares, distance, fingerprint, expires_at = written
    return Quote(
        id=QuoteId(UUID(quote_id)),
        member_id=MemberId(UUID(member_id)),
        campus_id=CampusId(UUID(campus_id)),
        price=Price(
            **dict(zip(_AMOUNTS, map(Money, amounts), strict=True)),
            shares=Shares(runner_basis_points=shares[0], agent_basis_points=shares[1]),
        ),
        distance=Distance(metres=distance[0], estimated=distance[1]),
        fingerprint=fingerprint,
        expires_at=datetime.fromisoformat(expires_at),
    )
