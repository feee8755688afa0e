"""Every query of the ports reads an index, on all three databases, with enough rows to make it matter."""

from datetime import timedelta

import pytest
from attrs import evolve

from adapters.sql import (
    answers,
    attempts,
    audit,
    disputes,
    earnings,
    files,
    hall,
    ledger,
    members,
    orders,
    outbox,
    posting,
    refunds,
    retained,
    reviews,
    runners,
    sessions,
    timers,
    withdrawals,
)
from adapters.sql.rows.orders import mercator
from errand_domain.content.screening import Waiting
from errand_domain.ids import MemberId
from errand_domain.ports.outbox import Tell
from errand_domain.testing import examples
from tests.stage import vault

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ROWS = 3_000
SECOND = timedelta(seconds=1)
SEQUENTIAL = {
    "sqlite": lambda plan, table: any(f"SCAN {table}" in line and "USING" not in line for line in plan),
    "postgresql": lambda plan, table: any(f"Seq Scan on {table}" in line for line in plan),
    "mysql": lambda plan, table: any(f"{table} ALL" in line for line in plan),
}


async def plan_of(database, statement, parameters):
    """The plan's lines; for MariaDB `table access key` of each."""
    driver = database._driver
    text = statement.text(driver.dialect)
    arguments = text.arguments(parameters)
    match driver.dialect.name:
        case "postgresql":
            rows = await driver.run(f"EXPLAIN {text.sql}", arguments)
            return [row[0] for row in rows]
        case "sqlite":
            reader = driver._with_reader(
                lambda reader: reader.execute(f"EXPLAIN QUERY PLAN {text.sql}", arguments).fetchall()
            )
            return [row[3] for row in reader]
        case _:
            rows = await driver._fetch(f"EXPLAIN {text.sql}", tuple(arguments))
            return [f"{row[2]} {row[3]} {row[5]}" for row in rows]


async def fill(database):
    """Many orders of many people, a few of them ours."""
    ours = examples.order()
    runner = examples.runner(campus_id=ours.campus_id)
    async with database.begin() as tx:
        for number in range(ROWS):
            other = examples.order(campus_id=ours.campus_id if number % 3 else None)
            at = examples.NOW + number * SECOND
            state = evolve(examples.open_state(), expires_at=at + examples.HOUR)
            tx.orders.add(
                evolve(other, state=state)
                if number % 2
                else evolve(
                    other,
                    state=examples.accepted_state(runner.member_id if number < 3 else MemberId(examples.fresh())),
                    details_until=at + examples.HOUR,
                )
            )
            tx.attempts.add(evolve(examples.attempt(order_id=other.id), query_at=at))
            tx.refunds.add(evolve(examples.refund(), query_at=at))
            earning = examples.earning()
            tx.earnings.add(evolve(earning, state=evolve(earning.state, release_at=at)))
            tx.withdrawals.add(evolve(examples.withdrawal(), query_at=at))
            tx.runners.add(examples.runner(campus_id=ours.campus_id if number % 50 == 0 else None))
            tx.members.add(examples.member())
            file = evolve(examples.stored_file(), order_id=other.id, erase_at=at if number % 3 else None)
            tx.files.add(evolve(file, screening=Waiting(due_at=at, trace=f"trace-{number}")))
            tx.files.expect(examples.stored_file().id, until=at)
            tx.ledger.post(examples.transfer(examples.account(), examples.account()))
            tx.outbox.add(Tell(member_id=runner.member_id, kind="order_paid"), lane=f"lane {number}", at=at)
        tx.orders.add(ours)
        tx.runners.add(runner)
        await tx.commit()
    return ours, runner


async def analyse(database):
    driver = database._driver
    match driver.dialect.name:
        case "postgresql":
            await driver.run("ANALYZE", [])
        case "sqlite":
            await driver._submit(lambda writer: writer.execute("ANALYZE"))
        case _:
            tables = (
                "orders, attempts, refunds, earnings, withdrawals, runners, members, files, expected_files, transfers,"
                " balances, outbox"
            )
            await driver._fetch(f"ANALYZE TABLE {tables}", ())


async def test_no_query_reads_a_whole_table(database):
    ours, runner = await fill(database)
    await analyse(database)
    x, y = mercator(examples.GATE)
    dialect = database._driver.dialect.name
    campus, member, order = ours.campus_id, runner.member_id, ours.id
    paged = {"before": ours.id, "limit": 20}
    due = {"now": examples.NOW + 30 * SECOND, "until": examples.NOW + examples.HOUR, "limit": 20}
    viewer = {"campus": campus, "viewer": member, "gender": "", "x": x, "y": y, "reach": 800.0, "limit": 58}

    def leased(lease):
        return lease.look if dialect == "mysql" else lease.at_once

    requester, load = ours.requester_id, {"member": member, "requester": ours.requester_id, "phase": "in_progress"}
    waiting, troubled = {"state_0": "waiting", "state_1": "closed"}, {"state_0": "disputed", "state_1": "returning"}
    heard = {"campus": campus, "state_0": "hearing", "limit": 20}
    queries = {
        "order": ("orders", orders._GET, {"order_id": order}),
        "order of quote": ("orders", orders._OF_QUOTE, {"quote": ours.quote_id}),
        "history": ("order_events", orders._HISTORY, {"order": order}),
        "placed by": ("orders", orders._PLACED_BY.statement(2), {"member": requester, **paged, **waiting}),
        "run by": ("orders", orders._RUN_BY.statement(1), {"member": member, **paged, "state_0": "completed"}),
        "at campus": ("orders", orders._AT_CAMPUS.statement(2), {"campus": campus, **paged, **troubled}),
        "attempt": ("attempts", attempts._GET, {"attempt": order}),
        "attempts of order": ("attempts", attempts._OF_ORDER, {"order": order}),
        "refund": ("refunds", refunds._GET, {"refund": "x"}),
        "refunds of order": ("refunds", refunds._OF_ORDER, {"order": order}),
        "abnormal refunds": ("refunds", refunds._ABNORMAL, {"campus": campus, "abnormal": "abnormal", "limit": 20}),
        "earnings of runner": ("earnings", earnings._OF_RUNNER, {"runner": member, **paged}),
        "withdrawals of runner": ("withdrawals", withdrawals._OF_RUNNER, {"runner": member, **paged}),
        "withdrawn since": ("withdrawals", withdrawals._WITHDRAWN, {"runner": member, "since": examples.NOW}),
        "disputes of campus": ("disputes", disputes._AT_CAMPUS.statement(1), heard),
        "reviews of member": ("reviews", reviews._OF_SUBJECT, {"subject": member, **paged}),
        "rating": ("reviews", reviews._RATING, {"subject": member}),
        "member of way": ("member_ways", members._OF_WAY, {"way_kind": "phone", "way_value": "x", "way_next": "x"}),
        "code of way": ("sign_in_codes", sessions._CODE, {"way_kind": "phone", "way_value": "x", "way_next": "y"}),
        "session": ("sessions", sessions._FIND, {"token": "x", "at": examples.NOW}),
        "runner's load": ("orders", runners._LOAD, load),
        "reviewers' queue": ("runners", runners._QUEUE, {"campus": campus, "limit": 20}),
        "give-ups": ("order_events", runners._GIVE_UPS, {"member": member, "since": examples.NOW}),
        "journal": ("transfers", ledger._JOURNAL, {"after": 100, "limit": 20}),
        "account": ("transfers", ledger._OF_ACCOUNT, {"name": "platform:x", "before": 100, "limit": 20}),
        "sum of account": ("transfers", ledger._summed(1), {"value_0": "platform:x"}),
        "balance": ("balances", ledger._kept(4), {f"value_{n}": "escrow:x" for n in range(4)}),
        "booked": ("transfers", posting._booked(4), {f"value_{n}": "x" for n in range(4)}),
        "audit": ("audit", audit._OF_SUBJECT, {"about": "x", "limit": 20}),
        "answer": ("answers", answers._LOOK, {"mine": member, "mine_key": "x"}),
        "due messages": ("outbox", leased(outbox._HEADS), due),
        **{f"due {kind}": (table, leased(lease), due) for (kind, lease), table in zip(
            timers._LEASES.items(),
            ("orders", "attempts", "refunds", "earnings", "withdrawals", "runners", "files", "orders", "files",
             "expected_files", "content_cases"),
            strict=True,
        )},
        "image of trace": ("files", files._OF_TRACE, {"trace": "trace-1"}),
        "files of order": ("files", files._OF_ORDER, {"order": order}),
        "expected file": ("expected_files", files._EXPECTED, {"file": order}),
        "pictures": ("files", files._LOOSE, {"owner": member, "purpose": "avatar"}),
        **{f"{deed} what is over: {kind}": (retained._COLUMNS[kind][0].name, statement, {"moment": examples.NOW})
           for deed, statements in (("count", retained._COUNTS), ("forget", retained._FORGET))
           for kind, statement in statements.items()},
    }  # fmt: skip
    if dialect == "postgresql":
        queries["hall"] = ("orders", hall._GIST, viewer)
    else:
        for ring in hall.RINGS:
            queries[f"hall, ring {ring}"] = ("orders", hall._squares(ring), {**viewer, **hall._lines(x, y, ring)})
        queries["hall, band"] = ("orders", hall._BAND, {**viewer, **hall._band(x, y, 800.0)})

    small = {
        "disputes",
        "reviews",
        "sessions",
        "sign_in_codes",
        "audit",
        "answers",
        "order_events",
        "content_cases",
        "operator_invitations",
    }  # empty here, but on SQLite judged too
    whole = {}
    for name, (table, statement, parameters) in queries.items():
        plan = await plan_of(database, statement, parameters)
        if SEQUENTIAL[dialect](plan, table) and not (dialect != "sqlite" and table in small):
            whole[name] = plan
    assert not whole, "\n".join(f"{name}: {line}" for name, plan in whole.items() for line in plan)


@pytest.mark.parametrize("reach", [300.0, 2_000.0, 20_000.0])
async def test_the_hall_walks_its_index_outward_on_postgres(postgres_url, reach):
    from adapters.sql.database import SqlDatabase
    from tests.databases import emptied

    database = await SqlDatabase.connect(await emptied(postgres_url), vault())
    try:
        ours, runner = await fill(database)
        await analyse(database)
        x, y = mercator(examples.GATE)
        viewer = {"campus": ours.campus_id, "viewer": runner.member_id, "gender": "", "x": x, "y": y, "limit": 58}
        plan = await plan_of(database, hall._GIST, {**viewer, "reach": reach})
        assert any("Index Scan using ix_orders_hall" in line for line in plan)
        assert any("Order By" in line and "<->" in line for line in plan)
        assert not any("Sort" in line for line in plan)
    finally:
        await database.close()
