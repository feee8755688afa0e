"""How many statements each need takes; what the texts made of statements look like."""

import asyncio
from functools import partial

import pytest
from attrs import evolve

from adapters.sql.drivers.gathering import Gathering
from adapters.sql.drivers.postgres_text import asked_for_many, composed
from errand_domain.errors import Stale
from errand_domain.ports.outbox import Tell
from errand_domain.testing import examples

pytestmark = pytest.mark.anyio


async def test_a_claim_is_two_reads_and_on_postgres_one_write(database, sent, address):
    order, runner = examples.order(), examples.runner()
    async with database.begin() as tx:
        tx.orders.add(order)
        tx.runners.add(runner)
        await tx.commit()
    with sent() as statements:
        async with database.begin() as tx:
            found = await tx.orders.get(order.id)
            load = await tx.runners.load(runner.member_id, requester_id=order.requester_id)
            event = examples.tip()
            tx.orders.save(found.apply(event), event)
            tx.outbox.add(Tell(member_id=order.requester_id, kind="order_accepted"), lane="one", at=examples.NOW)
            tx.runners.save(load.runner.touched())
            await tx.commit()
    assert len(statements) == 2 + (1 if address.startswith("postgres") else 4)


async def test_rows_of_one_table_are_one_statement(database, sent):
    orders = [examples.order() for _ in range(20)]
    with sent() as statements:
        async with database.begin() as tx:
            for order in orders:
                tx.orders.add(order)
            await tx.commit()
    assert len(statements) == 1


async def test_questions_at_the_same_time_are_asked_together_on_postgres(database, sent, address):
    orders = [examples.order() for _ in range(30)]
    async with database.begin() as tx:
        for order in orders:
            tx.orders.add(order)
        await tx.commit()
    async with database.begin() as tx:
        with sent() as statements:
            found = await asyncio.gather(*(tx.orders.get(order.id) for order in orders))
    assert list(found) == orders
    assert len(statements) == (1 if address.startswith("postgres") else 30)


async def test_commits_at_the_same_time_each_hear_their_own_outcome(database):
    orders = [examples.order() for _ in range(40)]
    async with database.begin() as tx:
        for order in orders:
            tx.orders.add(order)
        await tx.commit()

    async def save(number):
        order, event = orders[number], examples.tip()
        after = order.apply(event)
        async with database.begin() as tx:
            tx.orders.save(evolve(after, version=after.version + number % 2), event)
            await tx.commit()

    results = await asyncio.gather(*(save(number) for number in range(40)), return_exceptions=True)
    assert [type(result) for result in results] == [type(None), Stale] * 20
    async with database.begin() as tx:
        for number, order in enumerate(orders):
            assert (await tx.orders.get(order.id)).version == order.version + 1 - number % 2


def test_composed_writes_number_their_parameters_on():
    text = composed(["UPDATE a SET b=$1 WHERE c=$2", "INSERT INTO d VALUES ($1, $1)"], [True, False])
    assert text.startswith(
        "WITH w0 AS (UPDATE a SET b=$1 WHERE c=$2 RETURNING 1), w1 AS (INSERT INTO d VALUES ($3, $3)"
    )
    assert "count(*) FROM w0" in text
    assert "count(*) FROM w1" not in text


def test_a_question_for_many_keeps_its_words():
    text = asked_for_many("SELECT x FROM t WHERE a = $1::UUID AND b > $2::TIMESTAMP WITH TIME ZONE AND c = $1::UUID")
    assert "unnest($1::UUID[], $2::TIMESTAMP WITH TIME ZONE[])" in text
    assert "(SELECT x FROM t WHERE a = asked.a1 AND b > asked.a2 AND c = asked.a1 OFFSET 0)" in text


async def test_a_gathering_asks_at_once_when_nobody_is_before_and_together_otherwise():
    asked, gate = [], asyncio.Event()

    async def ask_all(questions):
        asked.append(list(questions))
        await gate.wait()
        return [question * 2 for question in questions]

    gathering = Gathering(ask_all, together_most=3, under_way_most=1)
    tasks = [asyncio.create_task(gathering.ask(number)) for number in range(6)]
    await asyncio.sleep(0.01)
    gate.set()
    assert await asyncio.gather(*tasks) == [0, 2, 4, 6, 8, 10]
    assert asked[0] in ([0], [0, 1, 2])
    assert max(map(len, asked)) == 3


async def test_a_gathering_forgets_who_went_away_and_outlives_them():
    async def ask_all(questions):
        await asyncio.sleep(0.01)
        return questions

    gathering = Gathering(ask_all, together_most=8, under_way_most=1)
    first, second = asyncio.create_task(gathering.ask(1)), asyncio.create_task(gathering.ask(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 2
    assert await asyncio.gather(*map(gathering.ask, range(50))) == list(range(50))
    assert await asyncio.wait_for(gathering.ask(3), 10) == 3


async def test_a_fault_reaches_everyone_who_asked():
    async def ask_all(_):
        raise LookupError

    gathering = Gathering(ask_all, together_most=8, under_way_most=1)
    results = await asyncio.gather(*(map(partial(gathering.ask), range(5))), return_exceptions=True)
    assert [type(result) for result in results] == [LookupError] * 5
