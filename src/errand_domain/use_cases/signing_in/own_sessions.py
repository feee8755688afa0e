"""Who sends a token; and what members do with their own sessions."""

from uuid import UUID

from attrs import frozen

from errand_domain.ids import MemberId
from errand_domain.member.session import NotSignedIn, Session
from errand_domain.permissions import check
from errand_domain.ports.outside import Clock, Secrets
from errand_domain.ports.sessions import SignedIn
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.signing_in.entering import as_proven
from errand_domain.use_cases.signing_in.fresh_proof import check_fresh


@frozen(kw_only=True)
class Recognise:
    """Tells who sends a token.

    The member that it hands out has staff's powers only where the session has proven two factors, so that nothing which
    a use case checks can be passed with a token of less. That a session is in use is written down once a day, and every
    few minutes where it has those powers.
    """

    begin: Begin
    clock: Clock
    secrets: Secrets

    async def __call__(self, token: str) -> SignedIn:
        """The member and the session; raises `NotSignedIn` at once after either has ended."""
        now = self.clock.now()
        async with self.begin() as tx:
            found = await tx.sessions.find(self.secrets.digest(token), at=now)
            if found is None or not found.session.is_live(at=now):
                raise NotSignedIn
            if found.session.is_unseen(at=now):
                tx.sessions.seen(found.session.id, at=now)
                await tx.commit()
        return SignedIn(member=as_proven(found.member, found.session.strength), session=found.session)


@frozen(kw_only=True)
class ListSessions:
    """A member sees where they are signed in."""

    begin: Begin
    clock: Clock

    async def __call__(self, member_id: MemberId) -> tuple[Session, ...]:
        """The live sessions, newest first."""
        check("manage_sessions", member_id, relation="self")
        now = self.clock.now()
        async with self.begin() as tx:
            found = await tx.sessions.of_member(member_id, at=now)
        return tuple(session for session in found if session.is_live(at=now))


@frozen(kw_only=True)
class SignOut:
    """A member ends one of their sessions, at once."""

    begin: Begin
    clock: Clock

    async def __call__(self, asking: Session, session_id: UUID) -> None:
        """Raises `Missing` for a session of somebody else, and `ProofTooOld` for any but the one that asks."""
        now = self.clock.now()
        async with self.begin() as tx:
            live = await tx.sessions.of_member(asking.member_id, at=now)
            is_own = any(session.id == session_id for session in live)
            check("manage_sessions", asking.member_id, relation="self" if is_own else None, of="session")
            if session_id != asking.id:
                await check_fresh(tx, asking, at=now)
            tx.sessions.end(session_id)
            await tx.commit()


@frozen(kw_only=True)
class SignOutElsewhere:
    """A member ends every session but the one that asks, at once."""

    begin: Begin

    async def __call__(self, session: Session) -> None:
        """Nothing to end is well, too."""
        check("manage_sessions", session.member_id, relation="self")
        async with self.begin() as tx:
            tx.sessions.end_all(session.member_id, but=session.id)
            await tx.commit()
