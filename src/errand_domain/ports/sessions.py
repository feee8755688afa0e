"""Sessions and one-time codes."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import frozen

from errand_domain.ids import MemberId
from errand_domain.member.member import Member, Way, WayKind
from errand_domain.member.session import Means, Session, SignInCode


@frozen(kw_only=True)
class SignedIn:
    """Who is asking, and through which session."""

    member: Member
    session: Session


class Sessions(Protocol):
    """Who is signed in. Only hashes are stored."""

    @abstractmethod
    async def find(self, token_hash: str, *, at: datetime) -> SignedIn | None:
        """The live session of that token and its member, in one read; barred and closed members have none."""

    @abstractmethod
    async def of_member(self, member_id: MemberId, *, at: datetime) -> tuple[Session, ...]:
        """The member's live sessions, newest first."""

    @abstractmethod
    async def code_for(self, way: Way) -> SignInCode | None:
        """The last code sent to that address."""

    @abstractmethod
    def start(self, session: Session) -> None:
        """A new session."""

    @abstractmethod
    def end(self, session_id: UUID) -> None:
        """End it; ending one that has ended changes nothing."""

    @abstractmethod
    def end_all(self, member_id: MemberId, *, but: UUID | None = None) -> None:
        """End every session of the member, but that one if one is named."""

    @abstractmethod
    def end_resting_on(self, kind: WayKind, member_id: MemberId, *, but: UUID | None = None) -> None:
        """End every session of the member that rests on that way, but that one if one is named."""

    @abstractmethod
    def seen(self, session_id: UUID, *, at: datetime) -> None:
        """It was in use then; what was seen later stays, and one that has ended stays ended."""

    @abstractmethod
    def proved(self, session_id: UUID, *, by: Means, at: datetime) -> None:
        """It was proven again whose it is; one that has ended stays ended."""

    @abstractmethod
    def put_code(self, code: SignInCode) -> None:
        """The code of its address. `commit()` raises `Stale` where somebody was first.

        That is where version 1 meets any code, and a later version another one than the version before it.
        """
