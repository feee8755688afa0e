"""The sandbox alone on a port of this machine, which says when it is ready and what to start the service with."""

import asyncio
import json
import socket
from collections.abc import Callable, Mapping
from typing import Final

import click
import uvicorn

from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.folder import SandboxFolder, exports
from entrypoints.sandbox.mail.keys import MailKeys
from entrypoints.sandbox.mail.server import MailServer

HERE: Final = "127.0.0.1"
STOP_SECONDS: Final = 2


class TellingServer(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell."""
        await super().startup(sockets)
        if self.started:
            self._when_ready()


def serve_sandbox(folder: SandboxFolder, *, port: int, mail_port: int, speed: int, as_json: bool) -> None:
    """Serve until told to stop."""
    with _listening(port) as listener, _listening(mail_port, "--mail-port") as mail_listener:
        url = f"http://{HERE}:{listener.getsockname()[1]}"
        environment = folder.environment(url, mail_port=mail_listener.getsockname()[1])
        outside = folder.outside(speed=speed)
        mail = MailServer(outside, MailKeys(folder.keys))
        config = uvicorn.Config(
            Sandbox(outside, mail=lambda: mail.served(mail_listener)),
            http="httptools",
            lifespan="on",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        server = TellingServer(config, lambda: _tell(environment, url, as_json=as_json))
        asyncio.run(server.serve([listener]))


def _listening(port: int, option: str = "--port") -> socket.socket:
    listener = socket.socket(proto=socket.IPPROTO_TCP)  # asyncio sends at once only where it knows that it is TCP
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HERE, port))
        listener.listen()  # until then others may bind the same port
    except OSError as fault:
        listener.close()
        raise click.ClickException(
            f"port {port} cannot be had ({fault.strerror}): choose another with {option}"
        ) from fault
    return listener


def _tell(environment: Mapping[str, str], url: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"url": f"{url}/sandbox", "environment": environment}))
        return
    click.echo(f"# 沙箱 Sandbox: open {url}/sandbox, stop with Ctrl-C. Start the service with:")
    click.echo(exports(environment))
