"""The JSON of Alipay that we read, field by field as it is spelled there. What we do not use is not listed.

Amounts and times are text there; `yuan` and `china_time` read them.
"""

from msgspec import Struct


class Nothing(Struct, frozen=True):
    """An answer of which nothing is needed."""


class Trade(Struct, frozen=True, kw_only=True):
    """A payment, as a query tells it. `send_pay_date` is when it was paid."""

    out_trade_no: str
    trade_no: str
    trade_status: str
    total_amount: str
    send_pay_date: str = ""
    buyer_user_id: str = ""
    buyer_open_id: str = ""


class RefundTaken(Struct, frozen=True, kw_only=True):
    """The answer to a refund. `refund_fee` is the sum of all refunds of that payment, and not this one's."""

    out_trade_no: str
    trade_no: str
    fund_change: str
    refund_fee: str
    gmt_refund_pay: str = ""


class RefundKnown(Struct, frozen=True, kw_only=True):
    """A refund, as a query tells it: one that never happened has no status."""

    out_trade_no: str = ""
    out_request_no: str = ""
    trade_no: str = ""
    refund_status: str = ""
    refund_amount: str = ""
    gmt_refund_pay: str = ""


class TransferTaken(Struct, frozen=True, kw_only=True):
    """The answer to a transfer."""

    out_biz_no: str
    status: str
    trans_date: str = ""


class TransferKnown(Struct, frozen=True, kw_only=True):
    """A transfer, as a query tells it."""

    out_biz_no: str
    status: str
    pay_date: str = ""
    trans_amount: str = ""
    error_code: str = ""
    fail_reason: str = ""


class BillPlace(Struct, frozen=True, kw_only=True):
    """Where a bill can be fetched for half a minute."""

    bill_download_url: str
