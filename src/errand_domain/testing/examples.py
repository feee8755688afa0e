"""One ordinary example of each thing, with identities that never repeat: what contracts start from.

Vary one with `attrs.evolve`, or ask `errand_domain.testing.strategies` for all the others.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Final
from uuid import UUID

from attrs import evolve

from errand_domain.campus import Campus
from errand_domain.content.case import ContentCase, ContentCleared
from errand_domain.content.report import Report
from errand_domain.content.screening import Waiting
from errand_domain.dispute.dispute import Dispute, Hearing, Statement
from errand_domain.ids import (
    AttemptId,
    CampusId,
    ContentCaseId,
    DisputeId,
    FileId,
    MemberId,
    OrderId,
    QuoteId,
    ReportId,
    ReviewId,
    TicketId,
    WithdrawalId,
)
from errand_domain.member.member import Member, Way
from errand_domain.member.session import Session
from errand_domain.money import NOTHING, Money
from errand_domain.order.events import TipRaised
from errand_domain.order.order import Order
from errand_domain.order.pricing import Price
from errand_domain.order.quote import Quote, fingerprint
from errand_domain.order.states import Accepted, Assignment, Open, State
from errand_domain.order.terms import Terms, Window
from errand_domain.payment.attempt import Attempt
from errand_domain.payment.refund import Refund, refund_number
from errand_domain.place import Distance, Point, Stop
from errand_domain.policy import Shares
from errand_domain.ports.files import StoredFile
from errand_domain.review.review import Review
from errand_domain.runner.runner import Runner
from errand_domain.runner.verification import Application, Applied, Verification
from errand_domain.settlement.accounts import Account, AccountKind
from errand_domain.settlement.earning import Earning, Held
from errand_domain.settlement.ledger import Transfer
from errand_domain.settlement.split import by_rates
from errand_domain.settlement.withdrawal import Withdrawal

NOW: Final = datetime(2026, 9, 1, 4, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
GATE: Final = Point(latitude=31.0261, longitude=121.4372)

_count = count(1)


def fresh() -> UUID:
    """A UUIDv7 that was never given out before in this process; later ones sort after earlier ones."""
    number = next(_count)
    milliseconds = 1_788_000_000_000 + number
    return UUID(int=milliseconds << 80 | 7 << 76 | 0b10 << 62 | number)


def campus(name: str = "东校区") -> Campus:
    """A campus with the product's own policy, two kilometres square around `GATE`."""
    corners = ((-1, -1), (-1, 1), (1, 1), (1, -1))
    return Campus(
        id=CampusId(fresh()),
        name=name,
        boundary=tuple(
            Point(latitude=GATE.latitude + north / 100, longitude=GATE.longitude + east / 100)
            for north, east in corners
        ),
    )


def member() -> Member:
    """Somebody who signs in by telephone."""
    identity = fresh()
    return Member(id=MemberId(identity), ways=(Way("phone", f"+86138{identity.int % 10**8:08d}"),), joined_at=NOW)


def session(member_id: MemberId) -> Session:
    """A signed-in device, for an hour."""
    identity = fresh()
    return Session(id=identity, member_id=member_id, token_hash=identity.hex * 2, started_at=NOW, expires_at=NOW + HOUR)


def runner(
    member_id: MemberId | None = None, *, campus_id: CampusId | None = None, verification: Verification | None = None
) -> Runner:
    """A member who has applied, or is in another state of verification."""
    identity = member_id or MemberId(fresh())
    return Runner(
        member_id=identity,
        application=Application(
            campus_id=campus_id or CampusId(fresh()),
            real_name="欧阳小明",
            student_number=f"S{identity.hex}"[:30],
            card_photo=FileId(fresh()),
            study_until=date(2028, 6, 30),
            agreement_version="2026-09-01",
            submitted_at=NOW,
        ),
        verification=verification or Applied(since=NOW),
        credit=100,
    )


def terms(*, pickup: Point = GATE) -> Terms:
    """A parcel to be fetched within two hours."""
    return Terms(
        category="parcel",
        pickup=Stop(name="菜鸟驿站", point=pickup, detail="A-12-3"),
        dropoff=Stop(name="东区一号楼", point=GATE, detail="301"),
        item="一个小包裹",
        window=Window(earliest=NOW, latest=NOW + 2 * HOUR),
        pickup_code="5-2-8816",
    )


def price(*, base: int = 500) -> Price:
    """A base and nothing else, shared as usual."""
    return Price(base=Money(base), shares=Shares())


def open_state() -> Open:
    """In the hall for two hours."""
    return Open(opened_at=NOW, expires_at=NOW + 2 * HOUR)


def accepted_state(runner_id: MemberId) -> Accepted:
    """Taken by that runner a moment ago."""
    arrive_by = NOW + HOUR / 2
    assignment = Assignment(runner_id=runner_id, accepted_at=NOW, arrive_by=arrive_by)
    return Accepted(assignment=assignment, no_show_at=NOW + HOUR)


def order(
    *,
    state: State | None = None,
    campus_id: CampusId | None = None,
    requester_id: MemberId | None = None,
    wanted: Terms | None = None,
) -> Order:
    """An open order, or one in another state."""
    return Order(
        id=OrderId(fresh()),
        quote_id=QuoteId(fresh()),
        campus_id=campus_id or CampusId(fresh()),
        requester_id=requester_id or MemberId(fresh()),
        terms=wanted or terms(),
        price=price(),
        distance=Distance(metres=420, estimated=True),
        delivery_code="204816",
        placed_at=NOW,
        state=state or open_state(),
    )


def tip(fen: int = 100) -> TipRaised:
    """A further tip: an event that leaves an open order open."""
    return TipRaised(at=NOW, attempt_id=AttemptId(fresh()), amount=Money(fen))


def quote() -> Quote:
    """An offer for the example's terms."""
    return Quote(
        id=QuoteId(fresh()),
        member_id=MemberId(fresh()),
        campus_id=CampusId(fresh()),
        price=price(),
        distance=Distance(metres=420, estimated=True),
        fingerprint=fingerprint(terms()),
        expires_at=NOW + HOUR,
    )


def attempt(*, order_id: OrderId | None = None, provider: str = "memory", fen: int = 500) -> Attempt:
    """An attempt that the provider has not been asked for yet."""
    return Attempt(
        id=AttemptId(fresh()),
        order_id=order_id or OrderId(fresh()),
        campus_id=CampusId(fresh()),
        payer_id=MemberId(fresh()),
        purpose="order",
        provider=provider,
        amount=Money(fen),
        created_at=NOW,
    )


def refund(paid: Attempt | None = None, *, fen: int = 500, nth: int = 1) -> Refund:
    """A refund of a cancelled order's payment."""
    paid = paid or attempt()
    return Refund(
        number=refund_number(paid.id, "cancelled", nth=nth),
        attempt_id=paid.id,
        order_id=paid.order_id,
        campus_id=paid.campus_id,
        provider=paid.provider,
        amount=Money(fen),
        reason="cancelled",
        requested_at=NOW,
        query_at=NOW,
    )


def earning(*, order_id: OrderId | None = None, runner_id: MemberId | None = None) -> Earning:
    """A runner's part of a parcel, held for two days."""
    return Earning(
        order_id=order_id or OrderId(fresh()),
        runner_id=runner_id or MemberId(fresh()),
        campus_id=CampusId(fresh()),
        split=by_rates(service=Money(500), goods=NOTHING, shares=Shares()),
        goods=NOTHING,
        earned_at=NOW,
        state=Held(release_at=NOW + 48 * HOUR),
    )


def withdrawal(*, runner_id: MemberId | None = None, campus_id: CampusId | None = None, fen: int = 1_000) -> Withdrawal:
    """A withdrawal in one part that nobody has looked at."""
    return Withdrawal(
        id=WithdrawalId(fresh()),
        runner_id=runner_id or MemberId(fresh()),
        campus_id=campus_id or CampusId(fresh()),
        provider="memory",
        payee="openid-of-the-runner",
        parts=(Money(fen),),
        requested_at=NOW,
        query_at=NOW,
    )


def dispute(*, order_id: OrderId | None = None, campus_id: CampusId | None = None) -> Dispute:
    """A dispute in which one side has spoken."""
    requester_id = MemberId(fresh())
    return Dispute(
        id=DisputeId(fresh()),
        order_id=order_id or OrderId(fresh()),
        campus_id=campus_id or CampusId(fresh()),
        requester_id=requester_id,
        runner_id=MemberId(fresh()),
        opened_by=requester_id,
        reason="damaged",
        statements=(Statement(author_id=requester_id, text="盒子压坏了", at=NOW),),
        opened_at=NOW,
        state=Hearing(heard_until=NOW + 24 * HOUR),
    )


def review(
    *,
    order_id: OrderId | None = None,
    author_id: MemberId | None = None,
    subject_id: MemberId | None = None,
    stars: int = 5,
) -> Review:
    """A friendly word."""
    return Review(
        id=ReviewId(fresh()),
        order_id=order_id or OrderId(fresh()),
        author_id=author_id or MemberId(fresh()),
        subject_id=subject_id or MemberId(fresh()),
        stars=stars,
        tags=("fast", "friendly"),
        text="很快，谢谢！",
        at=NOW,
    )


def content_case(*, campus_id: CampusId | None = None) -> ContentCase:
    """A doubt about a review."""
    return ContentCase(
        id=ContentCaseId(fresh()),
        campus_id=campus_id or CampusId(fresh()),
        author_id=MemberId(fresh()),
        kind="review",
        subject=fresh(),
        quote="很快，加微信下次还找你",
        doubt="doubtful",
        opened_at=NOW,
    )


def report(case_id: ContentCaseId, reporter_id: MemberId | None = None) -> Report:
    """A member's word against what that case is about."""
    return Report(
        id=ReportId(fresh()),
        case_id=case_id,
        reporter_id=reporter_id or MemberId(fresh()),
        reason="advertising",
        text="一直在推销",
        at=NOW,
    )


def content_cleared(by: MemberId) -> ContentCleared:
    """Somebody saw nothing wrong."""
    return ContentCleared(at=NOW, operator_id=by)


def stored_file() -> StoredFile:
    """The facts of a photo."""
    return StoredFile(
        id=FileId(fresh()),
        owner_id=MemberId(fresh()),
        order_id=OrderId(fresh()),
        purpose="proof",
        media_type="image/jpeg",
        size_bytes=20_480,
        sha256="0123456789abcdef" * 4,
        at=NOW,
        ticket_id=TicketId(fresh()),
    )


def waiting_image() -> StoredFile:
    """The facts of a photo that is to be judged."""
    return evolve(stored_file(), screening=Waiting(due_at=NOW + HOUR))


def account(kind: AccountKind = "runner_available") -> Account:
    """An account of somebody, or of an order, that was never used before."""
    return Account(kind, str(fresh()))


def transfer(debit: Account, credit: Account, fen: int = 100, *, key: str | None = None) -> Transfer:
    """A movement under a key of its own."""
    return Transfer(key=key or f"test:{fresh()}", debit=debit, credit=credit, amount=Money(fen), at=NOW)
