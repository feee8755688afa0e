"""The sandbox over HTTP, on loopback and in development only: a page for people, JSON for scripts."""

import ipaddress
from typing import Any, Final

from litestar import Litestar, MediaType, Request, Response, Router, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from entrypoints.container import Container
from entrypoints.sandbox.page import page
from entrypoints.sandbox.world import OpenThings, World
from entrypoints.settings import SettingsInvalid
from errand_domain.errors import DomainError, NotFound

PREFIX: Final = "/sandbox"
INBOX_SHOWN: Final = 100
Asked = Request[Any, Any, Any]


def create_sandbox(container: Container) -> Litestar:
    """The sandbox of that installation; raises `SettingsInvalid` anywhere but in development."""
    if container.settings().mode != "development":
        raise SettingsInvalid("the sandbox is for development: anybody could pay with nothing")
    world = World(container)

    @get("/", media_type=MediaType.HTML)
    async def show() -> str:
        """Everything that waits for somebody outside, and what was sent to everybody."""
        provider = world.provider
        return page(
            payments=provider.open_payments(),
            payouts=provider.open_payouts(),
            refunds=provider.open_refunds(),
            notices=world.inbox()[:INBOX_SHOWN],
        )

    @get("/inbox")
    async def show_inbox(to: FromQuery[str | None] = None) -> dict[str, Any]:
        """What was sent, newest first; to one address, if one is named."""
        found = world.inbox(to)[:INBOX_SHOWN]
        return {"items": [{"to": n.to.value, "text": n.text, "code": n.code} for n in found]}

    @get("/open")
    async def show_open() -> dict[str, Any]:
        """What could be paid, confirmed or finished now."""
        provider = world.provider
        return {
            "payments": _plain(provider.open_payments()),
            "payouts": _plain(provider.open_payouts()),
            "refunds": _plain(provider.open_refunds()),
        }

    @post("/payments/{number:str}/pay", status_code=200)
    async def pay(number: FromPath[str], request: Asked) -> Response[Any]:
        """The payer pays."""
        attempt = await world.pay(number)
        return _done(request, {"number": number, "state": attempt.state_name, "orderId": str(attempt.order_id)})

    @post("/payouts/{number:str}/confirm", status_code=200)
    async def confirm(number: FromPath[str], request: Asked) -> Response[Any]:
        """The runner confirms."""
        withdrawal = await world.confirm(number)
        return _done(request, {"number": number, "state": withdrawal.state_name, "withdrawalId": str(withdrawal.id)})

    @post("/refunds/{number:str}/finish", status_code=200)
    async def finish(number: FromPath[str], request: Asked) -> Response[Any]:
        """The payer has the money back."""
        refund = await world.finish_refund(number)
        return _done(request, {"number": number, "state": refund.state_name, "orderId": str(refund.order_id)})

    handlers = [show, show_inbox, show_open, pay, confirm, finish]
    return Litestar(
        [Router(PREFIX, route_handlers=handlers, before_request=_check_here)],
        openapi_config=None,
        logging_config=None,
        exception_handlers={DomainError: _refused},
    )


async def _check_here(request: Asked) -> None:
    """To anybody on another machine there is no sandbox."""
    client = request.client
    try:
        is_here = client is not None and ipaddress.ip_address(client.host).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise NotFoundException


def _refused(_: Asked, refusal: DomainError) -> Response[Any]:
    status = 404 if isinstance(refusal, NotFound) else 409
    return Response({"code": refusal.code, "title": refusal.sentence}, status_code=status)


def _done(request: Asked, told: dict[str, str]) -> Response[Any]:
    """Back to the page for a browser, JSON for everybody else."""
    if "text/html" in request.headers.get("accept", ""):
        return Redirect(PREFIX, status_code=303)
    return Response(told)


def _plain(things: OpenThings) -> list[dict[str, Any]]:
    return [{"number": number, "what": what, "amountFen": amount.fen} for number, what, amount in things]
