"""Amounts as bills write them, in yuan with decimals: read by their digits, and never through a fraction."""

import re
from typing import Final

from adapters.wechat_pay.answers import Malformed

FEN_DIGITS: Final = 2
_YUAN: Final = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]{1,13})(?:\.(?P<part>[0-9]{1,10}))?", re.ASCII)


def fen_of_yuan(text: str) -> int:
    """The amount in fen, negative where it says so; raises `Malformed` for anything else, parts of a fen too.

    That no bill has parts of a fen, in fees above all, is unverified against the live service.
    """
    found = _YUAN.fullmatch(text)
    if found is None:
        raise Malformed("an amount that is none")
    part = (found["part"] or "").ljust(FEN_DIGITS, "0")
    if part[FEN_DIGITS:].strip("0"):
        raise Malformed("an amount with parts of a fen")
    fen = int(found["whole"]) * 100 + int(part[:FEN_DIGITS])
    return -fen if found["sign"] else fen
