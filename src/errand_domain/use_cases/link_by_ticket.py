"""Add a way to sign in by the word of the platform that the mini-program runs on."""

from attrs import frozen

from errand_domain.ids import MemberId
from errand_domain.member.member import Member, Way
from errand_domain.permissions import check
from errand_domain.ports.mini_program import MiniProgram
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.manage_profile import link


@frozen(kw_only=True)
class LinkByTicket:
    """The platform has proven it, so that no code is needed."""

    begin: Begin
    mini_program: MiniProgram

    async def wechat(self, member_id: MemberId, ticket: str) -> Member:
        """The member, who signs in by WeChat from now on; raises `WayTaken`, or what the platform refuses."""
        return await self._link(member_id, Way("wechat", await self.mini_program.identity(ticket)))

    async def phone(self, member_id: MemberId, ticket: str) -> Member:
        """The member, with the phone number that they have chosen to show."""
        return await self._link(member_id, Way("phone", await self.mini_program.phone(ticket)))

    @decided_anew_when_stale
    async def _link(self, member_id: MemberId, way: Way) -> Member:
        async with self.begin() as tx:
            member = await tx.members.get(member_id)
            check("manage_profile", member, relation="self")
            member = await link(tx, member, way)
            await tx.commit()
        return member
