"""Passwords, second factors and operators' invitations in SQL."""

from typing import Any, Final

from attrs import frozen
from sqlalchemy import bindparam, delete, select

from adapters.sql.documents import read_json, write_json
from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import first
from adapters.sql.statements import Row, Statement
from adapters.sql.tables.credentials import CREDENTIALS, INVITATIONS
from adapters.sql.writes import Add, Change, Write, save, save_statement
from errand_domain.ids import MemberId
from errand_domain.member.credential import Credential, Invitation
from errand_domain.ports.credentials import Credentials

_CHANGING: Final = ("password_hash", "totp_secret", "totp_step", "recovery_hashes", "changed_at", "version")
_CHANGING_INVITATION: Final = ("token_hash", "totp_secret", "expires_at", "is_closed", "version")
_READ_INVITATION: Final = tuple(INVITATIONS.c[name] for name in ("member_id", *_CHANGING_INVITATION))
_OF_MEMBER: Final = Statement(
    select(*(CREDENTIALS.c[name] for name in ("member_id", *_CHANGING))).where(
        CREDENTIALS.c.member_id == bindparam("member")
    )
)
_INVITATION: Final = Statement(select(*_READ_INVITATION).where(INVITATIONS.c.token_hash == bindparam("token")))
_INVITATION_OF: Final = Statement(select(*_READ_INVITATION).where(INVITATIONS.c.member_id == bindparam("member")))
_SAVE: Final = save_statement(CREDENTIALS, ("member_id",), _CHANGING)
_SAVE_INVITATION: Final = save_statement(INVITATIONS, ("member_id",), _CHANGING_INVITATION)
_FORGET: Final = tuple(
    (Statement(delete(table).where(table.c.member_id == bindparam("member"))), table)
    for table in (CREDENTIALS, INVITATIONS)
)


@frozen
class SqlCredentials(Credentials):
    """One row for each member."""

    driver: Driver
    writes: list[Write]

    async def of_member(self, member_id: MemberId) -> Credential | None:
        """The member's credential."""
        return first(await self.driver.fetch(_OF_MEMBER, {"member": member_id}), _credential)

    async def invitation(self, token_hash: str) -> Invitation | None:
        """The invitation of that token."""
        return first(await self.driver.fetch(_INVITATION, {"token": token_hash}), _invitation)

    async def invitation_of(self, member_id: MemberId) -> Invitation | None:
        """The member's last invitation."""
        return first(await self.driver.fetch(_INVITATION_OF, {"member": member_id}), _invitation)

    def put(self, credential: Credential) -> None:
        """The first of a member, or compare-and-set on the version."""
        identity = {"member_id": credential.member_id}
        columns = {
            "password_hash": credential.password_hash,
            "totp_secret": credential.totp_secret,
            "totp_step": credential.totp_step,
            "recovery_hashes": write_json(list(credential.recovery_hashes)),
            "changed_at": credential.changed_at,
            "version": credential.version,
        }
        if credential.version == 1:
            self.writes.append(Add(table=CREDENTIALS, row={**identity, **columns}, key=credential.member_id))
            return
        was = credential.version - 1
        self.writes.append(save(_SAVE, CREDENTIALS, identity=identity, was=was, columns=columns, what="credential"))

    def put_invitation(self, invitation: Invitation) -> None:
        """The first of a member, or compare-and-set on the version."""
        identity = {"member_id": invitation.member_id}
        columns: dict[str, Any] = {name: getattr(invitation, name) for name in _CHANGING_INVITATION}
        if invitation.version == 1:
            self.writes.append(Add(table=INVITATIONS, row={**identity, **columns}, key=invitation.member_id))
            return
        was = invitation.version - 1
        self.writes.append(
            save(_SAVE_INVITATION, INVITATIONS, identity=identity, was=was, columns=columns, what="invitation")
        )

    def forget(self, member_id: MemberId) -> None:
        """Nothing of the member stays here."""
        for statement, table in _FORGET:
            self.writes.append(
                Change(statement=statement, parameters={"member": member_id}, table_name=table.name, ordered=True)
            )


def _credential(row: Row) -> Credential:
    member_id, password_hash, totp_secret, totp_step, recovery_hashes, changed_at, version = row
    return Credential(
        member_id=member_id,
        password_hash=password_hash,
        totp_secret=totp_secret,
        totp_step=totp_step,
        recovery_hashes=tuple(read_json(recovery_hashes)),
        changed_at=changed_at,
        version=version,
    )


def _invitation(row: Row) -> Invitation:
    member_id, token_hash, totp_secret, expires_at, is_closed, version = row
    return Invitation(
        member_id=member_id,
        token_hash=token_hash,
        totp_secret=totp_secret,
        expires_at=expires_at,
        is_closed=is_closed,
        version=version,
    )
