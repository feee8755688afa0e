"""WeChat Pay's account of one day: payments and refunds from the trade bill, payouts from the fund bill."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from adapters.outside.china_time import CHINA
from adapters.wechat_pay.answers import Malformed, Ok, Refused, Unknown
from adapters.wechat_pay.bill_file import Row, rows_of, unpacked
from adapters.wechat_pay.china_time import moment_of_bill
from adapters.wechat_pay.gateway import Call, WechatPayGateway
from adapters.wechat_pay.reports import PROVIDER
from adapters.wechat_pay.shapes import BillPlace
from adapters.wechat_pay.yuan import fen_of_yuan
from errand_domain.money import Money
from errand_domain.ports.bills import Bill, BillLine, BillNotReady, Bills
from errand_domain.ports.payments import Lost

READY_AT: Final = time(10)
"""On the next day. Before that, that nothing moved may only mean that nothing is written yet."""
DOWNLOAD_SECONDS_MOST: Final = 60
DIGEST: Final = "SHA1"

# Unverified against the live service: which of the amounts is the one that we asked for (`amount.total`), where a
# coupon makes a difference; how older merchants' bills call it; what a refund that came to nothing looks like.
ORDERED: Final = ("订单金额", "应结订单金额", "总金额")
GIVEN_BACK: Final = ("申请退款金额", "退款金额")
REFUND_CAME_TO_NOTHING: Final = frozenset({"FAIL", "CLOSED"})

# Unverified against the live service: how the fund bill calls a transfer to a user, and where it has our number.
TRANSFERS: Final = frozenset({"商家转账", "商家转账到零钱"})
TRANSFER_NAMES: Final = ("业务名称", "业务类型")
TRANSFER_NUMBER: Final = "业务凭证号"
TRANSFER_ID: Final = "微信支付业务单号"


class WechatPayBills(Bills):
    """The bills of one merchant, compared with their digests and read by the names of their columns."""

    def __init__(self, gateway: WechatPayGateway) -> None:
        self.provider = PROVIDER
        self._gateway = gateway

    async def of_day(self, day: date) -> Bill | BillNotReady | Lost:
        """Everything that moved on that day; a transfer that was returned on the same day has not moved."""
        ready = datetime.combine(day + timedelta(days=1), READY_AT, tzinfo=CHINA)
        if self._gateway.clock.now() < ready:
            return BillNotReady(why=f"WeChat Pay has it from {ready.isoformat()} on")
        trades = await self._rows(lambda sdk: sdk.trade_bill(day.isoformat()))
        if not isinstance(trades, tuple):
            return trades
        movements = await self._rows(lambda sdk: sdk.fundflow_bill(day.isoformat()))
        if not isinstance(movements, tuple):
            return movements
        try:
            lines = (*_trade_lines(trades, self._gateway.merchant.merchant), *_payout_lines(movements))
        except Malformed as fault:
            return Lost(why=str(fault))
        return Bill(provider=PROVIDER, day=day, lines=lines)

    async def _rows(self, call: Call) -> tuple[Row, ...] | BillNotReady | Lost:
        answer = await self._gateway.ask(call, BillPlace)
        match answer:
            case Refused(meaning="no_bill"):
                return ()
            case Refused(meaning="bill_later"):
                return BillNotReady(why=answer.reason)
            case Refused():
                return Lost(why=answer.reason)
            case Unknown():
                return Lost(why=answer.why)
            case Ok(content=place):
                return await self._downloaded(place)

    async def _downloaded(self, place: BillPlace) -> tuple[Row, ...] | Lost:
        if place.hash_type.upper() != DIGEST:
            return Lost(why="a bill with a digest that is new to us")
        content = await self._gateway.download(place.download_url, seconds=DOWNLOAD_SECONDS_MOST)
        if isinstance(content, Unknown):
            return Lost(why=content.why)
        try:
            return rows_of(unpacked(content, digest=place.hash_value))
        except Malformed as fault:
            return Lost(why=str(fault))


def _trade_lines(rows: tuple[Row, ...], merchant: str) -> Iterator[BillLine]:
    for row in rows:
        if row["商户号"] != merchant:
            raise Malformed("a bill of another merchant")
        match row["交易状态"]:
            case "SUCCESS":
                yield BillLine(
                    kind="payment",
                    number=row["商户订单号"],
                    provider_id=row["微信订单号"],
                    amount=_money(row.first_of(*ORDERED)),
                    fee_fen=fen_of_yuan(row["手续费"]),
                    at=moment_of_bill(row["交易时间"]),
                )
            case "REFUND":
                if row["退款状态"] in REFUND_CAME_TO_NOTHING:
                    continue
                yield BillLine(
                    kind="refund",
                    number=row["商户退款单号"],
                    provider_id=row["微信退款单号"],
                    amount=_money(row.first_of(*GIVEN_BACK)),
                    fee_fen=-abs(fen_of_yuan(row["手续费"])),  # what a fee brings back, with or without its sign
                    at=moment_of_bill(row["交易时间"]),
                )
            case _:
                raise Malformed("a trade in a state that is new to us")


def _payout_lines(rows: tuple[Row, ...]) -> Iterator[BillLine]:
    """Transfers that went out and did not come back on that day."""
    transfers = [row for row in rows if any(row.cells.get(name) in TRANSFERS for name in TRANSFER_NAMES)]
    returned = {row[TRANSFER_NUMBER] for row in transfers if row["收支类型"] == "收入"}
    for row in transfers:
        if row[TRANSFER_NUMBER] in returned:
            continue
        yield BillLine(
            kind="payout",
            number=row[TRANSFER_NUMBER],
            provider_id=row[TRANSFER_ID],
            amount=_money(row["收支金额"]),
            at=moment_of_bill(row["记账时间"]),
        )


def _money(text: str) -> Money:
    fen = fen_of_yuan(text)
    if not 0 <= fen <= 2**53:
        raise Malformed("an amount that cannot be")
    return Money(fen)
