"""The promises of `errand_domain.ports.timers`."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

import pytest
from attrs import evolve

from errand_domain.content.case import QUOTE_KEPT_FOR, Cleared
from errand_domain.content.screening import Waiting
from errand_domain.ids import FileId, MemberId
from errand_domain.money import NOTHING
from errand_domain.order.states import AwaitingPayment, Expired
from errand_domain.ports.timers import TIMER_KINDS, TimerKind
from errand_domain.ports.transaction import Transaction
from errand_domain.runner.verification import Approved
from errand_domain.settlement.earning import Held
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import Database, commit
from errand_domain.testing.contracts.racing import all_at_once

NOW = examples.NOW
SECOND = timedelta(seconds=1)
LEASE = NOW + 60 * SECOND


class TimersContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    @pytest.mark.parametrize("kind", TIMER_KINDS)
    async def test_what_is_due_is_taken_and_what_is_not_stays(self, database: Database, kind: TimerKind) -> None:
        subjects = [await watched(database, kind, NOW + offset * SECOND) for offset in (-1, 0, 1)]
        for other in TIMER_KINDS:
            taken = await database.timers.take(other, now=NOW, leased_until=LEASE, limit=10)
            assert taken == (tuple(subjects[:2]) if other == kind else ())

    @pytest.mark.parametrize("kind", TIMER_KINDS)
    async def test_the_earliest_are_taken_first(self, database: Database, kind: TimerKind) -> None:
        subjects = {late: await watched(database, kind, NOW - late * SECOND) for late in (3, 1, 4, 2)}
        first = await database.timers.take(kind, now=NOW, leased_until=LEASE, limit=3)
        assert first == (subjects[4], subjects[3], subjects[2])
        assert await database.timers.take(kind, now=NOW, leased_until=LEASE, limit=3) == (subjects[1],)

    @pytest.mark.parametrize("kind", TIMER_KINDS)
    async def test_what_is_leased_is_not_taken_until_the_lease_is_over(
        self, database: Database, kind: TimerKind
    ) -> None:
        subject = await watched(database, kind, NOW)
        take = partial(database.timers.take, kind, leased_until=LEASE + 60 * SECOND, limit=10)
        assert await database.timers.take(kind, now=NOW, leased_until=LEASE, limit=10) == (subject,)
        assert await take(now=NOW) == ()
        assert await take(now=LEASE - SECOND) == ()
        assert await take(now=LEASE + SECOND) == (subject,)
        assert await take(now=LEASE + SECOND) == ()

    @pytest.mark.parametrize("kind", TIMER_KINDS)
    async def test_takers_at_once_get_different_subjects(self, database: Database, kind: TimerKind) -> None:
        subjects = {await watched(database, kind, NOW) for _ in range(24)}

        async def take() -> tuple[str, ...]:
            return await database.timers.take(kind, now=NOW, leased_until=LEASE, limit=5)

        taken: list[str] = []
        for result in await all_at_once([take for _ in range(8)]):
            assert isinstance(result, tuple)
            taken.extend(result)
        # A taker may find everything in others' hands and go home; what is left is there for the next one.
        while rest := await take():
            taken.extend(rest)
        assert sorted(taken) == sorted(subjects)

    async def test_what_is_settled_is_never_due(self, database: Database) -> None:
        payment, refund = examples.attempt(), evolve(examples.refund(), query_at=None)
        withdrawal = evolve(examples.withdrawal(), query_at=None)
        await commit(
            database,
            lambda tx: tx.attempts.add(payment),
            lambda tx: tx.refunds.add(refund),
            lambda tx: tx.withdrawals.add(withdrawal),
        )
        for kind in TIMER_KINDS:
            assert await database.timers.take(kind, now=NOW + 999 * SECOND, leased_until=LEASE, limit=10) == ()

    async def test_a_timer_follows_its_aggregate(self, database: Database) -> None:
        order = examples.order(state=AwaitingPayment(expires_at=NOW))
        later = evolve(order, state=examples.open_state(), version=2)
        await commit(database, lambda tx: tx.orders.add(order))
        await commit(database, lambda tx: tx.orders.save(later, examples.tip()))
        assert await database.timers.take("order", now=NOW, leased_until=LEASE, limit=10) == ()
        due = examples.open_state().expires_at
        assert await database.timers.take("order", now=due, leased_until=due + SECOND, limit=10) == (str(order.id),)


Watched = tuple[str, Callable[[Transaction], None]]


def _order(due_at: datetime) -> Watched:
    order = examples.order(state=AwaitingPayment(expires_at=due_at))
    return str(order.id), lambda tx: tx.orders.add(order)


def _attempt(due_at: datetime) -> Watched:
    attempt = evolve(examples.attempt(), query_at=due_at)
    return str(attempt.id), lambda tx: tx.attempts.add(attempt)


def _refund(due_at: datetime) -> Watched:
    refund = evolve(examples.refund(), query_at=due_at)
    return refund.number, lambda tx: tx.refunds.add(refund)


def _earning(due_at: datetime) -> Watched:
    earning = evolve(examples.earning(), state=Held(release_at=due_at))
    return f"{earning.order_id}:{earning.round}", lambda tx: tx.earnings.add(earning)


def _withdrawal(due_at: datetime) -> Watched:
    withdrawal = evolve(examples.withdrawal(), query_at=due_at)
    return str(withdrawal.id), lambda tx: tx.withdrawals.add(withdrawal)


def _runner(due_at: datetime) -> Watched:
    member = examples.member()
    approved = Approved(approved_at=NOW, approved_by=MemberId(examples.fresh()), lapses_at=due_at)
    runner = examples.runner(member.id, verification=approved)

    def add(tx: Transaction) -> None:
        tx.members.add(member)
        tx.runners.add(runner)

    return str(member.id), add


def _image(due_at: datetime) -> Watched:
    file = evolve(examples.waiting_image(), screening=Waiting(due_at=due_at))
    return str(file.id), lambda tx: tx.files.add(file)


async def watched(database: Database, kind: TimerKind, due_at: datetime) -> str:
    """An aggregate of that kind whose timer is at that moment; its subject."""
    subject, add = _MADE[kind](due_at)
    await commit(database, add)
    return subject


def _order_details(due_at: datetime) -> Watched:
    order = evolve(examples.order(state=Expired(expired_at=NOW, refund=NOTHING)), details_until=due_at)
    return str(order.id), lambda tx: tx.orders.add(order)


def _file(due_at: datetime) -> Watched:
    file = evolve(examples.stored_file(), erase_at=due_at)
    return str(file.id), lambda tx: tx.files.add(file)


def _expected_file(due_at: datetime) -> Watched:
    file_id = FileId(examples.fresh())
    return str(file_id), lambda tx: tx.files.expect(file_id, until=due_at)


def _content_case(due_at: datetime) -> Watched:
    cleared = Cleared(cleared_by=MemberId(examples.fresh()), cleared_at=due_at - QUOTE_KEPT_FOR)
    case = evolve(examples.content_case(), state=cleared)
    return str(case.id), lambda tx: tx.content_cases.add(case)


_MADE: Mapping[TimerKind, Callable[[datetime], Watched]] = {
    "order": _order,
    "attempt": _attempt,
    "refund": _refund,
    "earning": _earning,
    "withdrawal": _withdrawal,
    "runner": _runner,
    "image": _image,
    "order_details": _order_details,
    "file": _file,
    "expected_file": _expected_file,
    "content_case": _content_case,
}
