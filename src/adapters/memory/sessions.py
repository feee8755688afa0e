"""Sessions and one-time codes in memory."""

from datetime import datetime
from uuid import UUID

from attrs import evolve

from adapters.memory.access import Access
from adapters.memory.tables import Tables, compare_and_set, insert
from errand_domain.ids import MemberId
from errand_domain.member.member import Way, WayKind
from errand_domain.member.session import Means, Session, SignInCode
from errand_domain.ports.sessions import Sessions, SignedIn


class MemorySessions(Sessions):
    """Sessions in memory."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def find(self, token_hash: str, *, at: datetime) -> SignedIn | None:
        """The live session of that token and its member; barred and closed members have none."""
        tables = await self._access.look()
        session = next((s for s in tables.sessions if s.token_hash == token_hash and at < s.expires_at), None)
        member = tables.members.get(session.member_id) if session else None
        if session is None or member is None or member.barred or member.closed_at is not None:
            return None
        return SignedIn(member=member, session=session)

    async def of_member(self, member_id: MemberId, *, at: datetime) -> tuple[Session, ...]:
        """The member's live sessions, newest first."""
        tables = await self._access.look()
        live = [s for s in tables.sessions if s.member_id == member_id and at < s.expires_at]
        return tuple(sorted(live, key=lambda s: (s.started_at, s.id), reverse=True))

    async def code_for(self, way: Way) -> SignInCode | None:
        """The last code sent to that address."""
        return (await self._access.look()).codes.get(way)

    def start(self, session: Session) -> None:
        """A new session."""
        self._access.gather(lambda tables: insert(tables.sessions, session.id, session, "session"))

    def end(self, session_id: UUID) -> None:
        """End it, if it has not ended."""
        self._access.gather(lambda tables: tables.sessions.remove(session_id))

    def end_all(self, member_id: MemberId, *, but: UUID | None = None) -> None:
        """End every session of the member, or every other."""

        def write(tables: Tables) -> None:
            for session_id in [s.id for s in tables.sessions if s.member_id == member_id and s.id != but]:
                tables.sessions.remove(session_id)

        self._access.gather(write)

    def end_resting_on(self, kind: WayKind, member_id: MemberId, *, but: UUID | None = None) -> None:
        """End every session of the member that rests on that way, or every other."""

        def write(tables: Tables) -> None:
            resting = [s.id for s in tables.sessions if s.member_id == member_id and s.rests_on(kind) and s.id != but]
            for session_id in resting:
                tables.sessions.remove(session_id)

        self._access.gather(write)

    def seen(self, session_id: UUID, *, at: datetime) -> None:
        """It was in use then."""

        def write(tables: Tables) -> None:
            session = tables.sessions.get(session_id)
            if session is not None and session.seen_at < at:
                tables.sessions.put(session_id, evolve(session, seen_at=at))

        self._access.gather(write)

    def proved(self, session_id: UUID, *, by: Means, at: datetime) -> None:
        """It was proven again whose it is."""

        def write(tables: Tables) -> None:
            session = tables.sessions.get(session_id)
            if session is not None:
                tables.sessions.put(session_id, evolve(session, proved_by=by, proved_at=at))

        self._access.gather(write)

    def put_code(self, code: SignInCode) -> None:
        """The first code of an address, or compare-and-set on the version."""

        def write(tables: Tables) -> None:
            if code.version == 1:
                insert(tables.codes, code.way, code, "sign_in_code")
            else:
                compare_and_set(tables.codes, code.way, code, "sign_in_code")

        self._access.gather(write)
