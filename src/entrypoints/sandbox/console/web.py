"""The console over HTTP: a page for people, JSON for scripts."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Litestar, MediaType, Request, Response, Router, get, post
from litestar.exceptions import ClientException, HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import DecodeError, Struct, convert
from msgspec.json import decode

from entrypoints.sandbox.console.page import PREFIX, page
from entrypoints.sandbox.courier import Carried
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Waiting
from errand_domain.ports.outside import Notice

SHOWN_MOST: Final = 100
NOT_FOUND: Final = 404
CONFLICT: Final = 409
REFUSALS: Final = {NOT_FOUND: ("not_found", "没有这个"), CONFLICT: ("not_possible", "现在不能这样做")}
NOT_UNDERSTOOD: Final = ("not_understood", "没看懂")
FORM: Final = "application/x-www-form-urlencoded"
Asked = Request[Any, Any, Any]
Inbox = Callable[[], Sequence[Notice]]
Handlers = list[HTTPRouteHandler]


class FaultAsked(Struct, frozen=True):
    """What shall go wrong, and how often."""

    operation: str
    kind: str
    times: int = 1


def make_console(outside: Outside, inbox: Inbox) -> Litestar:
    """The console of that outside world."""

    def refused(request: Asked, status_code: int, detail: str) -> Response[Any]:
        """The page with a word about it for a browser, JSON for everybody else."""
        code, word = REFUSALS.get(status_code, NOT_UNDERSTOOD)
        if _is_browser(request):
            shown = page(outside, inbox()[:SHOWN_MOST], said=f"{word}：{detail}")
            return Response(shown, status_code=status_code, media_type=MediaType.HTML)
        return Response({"code": code, "detail": detail}, status_code=status_code)

    def not_there(request: Asked, fault: LookupError) -> Response[Any]:
        return refused(request, NOT_FOUND, f"there is no such thing: {' '.join(map(str, fault.args))}")

    def not_possible(request: Asked, fault: ValueError) -> Response[Any]:
        return refused(request, CONFLICT, str(fault))

    def not_understood(request: Asked, fault: HTTPException) -> Response[Any]:
        return refused(request, fault.status_code, fault.detail)

    return Litestar(
        [Router(PREFIX, route_handlers=[*_looking(outside, inbox), *_acting(outside)])],
        openapi_config=None,
        logging_config=None,
        exception_handlers={LookupError: not_there, ValueError: not_possible, HTTPException: not_understood},
    )


def _looking(outside: Outside, inbox: Inbox) -> Handlers:
    @get("/", media_type=MediaType.HTML)
    async def show() -> str:
        """Everything that waits for somebody outside, what was told to the merchant, and what was sent to everybody."""
        outside.pass_time()
        return page(outside, inbox()[:SHOWN_MOST])

    @get("/inbox")
    async def show_inbox(to: FromQuery[str | None] = None) -> dict[str, Any]:
        """What was sent, newest first; to one address, if one is named."""
        found = [notice for notice in inbox() if to in (None, notice.to.value)][:SHOWN_MOST]
        return {"items": [{"to": n.to.value, "text": n.text, "code": n.code} for n in found]}

    @get("/open")
    async def show_open() -> dict[str, Any]:
        """What could be paid, confirmed or finished now."""
        outside.pass_time()
        return {"items": [_plain(one) for partner in outside.partners.values() for one in partner.waiting()]}

    @get("/balances")
    async def show_balances() -> dict[str, int]:
        """What each partner holds for the merchant, in fen, by its own books."""
        outside.pass_time()
        found = {name: partner.balance_fen() for name, partner in outside.partners.items()}
        return {name: fen for name, fen in found.items() if fen is not None}

    @get("/faults")
    async def show_faults() -> dict[str, Any]:
        """What may go wrong, and what waits to."""
        waiting = [{"operation": operation, "kind": kind} for operation, kind in outside.faults.waiting()]
        return {"operations": outside.faults.operations, "waiting": waiting}

    @get("/courier")
    async def show_courier() -> dict[str, Any]:
        """The notifications and their tries, newest first."""
        return {"items": [_carried(one) for one in outside.courier.all()[:SHOWN_MOST]]}

    return [show, show_inbox, show_open, show_balances, show_faults, show_courier]


def _acting(outside: Outside) -> Handlers:
    @post("/faults", status_code=200)
    async def ask_for_fault(request: Asked) -> Response[Any]:
        """Let something go wrong: `operation`, `kind` and `times`, as JSON or from a form."""
        wanted = await _fault_asked(request)
        outside.faults.ask(wanted.operation, wanted.kind, times=wanted.times)  # type: ignore[arg-type]  # it refuses what is no kind
        return _done(request, {"operation": wanted.operation, "kind": wanted.kind, "times": wanted.times}, at="faults")

    @post("/courier/deliver", status_code=200)
    async def deliver(request: Asked) -> Response[Any]:
        """Try every notification now that is not over, whatever its schedule says."""
        outside.pass_time()
        tried = await outside.courier.deliver_due(everything=True)
        return _done(request, {"items": [_carried(one) for one in tried]}, at="letters")

    @post("/{partner:str}/{kind:str}/{number:str}/{act:str}", status_code=200)
    async def do(
        partner: FromPath[str], kind: FromPath[str], number: FromPath[str], act: FromPath[str], request: Asked
    ) -> Response[Any]:
        """Somebody outside does it, and the merchant is told at once."""
        if partner not in outside.partners:
            raise LookupError(partner)
        with outside.store.together():
            outside.pass_time()
            told = outside.partners[partner].act(kind, number, act)
        await outside.courier.deliver_due()
        return _done(request, {**told})

    return [ask_for_fault, deliver, do]


async def _fault_asked(request: Asked) -> FaultAsked:
    """What the request wants; the page's form says operation and kind in one word, `fault`."""
    body = await request.body()
    try:
        if request.content_type[0] != FORM:
            return decode(body, type=FaultAsked)
        form = dict(parse_qsl(body.decode()))
        if "fault" in form:
            form["operation"], _, form["kind"] = form["fault"].partition(" ")
        return convert(form, FaultAsked, strict=False)
    except (DecodeError, UnicodeDecodeError) as fault:
        raise ClientException(str(fault)) from fault


def _is_browser(request: Asked) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _done(request: Asked, told: dict[str, Any], *, at: str = "") -> Response[Any]:
    """Back to that place of the page for a browser, JSON for everybody else."""
    if _is_browser(request):
        return Redirect(f"{PREFIX}#{at}" if at else PREFIX, status_code=303)
    return Response(told)


def _plain(one: Waiting) -> dict[str, Any]:
    return {
        "partner": one.partner,
        "kind": one.kind,
        "number": one.number,
        "what": one.what,
        "amountFen": one.amount_fen,
        "acts": one.acts,
    }


def _carried(one: Carried) -> dict[str, Any]:
    tries = [{"at": t.at.isoformat(), "outcome": t.outcome} for t in one.tries]
    return {"id": one.letter.id, "operation": one.letter.operation, "understood": one.understood, "tries": tries}
