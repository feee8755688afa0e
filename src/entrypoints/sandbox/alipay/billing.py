"""Bills: which there are, where they lie, and for how long."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from secrets import token_urlsafe
from typing import Final
from urllib.parse import parse_qs

from attrs import field, frozen

from entrypoints.sandbox.alipay.bills import movement_bill, trade_bill
from entrypoints.sandbox.alipay.errors import AlipayError
from entrypoints.sandbox.alipay.kept import Kept
from entrypoints.sandbox.alipay.keys import SELLER
from entrypoints.sandbox.alipay.orders import BillOrder, bill_order
from entrypoints.sandbox.words import CHINA

PATH: Final = "/alipay/bill"
WRITTEN_AT: Final = time(9)
FETCHED_WITHIN: Final = timedelta(seconds=30)


@frozen(kw_only=True)
class Laid:
    """A bill that lies ready, until then."""

    archive: bytes = field(repr=False)
    until: datetime


class Billing:
    """The desk of bills. Where a file lies is forgotten with a restart, as it is after half a minute."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._laid: dict[str, Laid] = {}

    def bill(self, parameters: dict[str, str], *, origin: str) -> Mapping[str, object]:
        """Where the bill lies, on that origin; one of a day without movement is not written at all."""
        order = bill_order(parameters)
        now = self._kept.account.now().astimezone(CHINA)
        is_written = now >= datetime.combine(order.day + timedelta(days=1), WRITTEN_AT, tzinfo=CHINA)
        archive = self._archive(order) if is_written else None
        if archive is None:
            raise AlipayError("isp.bill_not_exist")
        token = token_urlsafe()
        self._laid[token] = Laid(archive=archive, until=datetime.now(UTC) + FETCHED_WITHIN)
        return {"bill_download_url": f"{origin}{PATH}?token={token}"}

    def download(self, query: str) -> bytes | None:
        """The file, where it still lies there."""
        laid = self._laid.get(parse_qs(query).get("token", [""])[-1])
        return laid.archive if laid is not None and datetime.now(UTC) <= laid.until else None

    def _archive(self, order: BillOrder) -> bytes | None:
        trades = tuple(self._kept.trades.values())
        if order.kind == "trade":
            return trade_bill(trades, order.day, SELLER)
        return movement_bill(trades, tuple(self._kept.transfers.values()), order.day, SELLER)
