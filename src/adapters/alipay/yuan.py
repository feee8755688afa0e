"""Alipay writes amounts in yuan, we count in fen: from one to the other by their digits alone."""

import re
from typing import Final

from adapters.alipay.answers import Malformed
from errand_domain.errors import InvalidField
from errand_domain.money import Money

_YUAN: Final = re.compile(r"([+-]?)([0-9]{1,14})(?:\.([0-9]{1,2}))?")


def yuan_of(amount: Money) -> str:
    """In yuan, with two decimals: `12.05`."""
    return f"{amount.fen // 100}.{amount.fen % 100:02d}"


def fen_of(written: str) -> int:
    """The fen of an amount in yuan, with its sign; raises `Malformed` for all that is not whole fen."""
    found = _YUAN.fullmatch(written)
    if found is None:
        raise Malformed("an amount that is not yuan and fen")
    sign, yuan, decimals = found.groups(default="")
    fen = int(yuan) * 100 + int(decimals.ljust(2, "0"))
    return -fen if sign == "-" else fen


def money_of(written: str) -> Money:
    """The amount, which is none below zero; raises `Malformed`."""
    try:
        return Money(fen_of(written))
    except InvalidField:
        raise Malformed("an amount that cannot be") from None
