"""What merchants send, read strictly: every field that we know of as WeChat Pay documents it."""

from datetime import datetime
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from entrypoints.sandbox.wechat_pay.errors import WechatPayError

T = TypeVar("T")
Number = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-|*]{6,32}\Z")]
RefundNumber = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-|*@]{1,64}\Z")]
BillNumber = Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,32}\Z")]
Name = Annotated[str, Meta(min_length=1, max_length=128)]
NotifyUrl = Annotated[str, Meta(pattern=r"^https?://[^?#\s]+\Z", max_length=255)]
Fen = Annotated[int, Meta(ge=1)]
Currency = Literal["CNY"]


class Amount(Struct, frozen=True):
    """What an order asks for."""

    total: Fen
    currency: Currency = "CNY"


class Payer(Struct, frozen=True):
    """Who is to pay."""

    openid: Name


class OrderAsked(Struct, frozen=True):
    """An order by JSAPI, which mini-programs use too."""

    appid: str
    mchid: str
    description: Annotated[str, Meta(min_length=1, max_length=127)]
    out_trade_no: Number
    notify_url: NotifyUrl
    amount: Amount
    payer: Payer
    time_expire: Annotated[datetime, Meta(tz=True)] | None = None
    attach: Annotated[str, Meta(max_length=128)] | None = None


class CloseAsked(Struct, frozen=True):
    """Whose order is to be closed."""

    mchid: str


class RefundAmount(Struct, frozen=True):
    """How much of how much; the currency is required here."""

    refund: Fen
    total: Fen
    currency: Currency


class RefundAsked(Struct, frozen=True):
    """Part of a payment, or all of it."""

    out_refund_no: RefundNumber
    amount: RefundAmount
    transaction_id: str | None = None
    out_trade_no: Number | None = None
    reason: Annotated[str, Meta(max_length=80)] | None = None
    notify_url: NotifyUrl | None = None


class SceneReport(Struct, frozen=True):
    """What a transfer is for."""

    info_type: Annotated[str, Meta(min_length=1)]
    info_content: Annotated[str, Meta(min_length=1)]


class TransferAsked(Struct, frozen=True):
    """A transfer that its user confirms."""

    appid: str
    out_bill_no: BillNumber
    transfer_scene_id: Annotated[str, Meta(min_length=1, max_length=36)]
    openid: Annotated[str, Meta(min_length=1, max_length=64)]
    transfer_amount: Fen
    transfer_remark: Annotated[str, Meta(min_length=1, max_length=32)]
    transfer_scene_report_infos: tuple[SceneReport, ...]
    user_name: str | None = None
    notify_url: NotifyUrl | None = None
    user_recv_perception: str | None = None


def decoded(body: bytes, shape: type[T]) -> T:
    """The body; raises `WechatPayError` that names the field."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise WechatPayError("PARAM_ERROR", str(fault)) from None
