"""Passwords, second factors and invitations; how passwords are hashed; and the codes of authenticators."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from errand_domain.ids import MemberId
from errand_domain.member.credential import Credential, Invitation


class Credentials(Protocol):
    """What members know and have, and the invitations of operators: one of each for a member at the most."""

    @abstractmethod
    async def of_member(self, member_id: MemberId) -> Credential | None:
        """The member's credential, if there is one."""

    @abstractmethod
    async def invitation(self, token_hash: str) -> Invitation | None:
        """The invitation of that token, in whatever state it is."""

    @abstractmethod
    async def invitation_of(self, member_id: MemberId) -> Invitation | None:
        """The member's last invitation."""

    @abstractmethod
    def put(self, credential: Credential) -> None:
        """The first of a member, or the next version. `commit()` raises `Stale` where somebody was first."""

    @abstractmethod
    def put_invitation(self, invitation: Invitation) -> None:
        """The first of a member, or the next version. `commit()` raises `Stale` where somebody was first."""

    @abstractmethod
    def forget(self, member_id: MemberId) -> None:
        """Nothing of the member stays here."""


class PasswordHashes(Protocol):
    """One-way hashes of passwords, slow on purpose. None of it holds up anybody else."""

    @abstractmethod
    async def hash(self, password: str) -> str:
        """A fresh hash, another one each time, which brings its own salt and parameters."""

    @abstractmethod
    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether that is the password. `None`, which no password matches, costs as much as a hash does."""

    @abstractmethod
    def is_current(self, password_hash: str) -> bool:
        """Whether it was made with the parameters of today."""


class BreachedPasswords(Protocol):
    """Passwords that are known from breaches elsewhere, and so are tried before others."""

    @abstractmethod
    async def hold(self, password: str) -> bool:
        """Whether that one is among them, exactly as it is written. Nobody outside of the machine hears of it."""


class Authenticators(Protocol):
    """Time-based one-time codes (RFC 6238): six digits, for thirty seconds."""

    @abstractmethod
    def new_secret(self) -> str:
        """A secret that nobody can guess, in Base32."""

    @abstractmethod
    def step(self, secret: str, code: str, *, at: datetime) -> int | None:
        """The step that the code belongs to: the one of that moment, the one before or the one after; else `None`."""

    @abstractmethod
    def address(self, secret: str, *, account: str) -> str:
        """The `otpauth://` address that an authenticator reads."""
