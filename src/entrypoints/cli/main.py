"""`errand`: which nouns there are, and what becomes of refusals and faults.

A noun's module is loaded when the noun is used, so that `errand --help` and the shell's completion are quick.
"""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final, NoReturn, cast

import click

from entrypoints.settings import SettingsInvalid
from errand_domain.errors import DomainError

REFUSED: Final = 2
FAILED: Final = 1
INTERRUPTED: Final = 130

NOUNS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "serve": ("entrypoints.cli.serve", "Answer HTTP, with the worker in the same process if wanted."),
        "worker": ("entrypoints.cli.worker", "Deliver messages and fire timers."),
        "demo": ("entrypoints.cli.demo", "Serve a demonstration campus on this machine."),
        "db": ("entrypoints.cli.db", "The database's schema."),
        "keys": ("entrypoints.cli.keys", "The keys of personal data."),
        "doctor": ("entrypoints.cli.doctor", "Whether everything that the service needs is there."),
        "documents": ("entrypoints.cli.documents", "The texts that people are asked to accept."),
        "campus": ("entrypoints.cli.campus", "Campuses and their rules."),
        "member": ("entrypoints.cli.member", "Members and their roles."),
        "operator": ("entrypoints.cli.operator", "Operators: inviting, resetting, disabling."),
        "runner": ("entrypoints.cli.runner", "Runners and their applications."),
        "order": ("entrypoints.cli.order", "Orders, and what operations do to them."),
        "content": ("entrypoints.cli.content", "What was published and is in doubt."),
        "payment": ("entrypoints.cli.payment", "Payments by their number at the provider."),
        "refund": ("entrypoints.cli.refund", "Refunds that wait for a person."),
        "withdrawal": ("entrypoints.cli.withdrawal", "Runners' withdrawals."),
        "ledger": ("entrypoints.cli.ledger", "The journal, its proof, and the providers' bills."),
        "audit": ("entrypoints.cli.audit", "Who looked at or decided what, and its proof."),
        "retention": ("entrypoints.cli.retention", "How long personal data are kept, and what is late."),
        "messages": ("entrypoints.cli.messages", "Messages that could not be delivered."),
        "states": ("entrypoints.cli.states", "The life of an order, as its table says it."),
        "sandbox": ("entrypoints.cli.sandbox", "The outside world, played on this machine."),
    }
)


class Nouns(click.Group):
    """The nouns by name, each loaded on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the same in every context
        """The nouns, in the order in which one meets them."""
        return list(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same in every context
        """The noun of that name."""
        if cmd_name not in NOUNS:
            return None
        return cast("click.Command", import_module(NOUNS[cmd_name][0]).noun)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - the same in every context
        """One line per noun, without loading it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in NOUNS.items()])

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> NoReturn:  # noqa: ANN401  # click's overloads; always ends the process
        """Run and end the process: 0 done, 1 a fault of ours, 2 refused or not understood. One line says why."""
        words = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        try:
            result = super().main(words, *rest, **extra)
        except click.exceptions.NoArgsIsHelpError as help_text:
            click.echo(help_text.ctx.get_help())
            sys.exit(REFUSED)
        except click.ClickException as misunderstood:
            context = getattr(misunderstood, "ctx", None)
            hint = f" (try: {context.command_path} --help)" if context else ""
            _end(REFUSED, f"{_one_line(misunderstood.format_message())}{hint}")
        except click.Abort:
            sys.exit(INTERRUPTED)
        except SettingsInvalid as invalid:
            _end(REFUSED, str(invalid))
        except DomainError as refusal:
            _end(REFUSED, told(refusal))
        except Exception as fault:
            if "--debug" in words:
                raise
            _end(FAILED, f"{type(fault).__name__}: {_one_line(str(fault))} (errand --debug … shows where)")
        sys.exit(result if type(result) is int else 0)


def told(refusal: DomainError) -> str:
    """A refusal in one line: the sentence for people, the code, and the facts."""
    facts = ", ".join(f"{name}: {value}" for name, value in refusal.facts().items())
    return f"{refusal.sentence} [{refusal.code}]{f' {facts}' if facts else ''}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _end(code: int, line: str) -> NoReturn:
    click.echo(line, err=True)
    sys.exit(code)


@click.group(cls=Nouns, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.option("--debug", is_flag=True, help="Show where a fault came from.")
@click.version_option(package_name="errand-server", message="%(version)s")
def main(*, debug: bool) -> None:
    """Campus errands: publish, take, deliver, confirm, pay out.

    Settings come from the environment (ERRAND_DATABASE_URL, ERRAND_SECRET_KEY_FILE, …). Every command that reads or
    decides takes --json; what moves money takes --dry-run.
    """
