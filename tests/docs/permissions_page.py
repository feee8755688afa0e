"""The page of permissions: the table, and what it means at each route for everybody."""

from errand_domain import permissions
from errand_domain.member.roles import ROLES
from errand_domain.permissions import OTHERS_ONLY, POLICY, RELATIONS
from tests.docs.pages import code, header, sentence, table
from tests.permissions.rows import PUBLIC, ROWS, Row
from tests.permissions.test_matrix import is_permitted
from tests.permissions.world import PEOPLE

SHOWN = [who for who in PEOPLE if who not in ("newcomer", "applicant")]

ROLES_COUNT = """\
A role counts at the campus of the thing, and nowhere else; parked messages belong to no campus: a role at any will do.
"""
SIGNS = """\
✓ permitted, though perhaps not now (a state, a sum or a time may be against it); · refused: what is somebody's, or
another campus's, is not there (404), what is staff's is not permitted (403); what is not there is answered alike, to
the letter. The runner, the offered and the blocked are approved runners; the suspended is one no more, and the
suspended runner goes on with what they carry and own. Whoever is barred, has left or is signed out hears 401 at every
route but the public ones; staff of another campus, and staff in a session of one factor, are strangers here.
"""
EYES = """\
What the table's last column names is heard by staff who are concerned themselves: the parties of an order, of a refund
or of a dispute, the owner of a withdrawal, the applicant, the author. In a dispute above the campus's sum
(`four_eyes_above`) the first ruling is a proposal: it concerns who made it, and takes another operator to come true.
"""


def permissions_page() -> str:
    """`permissions.md`."""
    return "\n".join(
        (
            header("Permissions", "`errand_domain.permissions`", "`tests/permissions`"),
            sentence(permissions.check) + "\n",
            "## Who may\n",
            ROLES_COUNT,
            table(("action", "relation", "role", "never about themselves"), map(_action, sorted(POLICY))),
            "## Four eyes\n",
            EYES,
            "## What that means at each route\n",
            SIGNS,
            table(("route", "action", *SHOWN, "staff here"), map(_route, ROWS)),
        )
    )


def _action(action: str) -> tuple[str, ...]:
    held = POLICY[action]
    refusal = OTHERS_ONLY.get(action)
    return (
        f"`{action}`",
        ", ".join(relation for relation in RELATIONS if relation in held),
        ", ".join(role for role in ROLES if role in held),
        code((refusal.code,)) if refusal else "",
    )


def _route(row: Row) -> tuple[str, ...]:
    name = f"`{row.method} {row.path}`"
    if row in PUBLIC:
        return (name, "public", *("✓" for _ in SHOWN), "all")
    staff = [role for role in ROLES if is_permitted(f"{role} here", row, row.action)]
    told = "all" if len(staff) == len(ROLES) else ", ".join(staff)
    return (
        name,
        f"`{row.action}`",
        *("✓" if is_permitted(who, row, row.action) else "·" for who in SHOWN),
        told or "·",
    )
