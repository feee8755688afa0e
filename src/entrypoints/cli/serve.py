"""`errand serve`: the HTTP API."""

import os

import click
import uvicorn

from entrypoints.cli.bounded_heads import BoundedHeads
from entrypoints.cli.serving import WITH_WORKER
from entrypoints.container.carriers import find_notices
from entrypoints.container.passwords import find_breached_passwords
from entrypoints.container.storage import check_storage
from entrypoints.documents.shelf import find_shelf
from entrypoints.partners import check_partners
from entrypoints.settings import read_settings

STOP_SECONDS = 10
KEEP_ALIVE_SECONDS = 65  # longer than a proxy before us keeps its end, so that it never meets a closed one


@click.command("serve")
@click.option("--host", help="Where to listen; ERRAND_HOST if left out.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; ERRAND_PORT if left out.")
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes.")
@click.option("--with-worker", is_flag=True, help="Deliver messages and fire timers in the same processes.")
def noun(*, host: str | None, port: int | None, workers: int, with_worker: bool) -> None:
    """Answer HTTP until told to stop; requests under way are finished first."""
    settings = read_settings()
    check_partners(settings)
    find_shelf(settings)
    check_storage(settings)
    find_notices(settings)
    find_breached_passwords(settings)
    os.environ[WITH_WORKER] = "1" if with_worker else "0"
    uvicorn.run(
        "entrypoints.cli.serving:served",
        factory=True,
        host=host or settings.host,
        port=settings.port if port is None else port,
        workers=workers,
        loop="uvloop",
        http=BoundedHeads,
        lifespan="on",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the application knows whom to believe
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
