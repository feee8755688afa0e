"""The bills of one day: zipped tables in GBK between lines of remarks, padded with tabs, as Alipay writes them."""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from io import BytesIO
from typing import Final

from entrypoints.sandbox.alipay.trades import GivenBack, Trade
from entrypoints.sandbox.alipay.transfers import Transfer
from entrypoints.sandbox.words import CHINA, written, yuan

Row = tuple[str, ...]
TRADE_HEAD: Final[Row] = (
    *("支付宝交易号", "商户订单号", "业务类型", "商品名称", "创建时间", "完成时间", "门店编号", "门店名称", "操作员"),
    *("终端号", "对方账户", "订单金额（元）", "商家实收（元）", "支付宝红包（元）", "集分宝（元）", "支付宝优惠（元）"),
    *("商家优惠（元）", "券核销金额（元）", "券名称", "商家红包消费金额（元）", "卡消费金额（元）"),
    *("退款批次号/请求号", "服务费（元）", "分润（元）", "备注"),
)
MOVEMENT_HEAD: Final[Row] = (
    *("账务流水号", "业务流水号", "商户订单号", "商品名称", "发生时间", "对方账号"),
    *("收入金额（+元）", "支出金额（-元）", "账户余额（元）", "交易渠道", "业务类型", "备注"),
)
NOTHING: Final = "0.00"


def trade_bill(trades: Iterable[Trade], day: date, seller: str) -> bytes | None:
    """What was paid and given back on that day; nothing, where nothing was."""
    rows = sorted(row for trade in trades for row in _trade_rows(trade, day))
    if not rows:
        return None
    detail = _table("支付宝业务明细查询", "业务明细列表", seller, TRADE_HEAD, [row for _, row in rows])
    head = ("门店编号", "门店名称", "交易订单总笔数", "退款订单总笔数", "订单金额（元）", "服务费（元）")
    counts = ("合计", "", str(sum(row[2].strip() == "交易" for _, row in rows)))
    summary = _table("支付宝业务汇总查询", "业务汇总列表", seller, head, [(*counts, "", "", "")])
    name = f"{seller}0156_{day:%Y%m%d}_业务明细"
    return _zipped({f"{name}.csv": detail, f"{name}(汇总).csv": summary})


def movement_bill(trades: Iterable[Trade], transfers: Iterable[Transfer], day: date, seller: str) -> bytes | None:
    """All that moved on the account on that day; nothing, where nothing did."""
    rows = [row for trade in trades for row in _trade_movements(trade, day)]
    for transfer in transfers:
        if transfer.paid_at is not None and _is_on(day, transfer.paid_at):
            moved = ("", yuan(-transfer.amount_fen))
            rows.append(_movement(transfer.paid_at, transfer.order_number, transfer.number, moved, "转账"))
    if not rows:
        return None
    numbered = [(f"{count}\t", *row) for count, (_, row) in enumerate(sorted(rows), start=1)]
    text = _table("支付宝账务明细查询", "账务明细列表", seller, MOVEMENT_HEAD, numbered)
    return _zipped({f"{seller}0156_{day:%Y%m%d}_账务明细.csv": text})


def _trade_rows(trade: Trade, day: date) -> Iterator[tuple[datetime, Row]]:
    if trade.paid_at is None:
        return
    if _is_on(day, trade.paid_at):
        yield trade.paid_at, _trade_row(trade, trade.paid_at, None)
    for refund in trade.refunds:
        if _is_on(day, refund.at):
            yield refund.at, _trade_row(trade, refund.at, refund)


def _trade_row(trade: Trade, at: datetime, refund: GivenBack | None) -> Row:
    """Money that goes out is written below zero, and so is a fee that is charged."""
    amount = yuan(trade.amount_fen if refund is None else -refund.amount_fen)
    fee = yuan(-trade.fee_fen if refund is None else refund.fee_back_fen)
    kind, number = ("交易  ", "\t") if refund is None else ("退款  ", f"{refund.number}\t")
    return (
        *(f"{trade.trade_number}\t", f"{trade.number}\t", kind, _quoted(trade.subject)),
        *(written(trade.opened_at), written(at), "", "", "", "", "*明(138****1234)", amount, amount),
        *(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, "", NOTHING, NOTHING, number, fee, NOTHING, ""),
    )


def _trade_movements(trade: Trade, day: date) -> Iterator[tuple[datetime, Row]]:
    """A payment comes whole and its fee leaves; a refund leaves whole and its part of the fee comes back."""
    moved: list[tuple[datetime, int, int]] = []
    if trade.paid_at is not None:
        moved.append((trade.paid_at, trade.amount_fen, -trade.fee_fen))
    moved += [(one.at, -one.amount_fen, one.fee_back_fen) for one in trade.refunds]
    for at, amount_fen, fee_fen in moved:
        if not _is_on(day, at):
            continue
        for fen, kinds in ((amount_fen, ("在线支付", "退款（交易退款）")), (fee_fen, ("退费", "收费"))):
            if fen:
                sides = (yuan(fen), "") if fen > 0 else ("", yuan(fen))
                yield _movement(at, trade.trade_number, trade.number, sides, kinds[fen < 0])


def _movement(at: datetime, trade_number: str, number: str, sides: tuple[str, str], kind: str) -> tuple[datetime, Row]:
    return at, (f"{trade_number}\t", f"{number}\t", "", written(at), "", *sides, "", "支付宝", f"{kind} ", "")


def _table(title: str, name: str, seller: str, head: Row, rows: Iterable[Row]) -> str:
    lines = [
        *(f"#{title}", f"#账号：[{seller}0156]"),
        *(f"#{'-' * 20}{name}{'-' * 20}", ",".join(head)),
        *(",".join(row) for row in rows),
        *(f"#{'-' * 20}{name}结束{'-' * 20}", ""),
    ]
    return "\r\n".join(lines)


def _zipped(files: dict[str, str]) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text.encode("gbk", errors="replace"))
    return packed.getvalue()


def _quoted(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"'


def _is_on(day: date, at: datetime) -> bool:
    return at.astimezone(CHINA).date() == day
