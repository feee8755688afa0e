"""What staff may do, as one table. Operators are bound to campuses; parties of an order are not in here."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from attrs import frozen

from errand_domain.ids import CampusId

Role = Literal["reviewer", "operations", "finance", "auditor", "admin"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
Action = Literal[
    "review_runners",
    "see_documents",
    "suspend_runners",
    "see_orders",
    "resolve_orders",
    "resolve_disputes",
    "moderate_content",
    "see_money",
    "approve_withdrawals",
    "see_audit",
    "manage_members",
    "manage_campus",
    "retry_messages",
]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)

PERMISSIONS: Final[Mapping[Action, frozenset[Role]]] = {
    "review_runners": frozenset({"reviewer", "admin"}),
    "see_documents": frozenset({"reviewer", "admin"}),
    "suspend_runners": frozenset({"operations", "admin"}),
    "see_orders": frozenset({"operations", "finance", "auditor", "admin"}),
    "resolve_orders": frozenset({"operations", "admin"}),
    "resolve_disputes": frozenset({"operations", "admin"}),
    "moderate_content": frozenset({"operations", "admin"}),
    "see_money": frozenset({"finance", "auditor", "admin"}),
    "approve_withdrawals": frozenset({"finance", "admin"}),
    "see_audit": frozenset({"auditor", "admin"}),
    "manage_members": frozenset({"admin"}),
    "manage_campus": frozenset({"admin"}),
    "retry_messages": frozenset({"operations", "finance", "admin"}),
}


@frozen(order=True)
class Grant:
    """One role at one campus."""

    role: Role
    campus_id: CampusId
