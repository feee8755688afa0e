"""The promises of `errand_domain.ports.orders`."""

from functools import partial

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from errand_domain.errors import Missing, Stale
from errand_domain.ids import CampusId, MemberId, OrderId, QuoteId
from errand_domain.order.erasing import one_version_on, without_terms, without_words
from errand_domain.order.events import Event
from errand_domain.order.order import Order
from errand_domain.order.states import EVERY_PHASE, FINAL, STATES
from errand_domain.ports.orders import Recorded
from errand_domain.ports.transaction import Transaction
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import SOME_EXAMPLES, Database, commit
from errand_domain.testing.contracts.racing import all_at_once, refusals
from errand_domain.testing.strategies.orders import events, orders


class OrdersContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    @SOME_EXAMPLES
    @given(drawn=orders())
    async def test_an_order_is_read_as_it_was_written(self, database: Database, drawn: Order) -> None:
        order = evolve(drawn, id=OrderId(examples.fresh()), quote_id=QuoteId(examples.fresh()))
        await commit(database, lambda tx: tx.orders.add(order))
        async with database.begin() as tx:
            assert await tx.orders.get(order.id) == order
            assert await tx.orders.of_quote(order.quote_id) == order

    @SOME_EXAMPLES
    @given(drawn=orders(), event=events())
    async def test_an_event_is_read_as_it_was_written(self, database: Database, drawn: Order, event: Event) -> None:
        order = evolve(drawn, id=OrderId(examples.fresh()), quote_id=QuoteId(examples.fresh()))
        after = evolve(order, version=order.version + 1)
        await commit(database, lambda tx: tx.orders.add(order))
        await commit(database, lambda tx: tx.orders.save(after, event))
        async with database.begin() as tx:
            assert await tx.orders.history(order.id) == (Recorded(version=after.version, event=event),)

    async def test_an_order_that_is_not_there_is_missing(self, database: Database) -> None:
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.orders.get(OrderId(examples.fresh()))
            assert await tx.orders.of_quote(QuoteId(examples.fresh())) is None
            assert await tx.orders.history(OrderId(examples.fresh())) == ()

    async def test_a_quote_makes_one_order(self, database: Database) -> None:
        first = examples.order()
        second = evolve(examples.order(), quote_id=first.quote_id)
        await commit(database, lambda tx: tx.orders.add(first))
        with pytest.raises(Stale):
            await commit(database, lambda tx: tx.orders.add(second))
        async with database.begin() as tx:
            assert await tx.orders.of_quote(first.quote_id) == first

    async def test_an_id_is_used_once(self, database: Database) -> None:
        first = examples.order()
        await commit(database, lambda tx: tx.orders.add(first))
        with pytest.raises(Stale):
            await commit(database, lambda tx: tx.orders.add(evolve(first, quote_id=QuoteId(examples.fresh()))))

    async def test_of_many_orders_from_one_quote_one_is_placed(self, database: Database) -> None:
        quote_id = QuoteId(examples.fresh())
        rivals = [evolve(examples.order(), quote_id=quote_id) for _ in range(12)]
        adding = [partial(commit, database, partial(_add, order)) for order in rivals]
        assert refusals(await all_at_once(adding)) == [Stale] * 11
        async with database.begin() as tx:
            assert await tx.orders.of_quote(quote_id) in rivals

    async def test_saving_replaces_the_order_and_adds_to_its_history(self, database: Database) -> None:
        order, one, two, three = examples.order(), examples.tip(100), examples.tip(200), examples.tip(300)
        after_one = order.apply(one)
        after_three = after_one.apply(two).apply(three)
        await commit(database, lambda tx: tx.orders.add(order))
        await commit(database, lambda tx: tx.orders.save(after_one, one))
        await commit(database, lambda tx: tx.orders.save(after_three, two, three))
        async with database.begin() as tx:
            assert await tx.orders.get(order.id) == after_three
            history = await tx.orders.history(order.id)
        assert [(line.version, line.event) for line in history] == [(2, one), (3, two), (4, three)]

    async def test_what_is_erased_is_read_no_more_and_no_event_tells_of_it(self, database: Database) -> None:
        order, one, two = examples.order(), examples.tip(100), examples.tip(200)
        after = order.apply(one).apply(two)
        await commit(database, lambda tx: tx.orders.add(order))
        await commit(database, lambda tx: tx.orders.save(after, one, two))
        bare = one_version_on(evolve(without_terms(after, at=examples.NOW), details_until=examples.NOW))
        less = Recorded(version=2, event=examples.tip(300))
        async with database.begin() as tx:
            assert await tx.orders.get(order.id) == after
            tx.orders.erase(bare, less, Recorded(version=9, event=two))
            await tx.commit()
        async with database.begin() as tx:
            assert await tx.orders.get(order.id) == bare
            assert await tx.orders.history(order.id) == (less, Recorded(version=3, event=two))

    async def test_an_order_may_move_on_and_lose_its_words_in_one_commit(self, database: Database) -> None:
        order, tip = examples.order(), examples.tip()
        await commit(database, lambda tx: tx.orders.add(order))
        async with database.begin() as tx:
            after = (await tx.orders.get(order.id)).apply(tip)
            bare = one_version_on(without_words(after))
            tx.orders.save(after, tip)
            tx.orders.erase(bare)
            await tx.commit()
        async with database.begin() as tx:
            assert await tx.orders.get(order.id) == bare
            assert await tx.orders.history(order.id) == (Recorded(version=2, event=tip),)

    async def test_of_many_erasures_and_saves_of_one_version_one_wins(self, database: Database) -> None:
        order, tip = examples.order(), examples.tip()
        await commit(database, lambda tx: tx.orders.add(order))
        bare, after = one_version_on(without_terms(order, at=examples.NOW)), order.apply(tip)
        acts = [partial(commit, database, partial(_erase, bare)) for _ in range(6)]
        acts += [partial(commit, database, partial(_save, after, tip)) for _ in range(6)]
        assert refusals(await all_at_once(acts)) == [Stale] * 11
        async with database.begin() as tx:
            kept = await tx.orders.get(order.id)
            history = await tx.orders.history(order.id)
        assert (kept, len(history)) in ((bare, 0), (after, 1))

    @pytest.mark.parametrize("version", [1, 3, 4])
    async def test_a_save_that_is_not_one_step_on_is_stale(self, database: Database, version: int) -> None:
        order, event = examples.order(), examples.tip()
        await commit(database, lambda tx: tx.orders.add(order))
        with pytest.raises(Stale):
            await commit(database, lambda tx: tx.orders.save(evolve(order, version=version), event))
        async with database.begin() as tx:
            assert await tx.orders.get(order.id) == order
            assert await tx.orders.history(order.id) == ()

    async def test_an_order_that_was_never_added_cannot_be_saved(self, database: Database) -> None:
        order, event = examples.order(), examples.tip()
        with pytest.raises(Stale):
            await commit(database, lambda tx: tx.orders.save(order.apply(event), event))

    async def test_of_many_saves_of_one_version_one_wins(self, database: Database) -> None:
        order = examples.order()
        await commit(database, lambda tx: tx.orders.add(order))
        tips = [examples.tip(fen) for fen in range(1, 13)]
        saving = [partial(commit, database, partial(_save, order.apply(tip), tip)) for tip in tips]
        assert refusals(await all_at_once(saving)) == [Stale] * 11
        async with database.begin() as tx:
            (line,) = await tx.orders.history(order.id)
            assert line.event in tips
            assert await tx.orders.get(order.id) == order.apply(line.event)

    async def test_placed_by_lists_own_orders_of_those_phases_newest_first(self, database: Database) -> None:
        requester_id, runner_id = MemberId(examples.fresh()), MemberId(examples.fresh())
        mine = [examples.order(requester_id=requester_id) for _ in range(3)]
        taken = examples.order(requester_id=requester_id, state=examples.accepted_state(runner_id))
        others = examples.order()
        await commit(database, *(partial(_add, order) for order in (mine[1], others, mine[2], taken, mine[0])))
        async with database.begin() as tx:
            listed = await tx.orders.placed_by(requester_id, phases=("waiting",), before=None, limit=10)
            every = await tx.orders.placed_by(requester_id, phases=EVERY_PHASE, before=None, limit=10)
        assert listed == tuple(reversed(mine))
        assert every == (taken, *reversed(mine))

    async def test_run_by_lists_the_runners_orders_newest_first(self, database: Database) -> None:
        runner_id = MemberId(examples.fresh())
        run = [examples.order(state=examples.accepted_state(runner_id)) for _ in range(2)]
        others = examples.order(state=examples.accepted_state(MemberId(examples.fresh())))
        await commit(database, *(partial(_add, order) for order in (run[1], others, run[0])))
        async with database.begin() as tx:
            assert await tx.orders.run_by(runner_id, phases=EVERY_PHASE, before=None, limit=10) == (run[1], run[0])
            assert await tx.orders.run_by(runner_id, phases=("completed",), before=None, limit=10) == ()

    async def test_a_runner_who_gave_the_order_up_no_longer_runs_it(self, database: Database) -> None:
        runner_id = MemberId(examples.fresh())
        order = examples.order(state=examples.accepted_state(runner_id))
        await commit(database, lambda tx: tx.orders.add(order))
        reopened = evolve(order, state=examples.open_state(), version=2)
        await commit(database, lambda tx: tx.orders.save(reopened, examples.tip()))
        async with database.begin() as tx:
            assert await tx.orders.run_by(runner_id, phases=EVERY_PHASE, before=None, limit=10) == ()

    async def test_at_campus_lists_by_state_and_none_named_means_any(self, database: Database) -> None:
        campus_id = examples.campus().id
        waiting = examples.order(campus_id=campus_id)
        taken = examples.order(campus_id=campus_id, state=examples.accepted_state(MemberId(examples.fresh())))
        elsewhere = examples.order()
        await commit(database, *(partial(_add, order) for order in (elsewhere, waiting, taken)))
        async with database.begin() as tx:
            assert await tx.orders.at_campus(campus_id, states=("open",), before=None, limit=10) == (waiting,)
            assert await tx.orders.at_campus(campus_id, states=(), before=None, limit=10) == (taken, waiting)
            both = await tx.orders.at_campus(campus_id, states=("accepted", "open"), before=None, limit=10)
            assert both == (taken, waiting)

    async def test_pages_continue_where_the_last_one_ended(self, database: Database) -> None:
        campus_id, requester_id, runner_id = (examples.fresh() for _ in range(3))
        orders_ = [
            examples.order(
                campus_id=CampusId(campus_id),
                requester_id=MemberId(requester_id),
                state=examples.accepted_state(MemberId(runner_id)),
            )
            for _ in range(7)
        ]
        await commit(database, *(partial(_add, order) for order in orders_))
        newest_first = tuple(reversed(orders_))
        async with database.begin() as tx:
            for page in (
                partial(tx.orders.placed_by, MemberId(requester_id), phases=EVERY_PHASE),
                partial(tx.orders.run_by, MemberId(runner_id), phases=EVERY_PHASE),
                partial(tx.orders.at_campus, CampusId(campus_id), states=()),
            ):
                read: tuple[Order, ...] = ()
                while found := await page(before=read[-1].id if read else None, limit=3):
                    assert len(found) <= 3
                    read += found
                assert read == newest_first

    @settings(SOME_EXAMPLES, max_examples=3)
    @given(drawn=st.tuples(*(orders(kind) for kind in STATES)))
    async def test_final_of_names_exactly_the_final_orders(self, database: Database, drawn: tuple[Order, ...]) -> None:
        made = [evolve(order, id=OrderId(examples.fresh()), quote_id=QuoteId(examples.fresh())) for order in drawn]
        await commit(database, *(partial(_add, order) for order in made))
        async with database.begin() as tx:
            final = await tx.orders.final_of([*(order.id for order in made), OrderId(examples.fresh())])
            assert final == {order.id for order in made if isinstance(order.state, FINAL)}
            assert await tx.orders.final_of([]) == frozenset()


def _add(order: Order, tx: Transaction) -> None:
    tx.orders.add(order)


def _save(order: Order, event: Event, tx: Transaction) -> None:
    tx.orders.save(order, event)


def _erase(order: Order, tx: Transaction) -> None:
    tx.orders.erase(order)
