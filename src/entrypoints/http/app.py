"""The application: the routes, behind the gate, with every refusal rendered alike."""

from typing import Final

from litestar import Litestar, Router
from litestar.handlers import HTTPRouteHandler

from entrypoints.container import Container
from entrypoints.http.addresses import reached_at
from entrypoints.http.dependencies import use_cases, wired
from entrypoints.http.documents import state_with
from entrypoints.http.errors import EXCEPTION_HANDLERS
from entrypoints.http.gate import Gate
from entrypoints.http.health import health
from entrypoints.http.idempotency import Idempotency
from entrypoints.http.observed import Figures, observed
from entrypoints.http.openapi import described
from entrypoints.http.proxies import with_peers_address
from entrypoints.http.routes.avatars import AVATARS
from entrypoints.http.routes.campuses import CAMPUSES
from entrypoints.http.routes.disputes import DISPUTES
from entrypoints.http.routes.documents import DOCUMENTS
from entrypoints.http.routes.earnings import EARNINGS
from entrypoints.http.routes.exports import EXPORTS
from entrypoints.http.routes.file_links import FILE_LINKS
from entrypoints.http.routes.files import FILES
from entrypoints.http.routes.invitations import INVITATIONS
from entrypoints.http.routes.me import ME
from entrypoints.http.routes.notifications import NOTIFICATIONS
from entrypoints.http.routes.operator_content import OPERATOR_CONTENT
from entrypoints.http.routes.operator_money import OPERATOR_MONEY
from entrypoints.http.routes.operator_orders import OPERATOR_ORDERS
from entrypoints.http.routes.operator_people import OPERATOR_PEOPLE
from entrypoints.http.routes.orders import ORDERS
from entrypoints.http.routes.pages import PAGES
from entrypoints.http.routes.proofs import PROOFS
from entrypoints.http.routes.reports import REPORTS
from entrypoints.http.routes.runner import RUNNER
from entrypoints.http.routes.running import RUNNING
from entrypoints.http.routes.sign_in import SIGN_IN
from entrypoints.http.routes.upload_tickets import UPLOAD_TICKETS
from entrypoints.http.security_log import SecurityLog
from entrypoints.http.strict_json import StrictRequest

API: Final = "/api/v1"
BODY_BYTES_MOST: Final = 1024 * 1024
ROUTERS: Final = (
    SIGN_IN,
    PROOFS,
    INVITATIONS,
    DOCUMENTS,
    ME,
    EXPORTS,
    CAMPUSES,
    ORDERS,
    RUNNING,
    DISPUTES,
    FILES,
    FILE_LINKS,
    UPLOAD_TICKETS,
    AVATARS,
    RUNNER,
    EARNINGS,
    OPERATOR_PEOPLE,
    OPERATOR_ORDERS,
    OPERATOR_CONTENT,
    REPORTS,
    OPERATOR_MONEY,
    NOTIFICATIONS,
)


def create_app(container: Container) -> Litestar:
    """The HTTP API of that installation. It holds no state but the container and its own figures."""
    figures = Figures()
    found = use_cases(container)
    routers = [wired(router, found) for router in ROUTERS]
    api = Router(API, route_handlers=routers, middleware=[Gate(container), Idempotency(container)])
    redis = container.redis()
    may_be_gone = {"redis": redis.is_there} if redis else {}
    app = Litestar(
        route_handlers=[api, PAGES, wired(health(figures, may_be_gone), found)],
        exception_handlers={**EXCEPTION_HANDLERS},
        request_class=StrictRequest,
        request_max_body_size=BODY_BYTES_MOST,
        openapi_config=described(),
        state=state_with(container.shelf()),
        logging_config=None,
    )
    settings = container.settings()
    security = SecurityLog(container, below=API)
    app.asgi_handler = observed(with_peers_address(app.asgi_handler, settings.trusted_proxies), figures, security)
    return reached_at(app, settings.public_url, cdn_base=settings.cdn_base)


def handlers_of(app: Litestar) -> dict[tuple[str, str], HTTPRouteHandler]:
    """Every handler by method and path, for whoever wants to look at all of them."""
    return {
        (method, route.path_format): handler
        for route in app.routes
        for method, (handler, _) in getattr(route, "route_handler_map", {}).items()
    }
