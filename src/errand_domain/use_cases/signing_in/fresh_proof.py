"""Whether it was proven a moment ago who asks, by both factors where there are two: what is sensitive needs that."""

from datetime import datetime

from attrs import frozen

from errand_domain.member.session import Session
from errand_domain.permissions import check
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction


@frozen(kw_only=True)
class CheckFreshProof:
    """Asked before anything that changes by what one comes in, or takes everything along."""

    begin: Begin
    clock: Clock

    async def __call__(self, session: Session) -> None:
        """Raises `ProofTooOld`."""
        check("manage_sessions", session.member_id, relation="self")
        async with self.begin() as tx:
            await check_fresh(tx, session, at=self.clock.now())


async def check_fresh(tx: Transaction, session: Session, *, at: datetime) -> None:
    """Raise `ProofTooOld` where the last proof is too long ago, or was of one factor and the member has two.

    What counts is what the member has and not how the session was started: else whoever comes in with the phone alone
    would take the ways of the one who has the authenticator.
    """
    credential = await tx.credentials.of_member(session.member_id)
    session.check_proven(at=at, by_both=credential is not None and credential.has_second_factor)
