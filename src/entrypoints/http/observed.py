"""Around every request: its id, its figures, its security events, and the headers that every answer has."""

from collections.abc import Iterable
from time import perf_counter
from typing import Any, Final, cast

from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry, Counter, Histogram
from structlog.contextvars import bound_contextvars

from entrypoints.http.request_id import give_request_id
from entrypoints.http.security_log import SecurityLog

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
NO_ROUTE: Final = "none"
UNLESS_SAID: Final = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=63072000; includeSubDomains"),
)
"""What every answer says, unless its handler says otherwise: it is for its asker alone, over TLS, and never a page."""
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Figures:
    """What is counted of the requests, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "errand_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "errand_http_request_seconds",
            "Time to the end of the answer.",
            ("method", "route"),
            registry=self.registry,
            buckets=_BUCKETS,
        )

    def note(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """One request, by the template of its route: ids are no labels."""
        method = method if method in METHODS else "OTHER"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)


def observed(app: ASGIApp, figures: Figures, security: SecurityLog) -> ASGIApp:
    """The same application with an id, figures and its security events; nothing that it answers is cached unasked."""

    async def observing(scope: Scope, receive: Receive, send: Send) -> None:
        asked = cast("dict[str, Any]", scope)
        if asked["type"] != "http":
            await app(scope, receive, send)
            return
        begun, status = perf_counter(), 500
        request_id = give_request_id(asked)

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _completed(message["headers"], str(request_id).encode())
            await send(message)

        with bound_contextvars(request_id=str(request_id)):
            try:
                await app(scope, receive, sending)
            finally:
                figures.note(
                    method=asked["method"],
                    route=asked.get("path_template") or NO_ROUTE,
                    status=status,
                    seconds=perf_counter() - begun,
                )
                security.tell(asked, status)

    return observing


def _completed(headers: Iterable[tuple[bytes, bytes]], request_id: bytes) -> list[tuple[bytes, bytes]]:
    said = {name.lower() for name, _ in headers}
    usual = (header for header in UNLESS_SAID if header[0] not in said)
    return [*headers, (b"x-request-id", request_id), *usual]
