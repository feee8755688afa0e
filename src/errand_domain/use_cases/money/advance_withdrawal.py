"""Carry a withdrawal to its end at the provider, part by part."""

from datetime import datetime, timedelta
from typing import Final, assert_never

from attrs import frozen

from errand_domain.ids import WithdrawalId
from errand_domain.payment.attempt import next_query
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.outbox import NoticeKind, Tell
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import (
    Declined,
    Lost,
    PayoutAnswer,
    PayoutDone,
    PayoutExpired,
    PayoutFailed,
    PayoutRequest,
    PayoutUnderWay,
    PayoutWaits,
)
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.settlement import recipes
from errand_domain.settlement.withdrawal import Withdrawal
from errand_domain.settlement.withdrawal_states import (
    Approved,
    Expired,
    Failed,
    Parked,
    PartExpired,
    PartFailed,
    PartPaid,
    PartParked,
    PartSent,
    PartWaits,
    Sending,
    Succeeded,
    WaitingForUser,
    WithdrawalEvent,
)
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.money.alarming import TOLD_MOST, alarm_finance
from errand_domain.use_cases.money.providers import Providers

TURN: Final = timedelta(seconds=60)
"""How long one worker may take to ask: longer than any answer is waited for."""

UNKNOWN_MOST: Final = timedelta(days=1)
"""How long an outcome may be unknown before a person is asked: what is parked is neither paid again nor forgotten."""

NOTICES: dict[type, NoticeKind] = {
    WaitingForUser: "withdrawal_waiting",
    Succeeded: "withdrawal_succeeded",
    Failed: "withdrawal_failed",
    Expired: "withdrawal_failed",
}


@frozen(kw_only=True)
class AdvanceWithdrawal:
    """Send what is approved, ask about what was sent, and book what the provider's verified word says.

    That a part is being sent is committed before the provider is asked, so that a crash between the two is asked about
    and never paid twice: a part keeps its number for ever. Before each question its turn is committed too: while one
    worker waits for the answer, others stand back. Only the provider's word about a number ends it; a request that
    was declined is parked, and finance is told.
    """

    begin: Begin
    clock: Clock
    providers: Providers

    async def __call__(self, withdrawal_id: WithdrawalId) -> Withdrawal:
        """The withdrawal as known afterwards, as many parts on as the provider answers at once."""
        while (turn := await self._take_turn(withdrawal_id)) is not None:
            part = turn.current_part
            if part is None:
                break
            withdrawal = await self.record(withdrawal_id, part, await self._ask(turn, part))
            if withdrawal.current_part == part:
                break
        async with self.begin() as tx:
            return await tx.withdrawals.get(withdrawal_id)

    async def _ask(self, withdrawal: Withdrawal, part: int) -> PayoutAnswer | Declined:
        """Query a part that the provider may know; send it where it has never heard of it."""
        desk = self.providers.payouts[withdrawal.provider]
        known = await desk.query_payout(withdrawal.part_number(part))
        is_sending = isinstance(withdrawal.state, Sending)
        unheard_of = isinstance(known, Declined) and is_sending
        # A provider may tell that it waits and not with what: asked for again, the same request brings the package.
        without_package = isinstance(known, PayoutWaits) and not known.package and is_sending
        return await desk.send(part_request(withdrawal, part)) if unheard_of or without_package else known

    @decided_anew_when_stale
    async def _take_turn(self, withdrawal_id: WithdrawalId) -> Withdrawal | None:
        """The withdrawal with the right to ask about it now; `None` where another worker has it, or nothing is due."""
        now = self.clock.now()
        async with self.begin() as tx:
            withdrawal = await tx.withdrawals.get(withdrawal_id)
            if isinstance(withdrawal.state, Approved):
                withdrawal = withdrawal.apply(PartSent(at=now, part=1), query_at=now + TURN)
            elif withdrawal.current_part is not None and withdrawal.query_at is not None and withdrawal.query_at <= now:
                withdrawal = withdrawal.asked_again(query_at=now + TURN)
            else:
                return None
            tx.withdrawals.save(withdrawal)
            await tx.commit()
        return withdrawal

    @decided_anew_when_stale
    async def record(self, withdrawal_id: WithdrawalId, part: int, answer: PayoutAnswer | Declined) -> Withdrawal:
        """Believe the provider's verified word about one part; told twice, or told late, it happens once."""
        now = self.clock.now()
        async with self.begin() as tx:
            withdrawal = await tx.withdrawals.get(withdrawal_id)
            if withdrawal.current_part != part:
                await self._wonder(tx, withdrawal, part, answer)
                return withdrawal
            if isinstance(answer, PayoutDone) and answer.amount != withdrawal.part_amount(part):
                await self._doubt(tx, withdrawal, f"part {part}: {answer.amount} paid")
                answer = Lost(why="another amount was paid than was asked for")
            event = _event(withdrawal, part, answer, at=now)
            again = now if isinstance(event, PartPaid) else next_query(withdrawal.requested_at, at=now)
            if event is None and not withdrawal.is_watched:
                return withdrawal
            if event is None:
                await self._mind_slowness(tx, withdrawal, answer, at=now)
                heard = not isinstance(answer, Lost | Declined)
                withdrawal = withdrawal.listened(heard=heard, at=now, query_at=again)
            else:
                was = withdrawal
                withdrawal = withdrawal.apply(event, query_at=again)
                await follow_part(tx, was, withdrawal, event)
            tx.withdrawals.save(withdrawal)
            await tx.commit()
        return withdrawal

    async def _wonder(
        self, tx: Transaction, withdrawal: Withdrawal, part: int, answer: PayoutAnswer | Declined
    ) -> None:
        """Money that moves for a withdrawal that has ended must be seen by people."""
        if withdrawal.is_open or not isinstance(answer, PayoutDone | PayoutWaits):
            return
        if isinstance(withdrawal.state, Succeeded) or part <= withdrawal.parts_paid:
            return
        entry = _entry(withdrawal, "withdrawal.moved_after_end", f"part {part}", at=self.clock.now())
        await alarm_finance(tx, entry)
        await tx.commit()

    async def _doubt(self, tx: Transaction, withdrawal: Withdrawal, detail: str) -> None:
        """Another amount than was asked for is no answer; it is put before people once."""
        await alarm_finance(tx, _entry(withdrawal, "withdrawal.mismatch", detail, at=self.clock.now()))

    async def _mind_slowness(
        self, tx: Transaction, withdrawal: Withdrawal, answer: PayoutAnswer | Declined, *, at: datetime
    ) -> None:
        """What the provider has been working on for a day may lack money there: it goes on, and people look at it."""
        state = withdrawal.state
        if isinstance(answer, PayoutUnderWay) and isinstance(state, Sending) and at - state.since >= UNKNOWN_MOST:
            await alarm_finance(tx, _entry(withdrawal, "withdrawal.slow", f"part {state.part}", at=at))


def part_request(withdrawal: Withdrawal, part: int) -> PayoutRequest:
    """The request for one part: always the same, so that asking again is the same payout."""
    return PayoutRequest(
        number=withdrawal.part_number(part),
        runner_id=withdrawal.runner_id,
        payee=withdrawal.payee,
        payee_name=withdrawal.payee_name,
        amount=withdrawal.part_amount(part),
        remark="跑腿报酬",
    )


def _entry(withdrawal: Withdrawal, action: str, detail: str, *, at: datetime) -> AuditLine:
    return AuditLine(
        at=at,
        actor_id=None,
        campus_id=withdrawal.campus_id,
        action=action,
        subject=f"withdrawal:{withdrawal.id}",
        detail=detail,
    )


def _event(
    withdrawal: Withdrawal, part: int, answer: PayoutAnswer | Declined, *, at: datetime
) -> WithdrawalEvent | None:
    """What the answer means, or nothing new."""
    match answer:
        case PayoutUnderWay():
            return None
        case Lost() | Declined():
            return _parked(withdrawal, part, answer, at=at)
        case PayoutWaits():
            state = withdrawal.state
            known = isinstance(state, WaitingForUser) and answer.package in ("", state.package)
            waits = PartWaits(at=at, part=part, package=answer.package, expires_at=answer.expires_at)
            return None if known or not answer.package else waits
        case PayoutDone():
            return PartPaid(at=answer.at, part=part, last=part == len(withdrawal.parts))
        case PayoutFailed():
            return PartFailed(at=at, part=part, reason=answer.reason)
        case PayoutExpired():
            return PartExpired(at=at, part=part)
    assert_never(answer)


def _parked(withdrawal: Withdrawal, part: int, answer: Lost | Declined, *, at: datetime) -> PartParked | None:
    """A part that is being sent is parked when it is refused, or when nobody could learn of it for too long.

    One that waits for its runner is parked a day after the time for that is over: by then it must have ended there.
    """
    why = answer.reason if isinstance(answer, Declined) else answer.why
    match withdrawal.state:
        case Sending() if isinstance(answer, Declined):
            return PartParked(at=at, part=part, reason=why)
        case Sending(silent_since=since) | WaitingForUser(expires_at=since):
            too_long = since is not None and at - since >= UNKNOWN_MOST
            return PartParked(at=at, part=part, reason=f"unknown for a day: {why}") if too_long else None
        case _:
            return None


async def follow_part(tx: Transaction, was: Withdrawal, after: Withdrawal, event: WithdrawalEvent) -> None:
    """Book what the event moved, and tell whom it concerns."""
    at = event.at
    if isinstance(event, PartPaid):
        tx.ledger.post(
            *recipes.paid_out(
                was.id,
                was.runner_id,
                part=event.part,
                provider=was.provider,
                amount=was.part_amount(event.part),
                at=at,
            )
        )
    if isinstance(after.state, Failed | Expired):
        tx.ledger.post(*recipes.let_go(was.id, was.runner_id, amount=after.unpaid(), at=at))
    kind = NOTICES.get(type(after.state))
    if kind is not None and type(after.state) is not type(was.state):
        tx.outbox.add(Tell(member_id=was.runner_id, kind=kind), at=at)
    if isinstance(after.state, Parked):
        for member_id in await tx.members.with_role("finance", was.campus_id, limit=TOLD_MOST):
            tx.outbox.add(Tell(member_id=member_id, kind="withdrawal_parked"), at=at)
