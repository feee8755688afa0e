"""What a member writes is judged before it is stored; where there is doubt, a case is opened together with it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from attrs import frozen

from errand_domain.content.case import QUOTE_LENGTH_MOST, ContentCase, ContentKind, Doubt, Open
from errand_domain.errors import Conflict
from errand_domain.ids import CampusId, ContentCaseId, MemberId
from errand_domain.member.member import Member
from errand_domain.order.terms import Terms
from errand_domain.ports.content import ContentCheck, Scene, Utterance
from errand_domain.ports.outside import Ids
from errand_domain.ports.transaction import Begin, Transaction


@frozen(str=False)
class ContentRefused(Conflict):
    """The text may not be published."""

    code = "content.refused"
    sentence = "内容包含不允许发布的信息，请修改后再试"


async def author_of(begin: Begin, author_id: MemberId) -> Member:
    """Whoever writes, as committed."""
    async with begin() as tx:
        return await tx.members.get(author_id)


async def doubt_about(text: str, scene: Scene, author: Member, *, content: ContentCheck) -> Doubt | None:
    """What speaks against the text, if anything does; raises `ContentRefused` where the check is sure.

    Asked before the transaction that stores it, for the check may be outside. Where nobody answers, a person must look:
    people go on working while a platform is down.
    """
    if not text.strip():
        return None
    utterance = Utterance(text=text, scene=scene, author=author.id, wechat_identity=wechat_identity_of(author))
    try:
        verdict = await content.judge(utterance)
    except ConnectionError:
        return "unanswered"
    if verdict == "risky":
        raise ContentRefused
    return "doubtful" if verdict == "review" else None


def written_in(terms: Terms) -> str:
    """All that a requester wrote, together: what is refused as a whole may not be spread over fields."""
    stops = (terms.pickup, terms.dropoff)
    return "\n".join((terms.item, terms.note, *(stop.name for stop in stops), *(stop.detail for stop in stops)))


def wechat_identity_of(member: Member) -> str | None:
    """Who the member is at WeChat, if they sign in there."""
    return next((way.value for way in member.ways if way.kind == "wechat"), None)


@frozen(kw_only=True)
class Published:
    """What a case is about."""

    campus_id: CampusId
    author_id: MemberId
    kind: ContentKind
    subject: UUID
    quote: str = ""

    def is_of(self, case: ContentCase) -> bool:
        """Whether the case is about this: the same words of the same author, and not those that stood there before."""
        return (case.kind, case.subject, case.author_id, case.quote) == (
            self.kind,
            self.subject,
            self.author_id,
            self.quote[:QUOTE_LENGTH_MOST],
        )


def open_among(cases: Iterable[ContentCase], published: Published) -> ContentCase | None:
    """The case about it that waits for a person, if one does."""
    return next((case for case in cases if isinstance(case.state, Open) and published.is_of(case)), None)


def new_case(
    case_id: ContentCaseId, published: Published, doubt: Doubt, *, at: datetime, reports: int = 0, reason: str = ""
) -> ContentCase:
    """A case about what was published; the reason is of the operator who opens it."""
    return ContentCase(
        id=case_id,
        campus_id=published.campus_id,
        author_id=published.author_id,
        kind=published.kind,
        subject=published.subject,
        quote=published.quote[:QUOTE_LENGTH_MOST],
        doubt=doubt,
        reports=reports,
        opened_at=at,
        state=Open(reason=reason),
    )


def open_case(tx: Transaction, ids: Ids, published: Published, doubt: Doubt, *, at: datetime) -> None:
    """Have a person look at it, from the moment on at which it is there."""
    tx.content_cases.add(new_case(ContentCaseId(ids.new()), published, doubt, at=at))
