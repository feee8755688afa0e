"""Quotes that the client carries and cannot change."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Any, Final
from uuid import UUID

from adapters.crypto.keys import check_key
from errand_domain.ids import CampusId, MemberId, QuoteId
from errand_domain.money import Money
from errand_domain.order.pricing import Price
from errand_domain.order.quote import Quote
from errand_domain.order.refusals import QuoteForged
from errand_domain.place import Distance
from errand_domain.policy import Shares
from errand_domain.ports.outside import QuoteSeal

_PURPOSE: Final = b"errand quote, layout 1\n"
_SIGNATURE_BYTES: Final = 32
_SEALED_LENGTH_MOST: Final = 4_096
_AMOUNTS: Final = ("base", "distance", "weight", "night", "urgency", "tip", "goods_advance")


class HmacQuoteSeal(QuoteSeal):
    """A quote as JSON behind its HMAC-SHA256, in URL-safe base64: nobody without the key can make one."""

    def __init__(self, key: bytes) -> None:
        self._key = check_key(key)

    def seal(self, quote: Quote) -> str:
        """The quote, signed, as URL-safe text without padding."""
        payload = json.dumps(_written(quote), separators=(",", ":")).encode()
        return urlsafe_b64encode(self._signature(payload) + payload).rstrip(b"=").decode()

    def unseal(self, sealed: str) -> Quote:
        """The quote; raises `QuoteForged` for anything that `seal` did not write, letter by letter."""
        if len(sealed) > _SEALED_LENGTH_MOST or not sealed.isascii():
            raise QuoteForged
        try:
            content = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        except (binascii.Error, ValueError) as fault:
            raise QuoteForged from fault
        signature, payload = content[:_SIGNATURE_BYTES], content[_SIGNATURE_BYTES:]
        if not compare_digest(signature, self._signature(payload)):
            raise QuoteForged
        # Base64 has several spellings of the same bytes; only the one that was written is ours.
        if urlsafe_b64encode(content).rstrip(b"=").decode() != sealed:
            raise QuoteForged
        return _read(json.loads(payload))

    def _signature(self, payload: bytes) -> bytes:
        return digest(self._key, _PURPOSE + payload, sha256)


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
