"""How Alipay writes amounts and times: yuan with two decimals, and the clock as it is read in China."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

CHINA: Final = timezone(timedelta(hours=8))
_LAYOUT: Final = "%Y-%m-%d %H:%M:%S"
_OFFSET: Final = "+0800"
_YUAN: Final = re.compile(r"([0-9]{1,10})(?:\.([0-9]{1,2}))?")


def yuan(fen: int) -> str:
    """That many fen, which may be below zero."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def fen(written: str) -> int:
    """The fen of an amount in yuan; raises `ValueError`."""
    found = _YUAN.fullmatch(written)
    if found is None:
        raise ValueError("not an amount in yuan")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def written(moment: datetime) -> str:
    """The moment in whole seconds."""
    return moment.astimezone(CHINA).strftime(_LAYOUT)


def read_time(text: str) -> datetime:
    """The moment in UTC; raises `ValueError`."""
    return datetime.strptime(f"{text}{_OFFSET}", f"{_LAYOUT}%z").astimezone(UTC)
