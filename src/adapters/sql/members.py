"""Members in SQL, with their ways to sign in and the people they avoid as rows that can be searched."""

from typing import Final

from attrs import Factory, field, frozen
from sqlalchemy import bindparam, delete, select, update

from adapters.crypto.vault import Vault
from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import NEWEST, every, first, only
from adapters.sql.rows.people import CHANGING_MEMBER, READ_MEMBER, changing_member_columns, member_from_row
from adapters.sql.sealing import blind_indices
from adapters.sql.statements import Statement
from adapters.sql.tables.people import BLOCKS, MEMBER_GRANTS, MEMBER_WAYS, MEMBERS
from adapters.sql.writes import Add, Change, Write, save, save_statement
from errand_domain.errors import Stale
from errand_domain.ids import CampusId, MemberId
from errand_domain.member.member import Member, Way
from errand_domain.member.roles import Role
from errand_domain.ports.members import Members

WHAT: Final = "member"
_GET: Final = Statement(select(*READ_MEMBER).where(MEMBERS.c.id == bindparam("member")))
_WAY_OWNER: Final = select(MEMBER_WAYS.c.member_id).where(MEMBER_WAYS.c.kind == bindparam("way_kind"))
# Each arm reads its own index: of two conditions joined by OR, PostgreSQL makes a walk through the table here.
_FOUND: Final = (
    _WAY_OWNER.where(MEMBER_WAYS.c.value == bindparam("way_value"))
    .union(_WAY_OWNER.where(MEMBER_WAYS.c.value_next == bindparam("way_next")))
    .subquery("found")
)
_OF_WAY: Final = Statement(select(*READ_MEMBER).join(_FOUND, _FOUND.c.member_id == MEMBERS.c.id))
_PAGE: Final = Statement(
    select(*READ_MEMBER)
    .where(MEMBERS.c.id < bindparam("before"))
    .order_by(MEMBERS.c.id.desc())
    .limit(bindparam("limit"))
)
_SAVE: Final = save_statement(MEMBERS, ("id",), CHANGING_MEMBER)
# It changes nothing, and takes the row's lock all the same: who saves the member meanwhile waits, or was waited for.
_HOLD: Final = Statement(
    update(MEMBERS)
    .where(MEMBERS.c.id == bindparam("member"), MEMBERS.c.version == bindparam("was"))
    .values(version=MEMBERS.c.version)
)
_FORGET_WAYS: Final = Statement(delete(MEMBER_WAYS).where(MEMBER_WAYS.c.member_id == bindparam("member")))
_WITH_ROLE: Final = Statement(
    select(MEMBER_GRANTS.c.member_id)
    .where(MEMBER_GRANTS.c.campus_id == bindparam("campus"), MEMBER_GRANTS.c.role == bindparam("held"))
    .order_by(MEMBER_GRANTS.c.member_id)
    .limit(bindparam("limit"))
)
_FORGET_GRANTS: Final = Statement(delete(MEMBER_GRANTS).where(MEMBER_GRANTS.c.member_id == bindparam("member")))
_FORGET_BLOCKS: Final = Statement(delete(BLOCKS).where(BLOCKS.c.member_id == bindparam("member")))
_FORGET: Final = ((_FORGET_WAYS, MEMBER_WAYS), (_FORGET_GRANTS, MEMBER_GRANTS), (_FORGET_BLOCKS, BLOCKS))


def _searchable(member: Member) -> tuple[object, ...]:
    return member.ways, member.grants, member.blocked


def way_indices(vault: Vault, way: Way) -> tuple[str, str]:
    """By what a way is found, now and next; the address itself stands sealed with its member."""
    return blind_indices(vault, f"way {way.kind}", way.value)


@frozen
class SqlMembers(Members):
    """Members in SQL; a unique key gives a way to one member."""

    driver: Driver
    writes: list[Write]
    vault: Vault
    read: dict[MemberId, Member] = field(default=Factory(dict[MemberId, Member]), init=False, repr=False)

    async def get(self, member_id: MemberId) -> Member:
        """The member as committed; raises `Missing`."""
        member = only(await self.driver.fetch(_GET, {"member": member_id}), member_from_row, WHAT)
        self.read[member.id] = member
        return member

    async def of_way(self, way: Way) -> Member | None:
        """Who signs in that way, if anybody does."""
        now, after = way_indices(self.vault, way)
        rows = await self.driver.fetch(_OF_WAY, {"way_kind": way.kind, "way_value": now, "way_next": after})
        return first(rows, member_from_row)

    async def page(self, *, before: MemberId | None, limit: int) -> tuple[Member, ...]:
        """Members, newest first."""
        rows = await self.driver.fetch(_PAGE, {"before": before or NEWEST, "limit": limit})
        return every(rows, member_from_row)

    async def with_role(self, role: Role, campus_id: CampusId, *, limit: int) -> tuple[MemberId, ...]:
        """Who holds that role at that campus, in the order of their ids."""
        rows = await self.driver.fetch(_WITH_ROLE, {"campus": campus_id, "held": role, "limit": limit})
        return tuple(MemberId(row[0]) for row in rows)

    def add(self, member: Member) -> None:
        """A new member; `WayTaken` where another signs in that way."""
        row = {"id": member.id, "joined_at": member.joined_at, **changing_member_columns(member)}
        self.writes.append(Add(table=MEMBERS, row=row, key=member.id))
        self._add_searchable(member)

    def save(self, member: Member) -> None:
        """Compare-and-set on the version; `WayTaken` where another signs in that way.

        Where the version that is met is the one that was read here, the rows that make it searchable are still there.
        """
        columns, was = changing_member_columns(member), member.version - 1
        self.writes.append(save(_SAVE, MEMBERS, identity={"id": member.id}, was=was, columns=columns, what=WHAT))
        before = self.read.get(member.id)
        if before is not None and before.version == was and _searchable(before) == _searchable(member):
            return
        for statement, table in _FORGET:
            self.writes.append(
                Change(statement=statement, parameters={"member": member.id}, table_name=table.name, ordered=True)
            )
        self._add_searchable(member)

    def hold(self, member: Member) -> None:
        """`Stale` where somebody has saved the member since it was read."""
        self.writes.append(
            Change(
                statement=_HOLD,
                parameters={"member": member.id, "was": member.version},
                table_name=MEMBERS.name,
                key=(member.id,),
                refusal=lambda: Stale(WHAT),
            )
        )

    def _add_searchable(self, member: Member) -> None:
        for way in sorted(member.ways, key=lambda way: (way.kind, way.value)):
            now, after = way_indices(self.vault, way)
            row = {"kind": way.kind, "value": now, "value_next": after, "member_id": member.id}
            self.writes.append(Add(table=MEMBER_WAYS, row=row))
        for grant in sorted(member.grants):
            row = {"campus_id": grant.campus_id, "role": grant.role, "member_id": member.id}
            self.writes.append(Add(table=MEMBER_GRANTS, row=row))
        for other_id in sorted(member.blocked):
            self.writes.append(Add(table=BLOCKS, row={"member_id": member.id, "other_id": other_id}))
