"""Alipay writes times as they are read in China, without saying so."""

import re
from datetime import UTC, datetime
from typing import Final

from adapters.alipay.answers import Malformed
from adapters.outside.china_time import CHINA

_LAYOUT: Final = "%Y-%m-%d %H:%M:%S"
_OFFSET: Final = "+0800"
_WRITTEN: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,6})?")


def written_in_china(moment: datetime) -> str:
    """The moment as Alipay writes it, in whole seconds, whatever the zone of this machine."""
    return moment.astimezone(CHINA).strftime(_LAYOUT)


def read_from_china(written: str) -> datetime:
    """The moment in UTC; raises `Malformed`. Some interfaces write parts of seconds, which are left out."""
    found = _WRITTEN.fullmatch(written)
    try:
        moment = datetime.strptime(f"{found[1] if found else ''}{_OFFSET}", f"{_LAYOUT}%z")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed("a time that is none") from None
