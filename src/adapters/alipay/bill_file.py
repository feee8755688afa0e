"""Alipay's bills: a zip of tables in GBK, between lines of remarks that begin with `#`.

The columns' names, and what their rows mean, are unverified against the live service; they are all here.
"""

import csv
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO, StringIO
from typing import Final

from attrs import frozen

from adapters.alipay.answers import Malformed
from adapters.alipay.china_time import read_from_china
from adapters.alipay.yuan import fen_of
from errand_domain.errors import InvalidField
from errand_domain.money import Money
from errand_domain.ports.bills import BillLine
from errand_domain.settlement.recipes import MovementKind

FILE_BYTES_MOST: Final = 64 << 20
ENCODING: Final = "gb18030"  # GBK and what is not in it
_PACKED: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_BROKEN: Final = (
    zipfile.BadZipFile,  # not a zip, or a sum that is not its content's
    zlib.error,  # deflated, and damaged
    ValueError,  # a place before the beginning, or letters that are none
    RuntimeError,  # encrypted, or of a later version of the format
    EOFError,  # cut off
)
"""What `zipfile` raises for an archive that is broken; it names the first alone."""
_REMARK: Final = "#"
_END: Final = "结束"


@frozen(kw_only=True)
class Columns:
    """How one kind of bill names what we need of it. `refund_number` and `fee` exist in one of them only."""

    provider_id: str
    number: str
    kind: str
    at: str
    amount: str
    refund_number: str = ""
    fee: str = ""

    @property
    def names(self) -> frozenset[str]:
        """All that a table must have to be this bill."""
        every = (self.provider_id, self.number, self.kind, self.at, self.amount, self.refund_number, self.fee)
        return frozenset(every) - {""}


TRADE_COLUMNS: Final = Columns(
    provider_id="支付宝交易号",
    number="商户订单号",
    kind="业务类型",
    at="完成时间",
    amount="订单金额（元）",
    refund_number="退款批次号/请求号",
    fee="服务费（元）",
)
TRADE_KINDS: Final[Mapping[str, MovementKind]] = {"交易": "payment", "退款": "refund"}
FUND_COLUMNS: Final = Columns(
    provider_id="业务流水号",
    number="商户订单号",
    kind="业务类型",
    at="发生时间",
    amount="支出金额（-元）",
)
FUND_KINDS: Final[Mapping[str, MovementKind]] = {"转账": "payout"}


def trade_lines(archive: bytes) -> tuple[BillLine, ...]:
    """Payments and refunds of a trade bill; raises `Malformed`."""
    return _lines(archive, TRADE_COLUMNS, TRADE_KINDS, strict=True)


def payout_lines(archive: bytes) -> tuple[BillLine, ...]:
    """Transfers that left the account, of a bill of all that moved on it; raises `Malformed`."""
    return _lines(archive, FUND_COLUMNS, FUND_KINDS, strict=False)


def _lines(
    archive: bytes, columns: Columns, kinds: Mapping[str, MovementKind], *, strict: bool
) -> tuple[BillLine, ...]:
    """The rows of those kinds. A kind that is new to us spoils a `strict` bill, for it moved money of payments."""
    for text in _texts(archive):
        try:
            rows = _table(text, columns)
        except csv.Error:
            raise Malformed("not a table") from None
        if rows is None:
            continue
        if strict and any(row[columns.kind] not in kinds for row in rows):
            raise Malformed("a bill with a kind of line that is new to us")
        wanted = (row for row in rows if row[columns.kind] in kinds and row[columns.amount])
        return tuple(_line(row, columns, kinds[row[columns.kind]]) for row in wanted)
    raise Malformed("a bill without the table that was asked for")


def _line(row: Mapping[str, str], columns: Columns, kind: MovementKind) -> BillLine:
    """Money that goes out is written below zero, and so is a fee that is charged."""
    try:
        return BillLine(
            kind=kind,
            number=row[columns.refund_number if kind == "refund" else columns.number],
            provider_id=row[columns.provider_id],
            amount=Money(abs(fen_of(row[columns.amount]))),
            fee_fen=-fen_of(row[columns.fee] or "0") if columns.fee else 0,
            at=read_from_china(row[columns.at]),
        )
    except InvalidField:
        raise Malformed("a bill with an amount that cannot be") from None


def _texts(archive: bytes) -> Iterator[str]:
    """The files of the archive. That all of each has arrived is checked by its sum."""
    try:
        with zipfile.ZipFile(BytesIO(archive)) as opened:
            for entry in _readable(opened.infolist()):
                yield opened.read(entry).decode(ENCODING)
    except Malformed:
        raise
    except _BROKEN:
        raise Malformed("not a zip of bills") from None


def _readable(entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """The same, unless unpacking them would take too much, or a way of packing that bills do not need."""
    if sum(entry.file_size for entry in entries) > FILE_BYTES_MOST:
        raise Malformed("a bill that is too long")
    if any(entry.compress_type not in _PACKED for entry in entries):
        raise Malformed("a bill that is packed in a way that is new to us")
    return entries


def _table(text: str, columns: Columns) -> list[dict[str, str]] | None:
    """The rows of the table with those columns; `None` where the file has another one. Tabs pad what is in it."""
    names: list[str] | None = None
    rows: list[dict[str, str]] = []
    is_whole = False
    for cells in csv.reader(StringIO(text, newline="")):
        values = [cell.strip() for cell in cells]
        if not any(values):
            continue
        if values[0].startswith(_REMARK):
            is_whole = is_whole or (names is not None and _END in values[0])
        elif names is None:
            names = values if columns.names <= set(values) else None
            if names is None:
                return None
        elif len(values) < len(names):
            raise Malformed("a bill with a row that is too short")
        else:
            rows.append(dict(zip(names, values, strict=False)))
    if names is not None and not is_whole:
        raise Malformed("a bill that breaks off")
    return rows if names is not None else None
