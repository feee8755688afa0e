"""The report of a reconciliation as one page of plain HTML, to be printed and filed."""

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from typing import Final

from entrypoints.cli import finding as findings
from entrypoints.cli.output import shown
from errand_domain.settlement.recipes import MovementKind
from errand_domain.settlement.reconciliation import (
    FINDING_NAMES,
    AmountDiffers,
    FeeDiffers,
    Finding,
    GivenUp,
    Matched,
    MissingHere,
    MissingThere,
    Reconciliation,
    UnderWay,
    reference_of,
)

STYLE: Final = """
body{font:14px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:1.4rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #999}h3{font-size:1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
td,th{border:1px solid #bbb;padding:.2rem .4rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#f0f0f0;white-space:nowrap}
@media print{body{margin:0;max-width:none}h2{break-before:page}h2:first-of-type{break-before:auto}
tr{break-inside:avoid}}
"""
KINDS: Final[dict[MovementKind, str]] = {"payment": "收款", "refund": "退款", "payout": "付款"}
FINDINGS: Final[dict[type[Finding], str]] = {
    Matched: "一致",
    UnderWay: "处理中",
    GivenUp: "平台已放弃",
    MissingHere: "我方缺少",
    MissingThere: "平台缺少",
    AmountDiffers: "金额不符",
    FeeDiffers: "手续费不符",
}
REASONS: Final[dict[str, str]] = {
    "unknown": "单号不属于我方",
    "not_recorded": "我方未记为已完成",
    "not_booked": "已完成但未入账",
    "repeated": "账单中重复",
}


def page(day: date, reconciliations: Sequence[Reconciliation]) -> str:
    """The page as a document that needs nothing else."""
    return f"""<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>对账报告 {day}</title><style>{STYLE}</style></head>
<body>
<h1>对账报告 {day}</h1>
<p>支付平台账单与本系统账簿逐笔双向核对。账单日期为北京时间。</p>
{"".join(_provider(one) for one in reconciliations)}
</body>
</html>
"""


def _provider(found: Reconciliation) -> str:
    verdict = "核对一致，没有差异。" if found.is_clean else f"有 {len(found.differences)} 处差异，需要处理。"
    passing = [one for one in found.findings if isinstance(one, UnderWay | GivenUp)]
    matched = [one for one in found.findings if isinstance(one, Matched)]
    return f"""<h2>{escape(found.provider)}</h2>
<p><b>{verdict}</b></p>
<h3>账单汇总</h3>{_sums(found)}
<h3>核对结果</h3>{_counts(found)}
<h3>差异</h3>{_lines(found.differences)}
<h3>无需处理</h3>{_lines(passing)}
<h3>一致</h3>{_lines(matched)}
"""


def _sums(found: Reconciliation) -> str:
    rows = [(KINDS[kind], total.count, findings.yuan(total.fen)) for kind, total in found.by_kind.items()]
    return _table(("项目", "笔数", "金额"), [*rows, ("手续费", "", findings.yuan(found.fee_fen))])


def _counts(found: Reconciliation) -> str:
    totals = found.by_finding
    rows = [
        (word, totals[FINDING_NAMES[kind]].count, findings.yuan(totals[FINDING_NAMES[kind]].fen))
        for kind, word in FINDINGS.items()
    ]
    return _table(("结果", "笔数", "金额"), rows)


def _lines(found: Iterable[Finding]) -> str:
    rows = [_line(one) for one in found]
    names = ("结果", "类型", "我方单号", "平台单号", "时间", "平台金额", "我方金额", "手续费", "说明", "处理命令")
    return _table(names, rows) if rows else "<p>没有。</p>"


def _line(found: Finding) -> tuple[object, ...]:
    reference, told = reference_of(found), findings.facts(found)
    line = None if isinstance(found, MissingThere) else found.line
    return (
        FINDINGS[type(found)],
        KINDS[reference.kind],
        reference.number,
        told["provider_id"],
        told["at"],
        findings.there(found),
        findings.here(found),
        findings.yuan(line.fee_fen) if line else None,
        _why(found),
        told["command"],
    )


def _why(found: Finding) -> str:
    match found:
        case MissingHere():
            return " ".join((REASONS[found.reason], found.state)).strip()
        case FeeDiffers():
            return f"已入账手续费 {findings.yuan(found.booked_fen)}"
        case UnderWay():
            return found.state
        case _:
            return ""


def _table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Everything is escaped here, and nowhere else."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{escape(shown(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"
