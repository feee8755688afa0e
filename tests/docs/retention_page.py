"""How long what is known of people is kept: the page made from the domain's own table."""

from errand_domain.policy import Policy
from errand_domain.retention import FILES_KEPT, LASTING, RETENTION, ByPolicy, Row, kept_at
from tests.docs.pages import code, header, number, table

ABOUT = """What is kept by a number of the policy is kept by that of its campus (`errand campus policy`); shown is the
default. `errand retention list --campus …` shows what holds there, and `errand retention due` counts what is past its
time. Every column that holds personal data, and every purpose of a file, belongs to one row: a test sees to it.

Where a row names what ends it, a worker does: timers of orders, files, runners and content cases look at the moment
that stands in the row itself, and decide again on what is true then; the rest is a chore of every ten minutes. Any
number of workers may run. `errand_retention_overdue` counts what should have gone an hour ago.

Backups keep what they have: they are to be thrown away after a time that their operator sets, and without the key ring
they say nothing.
"""


def retention_page() -> str:
    """Every row, in the order of the table."""
    rows = [
        (
            f"`{name}`",
            row.what,
            _kept(row),
            row.since,
            row.then,
            f"`{row.ended_by}`" if row.ended_by else "–",
            row.ground,
        )
        for name, row in RETENTION.items()
    ]
    files = [(f"`{purpose}`", f"`{name}`") for purpose, name in FILES_KEPT.items()]
    return "\n".join(
        [
            header("How long personal data are kept", "errand_domain/retention.py"),
            ABOUT,
            table(("name", "what", "how long", "since", "then", "ended by", "ground"), rows),
            "## Files\n",
            f"By purpose; what nothing refers to is {code(['unused_files'])} first.\n",
            table(("purpose", "row"), files),
        ]
    )


def _kept(row: Row) -> str:
    kept = kept_at(row, Policy())
    if isinstance(kept, str):
        return LASTING[kept]
    name = row.kept.name if isinstance(row.kept, ByPolicy) else ""
    return f"{number('', kept)}{f' (`{name}`)' if name else ''}"
