"""The files of one day: a back-tick before each cell, and two lines at the end that sum it up."""

import gzip
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from hashlib import sha1
from typing import Final

from attrs import frozen

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


@frozen(kw_only=True)
class BillFile:
    """A bill that can be fetched: its bytes as they are downloaded, and the digest of what is packed in them."""

    content: bytes
    digest: str


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
        rows = sorted([self._paid(at, one) for at, one in paid] + [self._back(one, day) for one in back])
        fees = sum(fee_fen(p.amount_fen, self.fee_basis_points) for _, p in paid) - sum(r.fee_back_fen for r in back)
        ordered, returned = sum(p.amount_fen for _, p in paid), sum(r.amount_fen for r in back)
        sums = (str(len(rows)), *map(yuan, (ordered, returned, 0, fees, ordered, returned)))
        return _file(TRADE_HEAD, rows, TRADE_SUMS, sums)

    def funds(self, day: date) -> BillFile | None:
        """What moved on the merchant's account: transfers on the day on which their users had them."""
        sent = [t for t in self.transfers if t.state == "SUCCESS" and _is_on(day, t.updated_at)]
        paid = self._paid_on(day)
        back = [r for r in self.refunds if _is_on(day, r.accepted_at)]
        rows = sorted(
            [_moved(t.updated_at, (t.bill_id, t.number), ("商家转账", "支出"), t.amount_fen) for t in sent]
            + [_moved(at, (p.transaction_id, p.number), ("交易", "收入"), p.amount_fen) for at, p in paid]
            + [_moved(r.accepted_at, (r.refund_id, r.number), ("退款", "支出"), r.amount_fen) for r in back]
        )
        if not rows:
            return None
        income = sum(p.amount_fen for _, p in paid)
        spent = sum(t.amount_fen for t in sent) + sum(r.amount_fen for r in back)
        sums = (str(len(rows)), str(len(paid)), yuan(income), str(len(sent) + len(back)), yuan(spent))
        return _file(FUND_HEAD, rows, FUND_SUMS, sums)

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

    def _back(self, refund: Refund, day: date) -> Row:
        payment = next(one for one in self.payments if one.number == refund.payment_number)
        state = refund.state if refund.ended_at and refund.ended_at.astimezone(CHINA).date() <= day else "PROCESSING"
        return (
            *(written(refund.accepted_at), payment.appid, self.merchant, "0", "", refund.transaction_id),
            *(payment.number, payment.openid, "JSAPI", "REFUND", "OTHERS", "CNY", "0.00", "0.00"),
            *(refund.refund_id, refund.number, yuan(refund.amount_fen), "0.00", "ORIGINAL", state),
            *(payment.description, "", _fee(-refund.fee_back_fen), RATE, "0.00", yuan(refund.amount_fen), ""),
        )


def _moved(at: datetime, numbers: tuple[str, str], what: tuple[str, str], amount_fen: int) -> Row:
    """One movement: their number and ours, its name and its direction."""
    (theirs, ours), (name, way) = numbers, what
    return (written(at), theirs, theirs, name, name, way, yuan(amount_fen), "0.00", "system", "", ours)


def _file(head: Row, rows: Iterable[Row], sums_head: Row, sums: Row) -> BillFile:
    lines = [",".join(head), *map(_line, rows), ",".join(sums_head), _line(sums)]
    plain = "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig")
    return BillFile(content=gzip.compress(plain, mtime=0), digest=sha1(plain, usedforsecurity=False).hexdigest())


def _line(cells: Iterable[str]) -> str:
    return ",".join(f"`{cell}" for cell in cells)


def _fee(fen: int) -> str:
    """Fees have five decimals there."""
    return f"{yuan(fen)}000"


def _is_on(day: date, moment: datetime) -> bool:
    return moment.astimezone(CHINA).date() == day
