"""A member: ways to sign in, consents, grants, and the people they do not want to meet."""

import re
from datetime import datetime
from typing import Final, Literal

from attrs import evolve, field, frozen

from errand_domain.errors import Conflict, InvalidField
from errand_domain.ids import CampusId, MemberId
from errand_domain.member.consent import REQUIRED, Consent, ConsentMissing, Document
from errand_domain.member.picture import no_or_picture_name
from errand_domain.member.roles import Grant
from errand_domain.text import line

WayKind = Literal["phone", "email", "wechat"]
BLOCKED_MOST: Final = 200
_PATTERNS: Final = {
    "phone": re.compile(r"\+[1-9]\d{6,14}", re.ASCII),
    "email": re.compile(r"[^@\sA-Z]{1,64}@[^@\sA-Z]{1,190}"),
    "wechat": re.compile(r"[\w-]{6,64}", re.ASCII),
}


@frozen(str=False)
class LastWay(Conflict):
    """The last way to sign in cannot be removed."""

    code = "member.last_way"
    sentence = "至少保留一种登录方式"


@frozen(str=False)
class WayTaken(Conflict):
    """Another member signs in that way."""

    code = "member.way_taken"
    sentence = "该登录方式已绑定其他账号"


@frozen(str=False)
class AccountBusy(Conflict):
    """An account with money, in a balance or on its way back, or an unfinished order cannot be closed."""

    code = "member.account_busy"
    sentence = "还有未完成的订单、退款或余额，暂时不能注销"

    reason: str


@frozen(str=False)
class TooManyBlocked(Conflict):
    """The member avoids as many others as one may."""

    code = "member.too_many_blocked"
    sentence = "屏蔽的用户已达上限"

    most: int


@frozen(str=False)
class MemberBarred(Conflict):
    """The member was barred by an operator, or has closed the account."""

    code = "member.barred"
    sentence = "账号已停用"


@frozen
class Way:
    """One way to sign in: a phone in E.164, an e-mail address in lower case, or a WeChat identity."""

    kind: WayKind
    value: str = field(repr=False, validator=line(most=255))

    def __attrs_post_init__(self) -> None:
        """Refuse what is no address of that kind."""
        if not _PATTERNS[self.kind].fullmatch(self.value):
            raise InvalidField(self.kind, "is not a valid address")


@frozen(kw_only=True)
class Member:
    """A person who has signed in. `barred` members cannot sign in; a closed account keeps nothing personal."""

    id: MemberId
    campus_id: CampusId | None = None
    nickname: str = field(default="", repr=False, validator=line(least=0, most=20))
    avatar: str = field(default="", repr=False, validator=no_or_picture_name)
    ways: tuple[Way, ...]
    consents: tuple[Consent, ...] = ()
    grants: frozenset[Grant] = frozenset()
    blocked: frozenset[MemberId] = frozenset()
    joined_at: datetime
    barred: bool = False
    closed_at: datetime | None = None
    version: int = 1

    def without_powers(self) -> "Member":
        """The same person with nobody's powers but their own: known so where too little was proven to be staff."""
        return evolve(self, grants=frozenset())

    def email(self) -> str:
        """The e-mail address by which the member signs in, or nothing."""
        return next((way.value for way in self.ways if way.kind == "email"), "")

    def check_consents(self, current: tuple[tuple[Document, str], ...]) -> None:
        """Raise `ConsentMissing` for the first required document whose current version was not accepted."""
        given = {(consent.document, consent.version) for consent in self.consents}
        for document, version in current:
            if document in REQUIRED and (document, version) not in given:
                raise ConsentMissing(document)

    def consent(self, consent: Consent) -> "Member":
        """The member after accepting a document; accepting the same version again changes nothing."""
        if any((c.document, c.version) == (consent.document, consent.version) for c in self.consents):
            return self
        return evolve(self, consents=(*self.consents, consent), version=self.version + 1)

    def link(self, way: Way) -> "Member":
        """The member with a further way to sign in."""
        if way in self.ways:
            return self
        if any(w.kind == way.kind for w in self.ways):
            raise InvalidField("kind", "is linked already; remove it first")
        return evolve(self, ways=(*self.ways, way), version=self.version + 1)

    def unlink(self, kind: WayKind) -> "Member":
        """The member without that way; raises `LastWay`."""
        left = tuple(way for way in self.ways if way.kind != kind)
        if not left:
            raise LastWay
        return evolve(self, ways=left, version=self.version + 1)

    def profile(self, *, nickname: str, campus_id: CampusId | None) -> "Member":
        """The member with another nickname or campus."""
        return evolve(self, nickname=nickname, campus_id=campus_id, version=self.version + 1)

    def picture(self, name: str) -> "Member":
        """The member, who is seen by the picture of that name, or by none."""
        return evolve(self, avatar=name, version=self.version + 1)

    def grant(self, grant: Grant) -> "Member":
        """The member with a further role."""
        return evolve(self, grants=self.grants | {grant}, version=self.version + 1)

    def revoke(self, grant: Grant) -> "Member":
        """The member without that role."""
        return evolve(self, grants=self.grants - {grant}, version=self.version + 1)

    def dismiss(self) -> "Member":
        """The member without any role."""
        return evolve(self, grants=frozenset(), version=self.version + 1)

    def block(self, other: MemberId) -> "Member":
        """The member, who no longer meets the other."""
        if other == self.id:
            raise InvalidField("member_id", "must be somebody else")
        if len(self.blocked | {other}) > BLOCKED_MOST:
            raise TooManyBlocked(BLOCKED_MOST)
        return evolve(self, blocked=self.blocked | {other}, version=self.version + 1)

    def unblock(self, other: MemberId) -> "Member":
        """The member, who may meet the other again."""
        return evolve(self, blocked=self.blocked - {other}, version=self.version + 1)

    def bar(self, *, barred: bool) -> "Member":
        """The member, shut out and seen without a picture, or let in again."""
        return evolve(self, barred=barred, avatar="" if barred else self.avatar, version=self.version + 1)

    def touched(self) -> "Member":
        """The same member, one version on: saved by decisions that must not race with each other."""
        return evolve(self, version=self.version + 1)

    def check_here(self) -> None:
        """Raise `MemberBarred` for one who was shut out or has closed the account."""
        if self.barred or self.closed_at is not None:
            raise MemberBarred

    def close(self, *, at: datetime) -> "Member":
        """The closed account: every personal field is erased."""
        return evolve(
            self,
            nickname="",
            avatar="",
            ways=(),
            grants=frozenset(),
            blocked=frozenset(),
            closed_at=at,
            version=self.version + 1,
        )
