"""The page on which the payer pays, or hears why not."""

from html import escape
from typing import Final

from entrypoints.sandbox.alipay.errors import ERRORS, AlipayError
from entrypoints.sandbox.alipay.trades import Trade
from entrypoints.sandbox.words import yuan

STYLE: Final = """
body{font:16px/1.6 system-ui,sans-serif;max-width:26rem;margin:2rem auto;padding:0 1rem;color:#222;background:#f4f6fa}
main{background:#fff;border-radius:.6rem;padding:1.2rem 1.5rem;box-shadow:0 1px 4px #0002}
h1{font-size:1.1rem;color:#1677ff}b.amount{font-size:2rem}button{font:inherit;width:100%;padding:.6rem;border:0;
border-radius:.4rem;background:#1677ff;color:#fff;cursor:pointer}small{color:#777;word-break:break-all}
"""


def cashier(trade: Trade) -> str:
    """The page of a payment that waits."""
    action = escape(f"/alipay/cashier/{trade.number}", quote=True)
    return _page(
        f"<p>{escape(trade.subject)}</p><p><b class=amount>¥{yuan(trade.amount_fen)}</b></p>"
        f'<form method="post" action="{action}"><button>确认付款</button></form>{_back(trade, "暂不付款")}'
        f"<p><small>订单号 {escape(trade.number)}</small></p>"
    )


def paid(trade: Trade) -> str:
    """The page of a payment that was made."""
    return _page(f"<p>支付成功</p><p><b class=amount>¥{yuan(trade.amount_fen)}</b></p>{_back(trade, '返回商家')}")


def refused(error: AlipayError) -> str:
    """The page of an order that cannot be paid."""
    return _page(f"<p>{escape(ERRORS[error.sub_code])}</p><p><small>{escape(error.sub_code)}</small></p>")


def _back(trade: Trade, label: str) -> str:
    if not trade.return_url.startswith(("http://", "https://")):
        return ""
    return f'<p><a href="{escape(trade.return_url, quote=True)}">{label}</a></p>'


def _page(content: str) -> str:
    return (
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>支付宝沙箱收银台</title><style>{STYLE}</style></head>"
        f"<body><main><h1>支付宝沙箱收银台</h1>{content}</main></body></html>\n"
    )
