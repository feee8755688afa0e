"""WeChat Pay's own time, which it writes with and without saying so."""

from datetime import UTC, datetime

from adapters.outside.china_time import CHINA
from adapters.wechat_pay.answers import Malformed


def rfc3339(moment: datetime) -> str:
    """The moment as requests have it, to the second."""
    return moment.astimezone(CHINA).isoformat(timespec="seconds")


def moment_of_bill(text: str) -> datetime:
    """The moment as bills have it, in UTC; raises `Malformed`."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed("a time that is none") from None
