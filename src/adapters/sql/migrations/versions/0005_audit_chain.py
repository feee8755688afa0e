"""The audit record is append-only by triggers, its lines are sealed, and a chain links them."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from adapters.sql.column_types import Word

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("audit", "audit_chain")
FIXED = ("sequence", "at", "actor_id", "campus_id", "action", "subject", "seal")
REFUSAL = "the audit record is append-only"


def upgrade() -> None:
    # On every database a column that may be empty is added in place.
    op.add_column(
        "audit",
        sa.Column(
            "seal",
            Word(96),
            nullable=True,
            comment="made with a key that is not in the database; none on the oldest lines",
        ),
    )
    op.create_table(
        "audit_chain",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("mark", Word(64), nullable=False),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("sequence", name="uq_audit_chain_sequence"),
    )
    for statement in _triggers(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table, deed in _guarded(dialect):
        on = f" ON {table}" if dialect == "postgresql" else ""
        op.execute(f"DROP TRIGGER {_name(table, deed)}{on}")
    if dialect == "postgresql":
        op.execute("DROP FUNCTION refuse_to_change_audit()")
    op.drop_table("audit_chain")
    op.drop_column("audit", "seal")


def _triggers(dialect: str) -> Iterator[str]:
    if dialect == "postgresql":
        yield (
            "CREATE FUNCTION refuse_to_change_audit() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
    for table, deed in _guarded(dialect):
        yield trigger(dialect, table, deed)


def trigger(dialect: str, table: str, deed: str) -> str:
    """The detail of a line may be sealed anew with another key: the line's own seal is of what it says."""
    may_change = (table, deed) == ("audit", "update")
    of = f" OF {', '.join(FIXED)}" if may_change and dialect in ("postgresql", "sqlite") else ""
    heading = f"CREATE TRIGGER {_name(table, deed)} BEFORE {deed.upper()}{of} ON {table}"
    match dialect:
        case "postgresql":
            return f"{heading} FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_audit()"
        case "sqlite":
            return f"{heading} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        case _:
            refuse = f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{REFUSAL}'"
            if may_change:
                same = " AND ".join(f"NEW.{name} <=> OLD.{name}" for name in FIXED)
                return f"{heading} FOR EACH ROW BEGIN IF NOT ({same}) THEN {refuse}; END IF; END"
            return f"{heading} FOR EACH ROW {refuse}"


def _guarded(dialect: str) -> Iterator[tuple[str, str]]:
    """What is refused. Only PostgreSQL has a trigger for TRUNCATE; elsewhere the chain shows that lines are gone."""
    for table in TABLES:
        for deed in ("update", "delete", *(("truncate",) if dialect == "postgresql" else ())):
            yield table, deed


def _name(table: str, deed: str) -> str:
    return f"{table}_refuses_{deed}"
