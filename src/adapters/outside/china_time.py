"""The zone in which payment providers write their times, often without saying so."""

from datetime import timedelta, timezone
from typing import Final

CHINA: Final = timezone(timedelta(hours=8))
