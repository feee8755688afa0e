"""The ways by which a member signs in: add one, remove one, and never the last."""

from uuid import UUID

from attrs import frozen

from errand_domain.ids import MemberId
from errand_domain.member.member import Member, Way, WayKind, WayTaken
from errand_domain.member.session import WrongCode
from errand_domain.permissions import check
from errand_domain.ports.mini_program import MiniProgram
from errand_domain.ports.outside import Clock, Secrets
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.signing_in.trying_codes import try_code


@frozen(kw_only=True)
class LinkWay:
    """A member adds a way to sign in, proven by a code that was sent there."""

    begin: Begin
    clock: Clock
    secrets: Secrets

    @decided_anew_when_stale
    async def __call__(self, member_id: MemberId, way: Way, code: str) -> Member:
        """The member; raises `WrongCode` or `WayTaken`."""
        async with self.begin() as tx:
            member = await tx.members.get(member_id)
            check("manage_profile", member, relation="self")
            right = await try_code(tx, way, code, secrets=self.secrets, at=self.clock.now())
            if right:
                member = await _link(tx, member, way)
            await tx.commit()
        if not right:
            raise WrongCode
        return member


@frozen(kw_only=True)
class LinkByTicket:
    """A member adds a way to sign in that the mini-program's platform has proven, so that no code is needed."""

    begin: Begin
    mini_program: MiniProgram

    async def wechat(self, member_id: MemberId, ticket: str) -> Member:
        """The member, who signs in by WeChat from now on; raises `WayTaken`, or what the platform refuses."""
        return await self._linked(member_id, Way("wechat", await self.mini_program.identity(ticket)))

    async def phone(self, member_id: MemberId, ticket: str) -> Member:
        """The member, with the phone number that they have chosen to show."""
        return await self._linked(member_id, Way("phone", await self.mini_program.phone(ticket)))

    @decided_anew_when_stale
    async def _linked(self, member_id: MemberId, way: Way) -> Member:
        async with self.begin() as tx:
            member = await tx.members.get(member_id)
            check("manage_profile", member, relation="self")
            member = await _link(tx, member, way)
            await tx.commit()
        return member


@frozen(kw_only=True)
class UnlinkWay:
    """A member removes a way to sign in, but never the last. Whoever came in by it is signed out.

    They might go on for as long as their proof is fresh, and take the account, though what they came by is gone.
    """

    begin: Begin

    @decided_anew_when_stale
    async def __call__(self, member_id: MemberId, kind: WayKind, *, but: UUID | None = None) -> Member:
        """The member; raises `LastWay`. `but` is the session that asks, which stays."""
        async with self.begin() as tx:
            member = await tx.members.get(member_id)
            check("manage_profile", member, relation="self")
            member = member.unlink(kind)
            tx.members.save(member)
            tx.sessions.end_resting_on(kind, member_id, but=but)
            await tx.commit()
        return member


async def _link(tx: Transaction, member: Member, way: Way) -> Member:
    """The member, who signs in that way as well from the commit on; raises `WayTaken`."""
    owner = await tx.members.of_way(way)
    if owner is not None and owner.id != member.id:
        raise WayTaken
    linked = member.link(way)
    if linked is not member:
        tx.members.save(linked)
    return linked
