"""How Alipay reads what merchants write: amounts in yuan, and times as they are read in China."""

import re
from datetime import UTC, datetime
from typing import Final

_LAYOUT: Final = "%Y-%m-%d %H:%M:%S%z"
_OFFSET: Final = "+0800"
_YUAN: Final = re.compile(r"([0-9]{1,10})(?:\.([0-9]{1,2}))?")


def fen(written: str) -> int:
    """The fen of an amount in yuan; raises `ValueError`."""
    found = _YUAN.fullmatch(written)
    if found is None:
        raise ValueError("not an amount in yuan")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def read_time(text: str) -> datetime:
    """The moment in UTC; raises `ValueError`."""
    return datetime.strptime(f"{text}{_OFFSET}", _LAYOUT).astimezone(UTC)
