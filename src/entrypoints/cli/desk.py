"""What every command has in hand: the installation, who gives the order, and where the answer goes."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, cast
from uuid import UUID

import click
from attrs import frozen

from entrypoints.cli.output import Output, Row
from entrypoints.cli.rehearsal import Rehearsal
from entrypoints.container import Container, running
from entrypoints.http.wire.addresses import e164, mailbox
from entrypoints.settings import read_settings
from errand_domain.campus import Campus
from errand_domain.ids import MemberId
from errand_domain.member.member import Member, MemberBarred, Way
from errand_domain.ports.outbox import Relay
from errand_domain.ports.transaction import Begin

P = ParamSpec("P")

OPERATOR: Final = click.option("--as", "as_member", metavar="MEMBER", help="Who decides: an id or a phone number.")
CAMPUS: Final = click.option("--campus", "campus_ref", metavar="CAMPUS", help="An id or a name; the only one if left.")
DRY_RUN: Final = click.option("--dry-run", is_flag=True, help="Decide, say what would happen, and write nothing.")
JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
LIMIT: Final = click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most.")


@frozen(kw_only=True)
class Desk:
    """One command's surroundings."""

    container: Container
    output: Output
    operator: Member | None = None
    rehearsal: Rehearsal | None = None

    @property
    def begin(self) -> Begin:
        """Where transactions begin: for real, or in rehearsal."""
        return self.rehearsal or cast("Begin", self.container.begin())

    @property
    def relay(self) -> Relay:
        """The outbox's other end."""
        return cast("Relay", self.container.relay())

    @property
    def signed(self) -> Member:
        """Who decides, where a person must."""
        if self.operator is None:
            raise click.UsageError("this is decided by a person: say who with --as MEMBER")
        return self.operator

    async def campus(self, written: str | None) -> Campus:
        """The campus of that id or name, or the only one."""
        async with self.begin() as tx:
            every = await tx.campuses.every()
        found = [c for c in every if written is None or str(c.id) == written or c.name.startswith(written)]
        if len(found) == 1:
            return found[0]
        names = ", ".join(campus.name for campus in every) or "there is none yet"
        raise click.UsageError(f"say which campus with --campus: {names}")

    def decided(self, facts: Row) -> None:
        """Tell the outcome of a decision; in rehearsal with the transfers that it would book."""
        if self.rehearsal is None:
            self.output.facts(facts)
            return
        booked = [
            {"debit": str(transfer.debit), "credit": str(transfer.credit), "amount": transfer.amount}
            for transfer in self.rehearsal.transfers
        ]
        if self.output.as_json:
            self.output.facts({**facts, "dry_run": True, "transfers": booked})
            return
        self.output.facts(facts)
        self.output.rows(booked, title="Dry run: nothing was written. It would book:", none="Dry run: nothing written.")


def at_desk(act: Callable[Concatenate[Desk, P], Awaitable[None]]) -> Callable[..., None]:
    """Run the command at a desk: settings read, database open for as long as it takes, `--json` understood."""

    @JSON
    @click.pass_context
    @wraps(act)
    def run(context: click.Context, /, *args: P.args, **kwargs: P.kwargs) -> None:
        options = cast("dict[str, Any]", kwargs)
        output = Output(options.pop("as_json"))
        as_member, dry_run = options.pop("as_member", None), options.pop("dry_run", False)

        async def work(container: Container) -> None:
            begin = cast("Begin", container.begin())
            desk = Desk(
                container=container,
                output=output,
                operator=None if as_member is None else await find_member(begin, as_member),
                rehearsal=Rehearsal(begin) if dry_run else None,
            )
            if desk.operator is not None and desk.operator.barred:
                raise MemberBarred
            await act(desk, *args, **kwargs)

        async def with_installation() -> None:
            if context.obj is not None:  # a test brings its own
                await work(context.obj)
            else:
                async with running(read_settings()) as container:
                    await work(container)

        asyncio.run(with_installation())

    return run


async def find_member(begin: Begin, written: str) -> Member:
    """The member of that id, phone number or e-mail address."""
    async with begin() as tx:
        if identity := _identity(written):
            return await tx.members.get(MemberId(identity))
        way = Way("email", mailbox(written, field="email")) if "@" in written else Way("phone", e164(written))
        member = await tx.members.of_way(way)
    if member is None:
        raise click.UsageError("nobody signs in that way")
    return member


def _identity(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None
