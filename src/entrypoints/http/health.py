"""Whether the service lives and is ready, and its figures. None of it tells anything about anybody."""

from collections.abc import Awaitable, Callable, Mapping

from litestar import MediaType, Response, Router, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from entrypoints.http.dependencies import Uses
from entrypoints.http.observed import Figures
from errand_domain.use_cases.operators.view_campuses import ListCampuses


@get("/health/live", media_type=MediaType.TEXT)
async def live() -> str:
    """The process answers."""
    return "live\n"


def health(figures: Figures, may_be_gone: Mapping[str, Callable[[], Awaitable[bool]]]) -> Router:
    """The routes outside the API, with the figures in Prometheus's text format.

    `may_be_gone` is what the service can do without, each with whether it is there.
    """

    @get("/health/ready", media_type=MediaType.TEXT)
    async def ready(list_campuses: Uses[ListCampuses]) -> Response[str]:
        """The database answers as well; 503 where it does not. What may be gone is named where it is."""
        try:
            await list_campuses()
        except Exception:  # noqa: BLE001 - whatever keeps the database from answering, the answer is the same
            return Response("not ready\n", status_code=503, media_type=MediaType.TEXT)
        gone = [f"{name}: degraded\n" for name, is_there in may_be_gone.items() if not await is_there()]
        return Response("".join(["ready\n", *gone]), media_type=MediaType.TEXT)

    @get("/metrics", media_type=MediaType.TEXT)
    async def metrics() -> Response[bytes]:
        """Requests by route template and status, and the worker's figures where it runs in this process."""
        return Response(generate_latest(figures.registry) + generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Router("/", route_handlers=[live, ready, metrics], include_in_schema=False)
