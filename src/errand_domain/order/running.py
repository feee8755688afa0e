"""Decisions of a runner: take, give up, offer, take over, arrive, pick up, deliver, report."""

from datetime import datetime
from hmac import compare_digest

from attrs import evolve, frozen

from errand_domain.campus import Gender
from errand_domain.errors import InvalidField, Missing
from errand_domain.ids import CampusId, FileId, MemberId
from errand_domain.money import Money
from errand_domain.order.events import (
    GiveUpReason,
    HandoverOffered,
    ItemDelivered,
    ItemPickedUp,
    OrderCompleted,
    PickupFault,
    PickupImpossible,
    ReturnReason,
    ReturnReported,
    RunnerAccepted,
    RunnerArrived,
    RunnerGaveUp,
    RunnerReplaced,
)
from errand_domain.order.order import Order
from errand_domain.order.publishing import open_until
from errand_domain.order.refusals import (
    AdvanceExceeded,
    Blocked,
    CreditTooLow,
    HandoverNotAllowed,
    IllegalTransition,
    NoOffer,
    OffShift,
    OrderNotOpen,
    OrderTaken,
    OwnOrder,
    ProofMissing,
    RunnerNotApproved,
    TooFarAway,
    TooManyGiveUps,
    TooManyOpenOrders,
    WrongCampus,
    WrongDeliveryCode,
)
from errand_domain.order.states import (
    Accepted,
    Assignment,
    AtPickup,
    AwaitingPayment,
    Cancelled,
    Carriage,
    Delivered,
    Expired,
    Open,
    Outcome,
    PickedUp,
    Proof,
)
from errand_domain.place import Point
from errand_domain.policy import Policy

REQUESTER_AT_FAULT: frozenset[PickupFault] = frozenset({"wrong_code", "wrong_address", "item_not_ready"})


@frozen(kw_only=True)
class Candidate:
    """A runner as an order sees one: everything that accepting asks about."""

    member_id: MemberId
    campus_id: CampusId
    approved: bool
    on_shift: bool
    gender: Gender | None
    credit: int
    open_orders: int
    blocked: bool = False


def check_may_run(order: Order, candidate: Candidate, policy: Policy) -> None:
    """Raise the refusal that keeps this runner from this errand, if there is one."""
    if candidate.member_id == order.requester_id:
        raise OwnOrder
    if not candidate.approved:
        raise RunnerNotApproved
    if candidate.campus_id != order.campus_id:
        raise WrongCampus
    if not candidate.on_shift:
        raise OffShift
    if candidate.blocked:
        raise Blocked
    if not order.terms.handover.allows(candidate.gender):
        raise HandoverNotAllowed
    if candidate.credit < policy.credit.floor:
        raise CreditTooLow(candidate.credit, policy.credit.floor)
    if candidate.open_orders >= policy.open_orders_most:
        raise TooManyOpenOrders(policy.open_orders_most)


def _assignment(order: Order, runner_id: MemberId, policy: Policy, *, at: datetime) -> Assignment:
    arrive_by = max(at, order.terms.window.earliest) + policy.arrive_within
    return Assignment(runner_id=runner_id, accepted_at=at, arrive_by=arrive_by)


def take(order: Order, candidate: Candidate, policy: Policy, *, at: datetime) -> RunnerAccepted:
    """A runner takes an open errand."""
    match order.state:
        case Open():
            check_may_run(order, candidate, policy)
        case AwaitingPayment() | Cancelled() | Expired():
            raise OrderNotOpen(order.state_name)
        case _:
            raise OrderTaken
    if at >= order.state.expires_at:
        raise OrderNotOpen("expired")
    assignment = _assignment(order, candidate.member_id, policy, at=at)
    return RunnerAccepted(at=at, assignment=assignment, no_show_at=assignment.arrive_by + policy.no_show_after)


def check_runs(order: Order, runner_id: MemberId) -> None:
    """Raise `Missing` unless that runner runs the order: to anybody else it is not there."""
    if order.runner_id != runner_id:
        raise Missing("order")


def give_up(
    order: Order,
    runner_id: MemberId,
    policy: Policy,
    *,
    reason: GiveUpReason,
    given_up_today: int,
    at: datetime,
) -> RunnerGaveUp:
    """The runner hands the errand back before arriving."""
    check_runs(order, runner_id)
    if given_up_today >= policy.give_ups_per_day:
        raise TooManyGiveUps(policy.give_ups_per_day)
    return RunnerGaveUp(at=at, runner_id=runner_id, reason=reason, expires_at=open_until(order, policy, at=at))


def offer_to(
    order: Order, runner_id: MemberId, colleague: Candidate, policy: Policy, *, at: datetime
) -> HandoverOffered:
    """The runner offers the errand to a colleague who could take it."""
    check_runs(order, runner_id)
    if colleague.member_id == runner_id:
        raise NoOffer
    check_may_run(order, colleague, policy)
    return HandoverOffered(at=at, offered_to=colleague.member_id)


def take_over(order: Order, candidate: Candidate, policy: Policy, *, at: datetime) -> RunnerReplaced:
    """The colleague consents."""
    if not isinstance(order.state, Accepted | AtPickup) or order.state.offered_to != candidate.member_id:
        raise NoOffer
    check_may_run(order, candidate, policy)
    return _replaced(order, candidate, policy, at=at, by_operations=False)


def reassign(order: Order, candidate: Candidate, policy: Policy, *, at: datetime) -> RunnerReplaced:
    """Operations give the errand to another runner, who must satisfy all that accepting asks."""
    if not isinstance(order.state, Accepted | AtPickup):
        raise IllegalTransition(order.state_name, RunnerReplaced.__name__)
    check_may_run(order, candidate, policy)
    return _replaced(order, candidate, policy, at=at, by_operations=True)


def _replaced(
    order: Order, candidate: Candidate, policy: Policy, *, at: datetime, by_operations: bool
) -> RunnerReplaced:
    assignment = _assignment(order, candidate.member_id, policy, at=at)
    return RunnerReplaced(
        at=at,
        by="operations" if by_operations else "runner",
        assignment=assignment,
        no_show_at=assignment.arrive_by + policy.no_show_after,
    )


def arrive(order: Order, runner_id: MemberId, policy: Policy, *, proof: Proof, at: datetime) -> RunnerArrived:
    """The runner is at the pickup: near enough, or with a photo."""
    check_runs(order, runner_id)
    _check_there(order.terms.pickup.point, proof, policy, needs_both=False)
    return RunnerArrived(at=at, proof=proof)


def _check_there(target: Point, proof: Proof, policy: Policy, *, needs_both: bool) -> None:
    if proof.position is None:
        if needs_both or not proof.photos:
            raise ProofMissing("position" if proof.photos else "photo")
        return
    distance = proof.position.metres_to(target)
    near = distance <= policy.arrival_radius_metres
    if needs_both and not proof.photos:
        raise ProofMissing("photo")
    if not near and (needs_both or not proof.photos):
        raise TooFarAway(distance, policy.arrival_radius_metres)


def report_impossible(
    order: Order,
    runner_id: MemberId,
    policy: Policy,
    *,
    reason: PickupFault,
    photos: tuple[FileId, ...],
    at: datetime,
) -> PickupImpossible:
    """The runner cannot get the item; an arrival fee is due if the requester's terms were at fault."""
    check_runs(order, runner_id)
    if not photos:
        raise ProofMissing("photo")
    fee = min(policy.arrival_fee, order.price.reward) if reason in REQUESTER_AT_FAULT else Money(0)
    outcome = Outcome(refund=order.held - fee, runner=fee)
    return PickupImpossible(at=at, reason=reason, proof=Proof(photos=photos), outcome=outcome)


def pick_up(
    order: Order,
    runner_id: MemberId,
    *,
    photos: tuple[FileId, ...],
    goods_cost: Money,
    receipt: FileId | None,
    at: datetime,
) -> ItemPickedUp:
    """The runner has the item; a purchase states its price and shows the receipt."""
    check_runs(order, runner_id)
    if not photos:
        raise ProofMissing("photo")
    if order.terms.category == "purchase" and receipt is None:
        raise ProofMissing("receipt")
    if order.terms.category == "purchase" and not goods_cost:
        raise InvalidField("goods_cost", "must say what the goods cost")
    if goods_cost > order.price.goods_advance:
        raise AdvanceExceeded(order.price.goods_advance)
    proof = Proof(photos=(*photos, receipt) if receipt else photos)
    carriage = Carriage(runner_id=runner_id, picked_up_at=at, proof=proof, goods_cost=goods_cost)
    return ItemPickedUp(at=at, carriage=carriage, advance_left=order.price.goods_advance - goods_cost)


def check_code(order: Order, code: str) -> None:
    """Raise `WrongDeliveryCode` unless it is this order's; compared in constant time."""
    if not compare_digest(code.encode("utf-8", "surrogatepass"), order.delivery_code.encode()):
        raise WrongDeliveryCode


def deliver(
    order: Order, runner_id: MemberId, policy: Policy, *, proof: Proof, code: str | None, at: datetime
) -> tuple[ItemDelivered] | tuple[ItemDelivered, OrderCompleted]:
    """The item is handed over: with the requester's code, which also completes the order, or with photo and place."""
    check_runs(order, runner_id)
    if code is not None:
        check_code(order, code)
        shown = evolve(proof, code_shown=True)
        delivered = ItemDelivered(at=at, proof=shown, completes_at=at + policy.complete_after)
        return delivered, OrderCompleted(at=at, by="runner", disputable_until=at + policy.dispute_within)
    _check_there(order.terms.dropoff.point, proof, policy, needs_both=True)
    return (ItemDelivered(at=at, proof=proof, completes_at=at + policy.complete_after),)


def complete_with_code(order: Order, runner_id: MemberId, policy: Policy, *, code: str, at: datetime) -> OrderCompleted:
    """The runner shows the delivery code after the delivery."""
    check_runs(order, runner_id)
    if not isinstance(order.state, Delivered):
        raise IllegalTransition(order.state_name, OrderCompleted.__name__)
    check_code(order, code)
    return OrderCompleted(at=at, by="runner", disputable_until=at + policy.dispute_within)


def report_return(
    order: Order, runner_id: MemberId, *, reason: ReturnReason, photos: tuple[FileId, ...], at: datetime
) -> ReturnReported:
    """The runner cannot hand the item over."""
    check_runs(order, runner_id)
    if not isinstance(order.state, PickedUp):
        raise IllegalTransition(order.state_name, ReturnReported.__name__)
    return ReturnReported(at=at, reason=reason, photos=photos)
