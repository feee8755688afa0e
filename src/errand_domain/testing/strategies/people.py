"""Members, sessions, runners, disputes and reviews."""

from datetime import date
from typing import Any, get_args

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from errand_domain.dispute.dispute import (
    DISPUTE_STATES,
    Decided,
    Dispute,
    DisputeReason,
    DisputeState,
    Hearing,
    Proposed,
    Ruling,
    Statement,
)
from errand_domain.ids import CampusId, DisputeId, FileId, MemberId, OrderId, ReviewId
from errand_domain.member.consent import DOCUMENTS, Consent
from errand_domain.member.member import Member
from errand_domain.member.roles import ROLES, Grant
from errand_domain.member.session import Means, Session, SignInCode, Strength
from errand_domain.review.review import STARS_MOST, TAGS, Review
from errand_domain.runner.runner import Runner
from errand_domain.runner.standing import CREDIT_REASONS, CreditLine
from errand_domain.runner.verification import (
    VERIFICATIONS,
    Application,
    Applied,
    Approved,
    Lapsed,
    Left,
    NeedsMore,
    Rejected,
    Suspended,
    Verification,
)
from errand_domain.testing.strategies.values import identities, later, lines, moments, money, paragraphs, photos, ways

_VERSION_MOST = 50
_HASH = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)


def _members() -> SearchStrategy[MemberId]:
    return identities().map(MemberId)


def _campuses() -> SearchStrategy[CampusId]:
    return identities().map(CampusId)


def consents() -> SearchStrategy[Consent]:
    """Accepted versions of documents."""
    return st.builds(Consent, document=st.sampled_from(DOCUMENTS), version=lines(most=20), at=moments())


def grants() -> SearchStrategy[Grant]:
    """Roles at campuses."""
    return st.builds(Grant, role=st.sampled_from(ROLES), campus_id=_campuses())


@st.composite
def members(draw: DrawFn) -> Member:
    """Members of every kind: plain, staff, barred and closed."""
    closed = draw(st.booleans())
    return Member(
        id=draw(_members()),
        campus_id=draw(st.none() | _campuses()),
        nickname="" if closed else draw(lines(least=0, most=20)),
        avatar="" if closed else draw(st.sampled_from(("", f"{'ab' * 32}.jpg", f"{'09' * 32}.png"))),
        ways=() if closed else tuple(draw(st.lists(ways(), min_size=1, max_size=3, unique_by=lambda way: way.kind))),
        consents=tuple(draw(st.lists(consents(), max_size=3, unique_by=lambda c: (c.document, c.version)))),
        grants=frozenset() if closed else draw(st.frozensets(grants(), max_size=3)),
        blocked=frozenset() if closed else draw(st.frozensets(_members(), max_size=3)),
        joined_at=draw(moments()),
        barred=draw(st.booleans()),
        closed_at=draw(moments()) if closed else None,
        version=draw(st.integers(2 if closed else 1, _VERSION_MOST)),
    )


@st.composite
def sessions(draw: DrawFn) -> Session:
    """Signed-in devices."""
    started_at = draw(moments())
    return Session(
        id=draw(identities()),
        member_id=draw(_members()),
        token_hash=draw(_HASH),
        device=draw(lines(least=0, most=120)),
        place=draw(lines(least=0, most=60)),
        by=draw(st.sampled_from(get_args(Means))),
        strength=draw(st.sampled_from(get_args(Strength))),
        started_at=started_at,
        expires_at=draw(later(started_at)),
    )


def sign_in_codes() -> SearchStrategy[SignInCode]:
    """Codes that were sent."""
    return st.builds(
        SignInCode, way=ways(), code_hash=_HASH, sent_at=moments(), tries_left=st.integers(0, 5), version=st.just(1)
    )


def applications() -> SearchStrategy[Application]:
    """What students show."""
    return st.builds(
        Application,
        campus_id=_campuses(),
        real_name=st.none() | lines(most=30),
        student_number=st.none() | lines(most=30),
        card_photo=st.none() | identities().map(FileId),
        card_until=st.none() | moments(),
        study_until=st.dates(date(2024, 1, 1), date(2035, 1, 1)),
        gender=st.sampled_from((None, "female", "male")),
        agreement_version=lines(most=20),
        submitted_at=moments(),
    )


def verifications(kind: type[Verification]) -> SearchStrategy[Verification]:
    """States of verification of that kind."""
    approved = st.builds(Approved, approved_at=moments(), approved_by=_members(), lapses_at=moments())
    made: dict[type[Verification], SearchStrategy[Any]] = {
        Applied: st.builds(Applied, since=moments()),
        NeedsMore: st.builds(NeedsMore, since=moments(), wanted=lines(most=200)),
        Approved: approved,
        Rejected: st.builds(
            Rejected,
            rejected_at=moments(),
            rejected_by=_members(),
            reason=lines(most=200),
            details_until=st.none() | moments(),
        ),
        Suspended: st.builds(Suspended, suspended_at=moments(), reason=lines(most=200), approved=approved),
        Lapsed: st.builds(Lapsed, lapsed_at=moments(), details_until=st.none() | moments()),
        Left: st.builds(Left, left_at=moments(), number_until=st.none() | moments()),
    }
    return made[kind]


@st.composite
def runners(draw: DrawFn, *kinds: type[Verification]) -> Runner:
    """Runners in one of those states of verification; without any, in every one."""
    kind = draw(st.sampled_from(kinds or VERIFICATIONS))
    return Runner(
        member_id=draw(_members()),
        application=draw(applications()),
        verification=draw(verifications(kind)),
        credit=draw(st.integers(0, 120)),
        on_shift=draw(st.booleans()) if kind is Approved else False,
        version=1 if kind is Applied else draw(st.integers(2, _VERSION_MOST)),
    )


def credit_lines() -> SearchStrategy[CreditLine]:
    """Movements of credit."""
    return st.builds(
        CreditLine,
        runner_id=_members(),
        order_id=identities().map(OrderId),
        order_version=st.integers(2, _VERSION_MOST),
        reason=st.sampled_from(CREDIT_REASONS),
        points=st.integers(-20, 20),
        at=moments(),
    )


def rulings() -> SearchStrategy[Ruling]:
    """What operators may decide."""
    return st.builds(Ruling, refund=money(), runner=money(), runner_at_fault=st.booleans(), reason=lines(most=300))


def dispute_states(kind: type[DisputeState]) -> SearchStrategy[DisputeState]:
    """States of that kind."""
    made: dict[type[DisputeState], SearchStrategy[Any]] = {
        Hearing: st.builds(Hearing, heard_until=moments()),
        Proposed: st.builds(Proposed, ruling=rulings(), proposed_by=_members(), heard_until=moments()),
        Decided: st.builds(
            Decided,
            ruling=rulings(),
            decided_by=_members(),
            confirmed_by=st.none() | _members(),
            decided_at=moments(),
        ),
    }
    return made[kind]


@st.composite
def disputes(draw: DrawFn, *kinds: type[DisputeState]) -> Dispute:
    """Disputes in one of those states; without any, in every state."""
    kind = draw(st.sampled_from(kinds or DISPUTE_STATES))
    requester_id, runner_id = draw(_members()), draw(_members())
    statements = st.builds(
        Statement,
        author_id=st.sampled_from((requester_id, runner_id)),
        text=paragraphs(least=1, most=1000),
        evidence=photos(),
        at=moments(),
    )
    return Dispute(
        id=DisputeId(draw(identities())),
        order_id=OrderId(draw(identities())),
        campus_id=draw(_campuses()),
        requester_id=requester_id,
        runner_id=runner_id,
        opened_by=draw(st.sampled_from((requester_id, runner_id))),
        reason=draw(st.sampled_from(get_args(DisputeReason))),
        statements=tuple(draw(st.lists(statements, max_size=3))),
        opened_at=draw(moments()),
        state=draw(dispute_states(kind)),
        version=1 if kind is Hearing else draw(st.integers(2, _VERSION_MOST)),
    )


def reviews() -> SearchStrategy[Review]:
    """What one side says of the other."""
    return st.builds(
        Review,
        id=identities().map(ReviewId),
        order_id=identities().map(OrderId),
        author_id=_members(),
        subject_id=_members(),
        stars=st.integers(1, STARS_MOST),
        tags=st.lists(st.sampled_from(TAGS), max_size=4, unique=True).map(tuple),
        text=paragraphs(most=300),
        at=moments(),
    )
