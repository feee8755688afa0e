"""`errand content`: what the check was not sure of, and what people want looked at."""

import os
from pathlib import Path
from uuid import UUID

import click

from entrypoints.cli.desk import CAMPUS, LIMIT, OPERATOR, Desk, at_desk
from errand_domain.content.case import CONTENT_STATE_NAMES, ContentCase, Open
from errand_domain.content.report import POINTED_KINDS, Pointed, PointedKind
from errand_domain.ids import ContentCaseId
from errand_domain.use_cases.moderation.moderate_content import Complaint

CASE = click.argument("case_id", metavar="CASE", type=click.UUID)
STATES = tuple(CONTENT_STATE_NAMES.values())


@click.group("content")
def noun() -> None:
    """Texts and images in doubt or reported, named by the id of their case."""


def facts(case: ContentCase, complaints: tuple[Complaint, ...] = ()) -> dict[str, object]:
    """One line about a case. The text is what has to be judged, so it is shown whole."""
    opener = case.state.reason if isinstance(case.state, Open) else ""
    said = (": ".join(filter(None, (complaint.reason, complaint.text))) for complaint in complaints)
    return {
        "case": case.id,
        "kind": case.kind,
        "subject": case.subject,
        "author": case.author_id,
        "doubt": case.doubt,
        "reports": case.reports,
        "why": "; ".join(filter(None, (opener, *said))),
        "state": case.state_name,
        "opened_at": case.opened_at,
        "quote": case.quote,
    }


@noun.command("list")
@CAMPUS
@click.option("--state", type=click.Choice(STATES), default="open", show_default=True, help="What became of it.")
@click.option("--reported", is_flag=True, help="Only what members reported.")
@LIMIT
@OPERATOR
@at_desk
async def list_cases(desk: Desk, *, campus_ref: str | None, state: str, reported: bool, limit: int) -> None:
    """What waits for somebody to look at it, oldest first."""
    campus = await desk.campus(campus_ref)
    cases = await desk.container.list_content()(campus.id, desk.signed, states=(state,), limit=limit, reported=reported)
    desk.output.rows([facts(listed.case, listed.complaints) for listed in cases], none="Nothing waits.")


@noun.command("open")
@click.argument("kind", type=click.Choice(POINTED_KINDS))
@click.argument("subject", metavar="ID", type=click.UUID)
@click.option("--reason", required=True, help="Why it is to be looked at; audited.")
@click.option("--number", type=click.IntRange(min=1), default=1, show_default=True, help="Which statement, from 1.")
@click.option("--withhold", is_flag=True, help="Show an image to nobody until it is decided.")
@OPERATOR
@at_desk
async def open_case(desk: Desk, *, kind: PointedKind, subject: UUID, reason: str, number: int, withhold: bool) -> None:
    """Have looked at what was let pass, to be decided like everything else here. Audited.

    ID is a member's for a nickname or picture, an order's for its text or a statement in its dispute.
    """
    case = await desk.container.open_content_case()(
        Pointed(kind=kind, subject=subject, number=number), desk.signed, reason=reason, withhold=withhold
    )
    desk.output.facts(facts(case))


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
