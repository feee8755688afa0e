"""The sandbox's one page: plain HTML, readable without scripts."""

from collections.abc import Sequence
from html import escape
from typing import Final

from entrypoints.sandbox.world import OpenThings
from errand_domain.ports.outside import Notice

STYLE: Final = """
body{font:16px/1.6 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fafafa}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%;background:#fff}
td,th{border:1px solid #ddd;padding:.4rem .6rem;text-align:left;vertical-align:top}
th{background:#f0f0f0;font-weight:600}td.number{font-family:ui-monospace,monospace;font-size:.85rem}
td.amount{text-align:right;white-space:nowrap}button{font:inherit;padding:.1rem .8rem;cursor:pointer}
b.code{font-family:ui-monospace,monospace;font-size:1.1rem}p.none{color:#777}
"""


def page(*, payments: OpenThings, payouts: OpenThings, refunds: OpenThings, notices: Sequence[Notice]) -> str:
    """The page as a document."""
    return f"""<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>演示沙箱</title><style>{STYLE}</style></head>
<body>
<h1>演示沙箱</h1>
<p>这里扮演支付平台和所有人的手机：没有真实的钱，也没有真实的短信。</p>
<p><a href="/sandbox">刷新</a> · <a href="/schema">接口文档</a></p>
<h2>待支付</h2>{_things(payments, "payments", "pay", "支付")}
<h2>待确认收款</h2>{_things(payouts, "payouts", "confirm", "确认收款")}
<h2>退款中</h2>{_things(refunds, "refunds", "finish", "退款到账")}
<h2>收件箱</h2>{_inbox(notices)}
</body>
</html>
"""


def _things(things: OpenThings, folder: str, action: str, label: str) -> str:
    if not things:
        return '<p class="none">没有。</p>'
    rows = "".join(
        f'<tr><td class="number">{escape(number)}</td><td>{escape(what)}</td><td class="amount">{amount}</td>'
        f'<td><form method="post" action="/sandbox/{folder}/{escape(number)}/{action}">'
        f"<button>{label}</button></form></td></tr>"
        for number, what, amount in things
    )
    return f"<table><tr><th>编号</th><th>内容</th><th>金额</th><th></th></tr>{rows}</table>"


def _inbox(notices: Sequence[Notice]) -> str:
    if not notices:
        return '<p class="none">还没有消息。</p>'
    rows = "".join(
        f"<tr><td>{escape(notice.to.value)}</td><td>{escape(notice.text)}</td>"
        f"<td>{f'<b class=code>{escape(notice.code)}</b>' if notice.code else ''}</td></tr>"
        for notice in notices
    )
    return f"<table><tr><th>收件人</th><th>内容</th><th>验证码</th></tr>{rows}</table>"
