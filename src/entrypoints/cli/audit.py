"""`errand audit`: the record of who looked at or decided what, and the proof that nobody has changed it."""

import sys
from typing import Final

import click

from entrypoints.cli.desk import LIMIT, OPERATOR, Desk, at_desk
from errand_domain.permissions import check_anywhere, may
from errand_domain.ports.audit import Broken, ChainHead

UNSOUND: Final = 1


class Head(click.ParamType[ChainHead]):
    """A head of the chain as it was printed: `POSITION:MARK`."""

    name = "position:mark"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> ChainHead:
        """The head."""
        if isinstance(value, ChainHead):
            return value
        position, separator, mark = str(value).partition(":")
        if not separator or not position.isdecimal():
            self.fail("must be POSITION:MARK as `errand audit verify` printed it", param, ctx)
        return ChainHead(position=int(position), mark=mark)


@click.group("audit")
def noun() -> None:
    """The audit record: append-only, each line sealed and linked to the one before."""


@noun.command("verify")
@click.option("--expect", "expected", type=Head(), help="A head noted down before: shows that no tail was cut off.")
@at_desk
async def verify(desk: Desk, *, expected: ChainHead | None) -> None:
    """Go through the whole chain. Note the head down elsewhere, and give it next time. Exit 1 where it is broken."""
    found = await desk.container.verify_audit()(expected=expected)
    if isinstance(found, Broken):
        desk.output.facts({"sound": False, "position": found.position, "why": found.why})
        sys.exit(UNSOUND)
    head = f"{found.head.position}:{found.head.mark}"
    desk.output.facts({"sound": True, "lines": found.head.position, "unlinked": found.unlinked, "head": head})


@noun.command("show")
@click.argument("subject")
@LIMIT
@OPERATOR
@at_desk
async def show(desk: Desk, *, subject: str, limit: int) -> None:
    """What was recorded of one subject, such as `order:…`, `member:…`, `runner:…` or `file:…`, newest first.

    With --as, the lines of the campuses whose record that member may see.
    """
    if desk.operator is not None:
        check_anywhere("see_audit", desk.operator)
    async with desk.begin() as tx:
        lines = await tx.audit.of_subject(subject, limit=limit)
    if desk.operator is not None:
        seeing = desk.operator
        lines = tuple(line for line in lines if line.campus_id is not None and may("see_audit", seeing, line.campus_id))
    desk.output.rows(
        [
            {
                "at": line.at,
                "who": line.actor_id or "command line",
                "action": line.action,
                "detail": line.detail,
                "campus": line.campus_id,
            }
            for line in lines
        ],
        none="Nothing was recorded of it.",
    )
