"""`errand content`: what the check was not sure of."""

from uuid import UUID

import click

from entrypoints.cli.desk import CAMPUS, LIMIT, OPERATOR, Desk, at_desk
from errand_domain.content.case import CONTENT_STATE_NAMES, ContentCase
from errand_domain.ids import ContentCaseId

CASE = click.argument("case_id", metavar="CASE", type=click.UUID)
STATES = tuple(CONTENT_STATE_NAMES.values())


@click.group("content")
def noun() -> None:
    """Texts in doubt, named by the id of their case."""


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


@noun.command("clear")
@CASE
@OPERATOR
@at_desk
async def clear(desk: Desk, *, case_id: UUID) -> None:
    """Let it stand. Audited."""
    desk.output.facts(facts(await desk.container.decide_content().clear(ContentCaseId(case_id), desk.signed)))


@noun.command("remove")
@CASE
@click.option("--reason", required=True, help="Told to the author.")
@OPERATOR
@at_desk
async def remove(desk: Desk, *, case_id: UUID, reason: str) -> None:
    """Take it away: a nickname, a review's text, a statement; an order that waits is cancelled. Audited."""
    decided = await desk.container.decide_content().remove(ContentCaseId(case_id), desk.signed, reason=reason)
    desk.output.facts(facts(decided))
