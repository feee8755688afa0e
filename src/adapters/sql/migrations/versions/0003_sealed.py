"""Personal data is sealed with the key ring, and found by blind indices."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.exc import ArgumentError

from adapters.crypto.vault import Vault
from adapters.sql.column_types import Document, Identity, Word

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PAGE_ROWS: Final = 500
INDEX_DIGITS: Final = 40
Content = sa.LargeBinary()
# Table, the columns that a value is bound to, and the sealed columns, as they were when this was written.
SEALED: Final[Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]]] = (
    ("members", {"id": Identity()}, {"private": Document()}),
    ("sessions", {"id": Identity()}, {"device": Document()}),
    ("runners", {"member_id": Identity()}, {"document": Document(), "private": Document()}),
    ("orders", {"id": Identity()}, {"terms": Document(), "private": Document(), "document": Document()}),
    ("order_events", {"order_id": Identity(), "version": sa.Integer()}, {"document": Document()}),
    ("disputes", {"id": Identity()}, {"document": Document(), "private": Document()}),
    ("reviews", {"id": Identity()}, {"text": Document()}),
    ("attempts", {"id": Identity()}, {"document": Document()}),
    ("refunds", {"number": Word(64)}, {"document": Document()}),
    ("withdrawals", {"id": Identity()}, {"payee": Document(), "payee_name": Document(), "document": Document()}),
    ("outbox", {"id": Identity()}, {"message": Document(), "last_fault": Document()}),
    ("answers", {"member_id": Identity(), "key": Word(160)}, {"body": Content}),
)
COMMENTS: Final = (
    (
        "member_ways",
        "value",
        Word(255),
        False,
        "personal: the address itself",
        "blind index of the address, which stands sealed with its member",
    ),
    (
        "sign_in_codes",
        "value",
        Word(255),
        False,
        "personal: the address itself",
        "blind index of the address, which stands sealed with its member",
    ),
    ("runners", "student_number", Word(40), True, "personal", "blind index of campus and student number"),
)
RUNNERS: Final = sa.table(
    "runners",
    sa.column("member_id", Identity()),
    sa.column("campus_id", Identity()),
    sa.column("student_number", Word(40)),
    sa.column("private", Document()),
)
MEMBERS: Final = sa.table("members", sa.column("id", Identity()), sa.column("private", Document()))
WAYS: Final = sa.table(
    "member_ways",
    sa.column("kind", Word(10)),
    sa.column("value", Word(255)),
    sa.column("member_id", Identity()),
)
CODES: Final = sa.table("sign_in_codes", sa.column("kind", Word(10)), sa.column("value", Word(255)))
ANSWERS: Final = sa.table(
    "answers",
    sa.column("member_id", Identity()),
    sa.column("key", Word(160)),
    sa.column("request_digest", Word(128)),
)
AUDIT: Final = sa.table(
    "audit",
    sa.column("sequence", sa.BigInteger()),
    sa.column("subject", Word(120)),
    sa.column("action", Word(60)),
    sa.column("detail", Document()),
)


def upgrade() -> None:
    _number_ways(_way_index)
    _number_runners(lambda campus, number: _index(f"student number {campus}", number))
    _rewrite(ANSWERS, ("member_id", "key"), "request_digest", lambda row: _index("request", row.request_digest))
    op.execute(sa.delete(CODES))  # good for minutes, and nothing in them tells of which address they are
    for name, identity, columns in SEALED:
        _each(name, identity, columns, _seal)
    _rewrite(AUDIT, ("sequence",), "detail", lambda row: _seal(row.detail, _audited(row)))
    _comment(after=True)


def downgrade() -> None:
    _rewrite(AUDIT, ("sequence",), "detail", lambda row: _open(row.detail, _audited(row)))
    for name, identity, columns in reversed(SEALED):
        _each(name, identity, columns, _open)
    op.execute(sa.delete(ANSWERS))  # what was asked cannot be told from its index
    op.execute(sa.delete(CODES))
    _number_ways(lambda _, value: value)
    _number_runners(lambda _, number: number)
    _comment(after=False)


def _number_ways(value_of: Callable[[str, str], str]) -> None:
    """Write the searched column of every way anew, from the addresses that stand, open, with the members."""
    op.execute(sa.delete(WAYS))
    for page in _pages(MEMBERS, ("id",)):
        rows = [
            {"kind": way["kind"], "value": value_of(way["kind"], way["value"]), "member_id": member.id}
            for member in page
            for way in json.loads(member.private)["ways"]
        ]
        if rows:
            op.get_bind().execute(sa.insert(WAYS), rows)


def _way_index(kind: str, value: str) -> str:
    return _index(f"way {kind}", value)


def _number_runners(number_of: Callable[[Any, str], str]) -> None:
    """Write the searched column of every runner anew, from the applications, open as they stand."""
    _rewrite(
        RUNNERS,
        ("member_id",),
        "student_number",
        lambda row: row.student_number and number_of(row.campus_id, json.loads(row.private)["student_number"]),
    )


def _each(
    name: str, identity: Mapping[str, Any], columns: Mapping[str, Any], change: Callable[[Any, str], Any]
) -> None:
    """Seal or open those columns of every row."""
    table = sa.table(name, *(sa.column(part, kind) for part, kind in {**identity, **columns}.items()))
    for column in columns:

        def changed(row: Any, column: str = column) -> Any:  # noqa: ANN401 - a row has no type
            subject = ":".join(str(getattr(row, part)) for part in identity)
            return change(getattr(row, column), f"{name}.{column}:{subject}")

        _rewrite(table, tuple(identity), column, changed)


def _rewrite(table: sa.TableClause, key: Sequence[str], column: str, value_of: Callable[[Any], Any]) -> None:
    """Replace one column of every row, in pages."""
    mine = [table.c[part] == sa.bindparam(f"old_{part}", type_=table.c[part].type) for part in key]
    kind = table.c[column].type
    replace = sa.update(table).where(*mine).values({column: sa.bindparam("new_value", type_=kind)})
    for page in _pages(table, key):
        changes = [
            {**{f"old_{part}": getattr(row, part) for part in key}, "new_value": value}
            for row in page
            if (value := value_of(row)) != getattr(row, column)
        ]
        if changes:
            op.get_bind().execute(replace, changes)


def _pages(table: sa.TableClause, key: Sequence[str]) -> Any:  # noqa: ANN401 - rows have no type
    """The rows in pages by their key."""
    columns = [table.c[part] for part in key]
    ordered = sa.select(table).order_by(*columns).limit(PAGE_ROWS)
    page = op.get_bind().execute(ordered).all()
    while page:
        yield page
        last = [sa.literal(getattr(page[-1], part), table.c[part].type) for part in key]
        page = op.get_bind().execute(ordered.where(sa.tuple_(*columns) > sa.tuple_(*last))).all()


def _vault() -> Vault:
    vault: Vault | None = context.config.attributes.get("vault")
    if vault is None:
        raise ArgumentError("there are rows to seal or to open, and no key ring was given")
    return vault


def _index(kind: str, value: str) -> str:
    return _vault().index(kind, value)[:INDEX_DIGITS]


def _audited(row: Any) -> str:  # noqa: ANN401 - a row has no type
    return f"audit.detail:{row.subject}:{row.action}"


def _seal(value: str | bytes | None, subject: str) -> str | bytes | None:
    if not value:
        return value
    if isinstance(value, str):
        return _vault().seal(value, about=subject)
    return _vault().seal_bytes(bytes(value), about=subject)


def _open(value: str | bytes | None, subject: str) -> str | bytes | None:
    if not value:
        return value
    if isinstance(value, str):
        return _vault().open(value, about=subject)
    return _vault().open_bytes(bytes(value), about=subject)


def _comment(*, after: bool) -> None:
    """Say in the schema what the column holds, where the database takes comments."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, column, kind, is_nullable, before_it, after_it in COMMENTS:
        op.alter_column(
            table,
            column,
            comment=after_it if after else before_it,
            existing_comment=before_it if after else after_it,
            existing_type=kind,
            existing_nullable=is_nullable,
        )
