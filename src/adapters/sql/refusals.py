"""Which refusal a broken constraint means: the one place where names of constraints meet the domain's words."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint

from adapters.sql.faults import SqlFault, Violated
from adapters.sql.tables import METADATA
from errand_domain.errors import DomainError, Stale
from errand_domain.member.member import WayTaken
from errand_domain.review.review import AlreadyReviewed
from errand_domain.runner.verification import StudentNumberTaken
from errand_domain.settlement.withdrawal import WithdrawalOpen

TRANSFER_BOOKED: Final = "uq_transfers_key"
"""The key of a transfer was booked before; whether by the same transfer, the ledger finds out."""

REFUSALS: Final[Mapping[str, Callable[[], DomainError]]] = {
    "pk_orders": lambda: Stale("order"),
    "uq_orders_quote_id": lambda: Stale("quote"),
    "pk_order_events": lambda: Stale("order"),
    "pk_campuses": lambda: Stale("campus"),
    "pk_members": lambda: Stale("member"),
    "pk_member_ways": WayTaken,
    "uq_member_ways_next": WayTaken,
    "pk_sessions": lambda: Stale("session"),
    "uq_sessions_token_hash": lambda: Stale("session"),
    "pk_sign_in_codes": lambda: Stale("sign_in_code"),
    "pk_credentials": lambda: Stale("credential"),
    "pk_operator_invitations": lambda: Stale("invitation"),
    "uq_operator_invitations_token_hash": lambda: Stale("invitation"),
    "pk_runners": lambda: Stale("runner"),
    "uq_runners_campus_id_student_number": StudentNumberTaken,
    "uq_runners_number_next": StudentNumberTaken,
    "pk_attempts": lambda: Stale("attempt"),
    "uq_attempts_open_key": lambda: Stale("attempt"),
    "pk_refunds": lambda: Stale("refund"),
    "pk_earnings": lambda: Stale("earning"),
    "pk_withdrawals": lambda: Stale("withdrawal"),
    "uq_withdrawals_open_key": WithdrawalOpen,
    "pk_disputes": lambda: Stale("dispute"),
    "uq_disputes_order_id": lambda: Stale("dispute"),
    "pk_reviews": lambda: Stale("review"),
    "uq_reviews_order_id_author_id": AlreadyReviewed,
    "pk_content_cases": lambda: Stale("content_case"),
    "pk_reports": lambda: Stale("report"),
    "uq_reports_case_id_reporter_id": lambda: Stale("report"),
    "pk_files": lambda: Stale("file"),
    "pk_expected_files": lambda: Stale("file"),
    "uq_files_ticket_id": lambda: Stale("file"),
}


def _names_by_columns() -> dict[str, str]:
    """SQLite names the columns of a broken unique key: `runners.campus_id, runners.student_number`."""
    named: dict[str, str] = {}
    for table in METADATA.tables.values():
        for index in table.indexes:
            if index.unique:
                named[", ".join(f"{table.name}.{column.name}" for column in index.columns)] = str(index.name)
        for constraint in table.constraints:
            if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
                columns = ", ".join(f"{table.name}.{column.name}" for column in constraint.columns)
                named[columns] = (
                    f"pk_{table.name}"
                    if isinstance(constraint, PrimaryKeyConstraint)
                    else f"uq_{table.name}_{'_'.join(column.name for column in constraint.columns)}"
                )
        for index in table.indexes:
            if index.unique:
                named[", ".join(f"{table.name}.{column.name}" for column in index.columns)] = str(index.name)
    return named


_BY_COLUMNS: Final = _names_by_columns()
_POSTGRES_PRIMARY: Final = "_pkey"


def name_of(violated: Violated) -> str:
    """The constraint's name, whichever way the database told of it."""
    name = violated.constraint
    if name.endswith(_POSTGRES_PRIMARY):
        return f"pk_{name.removesuffix(_POSTGRES_PRIMARY)}"
    return _BY_COLUMNS.get(name, name)


def refusal_of(violated: Violated) -> Exception:
    """The refusal that the constraint stands for; a `SqlFault` where it guards only against ourselves."""
    name = name_of(violated)
    refusal = REFUSALS.get(name)
    return refusal() if refusal else SqlFault(f"constraint {name} was broken")
