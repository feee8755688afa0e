"""Sessions and one-time codes in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from attrs import Factory, field, frozen
from sqlalchemy import BindParameter, bindparam, delete, or_, select, update

from adapters.crypto.vault import Vault
from adapters.sql.documents import Document
from adapters.sql.drivers.driver import Driver
from adapters.sql.members import way_indices
from adapters.sql.reading import every
from adapters.sql.rows.people import (
    READ_MEMBER,
    READ_SESSION,
    member_from_row,
    session_from_row,
    session_row,
)
from adapters.sql.statements import Statement
from adapters.sql.tables.people import MEMBERS, SESSIONS, SIGN_IN_CODES
from adapters.sql.writes import Add, Change, Write, save, save_statement
from errand_domain.ids import MemberId
from errand_domain.member.member import Way, WayKind
from errand_domain.member.session import CodeHistory, Means, Session, SignInCode, means_of
from errand_domain.ports.sessions import Sessions, SignedIn

_SESSION_WIDTH: Final = len(READ_SESSION)
_LIVE: Final = SESSIONS.c.expires_at > bindparam("at")
_FIND: Final = Statement(
    select(*READ_SESSION, *READ_MEMBER)
    .join(MEMBERS, MEMBERS.c.id == SESSIONS.c.member_id)
    .where(
        SESSIONS.c.token_hash == bindparam("token"),
        _LIVE,
        MEMBERS.c.barred.is_(False),
        MEMBERS.c.closed_at.is_(None),
    ),
    is_gathered=True,
)
_OF_MEMBER: Final = Statement(
    select(*READ_SESSION)
    .where(SESSIONS.c.member_id == bindparam("member"), _LIVE)
    .order_by(SESSIONS.c.started_at.desc(), SESSIONS.c.id.desc())
)
_END: Final = Statement(delete(SESSIONS).where(SESSIONS.c.id == bindparam("session")))
NOBODY: Final = UUID(int=0)
_END_ALL: Final = Statement(
    delete(SESSIONS).where(SESSIONS.c.member_id == bindparam("member"), SESSIONS.c.id != bindparam("but"))
)
_MEANS: Final[Sequence[BindParameter[str]]] = (bindparam("one"), bindparam("other"))
_END_RESTING: Final = Statement(
    delete(SESSIONS).where(
        SESSIONS.c.member_id == bindparam("member"),
        SESSIONS.c.id != bindparam("but"),
        or_(SESSIONS.c.means.in_(_MEANS), SESSIONS.c.proved_by.in_(_MEANS)),
    )
)
_SEEN: Final = Statement(
    update(SESSIONS)
    .where(SESSIONS.c.id == bindparam("session"), SESSIONS.c.seen_at < bindparam("at"))
    .values(seen_at=bindparam("at", type_=SESSIONS.c.seen_at.type))
)
_PROVED: Final = Statement(
    update(SESSIONS)
    .where(SESSIONS.c.id == bindparam("session"))
    .values(
        proved_by=bindparam("by", type_=SESSIONS.c.proved_by.type),
        proved_at=bindparam("at", type_=SESSIONS.c.proved_at.type),
    )
)
HISTORY: Final = Document[CodeHistory](CodeHistory)
_CODE_COLUMNS: Final = ("code_hash", "sent_at", "tries_left", "history", "version")
_EITHER_INDEX: Final[Sequence[BindParameter[str]]] = (bindparam("way_value"), bindparam("way_next"))
_CODE: Final = Statement(
    select(*(SIGN_IN_CODES.c[name] for name in (*_CODE_COLUMNS, "value"))).where(
        SIGN_IN_CODES.c.kind == bindparam("way_kind"),
        SIGN_IN_CODES.c.value.in_(_EITHER_INDEX),
    )
)
_SAVE_CODE: Final = save_statement(SIGN_IN_CODES, ("kind", "value"), (*_CODE_COLUMNS, "value"))


@frozen
class SqlSessions(Sessions):
    """Sessions and one-time codes in SQL.

    A code that was found under an index that is being replaced moves to the next index with its next change.
    """

    driver: Driver
    writes: list[Write]
    vault: Vault
    found: dict[Way, str] = field(default=Factory(dict[Way, str]), init=False, repr=False)

    async def find(self, token_hash: str, *, at: datetime) -> SignedIn | None:
        """The live session of that token and its member, in one read; barred and closed members have none."""
        rows = await self.driver.fetch(_FIND, {"token": token_hash, "at": at})
        if not rows:
            return None
        row = rows[0]
        return SignedIn(session=session_from_row(row[:_SESSION_WIDTH]), member=member_from_row(row[_SESSION_WIDTH:]))

    async def of_member(self, member_id: MemberId, *, at: datetime) -> tuple[Session, ...]:
        """The member's live sessions, newest first."""
        rows = await self.driver.fetch(_OF_MEMBER, {"member": member_id, "at": at})
        return every(rows, session_from_row)

    async def code_for(self, way: Way) -> SignInCode | None:
        """The last code sent to that address."""
        now, after = way_indices(self.vault, way)
        rows = await self.driver.fetch(_CODE, {"way_kind": way.kind, "way_value": now, "way_next": after})
        if not rows:
            return None
        row = next((row for row in rows if row[-1] == after), rows[0])
        code_hash, sent_at, tries_left, history, version, self.found[way] = row
        return SignInCode(
            way=way,
            code_hash=code_hash,
            sent_at=sent_at,
            tries_left=tries_left,
            history=HISTORY.load(history),
            version=version,
        )

    def start(self, session: Session) -> None:
        """A new session."""
        self.writes.append(Add(table=SESSIONS, row=session_row(session), key=session.id))

    def end(self, session_id: UUID) -> None:
        """End it, if it has not ended."""
        self.writes.append(
            Change(statement=_END, parameters={"session": session_id}, table_name=SESSIONS.name, key=session_id)
        )

    def end_all(self, member_id: MemberId, *, but: UUID | None = None) -> None:
        """End every session of the member, or every other: no session has the identity of nobody."""
        parameters = {"member": member_id, "but": but or NOBODY}
        self.writes.append(Change(statement=_END_ALL, parameters=parameters, table_name=SESSIONS.name, ordered=True))

    def end_resting_on(self, kind: WayKind, member_id: MemberId, *, but: UUID | None = None) -> None:
        """End every session of the member that rests on that way, or every other."""
        one, *others = means_of(kind)
        parameters = {"member": member_id, "but": but or NOBODY, "one": one, "other": others[0] if others else one}
        self.writes.append(
            Change(statement=_END_RESTING, parameters=parameters, table_name=SESSIONS.name, ordered=True)
        )

    def seen(self, session_id: UUID, *, at: datetime) -> None:
        """It was in use then."""
        parameters = {"session": session_id, "at": at}
        self.writes.append(Change(statement=_SEEN, parameters=parameters, table_name=SESSIONS.name, ordered=True))

    def proved(self, session_id: UUID, *, by: Means, at: datetime) -> None:
        """It was proven again whose it is."""
        parameters = {"session": session_id, "by": by, "at": at}
        self.writes.append(Change(statement=_PROVED, parameters=parameters, table_name=SESSIONS.name, ordered=True))

    def put_code(self, code: SignInCode) -> None:
        """The first code of an address, or compare-and-set on the version."""
        _, after = way_indices(self.vault, code.way)
        columns = {
            "value": after,
            "code_hash": code.code_hash,
            "sent_at": code.sent_at,
            "tries_left": code.tries_left,
            "history": HISTORY.dump(code.history),
            "version": code.version,
        }
        if code.version > 1:
            was, identity = code.version - 1, {"kind": code.way.kind, "value": self.found.get(code.way, after)}
            self.writes.append(
                save(_SAVE_CODE, SIGN_IN_CODES, identity=identity, was=was, columns=columns, what="sign_in_code")
            )
            return
        self.writes.append(Add(table=SIGN_IN_CODES, row={"kind": code.way.kind, **columns}, key=(code.way.kind, after)))
