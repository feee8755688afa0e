"""Decisions of a runner: take, give up, offer, take over, arrive, pick up, deliver, report."""

from datetime import datetime
from hmac import compare_digest

from attrs import evolve, frozen

from errand_domain.campus import Gender
from errand_domain.errors import DomainError, InvalidField, Missing
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
    ColleagueUnavailable,
    CreditTooLow,
    HandoverNotAllowed,
    IllegalTransition,
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
    """A runner takes an open errand. Who is no runner of its campus learns nothing of it."""
    if not candidate.approved:
        raise RunnerNotApproved
    if candidate.campus_id != order.campus_id:
        raise Missing("order")
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
    order: Order, runner_id: MemberId, colleague: Candidate | None, policy: Policy, *, at: datetime
) -> HandoverOffered:
    """The runner offers the errand to a colleague who could take it; nothing is told about one who could not."""
    check_runs(order, runner_id)
    order.row(HandoverOffered, by="runner")
    if colleague is None or colleague.member_id == runner_id:
        raise ColleagueUnavailable
    try:
        check_may_run(order, colleague, policy)
    except DomainError:
        raise ColleagueUnavailable from None
    return HandoverOffered(at=at, offered_to=colleague.member_id)


def take_over(order: Order, candidate: Candidate, policy: Policy, *, at: datetime) -> RunnerReplaced:
    """The colleague consents, and keeps what was promised: a handover wins nobody any time."""
    state = check_offered(order, candidate.member_id)
    check_may_run(order, candidate, policy)
    promised = state.no_show_at if isinstance(state, Accepted) else state.assignment.arrive_by + policy.no_show_after
    return RunnerReplaced(
        at=at,
        by="runner",
        assignment=evolve(state.assignment, runner_id=candidate.member_id),
        no_show_at=promised,
    )


def check_offered(order: Order, colleague_id: MemberId) -> Accepted | AtPickup:
    """The state of an order that was offered to that colleague; to anybody else it is not there."""
    if not isinstance(order.state, Accepted | AtPickup) or order.state.offered_to != colleague_id:
        raise Missing("order")
    return order.state


def reassign(order: Order, candidate: Candidate, policy: Policy, *, at: datetime) -> RunnerReplaced:
    """Operations give the errand to another runner, who must satisfy all that accepting asks, and promises anew.

    The requester's free minutes were over, or were not, before.
    """
    if not isinstance(order.state, Accepted | AtPickup):
        raise IllegalTransition(order.state_name, RunnerReplaced.__name__)
    check_may_run(order, candidate, policy)
    promised = _assignment(order, candidate.member_id, policy, at=at)
    return RunnerReplaced(
        at=at,
        by="operations",
        assignment=evolve(promised, accepted_at=order.state.assignment.accepted_at),
        no_show_at=promised.arrive_by + policy.no_show_after,
    )


def is_late(order: Order, policy: Policy, *, at: datetime) -> bool:
    """Whether a runner who reaches the pickup now comes later than promised, beyond the grace."""
    return isinstance(order.state, Accepted) and at > order.state.assignment.arrive_by + policy.runner_late_after


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
