"""Alipay's own account of a day, in two files: its trades with their fees, and all that moved on the account."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Final, assert_never

import anyio.to_thread

from adapters.alipay.answers import Malformed, Ok, Refused, Unknown
from adapters.alipay.bill_file import FILE_BYTES_MOST, payout_lines, trade_lines
from adapters.alipay.gateway import AlipayGateway
from adapters.alipay.reports import PROVIDER
from adapters.alipay.shapes import BillPlace
from adapters.outside.china_time import CHINA
from errand_domain.ports.bills import Bill, BillLine, BillNotReady, Bills
from errand_domain.ports.payments import Lost

TRADES: Final = "trade"
MOVEMENTS: Final = "signcustomer"
READY_AT: Final = time(10, tzinfo=CHINA)
"""When the bill of the day before is there at the latest, and a missing one means that nothing moved. Alipay answers
both with the same code; the time is unverified against the live service."""


class AlipayBills(Bills):
    """Payments, refunds and transfers of one day in China."""

    def __init__(self, gateway: AlipayGateway) -> None:
        self.provider = PROVIDER
        self._gateway = gateway

    async def of_day(self, day: date) -> Bill | BillNotReady | Lost:
        """The bill of that day. Nothing but the sum of each file tells that it is whole: Alipay gives no digest."""
        if day >= self._gateway.clock.now().astimezone(CHINA).date():
            return BillNotReady(why="that day has not ended yet")
        lines: tuple[BillLine, ...] = ()
        for kind, read in ((TRADES, trade_lines), (MOVEMENTS, payout_lines)):
            found = await self._file(day, kind, read)
            if not isinstance(found, tuple):
                return found
            lines += found
        return Bill(provider=self.provider, day=day, lines=lines)

    async def _file(
        self, day: date, kind: str, read: Callable[[bytes], tuple[BillLine, ...]]
    ) -> tuple[BillLine, ...] | BillNotReady | Lost:
        answer = await self._gateway.ask(
            "alipay.data.dataservice.bill.downloadurl.query",
            {"bill_type": kind, "bill_date": day.isoformat()},
            BillPlace,
        )
        match answer:
            case Ok(content=place):
                archive = await self._gateway.download(place.bill_download_url, bytes_most=FILE_BYTES_MOST)
                return await _read(archive, read)
            case Refused(meaning="no_bill"):
                return () if self._must_be_there(day) else BillNotReady(why=answer.reason)
            case Refused(reason=why) | Unknown(why=why):
                return Lost(why=why)
        assert_never(answer)

    def _must_be_there(self, day: date) -> bool:
        now = self._gateway.clock.now().astimezone(CHINA)
        return now.date() > day + timedelta(days=1) or now.timetz() >= READY_AT


async def _read(archive: bytes | Unknown, read: Callable[[bytes], tuple[BillLine, ...]]) -> tuple[BillLine, ...] | Lost:
    """The lines of the file, read where it keeps nobody waiting."""
    if isinstance(archive, Unknown):
        return Lost(why=archive.why)
    try:
        return await anyio.to_thread.run_sync(read, archive)
    except Malformed as fault:
        return Lost(why=str(fault))
