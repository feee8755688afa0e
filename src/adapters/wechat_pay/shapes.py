"""The JSON of WeChat Pay that we read, field by field as it is spelled there. What we do not use is not listed."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

Fen = Annotated[int, Meta(ge=0, le=2**53)]
Moment = Annotated[datetime, Meta(tz=True)]


class Prepaid(Struct, frozen=True, kw_only=True):
    """The answer to an order: what the payer's app opens."""

    prepay_id: Annotated[str, Meta(min_length=1)]


class OrderAmount(Struct, frozen=True, kw_only=True):
    """What an order asks for. What the payer gives may be less, where somebody else's coupon pays the rest."""

    total: Fen
    currency: str = "CNY"


class Payer(Struct, frozen=True, kw_only=True):
    """Who paid."""

    openid: str = ""


class Transaction(Struct, frozen=True, kw_only=True):
    """An order, as a query and a notification tell it. Only a paid one has the last four."""

    appid: str
    mchid: str
    out_trade_no: str
    trade_state: str
    amount: OrderAmount | None = None
    transaction_id: str = ""
    success_time: Moment | None = None
    payer: Payer | None = None


class RefundAmount(Struct, frozen=True, kw_only=True):
    """What a refund gives back."""

    refund: Fen


class RefundBill(Struct, frozen=True, kw_only=True):
    """A refund, as a request and a query tell it."""

    refund_id: str
    out_refund_no: str
    out_trade_no: str
    status: str
    amount: RefundAmount
    create_time: Moment
    success_time: Moment | None = None


class RefundNotice(Struct, frozen=True, kw_only=True):
    """A refund, as a notification tells it: its state has another name there."""

    mchid: str
    refund_id: str
    out_refund_no: str
    refund_status: str
    amount: RefundAmount
    success_time: Moment | None = None


class Transfer(Struct, frozen=True, kw_only=True):
    """A transfer to a user, as the request, the query and the notification tell it: each leaves something out.

    The merchant is spelled `mch_id` in some places and `mchid` in others.
    """

    out_bill_no: str
    state: str
    mch_id: str = ""
    mchid: str = ""
    appid: str = ""
    transfer_amount: Fen | None = None
    create_time: Moment | None = None
    update_time: Moment | None = None
    package_info: str = ""
    fail_reason: str = ""


class BillPlace(Struct, frozen=True, kw_only=True):
    """Where a bill can be fetched for a few minutes, and the digest of what is in it."""

    hash_type: str
    hash_value: str
    download_url: str


class Encrypted(Struct, frozen=True, kw_only=True):
    """Something encrypted under the merchant's API v3 key."""

    algorithm: str
    ciphertext: str
    nonce: str
    associated_data: str = ""


class Envelope(Struct, frozen=True, kw_only=True):
    """The outside of a notification."""

    event_type: str
    resource_type: str
    resource: Encrypted


class PlatformCertificate(Struct, frozen=True, kw_only=True):
    """One of the certificates that WeChat Pay signs with."""

    serial_no: str
    encrypt_certificate: Encrypted


class PlatformCertificates(Struct, frozen=True, kw_only=True):
    """All of them that count."""

    data: list[PlatformCertificate]
