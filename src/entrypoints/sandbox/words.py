"""How payment providers in China write amounts and times: yuan with two decimals, and the clock as it is read there."""

from datetime import datetime, timedelta, timezone
from typing import Final

CHINA: Final = timezone(timedelta(hours=8))
_LAYOUT: Final = "%Y-%m-%d %H:%M:%S"


def yuan(fen: int) -> str:
    """That many fen, which may be below zero."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def written(moment: datetime) -> str:
    """The moment in whole seconds."""
    return moment.astimezone(CHINA).strftime(_LAYOUT)
