"""What merchants ask for, read strictly from `biz_content`: every field as Alipay documents it."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Final, TypeVar

import msgspec
from attrs import field, frozen
from msgspec import Meta, Struct

from entrypoints.sandbox.alipay.errors import AlipayError
from entrypoints.sandbox.alipay.words import fen, read_time

T = TypeVar("T")
PRODUCTS: Final = {"alipay.trade.wap.pay": "QUICK_WAP_WAY", "alipay.trade.app.pay": "QUICK_MSECURITY_PAY"}
AMOUNT_FEN_MOST: Final = 10_000_000_000
TRANSFER_FEN_LEAST: Final = 10
OPEN_FOR: Final = timedelta(days=15)
BILL_TYPES: Final = frozenset({"trade", "signcustomer"})
Number = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z_-]+$")]
_PHONE: Final = re.compile(r"1[0-9]{10}")
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")


class _Payment(Struct, frozen=True):
    out_trade_no: Number
    total_amount: str
    subject: Annotated[str, Meta(min_length=1, max_length=256)]
    product_code: str
    time_expire: str = ""


class TradeKey(Struct, frozen=True):
    """Which payment it is about, by one of two numbers."""

    out_trade_no: str = ""
    trade_no: str = ""


class RefundKey(TradeKey, frozen=True):
    """Which refund it is about."""

    out_request_no: str = ""
    query_options: tuple[str, ...] = ()


class _Refund(TradeKey, frozen=True):
    refund_amount: str = ""
    out_request_no: str = ""


class _Payee(Struct, frozen=True):
    identity: str
    identity_type: str
    name: str | None = None


class _Transfer(Struct, frozen=True):
    out_biz_no: Number
    trans_amount: str
    product_code: str
    biz_scene: str
    payee_info: _Payee
    order_title: str = ""
    remark: Annotated[str, Meta(max_length=200)] = ""


class TransferKey(Struct, frozen=True):
    """Which transfer it is about."""

    out_biz_no: str = ""
    order_id: str = ""


class _Bill(Struct, frozen=True):
    bill_type: str
    bill_date: str


@frozen(kw_only=True)
class PaymentOrder:
    """An order of a payment, signed by the merchant."""

    number: str
    amount_fen: int
    subject: str
    expires_at: datetime
    notify_url: str = ""
    return_url: str = ""
    certified: bool = False


@frozen(kw_only=True)
class RefundOrder:
    """An order of a refund."""

    key: TradeKey
    number: str
    amount_fen: int


@frozen(kw_only=True)
class TransferOrder:
    """An order of a transfer."""

    number: str
    amount_fen: int
    payee: str = field(repr=False)
    payee_name: str = field(repr=False)
    title: str


@frozen(kw_only=True)
class BillOrder:
    """An order of a bill."""

    kind: str
    day: date


def payment_order(parameters: dict[str, str], at: datetime) -> PaymentOrder:
    """The order of a payment; raises `AlipayError`."""
    asked = read(parameters, _Payment)
    amount_fen = _amount(asked.total_amount, "ACQ.INVALID_PARAMETER")
    if asked.product_code != PRODUCTS.get(parameters["method"]) or not amount_fen:
        raise AlipayError("ACQ.INVALID_PARAMETER")
    if amount_fen > AMOUNT_FEN_MOST:
        raise AlipayError("ACQ.TOTAL_FEE_EXCEED")
    try:
        expires_at = read_time(asked.time_expire) if asked.time_expire else at + OPEN_FOR
    except ValueError:
        raise AlipayError("ACQ.INVALID_PARAMETER") from None
    return PaymentOrder(
        number=asked.out_trade_no,
        amount_fen=amount_fen,
        subject=asked.subject,
        expires_at=expires_at,
        notify_url=parameters.get("notify_url", ""),
        return_url=parameters.get("return_url", ""),
        certified=bool(parameters.get("app_cert_sn")),
    )


def refund_order(parameters: dict[str, str]) -> RefundOrder:
    """The order of a refund; raises `AlipayError`. Without a number of its own it is that of the payment."""
    asked = read(parameters, _Refund)
    amount_fen = _amount(asked.refund_amount, "ACQ.INVALID_PARAMETER")
    if not amount_fen:
        raise AlipayError("ACQ.INVALID_PARAMETER")
    number = asked.out_request_no or asked.out_trade_no or asked.trade_no
    return RefundOrder(key=asked, number=number, amount_fen=amount_fen)


def transfer_order(parameters: dict[str, str]) -> TransferOrder:
    """The order of a transfer; raises `AlipayError`. An account known by how it signs in needs its owner's name."""
    asked = read(parameters, _Transfer, "INVALID_PARAMETER")
    payee = asked.payee_info
    amount_fen = _amount(asked.trans_amount, "INVALID_PARAMETER")
    is_direct = (asked.product_code, asked.biz_scene) == ("TRANS_ACCOUNT_NO_PWD", "DIRECT_TRANSFER")
    if not is_direct or payee.identity_type not in {"ALIPAY_LOGON_ID", "ALIPAY_USER_ID", "ALIPAY_OPEN_ID"}:
        raise AlipayError("INVALID_PARAMETER")
    if not TRANSFER_FEN_LEAST <= amount_fen <= AMOUNT_FEN_MOST:
        raise AlipayError("EXCEED_LIMIT_DM_MAX_AMOUNT")
    if payee.identity_type == "ALIPAY_LOGON_ID":
        if not payee.name:
            raise AlipayError("INVALID_PARAMETER")
        if not (_PHONE.fullmatch(payee.identity) or _MAIL.fullmatch(payee.identity)):
            raise AlipayError("PAYEE_NOT_EXIST")
    return TransferOrder(
        number=asked.out_biz_no,
        amount_fen=amount_fen,
        payee=payee.identity,
        payee_name=payee.name or "",
        title=asked.order_title,
    )


def bill_order(parameters: dict[str, str]) -> BillOrder:
    """The order of a bill; raises `AlipayError`."""
    asked = read(parameters, _Bill)
    try:
        day = date.fromisoformat(asked.bill_date)
    except ValueError:
        raise AlipayError("ACQ.INVALID_PARAMETER") from None
    if asked.bill_type not in BILL_TYPES:
        raise AlipayError("ACQ.INVALID_PARAMETER")
    return BillOrder(kind=asked.bill_type, day=day)


def read(parameters: dict[str, str], shape: type[T], sub_code: str = "ACQ.INVALID_PARAMETER") -> T:
    """The content of a request; raises `AlipayError`."""
    try:
        return msgspec.json.decode(parameters.get("biz_content", "{}"), type=shape)
    except (ValueError, RecursionError):
        raise AlipayError(sub_code) from None


def _amount(written: str, sub_code: str) -> int:
    try:
        return fen(written)
    except ValueError:
        raise AlipayError(sub_code) from None
