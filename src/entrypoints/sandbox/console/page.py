"""The console's one page: plain HTML, readable without scripts, on a phone and in the dark."""

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final
from urllib.parse import quote

from entrypoints.sandbox.console import words
from entrypoints.sandbox.courier import Carried
from entrypoints.sandbox.faults import MEANINGS, TIMES_MOST, Kind
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Partner, Waiting
from entrypoints.sandbox.words import CHINA
from errand_domain.money import Money
from errand_domain.ports.outside import Notice

PREFIX: Final = "/sandbox"
STYLE_FILE: Final = "style.css"
LETTERS_SHOWN: Final = 30


def page(outside: Outside, notices: Sequence[Notice], *, said: str = "") -> str:
    """The page as a document; above all the rest what was said to the last request, if it was refused."""
    return f"""<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>沙箱</title><style>{_style()}</style></head>
<body>
<header><h1>沙箱</h1><a href="{PREFIX}">刷新</a>
<p>在这里扮演微信、支付宝和所有人的手机，没有真实的钱。</p></header>
{f'<p class="card said" role="alert">{escape(said)}</p>' if said else ""}
<main>
{_waiting([one for partner in outside.partners.values() for one in partner.waiting()])}
<h2 id="letters">通知 <small>平台告诉商户的</small></h2>{_letters(outside.courier.all()[:LETTERS_SHOWN])}
<h2 id="inbox">收件箱 <small>短信和消息</small></h2>{_inbox(notices)}
<h2 id="faults">制造故障 <small>下一次这样做的时候发生</small></h2>{_faults(outside)}
<h2 id="balances">商户余额 <small>按平台的账</small></h2>{_balances(outside.partners.values())}
</main>
</body>
</html>
"""


@cache
def _style() -> str:
    return files("entrypoints.sandbox.console").joinpath(STYLE_FILE).read_text("utf-8")


def _waiting(things: Sequence[Waiting]) -> str:
    """What waits, by kind; kinds that have no name of their own come last."""
    kinds = dict.fromkeys((*words.KINDS, *(one.kind for one in things)))
    sections = ((kind, [one for one in things if one.kind == kind]) for kind in kinds)
    shown = "".join(
        f"<h2>{escape(words.KINDS.get(kind, kind))}</h2><ul>{''.join(map(_thing, some))}</ul>"
        for kind, some in sections
        if some
    )
    return shown or '<h2>待办</h2><p class="none">没有什么在等人：商户发起支付、退款或转账之后，会出现在这里。</p>'


def _thing(one: Waiting) -> str:
    folder = "/".join(quote(part, safe="") for part in (one.partner, one.kind, one.number))
    buttons = "".join(
        _button(f"{folder}/{quote(act, safe='')}", words.ACTS.get(act, act), is_first=nth == 0)
        for nth, act in enumerate(one.acts)
    )
    partner = words.PARTNERS.get(one.partner, one.partner)
    return (
        f'<li><span class="amount">{Money(one.amount_fen)}</span>'
        f"<div>{escape(one.what)}<small>{escape(partner)} "
        f'<span class="number">{escape(one.number)}</span></small></div>'
        f'<span class="acts">{buttons}</span></li>'
    )


def _button(path: str, label: str, *, is_first: bool = False) -> str:
    look = ' class="first"' if is_first else ""
    return f'<form method="post" action="{PREFIX}/{path}"><button{look}>{escape(label)}</button></form>'


def _letters(letters: Sequence[Carried]) -> str:
    if not letters:
        return '<p class="none">还没有通知。</p>'
    waits = any(not one.is_over for one in letters)
    retry = f"<p>{_button('courier/deliver', '立即重试')}</p>" if waits else ""
    return f"{retry}<ul>{''.join(map(_letter, letters))}</ul>"


def _letter(one: Carried) -> str:
    look, told = ("good", "已接收") if one.understood else ("bad", "不再重试") if one.is_over else ("", "等待重试")
    partner = words.PARTNERS.get(one.letter.partner, one.letter.partner)
    tries = "".join(f"<small>{t.at.astimezone(CHINA):%H:%M:%S} {escape(t.outcome)}</small>" for t in one.tries)
    return (
        f"<li><div>{escape(partner)} {escape(words.operation(one.letter.operation))}"
        f'<small class="number">{escape(one.letter.operation)}</small>{tries}</div>'
        f'<span class="{look}">{told}</span></li>'
    )


def _inbox(notices: Sequence[Notice]) -> str:
    if not notices:
        return '<p class="none">还没有消息。</p>'
    rows = "".join(
        f"<li><div>{escape(notice.text)}<small>{escape(notice.to.value)}</small></div>"
        f"{f'<span class=code>{escape(notice.code)}</span>' if notice.code else ''}</li>"
        for notice in notices
    )
    return f"<ul>{rows}</ul>"


def _faults(outside: Outside) -> str:
    """What waits to go wrong, and one form for each partner, which offers what may go wrong there and nothing else."""
    waiting = "".join(
        f"<li><div>{escape(words.operation(operation))}：{escape(MEANINGS[kind])}"
        f'<small class="number">{escape(operation)} {kind}</small></div></li>'
        for operation, kind in outside.faults.waiting()
    )
    forms = "".join(_fault_form(partner) for partner in outside.partners.values() if partner.operations)
    return f'<div class="card faults">{forms}</div>' + (f"<h2>即将发生</h2><ul>{waiting}</ul>" if waiting else "")


def _fault_form(partner: Partner) -> str:
    groups = "".join(
        f'<optgroup label="{escape(operation)}">{_fault_options(operation, kinds)}</optgroup>'
        for operation, kinds in partner.operations.items()
    )
    name = escape(words.PARTNERS.get(partner.name, partner.name))
    place = f"fault-{escape(partner.name)}"
    return (
        f'<form method="post" action="{PREFIX}/faults"><label for="{place}">{name}</label>'
        f'<select id="{place}" name="fault">{groups}</select>'
        f'<input name="times" type="number" value="1" min="1" max="{TIMES_MOST}" aria-label="次数">'
        "<button>发生</button></form>"
    )


def _fault_options(operation: str, kinds: Iterable[Kind]) -> str:
    """Each says the operation again: once it is chosen, nobody sees the group any more."""
    called = escape(words.operation(operation))
    return "".join(
        f'<option value="{escape(operation)} {kind}">{called}：{escape(MEANINGS[kind])}</option>' for kind in kinds
    )


def _balances(partners: Iterable[Partner]) -> str:
    held = "".join(
        f"<span>{escape(words.PARTNERS.get(partner.name, partner.name))} <b>{_yuan(fen)}</b></span>"
        for partner in partners
        if (fen := partner.balance_fen()) is not None
    )
    return f'<p class="held">{held or "没有"}</p>'


def _yuan(fen: int) -> str:
    return f"−{Money(-fen)}" if fen < 0 else str(Money(fen))
