"""Whoever follows an operator's link shows first that the mailbox is theirs: the link alone is not enough.

It was seen by whoever printed it, and leads into the account of a member who may have orders and money of their own.
"""

from typing import Final

from attrs import frozen

from errand_domain.member.credential import InvitationGone
from errand_domain.member.member import Way
from errand_domain.member.session import HOUR, WrongCode
from errand_domain.ports.credentials import Authenticators
from errand_domain.ports.outside import Clock, Secrets
from errand_domain.ports.rate_limits import RateLimits
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.limiting import hold_to
from errand_domain.use_cases.operators.accept_invitation import open_invitation
from errand_domain.use_cases.operators.manage_operators import invitation_digest, proven_digest
from errand_domain.use_cases.signing_in.request_code import RequestCode
from errand_domain.use_cases.signing_in.trying_codes import try_code

TRIES_MOST: Final = 10


@frozen(kw_only=True)
class SendInviteeCode:
    """Send a code to the mailbox of whoever is invited, which is not for whoever has the link to choose."""

    begin: Begin
    clock: Clock
    secrets: Secrets
    request_code: RequestCode

    async def __call__(self, token: str, *, address: str = "") -> None:
        """Raises `InvitationGone`, `CodeTooSoon`, `CodeNotSent` or `TooManyRequests`."""
        async with self.begin() as tx:
            opened = await open_invitation(tx, token, self.secrets, at=self.clock.now())
        await self.request_code(Way("email", opened.member.email()), address=address)


@frozen(kw_only=True)
class ProveInvitee:
    """Exchange link and code for another token, which takes the place of the link: that is worth nothing any more.

    The token follows from both, so that whoever did not hear it asks again and hears the same, for an hour.
    """

    begin: Begin
    clock: Clock
    secrets: Secrets
    limits: RateLimits
    authenticators: Authenticators

    @decided_anew_when_stale
    async def __call__(self, token: str, code: str) -> str:
        """The token to go on with; raises `WrongCode`, `InvitationGone` or `TooManyRequests`."""
        now, digest = self.clock.now(), invitation_digest(token, self.secrets)
        await hold_to(self.limits, f"invitee {digest}", most=TRIES_MOST, per=HOUR, at=now)
        fresh = self.secrets.digest(f"invitation continued:{token}:{code}")
        async with self.begin() as tx:
            done = await tx.credentials.invitation(proven_digest(fresh, self.secrets))
            if done is not None:
                done.check_open(at=now)
                return fresh
            opened = await open_invitation(tx, token, self.secrets, at=now)
            if opened.is_proven:
                raise InvitationGone
            way = Way("email", opened.member.email())
            right = await try_code(tx, way, code, secrets=self.secrets, at=now)
            if right:
                proven = opened.invitation.proven(
                    token_hash=proven_digest(fresh, self.secrets), totp_secret=self.authenticators.new_secret(), at=now
                )
                tx.credentials.put_invitation(proven)
            await tx.commit()
        if not right:
            raise WrongCode
        return fresh
