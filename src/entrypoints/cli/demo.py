"""`errand demo`: a demonstration campus, served on this machine with everything that it needs."""

import asyncio
import os
import shlex
import shutil
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import click
import uvicorn
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from entrypoints.cli.logs import write_logs
from entrypoints.cli.serving import Served
from entrypoints.container import Container
from entrypoints.demo.clock import MovableClock
from entrypoints.demo.folder import Addresses, DemoFolder
from entrypoints.demo.people import APPLICANTS, OPERATORS, PHONE_START, REQUESTERS, RUNNERS, Person
from entrypoints.demo.places import NAME
from entrypoints.demo.seed import seed
from entrypoints.demo.serving import NoFreePort, address_of, listening, played, sandbox_served
from entrypoints.demo.session import session
from entrypoints.sandbox.inbox import Mailboxes
from errand_domain.ports.outside import Notice

if TYPE_CHECKING:
    from entrypoints.demo.notices import DemoNotices

STOP_SECONDS: Final = 5


@click.command("demo")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=Path(".demo"), show_default=True, help="Data."
)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Or the next free one.")
@click.option("--reset", is_flag=True, help="Throw the data away and begin anew.")
@click.option("--seed-only", is_flag=True, help="Make the data and stop.")
@click.option("--script", is_flag=True, help="Print a curl session for bash, and stop.")
@click.option("--environment", is_flag=True, help="Print what a shell must export to work on this data, and stop.")
def noun(*, folder: Path, port: int, reset: bool, seed_only: bool, script: bool, environment: bool) -> None:
    """Serve a demonstration campus: API, worker and sandbox in one process, no keys and no money needed."""
    demo = DemoFolder(folder)
    if script:
        click.echo(session(demo), nl=False)
        return
    if environment:
        for name, value in demo.environment.items():
            click.echo(f"export {name}={shlex.quote(value)}")
        return
    if reset:
        shutil.rmtree(folder, ignore_errors=True)
    if not demo.is_seeded:
        click.echo("Making a demonstration campus…", err=True)
        demo.begin()
    try:
        with listening(port) as service, listening(port + 1) as sandbox:
            asyncio.run(_run(demo, service, sandbox, seed_only=seed_only))
    except NoFreePort as none:
        raise click.UsageError(str(none)) from none


async def _run(demo: DemoFolder, service: socket.socket, sandbox: socket.socket, *, seed_only: bool) -> None:
    """Play the outside world, tell the story if it was not told yet, and serve."""
    demo.serve_at(Addresses(service=address_of(service), sandbox=address_of(sandbox)))
    clock, opened = MovableClock(), list[Container]()
    outside = played(demo, clock)

    def inbox() -> Sequence[Notice]:
        texts = Mailboxes(outside.store).received()
        heard = cast("DemoNotices", opened[0].notices()).beside(texts) if opened else texts
        return [one.notice for one in heard]

    async with sandbox_served(outside, sandbox, inbox):
        with outside.courier.muted():  # the service asks while the story is told: nobody listens yet
            await seed(demo, clock)
        if seed_only:
            return

        def ready(container: Container) -> None:
            opened.append(container)
            _welcome(demo)

        await _serve(demo, service, ready)


async def _serve(demo: DemoFolder, listener: socket.socket, when_ready: Callable[[Container], None]) -> None:
    write_logs()
    config = uvicorn.Config(
        Served(demo.settings, with_worker=True, when_ready=when_ready),
        http="httptools",
        lifespan="on",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    await uvicorn.Server(config).serve(sockets=[listener])


def _welcome(demo: DemoFolder) -> None:
    """What to open, who can sign in, and what to try next."""
    console = Console(file=sys.stdout)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    here = "" if demo.path == Path(".demo") else f" --folder {demo.path}"
    table.add_row("API", f"{demo.addresses.service}/schema")
    table.add_row("Sandbox 沙箱", f"{demo.addresses.sandbox}/sandbox")
    table.add_row("Sign in", f"by phone, {PHONE_START} and four digits; the code appears in the sandbox")
    table.add_row("Requesters", _named(REQUESTERS))
    table.add_row("Runners", _named(RUNNERS))
    table.add_row("Applicants", _named(APPLICANTS))
    table.add_row("Operators", _named(OPERATORS))
    table.add_row("", f"by e-mail, password and authenticator: {demo.operators_file}")
    table.add_row("Session", f"{_command()} demo{here} --script | bash")
    table.add_row("Begin anew", f"{_command()} demo{here} --reset")
    title = f"{NAME} · errand demo"
    console.print(Panel(table, title=title, title_align="left", expand=False, padding=(1, 2)))


def _command() -> str:
    """How this command is called from here."""
    return "errand" if shutil.which("errand") else os.path.relpath(Path(sys.executable).with_name("errand"))


def _named(people: tuple[Person, ...]) -> str:
    return "   ".join(f"{one.extension} {one.nickname}{_told(one)}" for one in people)


def _told(person: Person) -> str:
    facts = (*person.roles, *((person.course,) if person.course not in (None, "approved") else ()))
    return f" ({', '.join(facts)})" if facts else ""
