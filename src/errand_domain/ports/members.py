"""Members."""

from abc import abstractmethod
from typing import Protocol

from errand_domain.ids import CampusId, MemberId
from errand_domain.member.member import Member, Way
from errand_domain.member.roles import Role


class Members(Protocol):
    """All members. A way to sign in belongs to one member."""

    @abstractmethod
    async def get(self, member_id: MemberId) -> Member:
        """The member as committed; raises `Missing`."""

    @abstractmethod
    async def of_way(self, way: Way) -> Member | None:
        """Who signs in that way, if anybody does."""

    @abstractmethod
    async def page(self, *, before: MemberId | None, limit: int) -> tuple[Member, ...]:
        """Members, newest first."""

    @abstractmethod
    async def with_role(self, role: Role, campus_id: CampusId, *, limit: int) -> tuple[MemberId, ...]:
        """Who holds that role at that campus, in the order of their ids."""

    @abstractmethod
    def add(self, member: Member) -> None:
        """A new member; `commit()` raises `WayTaken`."""

    @abstractmethod
    def save(self, member: Member) -> None:
        """The member, one version on; `commit()` raises `Stale` where somebody was first, or `WayTaken`."""

    @abstractmethod
    def hold(self, member: Member) -> None:
        """Nothing changes, and `commit()` raises `Stale` where somebody has saved the member since it was read.

        Of two commits that hold a member and save it, one is whole before the other: holders do not meet one another.
        """
