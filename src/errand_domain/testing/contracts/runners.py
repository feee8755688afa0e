"""The promises of `errand_domain.ports.runners`."""

from datetime import timedelta
from functools import partial

import pytest
from attrs import evolve
from hypothesis import given

from errand_domain.errors import Missing, Stale
from errand_domain.ids import CampusId, MemberId, OrderId, QuoteId
from errand_domain.member.member import Member
from errand_domain.order.events import RunnerGaveUp
from errand_domain.order.order import Order
from errand_domain.order.states import (
    IN_PROGRESS,
    STATES,
    Accepted,
    AtPickup,
    AwaitingPayment,
    Cancelled,
    Completed,
    Delivered,
    Disputed,
    Expired,
    Open,
    PickedUp,
    Resolved,
    Returning,
)
from errand_domain.ports.runners import Load
from errand_domain.ports.transaction import Transaction
from errand_domain.runner.runner import Runner
from errand_domain.runner.standing import CreditLine
from errand_domain.runner.verification import (
    Applied,
    Approved,
    NeedsMore,
    RunnerRejected,
    StudentNumberTaken,
    Suspended,
)
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import SOME_EXAMPLES, Database, commit
from errand_domain.testing.contracts.racing import all_at_once, refusals
from errand_domain.testing.strategies.orders import orders
from errand_domain.testing.strategies.people import runners

NOW = examples.NOW
SECOND = timedelta(seconds=1)


class RunnersContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    @SOME_EXAMPLES
    @given(drawn=runners())
    async def test_a_runner_is_read_as_written(self, database: Database, drawn: Runner) -> None:
        application = evolve(drawn.application, campus_id=CampusId(examples.fresh()))
        runner = evolve(drawn, member_id=MemberId(examples.fresh()), application=application)
        await _keep(database, runner)
        async with database.begin() as tx:
            assert await tx.runners.get(runner.member_id) == runner
            assert await tx.runners.find(runner.member_id) == runner

    async def test_who_never_applied_is_no_runner(self, database: Database) -> None:
        nobody = MemberId(examples.fresh())
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.runners.get(nobody)
            assert await tx.runners.find(nobody) is None
            assert await tx.runners.load(nobody, requester_id=MemberId(examples.fresh())) is None

    async def test_a_member_applies_once(self, database: Database) -> None:
        runner = examples.runner()
        await _keep(database, runner)
        with pytest.raises(Stale):
            await commit(database, lambda tx: tx.runners.add(examples.runner(runner.member_id)))

    async def test_a_student_number_is_one_members_at_a_campus(self, database: Database) -> None:
        first = examples.runner()
        same = evolve(examples.runner(), application=first.application)
        elsewhere = evolve(
            examples.runner(), application=evolve(first.application, campus_id=CampusId(examples.fresh()))
        )
        await _keep(database, first)
        with pytest.raises(StudentNumberTaken):
            await _keep(database, same)
        await _keep(database, elsewhere)

    async def test_the_student_number_of_a_runner_who_left_is_free_again(self, database: Database) -> None:
        campus_id = CampusId(examples.fresh())
        leaving = [examples.runner(campus_id=campus_id) for _ in range(2)]
        for runner in leaving:
            await _keep(database, runner)
            await commit(database, partial(_save, runner.leave(at=NOW)))
        await _keep(database, evolve(examples.runner(), application=leaving[0].application))
        async with database.begin() as tx:
            assert (await tx.runners.get(leaving[0].member_id)).application.student_number is None

    async def test_the_student_number_of_who_left_while_suspended_stays_taken(self, database: Database) -> None:
        approved = Approved(approved_at=NOW, approved_by=MemberId(examples.fresh()), lapses_at=NOW + timedelta(days=1))
        suspended = examples.runner(verification=Suspended(suspended_at=NOW, reason="no", approved=approved))
        await _keep(database, suspended)
        await commit(database, partial(_save, suspended.leave(at=NOW)))
        rival = evolve(examples.runner(), application=suspended.application)
        with pytest.raises(StudentNumberTaken):
            await _keep(database, rival)
        await commit(database, partial(_save, suspended.leave(at=NOW).end_study(at=approved.lapses_at)))
        await _keep(database, rival)

    async def test_a_refused_application_claims_no_student_number_until_it_is_made_anew(
        self, database: Database
    ) -> None:
        first = examples.runner()
        await _keep(database, first)
        refused = first.apply(RunnerRejected(at=NOW, reviewer_id=MemberId(examples.fresh()), reason="no"))
        await commit(database, partial(_save, refused))
        await _keep(database, evolve(examples.runner(), application=first.application))
        async with database.begin() as tx:
            assert await tx.runners.get(first.member_id) == refused
        with pytest.raises(StudentNumberTaken):
            await commit(database, partial(_save, refused.resubmit(first.application)))
        await commit(database, partial(_save, refused.erase_details()))
        async with database.begin() as tx:
            assert await tx.runners.get(first.member_id) == refused.erase_details()

    async def test_a_student_number_cannot_be_taken_by_applying_again(self, database: Database) -> None:
        first, second = examples.runner(), examples.runner()
        await _keep(database, first)
        await _keep(database, second)
        with pytest.raises(StudentNumberTaken):
            await commit(database, lambda tx: tx.runners.save(evolve(second, application=first.application, version=2)))

    async def test_of_many_with_one_student_number_one_applies(self, database: Database) -> None:
        application = examples.runner().application
        rivals = [evolve(examples.runner(), application=application) for _ in range(10)]
        results = await all_at_once([partial(_keep, database, rival) for rival in rivals])
        assert refusals(results) == [StudentNumberTaken] * 9

    async def test_of_many_saves_of_one_version_one_wins(self, database: Database) -> None:
        runner = examples.runner()
        await _keep(database, runner)
        after = runner.touched()
        saves = [partial(commit, database, partial(_save, evolve(after, credit=credit))) for credit in range(12)]
        assert refusals(await all_at_once(saves)) == [Stale] * 11
        async with database.begin() as tx:
            assert (await tx.runners.get(runner.member_id)).version == after.version

    @SOME_EXAMPLES
    @given(drawn=orders(*IN_PROGRESS))
    async def test_the_load_counts_every_unfinished_order(self, database: Database, drawn: Order) -> None:
        assert drawn.runner_id is not None
        runner = examples.runner(MemberId(examples.fresh()))
        carried = _as_run_by(runner.member_id, drawn)
        others = _as_run_by(MemberId(examples.fresh()), drawn)
        await _keep(database, runner)
        await commit(database, partial(_place, carried), partial(_place, others))
        async with database.begin() as tx:
            load = await tx.runners.load(runner.member_id, requester_id=MemberId(examples.fresh()))
        assert load == Load(runner=runner, open_orders=1, blocked=False)

    @SOME_EXAMPLES
    @given(drawn=orders(*(kind for kind in STATES if kind not in IN_PROGRESS)))
    async def test_the_load_counts_no_finished_order(self, database: Database, drawn: Order) -> None:
        runner = examples.runner(MemberId(examples.fresh()))
        await _keep(database, runner)
        await commit(database, partial(_place, _as_run_by(runner.member_id, drawn)))
        async with database.begin() as tx:
            load = await tx.runners.load(runner.member_id, requester_id=MemberId(examples.fresh()))
        assert load == Load(runner=runner, open_orders=0, blocked=False)

    @pytest.mark.parametrize("by", ["runner", "requester", "both", "neither"])
    async def test_the_load_says_whether_the_two_avoid_each_other(self, database: Database, by: str) -> None:
        one, other = examples.member(), examples.member()
        strangers = frozenset({MemberId(examples.fresh())})
        runs = evolve(one, blocked=strangers | ({other.id} if by in ("runner", "both") else set()))
        asks = evolve(other, blocked=strangers | ({one.id} if by in ("requester", "both") else set()))
        runner = examples.runner(one.id)
        await commit(database, *(partial(_join, member) for member in (runs, asks)), partial(_apply, runner))
        async with database.begin() as tx:
            load = await tx.runners.load(one.id, requester_id=other.id)
        assert load == Load(runner=runner, open_orders=0, blocked=by != "neither")

    async def test_the_queue_holds_applications_of_the_campus_oldest_first(self, database: Database) -> None:
        campus_id = CampusId(examples.fresh())
        waiting = [
            examples.runner(campus_id=campus_id, verification=Applied(since=NOW + n * SECOND)) for n in (2, 0, 1)
        ]
        answered = examples.runner(campus_id=campus_id, verification=NeedsMore(since=NOW, wanted="更清晰的照片"))
        for runner in (*waiting, answered, examples.runner()):
            await _keep(database, runner)
        async with database.begin() as tx:
            assert await tx.runners.queue(campus_id, limit=10) == (waiting[1], waiting[2], waiting[0])
            assert await tx.runners.queue(campus_id, limit=1) == (waiting[1],)

    async def test_credit_lines_are_newest_first(self, database: Database) -> None:
        runner = examples.runner()
        await _keep(database, runner)
        lines = [_line(runner.member_id, seconds) for seconds in (2, 0, 1)]
        await commit(database, *(partial(_credit, line) for line in (*lines, _line(MemberId(examples.fresh()), 9))))
        async with database.begin() as tx:
            assert await tx.runners.credit_lines(runner.member_id, limit=10) == (lines[0], lines[2], lines[1])
            assert await tx.runners.credit_lines(runner.member_id, limit=1) == (lines[0],)

    async def test_a_version_of_an_order_moves_credit_once_for_one_reason(self, database: Database) -> None:
        line = _line(MemberId(examples.fresh()), 0)
        again = evolve(line, points=-50, at=NOW + SECOND)
        other_reason, other_runner = evolve(line, reason="late"), evolve(line, runner_id=MemberId(examples.fresh()))
        later = evolve(line, order_version=line.order_version + 1)
        await commit(database, partial(_credit, line))
        await commit(database, *(partial(_credit, each) for each in (again, again, other_reason, other_runner, later)))
        async with database.begin() as tx:
            lines = await tx.runners.credit_lines(line.runner_id, limit=10)
            assert sorted(lines, key=repr) == sorted([line, other_reason, later], key=repr)
            assert await tx.runners.credit_lines(other_runner.runner_id, limit=10) == (other_runner,)

    async def test_give_ups_since_counts_the_runners_own_from_that_moment_on(self, database: Database) -> None:
        runner_id = MemberId(examples.fresh())
        for seconds, who in ((-1, runner_id), (0, runner_id), (5, runner_id), (5, MemberId(examples.fresh()))):
            order = examples.order(state=examples.accepted_state(who))
            expires_at = NOW + examples.HOUR
            event = RunnerGaveUp(at=NOW + seconds * SECOND, runner_id=who, reason="too_far", expires_at=expires_at)
            await commit(database, partial(_place, order))
            await commit(database, partial(_move, order, event))
        async with database.begin() as tx:
            assert await tx.runners.give_ups_since(runner_id, NOW) == 2
            assert await tx.runners.give_ups_since(runner_id, NOW + 6 * SECOND) == 0


def _as_run_by(runner_id: MemberId, order: Order) -> Order:
    """The same order under identities of its own, with that runner wherever a runner stands."""
    state = order.state
    match state:
        case Accepted() | AtPickup():
            state = evolve(state, assignment=evolve(state.assignment, runner_id=runner_id))
        case PickedUp() | Delivered() | Completed() | Returning() | Disputed():
            state = evolve(state, carriage=evolve(state.carriage, runner_id=runner_id))
        case Resolved():
            state = evolve(state, runner_id=runner_id)
        case Cancelled():
            state = evolve(state, runner_id=runner_id if state.runner_id else None)
        case AwaitingPayment() | Open() | Expired():
            pass
    return evolve(order, id=OrderId(examples.fresh()), quote_id=QuoteId(examples.fresh()), state=state)


def _line(runner_id: MemberId, seconds: int) -> CreditLine:
    order_id = OrderId(examples.fresh())
    return CreditLine(
        runner_id=runner_id, order_id=order_id, order_version=5, reason="gave_up", points=-5, at=NOW + seconds * SECOND
    )


async def _keep(database: Database, runner: Runner) -> None:
    """The runner, and the member that every runner is."""
    member = evolve(examples.member(), id=runner.member_id)
    await commit(database, partial(_join, member), partial(_apply, runner))


def _join(member: Member, tx: Transaction) -> None:
    tx.members.add(member)


def _apply(runner: Runner, tx: Transaction) -> None:
    tx.runners.add(runner)


def _save(runner: Runner, tx: Transaction) -> None:
    tx.runners.save(runner)


def _credit(line: CreditLine, tx: Transaction) -> None:
    tx.runners.add_credit(line)


def _place(order: Order, tx: Transaction) -> None:
    tx.orders.add(order)


def _move(order: Order, event: RunnerGaveUp, tx: Transaction) -> None:
    tx.orders.save(order.apply(event), event)
