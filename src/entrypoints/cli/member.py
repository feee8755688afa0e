"""`errand member`: members, their roles, and shutting somebody out."""

import os
from pathlib import Path

import click

from entrypoints.cli.desk import CAMPUS, LIMIT, OPERATOR, Desk, at_desk, find_member
from entrypoints.export_zip import zipped
from entrypoints.http.wire.addresses import e164, mailbox
from errand_domain.errors import InvalidField
from errand_domain.ids import MemberId
from errand_domain.member.member import Member, Way
from errand_domain.member.roles import ROLES, Role
from errand_domain.permissions import check_anywhere
from errand_domain.ports.audit import AuditLine

WHO = click.argument("member_ref", metavar="MEMBER")
REASON = click.option("--reason", default="", help="Kept in the audit record, sealed.")
ROLE = click.option("--role", type=click.Choice(ROLES), required=True, help="What the member may do there.")
SEEN_DIGITS = 4


@click.group("member")
def noun() -> None:
    """Members, named by id, phone number (+86…) or e-mail address. Addresses are printed in part only."""


def masked(way: Way) -> str:
    """An address with so little of it that it is recognised by whom it belongs to, and by nobody else."""
    if way.kind == "email":
        name, _, host = way.value.partition("@")
        return f"{name[:1]}***@{host}"
    return f"{way.kind} …{way.value[-SEEN_DIGITS:]}"


def facts(member: Member) -> dict[str, object]:
    """One line about a member."""
    return {
        "id": member.id,
        "nickname": member.nickname,
        "ways": [masked(way) for way in member.ways],
        "roles": sorted({grant.role for grant in member.grants}),
        "barred": member.barred,
        "joined_at": member.joined_at,
    }


@noun.command("list")
@LIMIT
@OPERATOR
@at_desk
async def show_list(desk: Desk, *, limit: int) -> None:
    """Members, newest first."""
    _require(desk)
    async with desk.begin() as tx:
        members = await tx.members.page(before=None, limit=limit)
    desk.output.rows([facts(member) for member in members], none="Nobody has signed in yet.")


@noun.command("show")
@WHO
@OPERATOR
@at_desk
async def show(desk: Desk, *, member_ref: str) -> None:
    """One member."""
    _require(desk)
    member = await find_member(desk.begin, member_ref)
    more = {
        "campus": member.campus_id,
        "grants": sorted(f"{grant.role} at {grant.campus_id}" for grant in member.grants),
        "consents": sorted(f"{c.document} {c.version} {(c.text_sha256 or '')[:12]}".strip() for c in member.consents),
        "closed_at": member.closed_at,
        "version": member.version,
    }
    desk.output.facts(facts(member) | more)


@noun.command("export")
@WHO
@click.option("--out", "out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A file to make.")
@at_desk
async def export(desk: Desk, *, member_ref: str, out: Path) -> None:
    """All that is held about the member, as a zip that only you can read. Recorded, and the member is told."""
    member = await find_member(desk.begin, member_ref)
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as fault:
        raise click.UsageError(f"{out} cannot be made: {fault.strerror}") from None
    with os.fdopen(handle, "wb") as file:
        taken = await desk.container.take_export()(member.id, by=None)
        async for piece in zipped(taken.facts, taken.contents()):
            file.write(piece)
    desk.output.facts({"member": member.id, "file": str(out), "images": len(taken.files)})


@noun.command("create")
@click.option("--phone", help="A Chinese mobile number, or any with its +.")
@click.option("--email", help="By which the member signs in.")
@click.option("--nickname", default="", help="As others see it.")
@at_desk
async def create(desk: Desk, *, phone: str | None, email: str | None, nickname: str) -> None:
    """A member before their first sign-in: the first administrator, for one. Audited."""
    ways = [Way("phone", e164(phone))] if phone else []
    ways += [Way("email", mailbox(email, field="email"))] if email else []
    if not ways:
        raise click.UsageError("a member needs a way to sign in: --phone or --email")
    now = desk.container.clock().now()
    member = Member(id=MemberId(desk.container.ids().new()), nickname=nickname, ways=tuple(ways), joined_at=now)
    async with desk.begin() as tx:
        tx.members.add(member)
        tx.audit.record(
            AuditLine(at=now, actor_id=None, campus_id=None, action="member.created", subject=f"member:{member.id}")
        )
        await tx.commit()
    desk.output.facts(facts(member))


@noun.command("grant")
@WHO
@ROLE
@REASON
@CAMPUS
@OPERATOR
@at_desk
async def grant(desk: Desk, *, member_ref: str, role: Role, reason: str, campus_ref: str | None) -> None:
    """Give a role at a campus; audited."""
    await _grant(desk, member_ref, role, campus_ref, reason, granted=True)


@noun.command("revoke")
@WHO
@ROLE
@REASON
@CAMPUS
@OPERATOR
@at_desk
async def revoke(desk: Desk, *, member_ref: str, role: Role, reason: str, campus_ref: str | None) -> None:
    """Take a role; the member is signed out everywhere. Audited."""
    await _grant(desk, member_ref, role, campus_ref, reason, granted=False)


@noun.command("bar")
@WHO
@click.option("--reason", required=True, help="Kept in the audit record.")
@CAMPUS
@OPERATOR
@at_desk
async def bar(desk: Desk, *, member_ref: str, reason: str, campus_ref: str | None) -> None:
    """Shut a member out, at once and everywhere; audited."""
    await _bar(desk, member_ref, reason, campus_ref, barred=True)


@noun.command("unbar")
@WHO
@click.option("--reason", required=True, help="Kept in the audit record.")
@CAMPUS
@OPERATOR
@at_desk
async def unbar(desk: Desk, *, member_ref: str, reason: str, campus_ref: str | None) -> None:
    """Let a member in again; audited."""
    await _bar(desk, member_ref, reason, campus_ref, barred=False)


async def _grant(
    desk: Desk, member_ref: str, role: Role, campus_ref: str | None, reason: str, *, granted: bool
) -> None:
    campus = await desk.campus(campus_ref)
    member = await find_member(desk.begin, member_ref)
    act = desk.container.grant_role()
    done = await act(member.id, desk.operator, role=role, campus_id=campus.id, granted=granted, reason=reason)
    desk.output.facts(facts(done))


async def _bar(desk: Desk, member_ref: str, reason: str, campus_ref: str | None, *, barred: bool) -> None:
    campus = await desk.campus(campus_ref)
    member = await find_member(desk.begin, member_ref)
    if desk.operator is not None and desk.operator.id == member.id:
        raise InvalidField("member", "must be somebody else")
    act = desk.container.bar_member()
    done = await act(member.id, desk.operator, campus_id=campus.id, barred=barred, reason=reason)
    desk.output.facts(facts(done))


def _require(desk: Desk) -> None:
    """Staff who look at members manage them, at some campus; the machine itself may look."""
    if desk.operator is not None:
        check_anywhere("manage_members", desk.operator)
