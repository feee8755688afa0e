"""`errand operator`: how operators come in, come back when they have lost something, and go."""

from urllib.parse import quote

import click

from entrypoints import qr
from entrypoints.cli.desk import CAMPUS, OPERATOR, Desk, at_desk, find_member
from entrypoints.cli.member import REASON, ROLE, WHO, facts
from entrypoints.http.wire.addresses import mailbox
from errand_domain.errors import InvalidField
from errand_domain.member.member import Member
from errand_domain.member.roles import ROLES, Role
from errand_domain.permissions import check
from errand_domain.use_cases.operators.manage_operators import Invited

STAFF_MOST = 200


@click.group("operator")
def noun() -> None:
    """Members with a role. Their powers count only where they have signed in with password and authenticator.

    There is no operator before the first `create`, and no password but those that operators choose themselves.
    """


@noun.command("create")
@click.option("--email", required=True, help="By which the operator signs in.")
@ROLE
@REASON
@CAMPUS
@OPERATOR
@at_desk
async def create(desk: Desk, *, email: str, role: Role, reason: str, campus_ref: str | None) -> None:
    """Give a role, and print a one-time link to set password and authenticator by, good for a day. Audited."""
    campus = await desk.campus(campus_ref)
    act = desk.container.invite_operator()
    _tell(desk, await act(mailbox(email, field="email"), desk.operator, role=role, campus_id=campus.id, reason=reason))


@noun.command("list")
@CAMPUS
@OPERATOR
@at_desk
async def show_list(desk: Desk, *, campus_ref: str | None) -> None:
    """Who works at a campus, and whether they have set password and authenticator."""
    campus = await desk.campus(campus_ref)
    check("manage_members", desk.operator, campus_id=campus.id)
    async with desk.begin() as tx:
        found = {one for role in ROLES for one in await tx.members.with_role(role, campus.id, limit=STAFF_MOST)}
        rows = list[dict[str, object]]()
        for member_id in sorted(found):
            credential = await tx.credentials.of_member(member_id)
            enrolled = credential is not None and credential.has_second_factor
            rows.append(facts(await tx.members.get(member_id)) | {"enrolled": enrolled})
    desk.output.rows(rows, none="Nobody works here yet: errand operator create")


@noun.command("reset")
@WHO
@REASON
@OPERATOR
@at_desk
async def reset(desk: Desk, *, member_ref: str, reason: str) -> None:
    """Take password and authenticator away, at once and everywhere, and print a fresh link. Audited."""
    member = await _other(desk, member_ref)
    _tell(desk, await desk.container.reset_operator()(member.id, desk.operator, reason=reason))


@noun.command("disable")
@WHO
@REASON
@OPERATOR
@at_desk
async def disable(desk: Desk, *, member_ref: str, reason: str) -> None:
    """Take every role, password and authenticator, at once and everywhere; the member stays a member. Audited.

    Without --as, also the authenticator of somebody who has no role any more and has lost it.
    """
    member = await _other(desk, member_ref)
    desk.output.facts(facts(await desk.container.disable_operator()(member.id, desk.operator, reason=reason)))


@noun.command("enroll")
@click.option("--token", prompt="Token of the link", hide_input=True, help="Asked for where it is left out.")
@click.option("--password", prompt="New password", hide_input=True, confirmation_prompt=True, help="Better typed.")
@click.option("--code", help="What the authenticator shows; asked for where it is left out.")
@at_desk
async def enroll(desk: Desk, *, token: str, password: str, code: str | None) -> None:
    """Follow a link here instead of over HTTP: choose a password, teach the authenticator, keep the recovery codes.

    Where mail is carried, a code is sent to the mailbox first, and asked for.
    """
    token = token.rpartition("#")[2]
    invitee = await desk.container.view_invitation()(token)
    if invitee.needs_code:
        await desk.container.send_invitee_code()(token)
        mailed = str(click.prompt(f"Code that was sent to {invitee.email}", err=True))
        token = await desk.container.prove_invitee()(token, mailed)
        desk.output.say(f"Proven. If anything goes wrong now, go on with this token: {token}")
        invitee = await desk.container.view_invitation()(token)
    if code is None:
        click.echo(f"Let the authenticator read this, or type its secret:\n{qr.drawn(invitee.otpauth)}", err=True)
        click.echo(invitee.otpauth, err=True)
        code = str(click.prompt("Code", err=True))
    codes = await desk.container.accept_invitation()(token, password=password, code=code)
    desk.output.say("Keep these where the authenticator is not. Each lets you in once, with the password.")
    desk.output.facts({"recovery_codes": codes})


async def _other(desk: Desk, member_ref: str) -> Member:
    member = await find_member(desk.begin, member_ref)
    if desk.operator is not None and desk.operator.id == member.id:
        raise InvalidField("member", "must be somebody else")
    return member


def _tell(desk: Desk, invited: Invited) -> None:
    link = _link(desk, invited.token) if invited.token else None
    desk.output.facts(facts(invited.member) | {"link": link, "link_good_until": invited.expires_at})
    if invited.is_enrolled:
        desk.output.say("Enrolled already: the role counts from the next sign-in.")
    elif link is None:
        desk.output.say("A member already, and no mail is set up to ask their mailbox: the role is given, and no link.")
        desk.output.say("`errand operator reset` prints one, by which whoever has it enters their account.")
    elif invited.needs_code:
        desk.output.say("Shown this once. Whoever follows it is asked for a code that is sent to that mailbox.")
    else:
        desk.output.say("Shown this once. Hand it to the operator and to nobody else.")
        desk.output.say("No mail is set up: this link alone lets in whoever has it, as that member.")


def _link(desk: Desk, token: str) -> str:
    """The token stands behind the `#`: browsers send nothing of that to anybody."""
    public = str(desk.container.settings().public_url).rstrip("/")
    return f"{public}/operator-invitation#{quote(token)}"
