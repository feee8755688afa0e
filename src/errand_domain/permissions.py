"""Who may do what: one table, one question, asked by every use case that somebody can call.

A row names an action and everybody who may do it: by their relation to the object, or by a staff role at the
object's campus. Two parts of it stand elsewhere and are referred to, never repeated: what staff roles may is
`member.roles`, and who may cause which transition of an order is the order's own table. States, times and
sums are no permissions: whoever may do something may still hear that it is not possible now.

To add an action, write its row below (or, where it is for staff alone, in `member.roles`) and ask `check`.
"""

from collections.abc import Collection, Mapping
from typing import Final, Literal, get_args

from errand_domain.content.case import OwnContent
from errand_domain.dispute.dispute import SameEyes
from errand_domain.errors import DomainError, Missing, NotPermitted
from errand_domain.ids import CampusId, MemberId
from errand_domain.member.member import Member
from errand_domain.member.roles import PERMISSIONS, Grant, Role
from errand_domain.order.actions import MOVES
from errand_domain.order.refusals import OwnCase, RunnerNotApproved
from errand_domain.runner.runner import Runner
from errand_domain.runner.verification import OwnApplication
from errand_domain.settlement.withdrawal import OwnMoney

Relation = Literal["anybody", "member", "self", "requester", "runner", "offered", "approved_runner", "machine"]
"""What somebody is to the object.

`anybody` need not be signed in, a `member` is; it is one's own thing (`self`); one placed the order, runs it, or was
offered it; one was verified as a runner and is not suspended; or one sits at the machine itself.
"""
RELATIONS: Final[tuple[Relation, ...]] = get_args(Relation)
Holder = Role | Relation
_TO_THE_OBJECT: Final[frozenset[Holder]] = frozenset({"self", "requester", "runner", "offered"})
_STAFF: Final[Mapping[str, frozenset[Holder]]] = {str(action): roles for action, roles in PERMISSIONS.items()}

POLICY: Final[Mapping[str, frozenset[Holder]]] = {
    **_STAFF,
    **MOVES,
    # Before signing in
    "see_campuses": frozenset({"anybody"}),
    "sign_in": frozenset({"anybody"}),
    # One's own account
    "manage_profile": frozenset({"self"}),
    "manage_sessions": frozenset({"self"}),
    "export_self": frozenset({"self", "machine"}),
    "close_account": frozenset({"self"}),
    "avoid_members": frozenset({"member"}),
    # Orders: what moves them is the order's own table
    "quote": frozenset({"member"}),
    "publish": frozenset({"member"}),
    "accept": frozenset({"approved_runner"}),
    "browse_hall": frozenset({"approved_runner"}),
    "see_order": _STAFF["see_orders"] | frozenset[Holder]({"requester", "runner", "offered"}),
    "see_history": _STAFF["see_orders"] | frozenset[Holder]({"requester", "runner"}),
    "see_dispute": _STAFF["see_orders"] | frozenset[Holder]({"requester", "runner"}),
    "speak_in_dispute": frozenset({"requester", "runner"}),
    "read_pickup_code": frozenset({"requester", "runner"}),
    # Words
    "read_own_reviews": frozenset({"self"}),
    "read_reviews_of_other_party": frozenset({"requester", "runner"}),
    "see_ratings": frozenset({"member"}),
    # Whatever of the above and the below they can see, and is not theirs
    "report": frozenset({"self", "requester", "runner", "offered", "approved_runner"}),
    # Files
    "upload_proof": frozenset({"requester", "runner"}),
    "upload_card": frozenset({"self"}),
    "see_proof": _STAFF["see_orders"] | frozenset[Holder]({"self", "requester", "runner"}),
    "see_card": _STAFF["see_documents"] | frozenset[Holder]({"self"}),
    "link_card": _STAFF["see_documents"],
    # Running, and what it earns
    "apply_as_runner": frozenset({"self"}),
    "see_standing": frozenset({"self"}),
    "switch_shift": frozenset({"self"}),
    "see_earnings": frozenset({"self"}),
    "withdraw": frozenset({"self"}),
    # Staff, and the machine's own command line where nobody is appointed yet
    "manage_members": _STAFF["manage_members"] | frozenset[Holder]({"machine"}),
    "manage_campus": _STAFF["manage_campus"] | frozenset[Holder]({"machine"}),
    "add_campus": frozenset({"machine"}),
}

OTHERS_ONLY: Final[Mapping[str, type[DomainError]]] = {
    "review_runners": OwnApplication,
    "see_documents": OwnApplication,
    "suspend_runners": OwnApplication,
    "resolve_orders": OwnCase,
    "resolve_disputes": SameEyes,
    "approve_withdrawals": OwnMoney,
    "moderate_content": OwnContent,
}
"""What nobody decides where it is about themselves, their order, their words or their money, and what they hear.

A ruling above a campus's sum takes two operators: to the second it is a proposal, which also concerns who made it.
"""


def may(action: str, actor: Member, campus_id: CampusId) -> bool:
    """Whether a role of theirs at that campus allows it."""
    return any(grant.campus_id == campus_id and grant.role in POLICY[action] for grant in _grants(actor))


def check(
    action: str,
    actor: Member | MemberId | None,
    *,
    relation: Relation | None = None,
    campus_id: CampusId | None = None,
    of: str = "",
    concerns: Collection[MemberId | None] = (),
) -> None:
    """Raise the refusal of the table unless the actor may do it; `None` is the machine's own command line.

    What is somebody's and not the asker's is not there: `Missing(of)`. What takes a verified runner says so. All else
    is staff's: `NotPermitted`, or again `Missing(of)` for a thing of another campus than theirs. So that nobody learns
    which things there are, a use case asks `check_anywhere` before it looks for a thing of staff's. Those who are
    barred or have left may nothing, and nobody decides about themselves (`concerns` says whom it is about) where the
    table has it so.
    """
    holders = POLICY[action]
    if isinstance(actor, Member):
        actor.check_here()
    found: Relation | None = "machine" if actor is None else relation
    by_role = isinstance(actor, Member) and campus_id is not None and may(action, actor, campus_id)
    if not (by_role or found in holders or "anybody" in holders or (actor is not None and "member" in holders)):
        raise _refusal(action, actor, of)
    if action in OTHERS_ONLY and isinstance(actor, Member) and actor.id in concerns:
        raise OTHERS_ONLY[action]


def check_anywhere(action: str, actor: Member) -> None:
    """Raise `NotPermitted` unless a role at any campus allows it.

    For what belongs to no campus, and for what is not found yet: whoever may not do it anywhere hears the same, whether
    there is such a thing or not.
    """
    actor.check_here()
    if not _may_anywhere(action, actor):
        raise NotPermitted(action)


def standing_of(runner: Runner | None) -> Relation | None:
    """What a runner is to the hall: suspended ones finish what they carry, as its runners, and take nothing new."""
    return "approved_runner" if runner is not None and runner.is_approved else None


def _refusal(action: str, actor: Member | MemberId | None, of: str) -> DomainError:
    holders = POLICY[action]
    if holders & _TO_THE_OBJECT or (of and isinstance(actor, Member) and _may_anywhere(action, actor)):
        return Missing(of)
    return RunnerNotApproved() if "approved_runner" in holders else NotPermitted(action)


def _may_anywhere(action: str, actor: Member) -> bool:
    return any(may(action, actor, grant.campus_id) for grant in actor.grants)


def _grants(actor: Member) -> frozenset[Grant]:
    return actor.grants if actor.closed_at is None and not actor.barred else frozenset()
