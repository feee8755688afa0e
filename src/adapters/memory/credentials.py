"""Credentials in memory, passwords from breaches, and hashes of passwords that cost nothing."""

from hashlib import sha256
from hmac import compare_digest
from itertools import count
from typing import Final

from adapters.memory.access import Access, Pause
from adapters.memory.pauses import give_way
from adapters.memory.tables import Tables, compare_and_set, insert
from errand_domain.ids import MemberId
from errand_domain.member.credential import Credential, Invitation
from errand_domain.ports.credentials import BreachedPasswords, Credentials, PasswordHashes

NOBODYS: Final = "nobody's"


class MemoryCredentials(Credentials):
    """One credential and one invitation for each member."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def of_member(self, member_id: MemberId) -> Credential | None:
        """The member's credential."""
        return (await self._access.look()).credentials.get(member_id)

    async def invitation(self, token_hash: str) -> Invitation | None:
        """The invitation of that token."""
        tables = await self._access.look()
        return next((found for found in tables.invitations if found.token_hash == token_hash), None)

    async def invitation_of(self, member_id: MemberId) -> Invitation | None:
        """The member's last invitation."""
        return (await self._access.look()).invitations.get(member_id)

    def put(self, credential: Credential) -> None:
        """The first of a member, or compare-and-set on the version."""

        def write(tables: Tables) -> None:
            if credential.version == 1:
                insert(tables.credentials, credential.member_id, credential, "credential")
            else:
                compare_and_set(tables.credentials, credential.member_id, credential, "credential")

        self._access.gather(write)

    def put_invitation(self, invitation: Invitation) -> None:
        """The first of a member, or compare-and-set on the version."""

        def write(tables: Tables) -> None:
            if invitation.version == 1:
                insert(tables.invitations, invitation.member_id, invitation, "invitation")
            else:
                compare_and_set(tables.invitations, invitation.member_id, invitation, "invitation")

        self._access.gather(write)

    def forget(self, member_id: MemberId) -> None:
        """Nothing of the member stays here."""

        def write(tables: Tables) -> None:
            tables.credentials.remove(member_id)
            tables.invitations.remove(member_id)

        self._access.gather(write)


class MemoryBreachedPasswords(BreachedPasswords):
    """Those that it is given: none, where no corpus is set up."""

    def __init__(self, passwords: frozenset[str] = frozenset()) -> None:
        self._passwords = passwords

    async def hold(self, password: str) -> bool:
        """Whether it is among them."""
        return password in self._passwords


class MemoryPasswordHashes(PasswordHashes):
    """For tests and simulations alone: quick to make, and so quick to guess. It counts how often it was asked."""

    def __init__(self, *, parameters: str = "1", pause: Pause = give_way) -> None:
        self._salts = count(1)
        self._parameters = parameters
        self._pause = pause
        self.asked = 0

    async def hash(self, password: str) -> str:
        """A hash with a salt of its own."""
        await self._pause()
        return self._hashed(password, self._parameters, str(next(self._salts)))

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether that is the password."""
        await self._pause()
        self.asked += 1
        _, parameters, salt, *_ = (password_hash or f"memory ${self._parameters}${NOBODYS}$").split("$")
        return compare_digest(self._hashed(password, parameters, salt), password_hash or "")

    def is_current(self, password_hash: str) -> bool:
        """Whether it was made with the same parameters."""
        return password_hash.split("$")[1] == self._parameters

    def _hashed(self, password: str, parameters: str, salt: str) -> str:
        return f"memory${parameters}${salt}${sha256(f'{parameters}{salt}{password}'.encode()).hexdigest()}"
