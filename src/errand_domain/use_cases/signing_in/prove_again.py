"""Prove once more who is asking, by a way that is linked already: what is sensitive needs it to be a moment ago."""

from datetime import datetime

from attrs import frozen

from errand_domain.errors import InvalidField
from errand_domain.member.credential import Credential, SecondFactorNeeded, WrongPassword
from errand_domain.member.member import Member, Way, WayKind
from errand_domain.member.session import HOUR, PROOF_LIFE, Means, Session, WrongCode
from errand_domain.permissions import check
from errand_domain.ports.credentials import Authenticators, PasswordHashes
from errand_domain.ports.mini_program import MiniProgram, TicketRefused
from errand_domain.ports.outside import Clock, Secrets
from errand_domain.ports.rate_limits import RateLimits
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.limiting import hold_to
from errand_domain.use_cases.signing_in.second_factor import with_second_factor
from errand_domain.use_cases.signing_in.sign_in_by_password import SECOND_FACTORS_MOST, hold_sessions
from errand_domain.use_cases.signing_in.trying_codes import try_code


def own_way(member: Member, kind: WayKind) -> Way:
    """The member's way of that kind; raises `InvalidField` where there is none: nothing else proves anything."""
    for way in member.ways:
        if way.kind == kind:
            return way
    raise InvalidField("kind", "is not linked")


@frozen(kw_only=True)
class ProveAgain:
    """Whoever has two factors proves it by both, in whatever session; the others by any way that is linked."""

    begin: Begin
    clock: Clock
    secrets: Secrets
    limits: RateLimits
    passwords: PasswordHashes
    authenticators: Authenticators
    mini_program: MiniProgram

    @decided_anew_when_stale
    async def by_code(self, session: Session, kind: WayKind, code: str) -> datetime:
        """Until when it is fresh; raises `WrongCode`, `SecondFactorNeeded`, or `InvalidField` where none is linked."""
        check("manage_sessions", session.member_id, relation="self")
        now = self.clock.now()
        async with self.begin() as tx:
            await _check_one_factor_is_enough(tx, session)
            member = await tx.members.get(session.member_id)
            right = await try_code(tx, own_way(member, kind), code, secrets=self.secrets, at=now)
            if right:
                tx.members.hold(member)
                _prove(tx, session, by=kind, at=now)
            await tx.commit()
        if not right:
            raise WrongCode
        return now + PROOF_LIFE

    async def by_ticket(self, session: Session, ticket: str) -> datetime:
        """The same by the platform's word; raises `TicketRefused` for somebody else's, or what the platform refuses."""
        check("manage_sessions", session.member_id, relation="self")
        identity, now = await self.mini_program.identity(ticket), self.clock.now()
        await self._prove_by_wechat(session, identity, now)
        return now + PROOF_LIFE

    @decided_anew_when_stale
    async def _prove_by_wechat(self, session: Session, identity: str, now: datetime) -> None:
        async with self.begin() as tx:
            await _check_one_factor_is_enough(tx, session)
            member = await tx.members.get(session.member_id)
            if own_way(member, "wechat").value != identity:
                raise TicketRefused
            tx.members.hold(member)  # the way may be unlinked in this moment
            _prove(tx, session, by="wechat", at=now)
            await tx.commit()

    async def by_password(self, session: Session, password: str, *, second: str = "") -> datetime:
        """The same by the password, and the second factor of those who have one.

        Raises `WrongPassword`, `SecondFactorNeeded`, `WrongSecondFactor` or `TooManyRequests`.
        """
        check("manage_sessions", session.member_id, relation="self")
        now = self.clock.now()
        async with self.begin() as tx:
            member = await tx.members.get(session.member_id)
            credential = await tx.credentials.of_member(session.member_id)
        await hold_sessions(self.limits, session.member_id, at=now)
        known = credential.password_hash if credential and credential.password_hash else None
        if not await self.passwords.matches(known, password) or credential is None:
            raise WrongPassword
        if credential.has_second_factor:
            if not second:
                raise SecondFactorNeeded
            await hold_to(self.limits, f"second factor {member.id}", most=SECOND_FACTORS_MOST, per=HOUR, at=now)
        await self._prove_by_both(session, credential.password_hash, second, now)
        return now + PROOF_LIFE

    @decided_anew_when_stale
    async def _prove_by_both(self, session: Session, proven: str, second: str, now: datetime) -> None:
        async with self.begin() as tx:
            credential = await tx.credentials.of_member(session.member_id)
            if credential is None or credential.password_hash != proven:
                raise WrongPassword
            if credential.has_second_factor:
                tx.credentials.put(self._used(credential, second, now).saved())
            _prove(tx, session, by="password", at=now)
            await tx.commit()

    def _used(self, credential: Credential, second: str, now: datetime) -> Credential:
        return with_second_factor(credential, second, self.authenticators, self.secrets, at=now)


async def _check_one_factor_is_enough(tx: Transaction, session: Session) -> None:
    credential = await tx.credentials.of_member(session.member_id)
    if credential is not None and credential.has_second_factor:
        raise SecondFactorNeeded


def _prove(tx: Transaction, session: Session, *, by: Means, at: datetime) -> None:
    tx.sessions.proved(session.id, by=by, at=at)
