"""Whom and what the domain tests talk about: one campus, its people, and an order in each of its states."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from attrs import evolve

from errand_domain.campus import Building, Campus
from errand_domain.dispute.dispute import Dispute, Hearing, Ruling, Statement
from errand_domain.ids import (
    AttemptId,
    BuildingId,
    CampusId,
    DisputeId,
    FileId,
    MemberId,
    OrderId,
    QuoteId,
    WithdrawalId,
)
from errand_domain.money import Money
from errand_domain.order import events as e
from errand_domain.order import states as s
from errand_domain.order.order import Order
from errand_domain.order.pricing import Price
from errand_domain.order.running import Candidate
from errand_domain.order.terms import Handover, Terms, Window
from errand_domain.payment.attempt import Attempt, Succeeded
from errand_domain.place import Contact, Distance, Point, Stop
from errand_domain.policy import Policy
from errand_domain.runner.runner import Runner
from errand_domain.runner.verification import Application, Approved
from errand_domain.settlement.withdrawal import Withdrawal

NOON: Final = datetime(2026, 9, 1, 4, tzinfo=UTC)  # noon of the campus's day: it keeps Shanghai time
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
SECOND: Final = timedelta(seconds=1)
POLICY: Final = Policy()

CAMPUS_ID: Final = CampusId(UUID(int=1))
OTHER_CAMPUS_ID: Final = CampusId(UUID(int=2))
REQUESTER: Final = MemberId(UUID(int=10))
RUNNER: Final = MemberId(UUID(int=11))
COLLEAGUE: Final = MemberId(UUID(int=12))
STRANGER: Final = MemberId(UUID(int=13))
OPERATOR: Final = MemberId(UUID(int=14))
SECOND_OPERATOR: Final = MemberId(UUID(int=15))
ORDER_ID: Final = OrderId(UUID(int=20))
ATTEMPT_ID: Final = AttemptId(UUID(int=21))
TIP_ID: Final = AttemptId(UUID(int=22))
DISPUTE_ID: Final = DisputeId(UUID(int=23))
WITHDRAWAL_ID: Final = WithdrawalId(UUID(int=24))
PHOTO: Final = FileId(UUID(int=30))
RECEIPT: Final = FileId(UUID(int=31))
DORMITORY: Final = BuildingId(UUID(int=40))
STATION: Final = BuildingId(UUID(int=41))
OFFICE: Final = BuildingId(UUID(int=42))

CENTRE: Final = Point(latitude=39.98, longitude=116.30)
AT_STATION: Final = Point(latitude=39.981, longitude=116.301)
AT_DORMITORY: Final = Point(latitude=39.985, longitude=116.306)
FAR_AWAY: Final = Point(latitude=39.989, longitude=116.309)

CAMPUS: Final = Campus(
    id=CAMPUS_ID,
    name="东校区",
    boundary=(
        Point(latitude=39.97, longitude=116.29),
        Point(latitude=39.97, longitude=116.31),
        Point(latitude=39.99, longitude=116.31),
        Point(latitude=39.99, longitude=116.29),
    ),
    buildings=(
        Building(id=DORMITORY, name="紫荆公寓", kind="dormitory", point=AT_DORMITORY, admits="women"),
        Building(id=STATION, name="菜鸟驿站", kind="parcel_station", point=AT_STATION),
        Building(id=OFFICE, name="机房", kind="other", point=CENTRE, admits="nobody"),
    ),
)
TERMS: Final = Terms(
    category="parcel",
    pickup=Stop(name="菜鸟驿站", point=AT_STATION, building_id=STATION, detail="3 号货架"),
    dropoff=Stop(
        name="紫荆公寓",
        point=AT_DORMITORY,
        building_id=DORMITORY,
        detail="5 楼 512",
        contact=Contact(name="小林", phone="+8613800000001"),
    ),
    item="一个快递",
    window=Window(earliest=NOON, latest=NOON + 6 * HOUR),
    handover=Handover(place="gate", admits="women"),
    pickup_code="6-2-1045",
)
PURCHASE: Final = evolve(TERMS, category="purchase", item="两杯奶茶", goods_advance=Money(3_000))
PRICE: Final = Price(base=Money(601))  # a prime: 85 % and 5 % of it leave odd fen

SHOWN: Final = s.Proof(photos=(PHOTO,))
ASSIGNMENT: Final = s.Assignment(runner_id=RUNNER, accepted_at=NOON, arrive_by=NOON + 30 * MINUTE)
CARRIAGE: Final = s.Carriage(runner_id=RUNNER, picked_up_at=NOON + 20 * MINUTE, proof=SHOWN)
FULL_REFUND: Final = s.Outcome(refund=PRICE.reward)

STATE_EXAMPLES: Final[dict[type[s.State], s.State]] = {
    type(state): state
    for state in (
        s.AwaitingPayment(expires_at=NOON + 15 * MINUTE),
        s.Open(opened_at=NOON, expires_at=NOON + 2 * HOUR),
        s.Accepted(assignment=ASSIGNMENT, no_show_at=NOON + HOUR),
        s.AtPickup(assignment=ASSIGNMENT, arrived_at=NOON + 15 * MINUTE, proof=SHOWN),
        s.PickedUp(carriage=CARRIAGE),
        s.Delivered(carriage=CARRIAGE, delivered_at=NOON + 40 * MINUTE, completes_at=NOON + DAY, proof=SHOWN),
        s.Completed(carriage=CARRIAGE, completed_at=NOON + HOUR, disputable_until=NOON + HOUR + 2 * DAY),
        s.Returning(carriage=CARRIAGE, reason="unreachable", reported_at=NOON + HOUR),
        s.Disputed(carriage=CARRIAGE, dispute_id=DISPUTE_ID, opened_at=NOON + HOUR, settled=False),
        s.Resolved(runner_id=RUNNER, outcome=FULL_REFUND, resolved_at=NOON + DAY),
        s.Cancelled(by="requester", reason="不需要了", cancelled_at=NOON + HOUR, outcome=FULL_REFUND),
        s.Expired(expired_at=NOON + 2 * HOUR, refund=PRICE.reward),
    )
}
EVENT_EXAMPLES: Final[dict[type[e.Event], e.Event]] = {
    type(event): event
    for event in (
        e.PaymentConfirmed(at=NOON, attempt_id=ATTEMPT_ID, amount=PRICE.payable, expires_at=NOON + 2 * HOUR),
        e.TipRaised(at=NOON, attempt_id=TIP_ID, amount=Money(100)),
        e.OrderCancelled(at=NOON, by="requester", reason="不需要了", outcome=FULL_REFUND),
        e.PickupImpossible(at=NOON, reason="closed", proof=SHOWN, outcome=FULL_REFUND),
        e.OrderExpired(at=NOON, refund=PRICE.reward),
        e.RunnerAccepted(at=NOON, assignment=ASSIGNMENT, no_show_at=NOON + HOUR),
        e.RunnerGaveUp(at=NOON, runner_id=RUNNER, reason="too_far", expires_at=NOON + 2 * HOUR),
        e.RunnerMissing(at=NOON, runner_id=RUNNER, expires_at=NOON + 2 * HOUR),
        e.HandoverOffered(at=NOON, offered_to=COLLEAGUE),
        e.RunnerReplaced(
            at=NOON,
            by="runner",
            assignment=evolve(ASSIGNMENT, runner_id=COLLEAGUE),
            no_show_at=NOON + HOUR,
        ),
        e.RunnerArrived(at=NOON, proof=SHOWN),
        e.ItemPickedUp(at=NOON, carriage=CARRIAGE, advance_left=Money(0)),
        e.ItemDelivered(at=NOON, proof=SHOWN, completes_at=NOON + DAY),
        e.OrderCompleted(at=NOON, by="requester", disputable_until=NOON + 2 * DAY),
        e.ReturnReported(at=NOON, reason="unreachable"),
        e.ReturnResolved(at=NOON, outcome=FULL_REFUND),
        e.DisputeOpened(at=NOON, by="requester", dispute_id=DISPUTE_ID),
        e.DisputeResolved(at=NOON, outcome=FULL_REFUND),
    )
}

CANDIDATE: Final = Candidate(
    member_id=RUNNER,
    campus_id=CAMPUS_ID,
    approved=True,
    on_shift=True,
    gender=None,
    credit=100,
    open_orders=0,
)
APPROVED: Final = Approved(approved_at=NOON, approved_by=OPERATOR, lapses_at=NOON + 365 * DAY)
APPLICATION: Final = Application(
    campus_id=CAMPUS_ID,
    real_name="林小雨",
    student_number="2023011234",
    card_photo=PHOTO,
    study_until=date(2027, 7, 1),
    agreement_version="2026-01",
    submitted_at=NOON,
)
APPROVED_RUNNER: Final = Runner(
    member_id=RUNNER, application=APPLICATION, verification=APPROVED, credit=100, on_shift=True
)
RULING: Final = Ruling(refund=Money(301), runner=Money(300), runner_at_fault=False, reason="各担一半")
WITHDRAWAL: Final = Withdrawal(
    id=WITHDRAWAL_ID,
    runner_id=RUNNER,
    campus_id=CAMPUS_ID,
    provider="memory",
    parts=(Money(20_000), Money(20_000), Money(5)),
    requested_at=NOON,
)


def order_in(state: type[s.State] | s.State, *, terms: Terms = TERMS, price: Price | None = None) -> Order:
    """The order in that state."""
    return Order(
        id=ORDER_ID,
        quote_id=QuoteId(UUID(int=25)),
        campus_id=CAMPUS_ID,
        requester_id=REQUESTER,
        terms=terms,
        price=price or evolve(PRICE, goods_advance=terms.goods_advance),
        distance=Distance(metres=700, estimated=True),
        delivery_code="135790",
        placed_at=NOON,
        state=STATE_EXAMPLES[state] if isinstance(state, type) else state,
    )


def paid(amount: Money, *, attempt_id: AttemptId = ATTEMPT_ID, purpose: str = "order", at: datetime = NOON) -> Attempt:
    """A payment that succeeded."""
    return Attempt(
        id=attempt_id,
        order_id=ORDER_ID,
        campus_id=CAMPUS_ID,
        payer_id=REQUESTER,
        purpose=purpose,  # type: ignore[arg-type]
        provider="memory",
        amount=amount,
        created_at=at,
        state=Succeeded(transaction_id=f"T{attempt_id}", paid_at=at),
    )


def statement(author: MemberId, text: str = "货没有送到") -> Statement:
    """What one side says."""
    return Statement(author_id=author, text=text, at=NOON)


def dispute(*heard: MemberId) -> Dispute:
    """A dispute in its hearing; whoever is named has spoken."""
    return Dispute(
        id=DISPUTE_ID,
        order_id=ORDER_ID,
        campus_id=CAMPUS_ID,
        requester_id=REQUESTER,
        runner_id=RUNNER,
        opened_by=REQUESTER,
        reason="not_delivered",
        statements=tuple(statement(side) for side in heard),
        opened_at=NOON,
        state=Hearing(heard_until=NOON + DAY),
    )
