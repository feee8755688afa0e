"""Set, change or reset one's own password."""

from datetime import datetime

from attrs import frozen

from errand_domain.ids import MemberId
from errand_domain.member.credential import Credential, ProofNeeded, WrongPassword
from errand_domain.member.member import Way
from errand_domain.member.password import check_password
from errand_domain.member.session import Session, WrongCode
from errand_domain.permissions import check
from errand_domain.ports.credentials import BreachedPasswords, PasswordHashes
from errand_domain.ports.outbox import Tell
from errand_domain.ports.outside import Clock, Secrets
from errand_domain.ports.rate_limits import RateLimits
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.signing_in.new_passwords import check_new_password
from errand_domain.use_cases.signing_in.sign_in_by_password import hold_sessions
from errand_domain.use_cases.signing_in.trying_codes import try_code


@frozen(kw_only=True)
class SetPassword:
    """A member sets a password, having shown the one before it or that the e-mail address is theirs.

    Whoever has a second factor has shown both a moment ago, in whatever session. Every other session ends at once, and
    the member is told.
    """

    begin: Begin
    clock: Clock
    limits: RateLimits
    passwords: PasswordHashes
    breached: BreachedPasswords

    async def __call__(self, session: Session, password: str, *, current: str = "") -> None:
        """Raises `ProofNeeded`, `ProofTooOld`, `WrongPassword`, `PasswordWeak` or `TooManyRequests`."""
        now = self.clock.now()
        async with self.begin() as tx:
            member = await tx.members.get(session.member_id)
            check("manage_profile", member, relation="self")
            credential = await tx.credentials.of_member(session.member_id)
        known = credential.password_hash if credential else ""
        has_both = credential is not None and credential.has_second_factor
        if has_both:
            session.check_proven(at=now, by_both=True)
        if not member.email() or not (has_both or current or session.proves_email(at=now)):
            raise ProofNeeded
        await check_new_password(password, self.breached, email=member.email(), is_staff=bool(member.grants))
        if current:
            await hold_sessions(self.limits, member.id, at=now)
            if not await self.passwords.matches(known or None, current):
                raise WrongPassword
        fresh = await self.passwords.hash(password)
        await self._store(session, was=known, fresh=fresh, now=now)

    @decided_anew_when_stale
    async def _store(self, session: Session, *, was: str, fresh: str, now: datetime) -> None:
        async with self.begin() as tx:
            # Hashing takes a while: who left meanwhile leaves no password behind, and who leaves now meets this save.
            member = await tx.members.get(session.member_id)
            check("manage_profile", member, relation="self")
            tx.members.save(member.touched())
            credential = await tx.credentials.of_member(session.member_id)
            if (credential.password_hash if credential else "") != was:
                raise WrongPassword
            put_password(tx, session.member_id, credential, fresh, at=now)
            tx.sessions.end_all(session.member_id, but=session.id)
            await tx.commit()


@frozen(kw_only=True)
class ResetPassword:
    """Whoever reads the member's mail sets a new password; a second factor stays what it was. Every session ends."""

    begin: Begin
    clock: Clock
    secrets: Secrets
    passwords: PasswordHashes
    breached: BreachedPasswords

    async def __call__(self, email: str, code: str, password: str) -> None:
        """Raises `WrongCode` for every reason alike, `PasswordWeak`, or `MemberBarred`."""
        await check_new_password(password, self.breached, email=email, is_staff=False)
        fresh = await self.passwords.hash(password)
        if not await self._reset(Way("email", email), code, password, fresh):
            raise WrongCode

    @decided_anew_when_stale
    async def _reset(self, way: Way, code: str, password: str, fresh: str) -> bool:
        now = self.clock.now()
        async with self.begin() as tx:
            right = await try_code(tx, way, code, secrets=self.secrets, at=now)
            member = await tx.members.of_way(way) if right else None
            if member is not None:
                member.check_here()
                check_password(password, email=way.value, is_staff=bool(member.grants))
                tx.members.save(member.touched())  # whoever leaves now meets this save
                put_password(tx, member.id, await tx.credentials.of_member(member.id), fresh, at=now)
                tx.sessions.end_all(member.id)
            await tx.commit()
        return member is not None


def put_password(
    tx: Transaction, member_id: MemberId, credential: Credential | None, password_hash: str, *, at: datetime
) -> None:
    """The member has that password now, and is told."""
    fresh = Credential(member_id=member_id, password_hash=password_hash, changed_at=at)
    tx.credentials.put(credential.with_password(password_hash, at=at) if credential else fresh)
    tx.outbox.add(Tell(member_id=member_id, kind="password_changed"), at=at)
