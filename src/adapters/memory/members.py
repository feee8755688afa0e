"""Members in memory."""

from adapters.memory.access import Access
from adapters.memory.pages import newest_first
from adapters.memory.tables import Tables, compare_and_set, found, insert
from errand_domain.errors import Stale
from errand_domain.ids import CampusId, MemberId
from errand_domain.member.member import Member, Way, WayTaken
from errand_domain.member.roles import Grant, Role
from errand_domain.ports.members import Members


class MemoryMembers(Members):
    """Members in memory; a way to sign in has one owner."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def get(self, member_id: MemberId) -> Member:
        """The member as committed; raises `Missing`."""
        return found((await self._access.look()).members.get(member_id), "member")

    async def of_way(self, way: Way) -> Member | None:
        """Who signs in that way."""
        tables = await self._access.look()
        return next((member for member in tables.members if way in member.ways), None)

    async def page(self, *, before: MemberId | None, limit: int) -> tuple[Member, ...]:
        """Members, newest first."""
        tables = await self._access.look()
        return newest_first(tables.members, lambda member: member.id, before=before, limit=limit)

    async def with_role(self, role: Role, campus_id: CampusId, *, limit: int) -> tuple[MemberId, ...]:
        """Who holds that role at that campus, in the order of their ids."""
        tables, grant = await self._access.look(), Grant(role, campus_id)
        return tuple(sorted(member.id for member in tables.members if grant in member.grants)[:limit])

    def add(self, member: Member) -> None:
        """A new member; `WayTaken` where another signs in that way."""

        def write(tables: Tables) -> None:
            _check_ways(tables, member)
            insert(tables.members, member.id, member, "member")

        self._access.gather(write)

    def save(self, member: Member) -> None:
        """Compare-and-set on the version; `WayTaken` where another signs in that way."""

        def write(tables: Tables) -> None:
            compare_and_set(tables.members, member.id, member, "member")
            _check_ways(tables, member)

        self._access.gather(write)

    def hold(self, member: Member) -> None:
        """`Stale` where somebody has saved the member since it was read."""

        def check(tables: Tables) -> None:
            stored = tables.members.get(member.id)
            if stored is None or stored.version != member.version:
                raise Stale("member")

        self._access.gather(check)


def _check_ways(tables: Tables, member: Member) -> None:
    for other in tables.members:
        if other.id != member.id and not set(other.ways).isdisjoint(member.ways):
            raise WayTaken
