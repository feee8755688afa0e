"""Bills: which there are, where they lie, and for how long."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from secrets import token_urlsafe
from typing import Final
from urllib.parse import parse_qs

from attrs import field, frozen

from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.wechat_pay.bills import BillFile, Books
from entrypoints.sandbox.wechat_pay.errors import WechatPayError
from entrypoints.sandbox.wechat_pay.kept import Kept
from entrypoints.sandbox.wechat_pay.keys import MERCHANT
from entrypoints.sandbox.wire import Asked
from entrypoints.sandbox.words import CHINA

WRITTEN_AT: Final = time(9)
FETCHED_WITHIN: Final = timedelta(minutes=5)
KINDS: Final = frozenset({"ALL", "SUCCESS", "REFUND"})
PACKED: Final = "GZIP"


@frozen
class Laid:
    """A bill that lies ready, until then."""

    content: bytes = field(repr=False)
    until: datetime


class Billing:
    """The desk of bills. Where a file lies is forgotten with a restart, as it is after five minutes."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._laid: dict[str, Laid] = {}

    def trade_bill(self, asked: Asked, _: Mapping[str, str], __: Kind | None) -> Mapping[str, object]:
        """Payments and refunds of a day."""
        query = _query(asked)
        kind = query.get("bill_type", "ALL")
        if kind not in KINDS:
            raise WechatPayError("PARAM_ERROR", "bill_type不正确")
        return self._place(asked, query, self._books().trades(self._day(query), kind))

    def fund_bill(self, asked: Asked, _: Mapping[str, str], __: Kind | None) -> Mapping[str, object]:
        """What moved on the account on a day."""
        query = _query(asked)
        if query.get("account_type", "BASIC") != "BASIC":
            raise WechatPayError("NO_STATEMENT_EXIST")
        return self._place(asked, query, self._books().funds(self._day(query)))

    def download(self, asked: Asked, _: Mapping[str, str], __: Kind | None) -> bytes:
        """The file."""
        laid = self._laid.get(_query(asked).get("token", ""))
        if laid is None or datetime.now(UTC) > laid.until:
            raise WechatPayError("RESOURCE_NOT_EXISTS", "下载地址已失效")
        return laid.content

    def _day(self, query: Mapping[str, str]) -> date:
        """The day asked for, if its bill is written by now."""
        try:
            day = date.fromisoformat(query["bill_date"])
        except (KeyError, ValueError):
            raise WechatPayError("PARAM_ERROR", "bill_date不正确") from None
        now = self._kept.account.now().astimezone(CHINA)
        if day >= now.date():
            raise WechatPayError("PARAM_ERROR", "只能下载昨天及以前的账单")
        if now < datetime.combine(day + timedelta(days=1), WRITTEN_AT, tzinfo=CHINA):
            raise WechatPayError("STATEMENT_CREATING")
        return day

    def _books(self) -> Books:
        return Books(
            merchant=MERCHANT,
            fee_basis_points=self._kept.account.manners.fee_basis_points,
            payments=tuple(self._kept.payments.values()),
            refunds=tuple(self._kept.refunds.values()),
            transfers=tuple(self._kept.transfers.values()),
        )

    def _place(self, asked: Asked, query: Mapping[str, str], file: BillFile | None) -> Mapping[str, object]:
        if file is None:
            raise WechatPayError("NO_STATEMENT_EXIST")
        packing = query.get("tar_type")
        if packing not in (None, PACKED):
            raise WechatPayError("PARAM_ERROR", "tar_type不正确")
        token = token_urlsafe()
        content = file.packed if packing else file.plain
        self._laid[token] = Laid(content, datetime.now(UTC) + FETCHED_WITHIN)
        address = f"http://{asked.headers.get('host', 'localhost')}/v3/billdownload/file?token={token}"
        return {"hash_type": "SHA1", "hash_value": file.digest, "download_url": address}


def _query(asked: Asked) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(asked.query).items()}
