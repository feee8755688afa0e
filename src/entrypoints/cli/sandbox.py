"""`errand sandbox`: the outside world, played on this machine, and what the people in it do."""

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, cast

import click

from entrypoints.cli.output import Output
from errand_domain.money import Money

if TYPE_CHECKING:
    from entrypoints.cli.sandbox_console import SandboxConsole

P = ParamSpec("P")

PORT: Final = 8001
MAIL_PORT: Final = 8025
FOLDER: Final = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".sandbox"),
    show_default=True,
    help="Its keys and books.",
)
JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
NUMBER: Final = click.argument("number")
URL: Final = click.option(
    "--url",
    envvar="ERRAND_SANDBOX_URL",
    default=f"http://127.0.0.1:{PORT}",
    show_default=True,
    show_envvar=True,
    help="Where it is served.",
)


@click.group("sandbox")
def noun() -> None:
    """WeChat Pay, Alipay, WeChat and everybody's phones and mail, played on this machine. For development only."""


@noun.command("serve")
@FOLDER
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes a free one.")
@click.option(
    "--mail-port",
    type=click.IntRange(0, 65535),
    default=MAIL_PORT,
    show_default=True,
    help="Of SMTP; 0 takes a free one.",
)
@click.option(
    "--speed",
    type=click.IntRange(1, 1_000_000),
    default=60,
    show_default=True,
    help="How many times faster than in life a notification is repeated.",
)
@JSON
def serve(*, folder: Path, port: int, mail_port: int, speed: int, as_json: bool) -> None:
    """Serve until told to stop; once that is ready, say what the service must be started with."""
    from entrypoints.cli.sandbox_serving import serve_sandbox  # noqa: PLC0415 - loaded only where it is served
    from entrypoints.sandbox.folder import SandboxFolder  # noqa: PLC0415 - loaded only where it is served

    serve_sandbox(SandboxFolder(folder), port=port, mail_port=mail_port, speed=speed, as_json=as_json)


@noun.command("environment")
@FOLDER
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True, help="Where it is served.")
@click.option("--mail-port", type=click.IntRange(1, 65535), default=MAIL_PORT, show_default=True, help="Of SMTP.")
@JSON
def environment(*, folder: Path, port: int, mail_port: int, as_json: bool) -> None:
    """Print what a shell must export for the service to have these partners."""
    from entrypoints.sandbox.folder import SandboxFolder, exports  # noqa: PLC0415 - loaded only where it is read

    found = SandboxFolder(folder).environment(f"http://127.0.0.1:{port}", mail_port=mail_port)
    click.echo(json.dumps(found, indent=2) if as_json else exports(found))


def at_console(act: Callable[Concatenate["SandboxConsole", Output, P], None]) -> Callable[..., None]:
    """Run the command at the console of a sandbox that is served: `--url` and `--json` understood."""

    @URL
    @JSON
    @wraps(act)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from entrypoints.cli.sandbox_console import sandbox_at  # noqa: PLC0415 - loaded only where one is asked

        options = cast("dict[str, Any]", kwargs)
        output = Output(options.pop("as_json"))
        with sandbox_at(options.pop("url")) as console:
            act(console, output, *args, **kwargs)

    return run


@noun.command("waiting")
@at_console
def waiting(console: "SandboxConsole", output: Output) -> None:
    """What could be paid, confirmed or finished now."""
    output.rows(
        [
            {
                "partner": one.partner,
                "kind": one.kind,
                "number": one.number,
                "what": one.what,
                "amount": Money(one.amount_fen),
                "acts": one.acts,
            }
            for one in console.waiting()
        ],
        none="Nobody outside has anything to do.",
    )


@noun.command("pay")
@NUMBER
@at_console
def pay(console: "SandboxConsole", output: Output, *, number: str) -> None:
    """The payer pays."""
    output.facts(console.do(number, ["pay"]))


@noun.command("confirm")
@NUMBER
@at_console
def confirm(console: "SandboxConsole", output: Output, *, number: str) -> None:
    """A runner takes what was paid out to them, or a payer has received what was delivered."""
    output.facts(console.do(number, ["confirm", "confirm-receipt"]))


@noun.command("finish")
@NUMBER
@at_console
def finish(console: "SandboxConsole", output: Output, *, number: str) -> None:
    """A refund, or a transfer that takes its time, arrives."""
    output.facts(console.do(number, ["finish"]))


@noun.command("act")
@click.argument("partner")
@click.argument("kind")
@NUMBER
@click.argument("act")
@at_console
def act_outside(console: "SandboxConsole", output: Output, *, partner: str, kind: str, number: str, act: str) -> None:
    """Do any ACT that `errand sandbox waiting` names, such as `act wechat-pay transfers NUMBER expire`."""
    output.facts({"partner": partner, **console.act(partner, kind, number, act)})


@noun.command("fault")
@click.argument("operation")
@click.argument("kind")
@click.option("--times", type=click.IntRange(1, 100), default=1, show_default=True, help="How often.")
@at_console
def fault(console: "SandboxConsole", output: Output, *, operation: str, kind: str, times: int) -> None:
    """Let the next call or notification of OPERATION go wrong; `errand sandbox faults` says what there is."""
    output.facts(console.ask(operation, kind, times))


@noun.command("faults")
@at_console
def faults(console: "SandboxConsole", output: Output) -> None:
    """What may go wrong at each operation, and what is about to."""
    table = console.faults()
    output.rows(
        [
            {
                "operation": operation,
                "waiting": [one.kind for one in table.waiting if one.operation == operation],
                "kinds": kinds,
            }
            for operation, kinds in table.operations.items()
        ]
    )


@noun.command("deliver")
@at_console
def deliver(console: "SandboxConsole", output: Output) -> None:
    """Try every notification that is not over now, whatever its schedule says."""
    output.rows(
        [
            {
                "id": one.id,
                "operation": one.operation,
                "understood": one.understood,
                "tries": len(one.tries),
                "outcome": one.tries[-1].outcome if one.tries else None,
            }
            for one in console.deliver()
        ],
        none="No notification waits.",
    )


@noun.command("inbox")
@click.option("--to", help="Of one address only.")
@at_console
def inbox(console: "SandboxConsole", output: Output, *, to: str | None) -> None:
    """What everybody was sent, newest first."""
    output.rows([{"to": one.to, "code": one.code, "text": one.text} for one in console.inbox(to)], none="Nothing yet.")


@noun.command("balances")
@at_console
def balances(console: "SandboxConsole", output: Output) -> None:
    """What each partner holds for the merchant, by its own books."""
    found = console.balances().items()
    if output.as_json:
        output.rows([{"partner": partner, "balance_fen": fen} for partner, fen in found])
    else:
        output.rows([{"partner": partner, "balance": _yuan(fen)} for partner, fen in found])


def _yuan(fen: int) -> str:
    return f"−{Money(-fen)}" if fen < 0 else str(Money(fen))
