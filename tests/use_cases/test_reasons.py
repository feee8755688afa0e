"""What staff decide about somebody stands in the audit record with the reason that they gave, for auditors to read."""

from collections.abc import Awaitable, Callable

import pytest
from attrs import evolve

from errand_domain.dispute.dispute import Ruling
from errand_domain.member.member import Member
from errand_domain.money import NOTHING, Money
from errand_domain.policy import Policy
from errand_domain.use_cases.moderation.moderate_content import DecideContent
from errand_domain.use_cases.money.withdraw_earnings import DecideWithdrawal, RequestWithdrawal
from errand_domain.use_cases.operators.manage_campus import ChangePolicy, OpenCampus
from errand_domain.use_cases.operators.manage_members import BarMember, GrantRole
from errand_domain.use_cases.operators.manage_operators import DisableOperator, InviteOperator, ResetOperator
from errand_domain.use_cases.operators.read_audit import ReadAudit
from errand_domain.use_cases.orders.dispute_order import OpenDispute, ReviewRuling, RuleDispute, StateCase
from errand_domain.use_cases.orders.resolve_order import CancelByOperations
from errand_domain.use_cases.runners.review_runner import Reject, ReviewRunner, Suspend, WantMore
from tests.use_cases.test_content import DOUBTFUL, named, only_case
from tests.use_cases.test_people import applied
from tests.use_cases.world import World

WHY = "她说在 5 舍 301 见过他"
RULING = Ruling(refund=Money(200), runner=Money(100), runner_at_fault=True, reason=WHY)
Decided = tuple[str, str, str]
"""The subject and the action that are recorded, and the whole detail."""


async def _apply_and(world: World, chief: Member, decision: Reject | WantMore) -> str:
    member = await world.member()
    await applied(world, member)
    await world.use(ReviewRunner)(member.id, chief, decision)
    return f"runner:{member.id}"


async def _reject(world: World, chief: Member) -> Decided:
    return await _apply_and(world, chief, Reject(reason=WHY)), "runner.rejected", WHY


async def _want_more(world: World, chief: Member) -> Decided:
    return await _apply_and(world, chief, WantMore(wanted=WHY)), "runner.needs_more", WHY


async def _suspend(world: World, chief: Member) -> Decided:
    runner = await world.runner()
    await world.use(ReviewRunner)(runner.id, chief, Suspend(reason=WHY))
    return f"runner:{runner.id}", "runner.suspended", WHY


async def _cancel(world: World, chief: Member) -> Decided:
    order = await world.opened(await world.member())
    await world.use(CancelByOperations)(order.id, chief, reason=WHY)
    return f"order:{order.id}", "order.cancelled", f"{WHY} (refund {order.held}, runner ¥0.00)"


async def _rule(world: World, chief: Member) -> Decided:
    requester, runner = await world.member(), await world.runner()
    order = await world.completed(requester, runner)
    dispute = await world.use(OpenDispute)(order.id, requester.id, reason="damaged", text="坏了")
    await world.use(StateCase)(order.id, runner.id, text="没有")
    await world.use(RuleDispute)(dispute.id, chief, ruling=RULING)
    told = f"{WHY} (refund ¥2.00, runner ¥1.00, runner at fault)"
    return f"order:{order.id}", "dispute.decided", told


async def _propose(world: World, chief: Member) -> Decided:
    requester, runner = await world.member(), await world.runner()
    order = await world.completed(requester, runner, tip=Money(8_000))
    dispute = await world.use(OpenDispute)(order.id, requester.id, reason="damaged", text="坏了")
    await world.use(StateCase)(order.id, runner.id, text="没有")
    ruling = evolve(RULING, refund=Money(6_000), runner_at_fault=False)
    await world.use(RuleDispute)(dispute.id, chief, ruling=ruling)
    await world.use(ReviewRuling)(dispute.id, await world.operator("operations"), agree=False)
    return f"order:{order.id}", "dispute.proposed", f"{WHY} (refund ¥60.00, runner ¥1.00)"


async def _withdrawal(world: World, chief: Member) -> Decided:
    def unseen_nothing(policy: Policy) -> Policy:
        return evolve(policy, withdrawals=evolve(policy.withdrawals, approved_unseen_most=NOTHING))

    await world.use(ChangePolicy)(world.campus.id, chief, change=unseen_nothing, summary="?")
    runner = await world.runner()
    amount = await world.earned(runner)
    withdrawal = await world.use(RequestWithdrawal)(runner.id, amount=amount, provider="memory")
    await world.use(DecideWithdrawal)(withdrawal.id, chief, approve=False, reason=WHY)
    return f"withdrawal:{withdrawal.id}", "withdrawal.rejected", WHY


async def _remove(world: World, chief: Member) -> Decided:
    await named(world, await world.member(), DOUBTFUL)
    case = await only_case(world)
    await world.use(DecideContent).remove(case.id, chief, reason=WHY)
    return f"content:{case.id}", "content.removed", WHY


async def _bar(world: World, chief: Member) -> Decided:
    member = await world.member(campus_id=world.campus.id)
    await world.use(BarMember)(member.id, chief, campus_id=world.campus.id, barred=True, reason=WHY)
    return f"member:{member.id}", "member.barred", WHY


async def _grant(world: World, chief: Member) -> Decided:
    member = await world.member()
    grant = world.use(GrantRole)
    await grant(member.id, chief, role="finance", campus_id=world.campus.id, granted=True, reason=WHY)
    return f"member:{member.id}", "role.granted", f"finance: {WHY}"


async def _revoke(world: World, chief: Member) -> Decided:
    member = await world.operator("finance")
    grant = world.use(GrantRole)
    await grant(member.id, chief, role="finance", campus_id=world.campus.id, granted=False, reason=WHY)
    return f"member:{member.id}", "role.revoked", f"finance: {WHY}"


async def _invite(world: World, chief: Member) -> Decided:
    invite = world.use(InviteOperator)
    found = await invite("new@example.edu.cn", chief, role="auditor", campus_id=world.campus.id, reason=WHY)
    return f"member:{found.member.id}", "operator.invited", f"auditor: {WHY}"


async def _reset(world: World, chief: Member) -> Decided:
    staff = await world.operator("auditor")
    await world.use(ResetOperator)(staff.id, chief, reason=WHY)
    return f"member:{staff.id}", "operator.reset", WHY


async def _disable(world: World, chief: Member) -> Decided:
    staff = await world.operator("auditor")
    await world.use(DisableOperator)(staff.id, chief, reason=WHY)
    return f"member:{staff.id}", "operator.disabled", WHY


async def _close_campus(world: World, chief: Member) -> Decided:
    await world.use(OpenCampus)(world.campus.id, chief, is_open=False)
    return f"campus:{world.campus.id}", "campus.closed", ""


DECISIONS: list[Callable[[World, Member], Awaitable[Decided]]] = [
    _reject,
    _want_more,
    _suspend,
    _cancel,
    _rule,
    _propose,
    _withdrawal,
    _remove,
    _bar,
    _grant,
    _revoke,
    _invite,
    _reset,
    _disable,
    _close_campus,
]


@pytest.mark.parametrize("decide", DECISIONS)
async def test_a_decision_is_recorded_with_its_reason_and_an_auditor_reads_it(
    world: World, decide: Callable[[World, Member], Awaitable[Decided]]
) -> None:
    chief = await world.operator("admin")
    subject, action, detail = await decide(world, chief)
    auditor = await world.operator("auditor")
    lines = await world.use(ReadAudit)(world.campus.id, auditor, subject=subject, limit=9)
    (line,) = [line for line in lines if line.action == action]
    assert (line.actor_id, line.detail) == (chief.id, detail)
    assert WHY not in repr(line), "what may be about people is not shown by accident"
