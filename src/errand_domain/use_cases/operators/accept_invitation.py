"""An operator follows the link: looks at the invitation, then sets password and second factor, once."""

from datetime import datetime
from typing import Final

from attrs import field, frozen

from errand_domain.member.credential import (
    RECOVERY_CODES,
    Credential,
    Invitation,
    InvitationGone,
    MailUnproven,
    WrongSecondFactor,
)
from errand_domain.member.member import Member
from errand_domain.member.session import HOUR
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.credentials import Authenticators, BreachedPasswords, PasswordHashes
from errand_domain.ports.outside import Clock, Notices, Secrets
from errand_domain.ports.rate_limits import RateLimits
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.limiting import hold_to
from errand_domain.use_cases.operators.manage_operators import invitation_digest, proven_digest
from errand_domain.use_cases.signing_in.new_passwords import check_new_password
from errand_domain.use_cases.signing_in.recovery_codes import new_recovery_code, recovery_digest

TRIES_MOST: Final = 10


@frozen(kw_only=True)
class Invitee:
    """Who is invited, and what their authenticator must know: nothing of that before the mailbox is proven.

    `needs_code` says whether a code that was sent there has to be shown first.
    """

    email: str = field(repr=False)
    needs_code: bool
    totp_secret: str = field(repr=False)
    otpauth: str = field(repr=False)
    expires_at: datetime


@frozen(kw_only=True)
class ViewInvitation:
    """Whoever has the token sees whom it is for, and what the authenticator reads. Nothing changes."""

    begin: Begin
    clock: Clock
    secrets: Secrets
    authenticators: Authenticators
    notices: Notices

    async def __call__(self, token: str) -> Invitee:
        """Raises `InvitationGone`."""
        async with self.begin() as tx:
            opened = await open_invitation(tx, token, self.secrets, at=self.clock.now())
        email, secret = opened.member.email(), opened.invitation.totp_secret
        needs_code = opened.needs_code(self.notices)
        return Invitee(
            email=email,
            needs_code=needs_code,
            totp_secret="" if needs_code else secret,
            otpauth="" if needs_code else self.authenticators.address(secret, account=email),
            expires_at=opened.invitation.expires_at,
        )


@frozen(kw_only=True)
class AcceptInvitation:
    """The operator chooses a password and shows that the authenticator knows its secret. The link is good once."""

    begin: Begin
    clock: Clock
    secrets: Secrets
    limits: RateLimits
    passwords: PasswordHashes
    authenticators: Authenticators
    notices: Notices
    breached: BreachedPasswords

    async def __call__(self, token: str, *, password: str, code: str) -> tuple[str, ...]:
        """The recovery codes, which are shown this once; audited.

        Raises `InvitationGone`, `MailUnproven`, `PasswordWeak`, `WrongSecondFactor` or `TooManyRequests`.
        """
        now = self.clock.now()
        async with self.begin() as tx:
            opened = await open_invitation(tx, token, self.secrets, at=now)
        if opened.needs_code(self.notices):
            raise MailUnproven
        invitation = opened.invitation
        await hold_to(self.limits, f"invitation {invitation.token_hash}", most=TRIES_MOST, per=HOUR, at=now)
        await check_new_password(password, self.breached, email=opened.member.email(), is_staff=True)
        step = self.authenticators.step(invitation.totp_secret, code, at=now)
        if step is None:
            raise WrongSecondFactor
        recovery = tuple(new_recovery_code(self.secrets) for _ in range(RECOVERY_CODES))
        fresh = await self.passwords.hash(password)
        await self._enroll(token, secret=invitation.totp_secret, fresh=fresh, step=step, recovery=recovery, now=now)
        return recovery

    @decided_anew_when_stale
    async def _enroll(
        self, token: str, *, secret: str, fresh: str, step: int, recovery: tuple[str, ...], now: datetime
    ) -> None:
        async with self.begin() as tx:
            opened = await open_invitation(tx, token, self.secrets, at=now)
            member, invitation = opened.member, opened.invitation
            tx.members.save(member.touched())  # whoever leaves now meets this save
            last = await tx.credentials.of_member(member.id)
            credential = Credential(
                member_id=member.id,
                password_hash=fresh,
                totp_secret=secret,
                totp_step=step,
                recovery_hashes=tuple(recovery_digest(member.id, one, self.secrets) for one in recovery),
                changed_at=now,
            )
            tx.credentials.put(credential.following(last) if last else credential)
            tx.credentials.put_invitation(invitation.closed())
            tx.sessions.end_all(member.id)
            for campus_id in sorted({grant.campus_id for grant in member.grants}):
                tx.audit.record(
                    AuditLine(
                        at=now,
                        actor_id=member.id,
                        campus_id=campus_id,
                        action="operator.enrolled",
                        subject=f"member:{member.id}",
                    )
                )
            await tx.commit()


@frozen(kw_only=True)
class Opened:
    """An invitation, whom it is for, and whether whoever has its token has shown that the mailbox is theirs."""

    member: Member
    invitation: Invitation
    is_proven: bool

    def needs_code(self, notices: Notices) -> bool:
        """Whether that is still to be shown. Where no mail is carried, the link alone has to do."""
        return not self.is_proven and notices.reaches("email")


async def open_invitation(tx: Transaction, token: str, secrets: Secrets, *, at: datetime) -> Opened:
    """The invitation of that token; raises `InvitationGone`, for a member who was shut out or has no mailbox too."""
    proven = await tx.credentials.invitation(proven_digest(token, secrets))
    invitation = proven or await tx.credentials.invitation(invitation_digest(token, secrets))
    if invitation is None:
        raise InvitationGone
    invitation.check_open(at=at)
    member = await tx.members.get(invitation.member_id)
    if member.barred or member.closed_at is not None or not member.grants or not member.email():
        raise InvitationGone
    return Opened(member=member, invitation=invitation, is_proven=proven is not None)
