"""`errand retention`: how long what is known of people is kept, and the proof that it goes then."""

from typing import Final

import click

from entrypoints.cli.desk import Desk, at_desk
from entrypoints.cli.output import span
from errand_domain.policy import Policy
from errand_domain.retention import LASTING, RETENTION, kept_at

CAMPUS: Final = click.option(
    "--campus", "campus_ref", metavar="CAMPUS", help="By the rules of that campus: id or name."
)


@click.group("retention")
def noun() -> None:
    """How long everything that is known of people is kept, and what is late."""


@noun.command("list")
@CAMPUS
@at_desk
async def show_list(desk: Desk, *, campus_ref: str | None) -> None:
    """What is kept, for how long, from when on, what happens then and on which ground."""
    policy = Policy() if campus_ref is None else (await desk.campus(campus_ref)).policy
    rows: list[dict[str, object]] = []
    for name, row in RETENTION.items():
        kept = kept_at(row, policy)
        rows.append(
            {
                "name": name,
                "what": row.what,
                "kept": LASTING[kept] if isinstance(kept, str) else span(kept),
                "since": row.since,
                "then": row.then,
                "ground": row.ground,
            }
        )
    desk.output.rows(rows)


@noun.command("due")
@CAMPUS
@at_desk
async def due(desk: Desk, *, campus_ref: str | None) -> None:
    """How much is past its time: due now, and overdue for more than an hour, which is none while a worker runs.

    Counts only. What `runner` counts are timers of runners: cards, waiting applications, and study periods that end.
    With --campus, only what is of a campus.
    """
    campus_id = None if campus_ref is None else (await desk.campus(campus_ref)).id
    counts = await desk.container.count_what_is_due()(campus_id=campus_id)
    rows: list[dict[str, object]] = []
    for name, row in RETENTION.items():
        if row.ended_by is not None:
            found = counts[row.ended_by]
            rows.append({"name": name, "ended_by": row.ended_by, "due": found.due, "overdue": found.overdue})
    desk.output.rows(rows)
