"""Sign in by a one-time code, and sign out."""

from uuid import UUID

from attrs import field, frozen

from errand_domain.errors import Missing
from errand_domain.ids import MemberId
from errand_domain.member.member import Member, MemberBarred, Way
from errand_domain.member.session import (
    SESSION_LIFE,
    NotSignedIn,
    Session,
    SignInCode,
    WrongCode,
    check_pause,
)
from errand_domain.ports.outside import Clock, Ids, Notice, Notices, Secrets
from errand_domain.ports.sessions import SignedIn
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.deciding import decided_anew_when_stale


@frozen(kw_only=True)
class RequestCode:
    """Send a code to an address. The answer is the same whether a member is known there or not."""

    begin: Begin
    clock: Clock
    secrets: Secrets
    notices: Notices

    @decided_anew_when_stale
    async def __call__(self, way: Way) -> None:
        """Raises `CodeTooSoon` within a minute of the last one. The code is stored before it is sent."""
        now = self.clock.now()
        code = self.secrets.digits(6)
        async with self.begin() as tx:
            last = await tx.sessions.code_for(way)
            check_pause(last, at=now)
            digest = self.secrets.digest(f"{way.value}:{code}")
            fresh = SignInCode(way=way, code_hash=digest, sent_at=now)
            tx.sessions.put_code(last.followed_by(digest, at=now) if last else fresh)
            await tx.commit()
        await self.notices.send(
            Notice(to=way, text=f"您的登录验证码是 {code}，5 分钟内有效，请勿告诉他人。", code=code)
        )


@frozen(kw_only=True)
class Entered:
    """A fresh session. The token is shown once and stored nowhere."""

    member: Member
    session: Session
    token: str = field(repr=False)


@frozen(kw_only=True)
class SignIn:
    """Exchange the code for a session; whoever signs in for the first time becomes a member."""

    begin: Begin
    clock: Clock
    ids: Ids
    secrets: Secrets

    async def __call__(self, way: Way, code: str, *, device: str = "") -> Entered:
        """Raises `WrongCode`, or `MemberBarred`. Every try is counted before it is judged; a code is good once."""
        now = self.clock.now()
        if not await self._use(way, code):
            raise WrongCode
        token = self.secrets.token()
        member = await self._member(way)
        if member.barred:
            raise MemberBarred
        session = Session(
            id=self.ids.new(),
            member_id=member.id,
            token_hash=self.secrets.digest(token),
            device=device,
            started_at=now,
            expires_at=now + SESSION_LIFE,
        )
        async with self.begin() as tx:
            tx.sessions.start(session)
            await tx.commit()
        return Entered(member=member, session=session, token=token)

    @decided_anew_when_stale
    async def _use(self, way: Way, code: str) -> bool:
        async with self.begin() as tx:
            sent = await tx.sessions.code_for(way)
            if sent is None or not sent.is_good(at=self.clock.now()):
                return False
            right = self.secrets.same(sent.code_hash, self.secrets.digest(f"{way.value}:{code}"))
            tx.sessions.put_code(sent.spent() if right else sent.tried())
            await tx.commit()
        return right

    @decided_anew_when_stale
    async def _member(self, way: Way) -> Member:
        async with self.begin() as tx:
            member = await tx.members.of_way(way)
            if member is None:
                member = Member(id=MemberId(self.ids.new()), ways=(way,), joined_at=self.clock.now())
                tx.members.add(member)
                await tx.commit()
        return member


@frozen(kw_only=True)
class Recognise:
    """Tells who sends a token."""

    begin: Begin
    clock: Clock
    secrets: Secrets

    async def __call__(self, token: str) -> SignedIn:
        """The member and the session; raises `NotSignedIn` at once after either has ended."""
        async with self.begin() as tx:
            found = await tx.sessions.find(self.secrets.digest(token), at=self.clock.now())
        if found is None:
            raise NotSignedIn
        return found


@frozen(kw_only=True)
class ListSessions:
    """A member sees where they are signed in."""

    begin: Begin
    clock: Clock

    async def __call__(self, member_id: MemberId) -> tuple[Session, ...]:
        """The live sessions, newest first."""
        async with self.begin() as tx:
            return await tx.sessions.of_member(member_id, at=self.clock.now())


@frozen(kw_only=True)
class SignOut:
    """A member ends one of their sessions, at once."""

    begin: Begin
    clock: Clock

    async def __call__(self, member_id: MemberId, session_id: UUID) -> None:
        """Raises `Missing` for a session of somebody else."""
        async with self.begin() as tx:
            live = await tx.sessions.of_member(member_id, at=self.clock.now())
            if all(session.id != session_id for session in live):
                raise Missing("session")
            tx.sessions.end(session_id)
            await tx.commit()
