"""`errand content`: what the check was not sure of."""

import os
from pathlib import Path
from uuid import UUID

import click

from entrypoints.cli.desk import CAMPUS, LIMIT, OPERATOR, Desk, at_desk
from errand_domain.content.case import CONTENT_STATE_NAMES, ContentCase
from errand_domain.ids import ContentCaseId

CASE = click.argument("case_id", metavar="CASE", type=click.UUID)
STATES = tuple(CONTENT_STATE_NAMES.values())


@click.group("content")
def noun() -> None:
    """Texts and images in doubt, named by the id of their case."""


def facts(case: ContentCase) -> dict[str, object]:
    """One line about a case. The text is what has to be judged, so it is shown whole."""
    return {
        "case": case.id,
        "kind": case.kind,
        "subject": case.subject,
        "author": case.author_id,
        "doubt": case.doubt,
        "state": case.state_name,
        "opened_at": case.opened_at,
        "quote": case.quote,
    }


@noun.command("list")
@CAMPUS
@click.option("--state", type=click.Choice(STATES), default="open", show_default=True, help="What became of it.")
@LIMIT
@OPERATOR
@at_desk
async def list_cases(desk: Desk, *, campus_ref: str | None, state: str, limit: int) -> None:
    """What waits for somebody to look at it, oldest first."""
    campus = await desk.campus(campus_ref)
    cases = await desk.container.list_content()(campus.id, desk.signed, states=(state,), limit=limit)
    desk.output.rows([facts(case) for case in cases], none="Nothing waits.")


@noun.command("show")
@CASE
@click.option("--to", "out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A file to make.")
@OPERATOR
@at_desk
async def show(desk: Desk, *, case_id: UUID, out: Path) -> None:
    """Save the image that an open case is about, in a file that only you can read. The look is audited."""
    found = await desk.container.look_at_image()(ContentCaseId(case_id), desk.signed)
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as fault:
        raise click.UsageError(f"{out} cannot be made: {fault.strerror}") from None
    with os.fdopen(handle, "wb") as file:
        file.write(found.content)
    desk.output.facts(
        {"case": case_id, "file_id": found.file.id, "media_type": found.file.media_type, "file": str(out)}
    )


@noun.command("clear")
@CASE
@OPERATOR
@at_desk
async def clear(desk: Desk, *, case_id: UUID) -> None:
    """Let it stand; an image that was withheld is shown again. Audited."""
    desk.output.facts(facts(await desk.container.decide_content().clear(ContentCaseId(case_id), desk.signed)))


@noun.command("remove")
@CASE
@click.option("--reason", required=True, help="Told to the author.")
@OPERATOR
@at_desk
async def remove(desk: Desk, *, case_id: UUID, reason: str) -> None:
    """Take it away: a nickname, a review's text, a statement, an image; an order that waits is cancelled. Audited."""
    decided = await desk.container.decide_content().remove(ContentCaseId(case_id), desk.signed, reason=reason)
    desk.output.facts(facts(decided))
