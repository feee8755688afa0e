"""The console over HTTP: a page for people, JSON for scripts."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from litestar import Litestar, MediaType, Request, Response, Router, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from entrypoints.sandbox.console.page import page
from entrypoints.sandbox.courier import Carried
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Waiting
from errand_domain.ports.outside import Notice

PREFIX: Final = "/sandbox"
SHOWN_MOST: Final = 100
CONFLICT: Final = 409
Asked = Request[Any, Any, Any]


Inbox = Callable[[], Sequence[Notice]]
Handlers = list[HTTPRouteHandler]


def make_console(outside: Outside, inbox: Inbox) -> Litestar:
    """The console of that outside world."""
    return Litestar(
        [Router(PREFIX, route_handlers=[*_looking(outside, inbox), *_acting(outside)])],
        openapi_config=None,
        logging_config=None,
        exception_handlers={LookupError: _not_there, ValueError: _not_possible},
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
        wanted = dict(await request.form()) if _is_form(request) else await request.json()
        operation, kind, times = str(wanted["operation"]), str(wanted["kind"]), int(wanted.get("times", 1))
        outside.faults.ask(operation, kind, times=times)  # type: ignore[arg-type]  # it refuses what is no kind
        return _done(request, {"operation": operation, "kind": kind, "times": times})

    @post("/courier/deliver", status_code=200)
    async def deliver(request: Asked) -> Response[Any]:
        """Try every notification now that is not over, whatever its schedule says."""
        outside.pass_time()
        tried = await outside.courier.deliver_due(everything=True)
        return _done(request, {"items": [_carried(one) for one in tried]})

    @post("/{partner:str}/{kind:str}/{number:str}/{act:str}", status_code=200)
    async def do(
        partner: FromPath[str], kind: FromPath[str], number: FromPath[str], act: FromPath[str], request: Asked
    ) -> Response[Any]:
        """Somebody outside does it, and the merchant is told at once."""
        if partner not in outside.partners:
            raise NotFoundException
        with outside.store.together():
            told = outside.partners[partner].act(kind, number, act)
        await outside.courier.deliver_due()
        return _done(request, {**told})

    return [ask_for_fault, deliver, do]


def _not_there(_: Asked, fault: LookupError) -> Response[Any]:
    return Response({"code": "not_found", "detail": f"there is no such thing: {fault}"}, status_code=404)


def _not_possible(_: Asked, fault: ValueError) -> Response[Any]:
    return Response({"code": "not_possible", "detail": str(fault)}, status_code=CONFLICT)


def _is_form(request: Asked) -> bool:
    return request.content_type[0] == "application/x-www-form-urlencoded"


def _done(request: Asked, told: dict[str, Any]) -> Response[Any]:
    """Back to the page for a browser, JSON for everybody else."""
    if "text/html" in request.headers.get("accept", ""):
        return Redirect(PREFIX, status_code=303)
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
