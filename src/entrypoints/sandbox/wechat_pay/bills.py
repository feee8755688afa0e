"""The files of one day: a back-tick before each cell, and two lines at the end that sum it up."""

import gzip
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from hashlib import sha1
from typing import Final

from attrs import field, frozen

from entrypoints.sandbox.wechat_pay.payments import Payment, fee_fen
from entrypoints.sandbox.wechat_pay.refunds import Refund
from entrypoints.sandbox.wechat_pay.transfers import Transfer
from entrypoints.sandbox.words import CHINA, written, yuan

Row = tuple[str, ...]
TRADE_HEAD: Final[Row] = (
    *("交易时间", "公众账号ID", "商户号", "特约商户号", "设备号", "微信订单号", "商户订单号", "用户标识", "交易类型"),
    *("交易状态", "付款银行", "货币种类", "应结订单金额", "代金券金额", "微信退款单号", "商户退款单号", "退款金额"),
    *("充值券退款金额", "退款类型", "退款状态", "商品名称", "商户数据包", "手续费", "费率", "订单金额"),
    *("申请退款金额", "费率备注"),
)
# Unverified against the live service: where the two columns stand that only a bill of refunds has.
_TIMES_AT: Final = TRADE_HEAD.index("微信退款单号")
REFUND_HEAD: Final[Row] = (*TRADE_HEAD[:_TIMES_AT], "退款申请时间", "退款成功时间", *TRADE_HEAD[_TIMES_AT:])
_OF_REFUNDS: Final = frozenset(
    {"微信退款单号", "商户退款单号", "退款金额", "充值券退款金额", "退款类型", "退款状态", "申请退款金额"}
)
TRADE_SUMS: Final[Row] = (
    *("总交易单数", "应结订单总金额", "退款总金额", "充值券退款总金额", "手续费总金额", "订单总金额"),
    "申请退款总金额",
)
FUND_HEAD: Final[Row] = (
    *("记账时间", "微信支付业务单号", "资金流水单号", "业务名称", "业务类型", "收支类型", "收支金额(元)"),
    *("账户结余(元)", "资金变更提交申请人", "备注", "业务凭证号"),
)
FUND_SUMS: Final[Row] = ("资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额")
RATE: Final = "0.60%"
SPACES: Final = str.maketrans("`\r\n", "   ")

# Unverified against the live service: the names of movements, all but the first of each pair of a trade; that a fee
# and what comes back of a closed refund are movements of their own; that the number of ours stands in 业务凭证号.
PAID: Final = ("交易", "交易")
FEE: Final = ("交易", "扣除交易手续费")
REFUNDED: Final = ("退款", "退款")
FEE_BACK: Final = ("退款", "退还交易手续费")
CAME_BACK: Final = ("退款", "退款失败退回")
SENT: Final = ("商家转账", "商家转账")


@frozen(kw_only=True)
class BillFile:
    """A bill that can be fetched."""

    plain: bytes = field(repr=False)

    @property
    def packed(self) -> bytes:
        """As most merchants fetch it."""
        return gzip.compress(self.plain, mtime=0)

    @property
    def digest(self) -> str:
        """Of the plain bytes, however they are fetched."""
        return sha1(self.plain, usedforsecurity=False).hexdigest()


@frozen(kw_only=True)
class Moved:
    """One movement on the merchant's account, or one of nothing, which no bill tells of."""

    at: datetime
    theirs: str
    ours: str
    what: tuple[str, str]
    fen: int

    def row(self) -> Row:
        """The movement, as a bill tells it."""
        way = "收入" if self.fen > 0 else "支出"
        return (
            *(written(self.at), self.theirs, self.theirs, *self.what, way),
            *(yuan(abs(self.fen)), "0.00", "system", "", self.ours),
        )


@frozen(kw_only=True)
class Books:
    """Everything of one merchant that a bill may tell of."""

    merchant: str
    fee_basis_points: int
    payments: Sequence[Payment]
    refunds: Sequence[Refund]
    transfers: Sequence[Transfer]

    def trades(self, day: date, kind: str) -> BillFile | None:
        """Payments by the day on which they were paid, refunds by that on which they were asked for."""
        paid = self._paid_on(day) if kind != "REFUND" else []
        back = [r for r in self.refunds if _is_on(day, r.accepted_at)] if kind != "SUCCESS" else []
        if not paid and not back:
            return None
        rows = sorted(
            [self._paid(at, one) for at, one in paid]
            + [self._back(one, day, with_times=kind == "REFUND") for one in back]
        )
        fees = sum(fee_fen(p.amount_fen, self.fee_basis_points) for _, p in paid) - sum(r.fee_back_fen for r in back)
        ordered, returned = sum(p.amount_fen for _, p in paid), sum(r.amount_fen for r in back)
        sums = (str(len(rows)), *map(yuan, (ordered, returned, 0, fees, ordered, returned)))
        head = REFUND_HEAD if kind == "REFUND" else TRADE_HEAD
        if kind == "SUCCESS":
            head, rows = _without_refunds(head), [_without_refunds(row) for row in rows]
        return _file(head, rows, TRADE_SUMS, sums)

    def funds(self, day: date) -> BillFile | None:
        """What moved on the merchant's account: transfers on the day on which their users had them."""
        moved = sorted(
            (one for one in self._moved() if one.fen and _is_on(day, one.at)), key=lambda one: (one.at, one.ours)
        )
        if not moved:
            return None
        income, spent = [m.fen for m in moved if m.fen > 0], [-m.fen for m in moved if m.fen < 0]
        sums = (str(len(moved)), str(len(income)), yuan(sum(income)), str(len(spent)), yuan(sum(spent)))
        return _file(FUND_HEAD, [one.row() for one in moved], FUND_SUMS, sums)

    def _moved(self) -> Iterator[Moved]:
        """Everything that ever moved, fees too, so that the days add up to what is on the account."""
        for p in (one for one in self.payments if one.paid_at is not None):
            at, fee = p.paid_at or p.ordered_at, fee_fen(p.amount_fen, self.fee_basis_points)
            yield Moved(at=at, theirs=p.transaction_id, ours=p.number, what=PAID, fen=p.amount_fen)
            yield Moved(at=at, theirs=p.transaction_id, ours=p.number, what=FEE, fen=-fee)
        for r in self.refunds:
            yield Moved(at=r.accepted_at, theirs=r.refund_id, ours=r.number, what=REFUNDED, fen=-r.amount_fen)
            yield Moved(at=r.accepted_at, theirs=r.refund_id, ours=r.number, what=FEE_BACK, fen=r.fee_back_fen)
            if r.state == "CLOSED" and r.ended_at is not None:
                yield Moved(at=r.ended_at, theirs=r.refund_id, ours=r.number, what=CAME_BACK, fen=r.amount_fen)
                yield Moved(at=r.ended_at, theirs=r.refund_id, ours=r.number, what=FEE, fen=-r.fee_back_fen)
        for t in (one for one in self.transfers if one.state == "SUCCESS"):
            yield Moved(at=t.updated_at, theirs=t.bill_id, ours=t.number, what=SENT, fen=-t.amount_fen)

    def _paid_on(self, day: date) -> list[tuple[datetime, Payment]]:
        return [(p.paid_at, p) for p in self.payments if p.paid_at is not None and _is_on(day, p.paid_at)]

    def _paid(self, at: datetime, payment: Payment) -> Row:
        fee = fee_fen(payment.amount_fen, self.fee_basis_points)
        return (
            *(written(at), payment.appid, self.merchant, "0", "", payment.transaction_id),
            *(payment.number, payment.openid, "JSAPI", "SUCCESS", "OTHERS", "CNY", yuan(payment.amount_fen), "0.00"),
            *("0", "0", "0.00", "0.00", "", "", payment.description, "", _fee(fee), RATE),
            *(yuan(payment.amount_fen), "0.00", ""),
        )

    def _back(self, refund: Refund, day: date, *, with_times: bool) -> Row:
        payment = next(one for one in self.payments if one.number == refund.payment_number)
        state = refund.state if refund.ended_at and refund.ended_at.astimezone(CHINA).date() <= day else "PROCESSING"
        done = written(refund.ended_at) if refund.ended_at and state == "SUCCESS" else ""
        return (
            *(written(refund.accepted_at), payment.appid, self.merchant, "0", "", refund.transaction_id),
            *(payment.number, payment.openid, "JSAPI", "REFUND", "OTHERS", "CNY", "0.00", "0.00"),
            *((written(refund.accepted_at), done) if with_times else ()),
            *(refund.refund_id, refund.number, yuan(refund.amount_fen), "0.00", "ORIGINAL", state),
            *(payment.description, "", _fee(-refund.fee_back_fen), RATE, "0.00", yuan(refund.amount_fen), ""),
        )


def _file(head: Row, rows: Iterable[Row], sums_head: Row, sums: Row) -> BillFile:
    lines = [",".join(head), *map(_line, rows), ",".join(sums_head), _line(sums)]
    return BillFile(plain="".join(f"{line}\r\n" for line in lines).encode("utf-8-sig"))


def _line(cells: Iterable[str]) -> str:
    """One row; what a person wrote cannot end a cell or the row."""
    return ",".join(f"`{cell.translate(SPACES)}" for cell in cells)


def _without_refunds(row: Row) -> Row:
    return tuple(cell for name, cell in zip(TRADE_HEAD, row, strict=True) if name not in _OF_REFUNDS)


def _fee(fen: int) -> str:
    """Fees have five decimals there."""
    return f"{yuan(fen)}000"


def _is_on(day: date, moment: datetime) -> bool:
    return moment.astimezone(CHINA).date() == day
