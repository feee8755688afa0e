"""The console's one page: plain HTML, readable without scripts."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from entrypoints.sandbox.courier import Carried
from entrypoints.sandbox.faults import MEANINGS
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Waiting
from errand_domain.money import Money
from errand_domain.ports.outside import Notice

LETTERS_SHOWN: Final = 30
NAMES: Final = {"wechat-pay": "微信支付", "alipay": "支付宝", "wechat": "微信"}
KINDS: Final = {"payments": "待支付", "refunds": "退款中", "transfers": "待收款", "orders": "待确认收货"}
ACTS: Final = {
    "open": "打开",
    "pay": "支付",
    "finish": "退款到账",
    "confirm": "确认收款",
    "expire": "超时未确认",
    "fail": "失败",
    "confirm-receipt": "确认收货",
}
STYLE: Final = """
:root{color-scheme:light dark;--line:#8884}
body{font:16px/1.6 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin-bottom:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid var(--line);padding:.4rem .6rem;text-align:left;vertical-align:top}
th{font-weight:600}td.number{font-family:ui-monospace,monospace;font-size:.85rem;overflow-wrap:anywhere}
td.amount{text-align:right;white-space:nowrap}form{display:inline}
button,select,input{font:inherit;padding:.15rem .7rem;margin:.1rem}input{width:4rem}
b.code{font-family:ui-monospace,monospace;font-size:1.1rem}p.none,small{opacity:.7}
"""


def page(outside: Outside, notices: Sequence[Notice]) -> str:
    """The page as a document."""
    waiting = [one for partner in outside.partners.values() for one in partner.waiting()]
    balances = ((NAMES.get(name, name), p.balance_fen()) for name, p in outside.partners.items())
    held = "　".join(f"{name} {_yuan(fen)}" for name, fen in balances if fen is not None)
    return f"""<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>沙箱</title><style>{STYLE}</style></head>
<body>
<h1>沙箱</h1>
<p>这里扮演支付平台、微信和所有人的手机：没有真实的钱。<a href="/sandbox">刷新</a></p>
<p><small>平台账上为商户保管：{escape(held) or "没有"}</small></p>
{"".join(_section(label, [one for one in waiting if one.kind == kind]) for kind, label in KINDS.items())}
<h2>制造故障</h2>{_faults(outside)}
<h2>通知</h2>{_letters(outside.courier.all()[:LETTERS_SHOWN])}
<h2>收件箱</h2>{_inbox(notices)}
</body>
</html>
"""


def _yuan(fen: int) -> str:
    return f"−{Money(-fen)}" if fen < 0 else str(Money(fen))


def _section(label: str, things: Sequence[Waiting]) -> str:
    return f"<h2>{label}</h2>{_things(things)}"


def _things(things: Sequence[Waiting]) -> str:
    if not things:
        return '<p class="none">没有。</p>'
    rows = "".join(
        f'<tr><td>{escape(NAMES.get(one.partner, one.partner))}</td><td class="number">{escape(one.number)}</td>'
        f'<td>{escape(one.what)}</td><td class="amount">{Money(one.amount_fen)}</td><td>{_buttons(one)}</td></tr>'
        for one in things
    )
    return f"<table><tr><th>平台</th><th>编号</th><th>内容</th><th>金额</th><th></th></tr>{rows}</table>"


def _buttons(one: Waiting) -> str:
    folder = f"/sandbox/{escape(one.partner)}/{escape(one.kind)}/{escape(one.number)}"
    return "".join(
        f'<form method="post" action="{folder}/{escape(act)}"><button>{escape(ACTS.get(act, act))}</button></form>'
        for act in one.acts
    )


def _faults(outside: Outside) -> str:
    options = "".join(
        f'<option value="{escape(operation)}">{escape(operation)}</option>' for operation in outside.faults.operations
    )
    kinds = "".join(f'<option value="{kind}">{escape(meaning)}</option>' for kind, meaning in MEANINGS.items())
    waiting = "".join(
        f"<li>{escape(operation)}：{escape(MEANINGS[kind])}</li>" for operation, kind in outside.faults.waiting()
    )
    return (
        '<form method="post" action="/sandbox/faults">'
        f'<select name="operation">{options}</select><select name="kind">{kinds}</select>'
        '<input name="times" type="number" value="1" min="1" max="100"><button>下一次发生</button></form>'
        + (f"<ul>{waiting}</ul>" if waiting else '<p class="none">没有等待发生的故障。</p>')
    )


def _letters(letters: Iterable[Carried]) -> str:
    rows = "".join(
        f'<tr><td class="number">{escape(one.letter.operation)}</td>'
        f"<td>{'已接收' if one.understood else '不再重试' if one.is_over else '等待重试'}</td>"
        f"<td>{'<br>'.join(escape(f'{t.at:%H:%M:%S} {t.outcome}') for t in one.tries)}</td></tr>"
        for one in letters
    )
    deliver = '<form method="post" action="/sandbox/courier/deliver"><button>立即重试</button></form>'
    if not rows:
        return '<p class="none">还没有通知。</p>'
    return f"{deliver}<table><tr><th>通知</th><th>结果</th><th>每次尝试</th></tr>{rows}</table>"


def _inbox(notices: Sequence[Notice]) -> str:
    if not notices:
        return '<p class="none">还没有消息。</p>'
    rows = "".join(
        f"<tr><td>{escape(notice.to.value)}</td><td>{escape(notice.text)}</td>"
        f"<td>{f'<b class=code>{escape(notice.code)}</b>' if notice.code else ''}</td></tr>"
        for notice in notices
    )
    return f"<table><tr><th>收件人</th><th>内容</th><th>验证码</th></tr>{rows}</table>"
