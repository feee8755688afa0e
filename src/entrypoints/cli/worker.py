"""`errand worker`: outbox and timers in a process of their own."""

import click
import uvloop
from prometheus_client import start_http_server

from entrypoints.cli.logs import write_logs
from entrypoints.cli.serving import prepare_partners
from entrypoints.container import running
from entrypoints.container.carriers import find_notices
from entrypoints.container.storage import check_storage
from entrypoints.partners import check_partners
from entrypoints.settings import Settings, read_settings
from entrypoints.worker.worker import make_worker, run_until_told


@click.command("worker")
@click.option("--metrics-port", type=click.IntRange(1, 65535), help="Serve figures for Prometheus on loopback.")
def noun(*, metrics_port: int | None) -> None:
    """Deliver messages and fire timers until told to stop (SIGTERM or Ctrl-C); any number of workers may run."""
    settings = read_settings()
    check_partners(settings)
    check_storage(settings)
    find_notices(settings)
    write_logs()
    if metrics_port is not None:
        start_http_server(metrics_port, addr="127.0.0.1")
    uvloop.run(_work(settings))


async def _work(settings: Settings) -> None:
    async with running(settings) as container:
        await prepare_partners(container)
        await run_until_told(make_worker(container))
