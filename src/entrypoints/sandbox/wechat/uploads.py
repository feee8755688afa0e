"""What is uploaded about a delivery: read strictly and checked in every field, as WeChat does."""

import re
from datetime import datetime
from typing import Any, Final

from msgspec import DecodeError, Struct
from msgspec.json import decode

from entrypoints.sandbox.wechat.errors import WechatError

ITEM_LENGTH_MOST: Final = 120
PARCELS_MOST: Final = 15
EXPRESS: Final = 1
LOGISTICS_TYPES: Final = range(1, 5)
WHOLE, IN_PARTS = 1, 2
BY_MERCHANT_NUMBER, BY_TRANSACTION = 1, 2
_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


class OrderKey(Struct, frozen=True):
    """Which payment it is about, by one of two numbers."""

    order_number_type: int
    transaction_id: str | None = None
    mchid: str | None = None
    out_trade_no: str | None = None


class Parcel(Struct, frozen=True):
    """One part of the delivery."""

    item_desc: str = ""
    tracking_no: str | None = None
    express_company: str | None = None
    contact: dict[str, Any] | None = None


class Payer(Struct, frozen=True):
    """Who paid."""

    openid: str


class Upload(Struct, frozen=True):
    """A delivery. Numbers are numbers and lists are lists: WeChat does not convert anything."""

    order_key: OrderKey
    logistics_type: int
    delivery_mode: int
    shipping_list: list[Parcel]
    upload_time: str
    payer: Payer
    is_all_delivered: bool | None = None

    @property
    def uploaded_at(self) -> datetime:
        """The time that orders uploads about the same payment; raises `WechatError`."""
        if not _RFC_3339.fullmatch(self.upload_time):
            raise WechatError(268485216)
        try:
            return datetime.fromisoformat(self.upload_time)
        except ValueError:
            raise WechatError(268485216) from None


def read_upload(body: bytes) -> Upload:
    """The upload; raises `WechatError` with the code of the first thing that is wrong with it."""
    if not body:
        raise WechatError(44002)
    try:
        upload = decode(body, type=Upload)
    except (DecodeError, RecursionError):
        raise WechatError(47001) from None
    _check_key(upload.order_key)
    _check_mode(upload)
    for parcel in upload.shipping_list:
        _check_parcel(parcel, upload.logistics_type)
    _ = upload.uploaded_at
    return upload


def _check_key(key: OrderKey) -> None:
    match key.order_number_type:
        case 1:
            if not key.mchid:
                raise WechatError(268485196)
            if not key.out_trade_no:
                raise WechatError(268485197)
        case 2:
            if not key.transaction_id:
                raise WechatError(268485195)
        case _:
            raise WechatError(268485194)


def _check_mode(upload: Upload) -> None:
    if upload.logistics_type not in LOGISTICS_TYPES:
        raise WechatError(10060005)
    if upload.delivery_mode not in {WHOLE, IN_PARTS}:
        raise WechatError(268485224)
    if upload.delivery_mode == WHOLE and len(upload.shipping_list) != 1:
        raise WechatError(268485228)
    if upload.delivery_mode == IN_PARTS and upload.logistics_type != EXPRESS:
        raise WechatError(10060006)
    if upload.delivery_mode == IN_PARTS and upload.is_all_delivered is None:
        raise WechatError(10060007)
    if len(upload.shipping_list) > PARCELS_MOST:
        raise WechatError(10060024)


def _check_parcel(parcel: Parcel, logistics_type: int) -> None:
    if not parcel.item_desc.strip():
        raise WechatError(10060008)
    if len(parcel.item_desc) > ITEM_LENGTH_MOST:
        raise WechatError(10060009)
    if logistics_type == EXPRESS and not parcel.tracking_no:
        raise WechatError(268485226)
    if logistics_type == EXPRESS and not parcel.express_company:
        raise WechatError(268485227)
