"""Kill -9 of servers and workers in the middle of traffic: nothing is lost, nothing is done twice."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import pytest
from attrs import evolve
from dependency_injector.providers import Object

from entrypoints.container import Container, running
from entrypoints.sandbox.demo.acting import Acting
from entrypoints.sandbox.demo.clock import MovableClock
from entrypoints.sandbox.demo.people import Person
from entrypoints.sandbox.demo.places import make_campus
from entrypoints.sandbox.demo.story import Story
from entrypoints.sandbox.world import World
from entrypoints.settings import Settings
from entrypoints.worker.worker import make_worker
from errand_domain.campus import Campus
from errand_domain.ids import OrderId, WithdrawalId
from errand_domain.member.member import Way
from errand_domain.money import Money
from errand_domain.policy import Withdrawals
from errand_domain.settlement.recipes import clearing, runner_available, runner_held, runner_withdrawing
from tests.databases import emptied
from tests.demo.serving import Process, free_port
from tests.demo.traffic import Account, Acknowledged, Pair

if TYPE_CHECKING:
    from adapters.memory.provider import MemoryProvider

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]

SEED = 20260901
KILLS = 4
PAIRS = 4
SETTLE_SECONDS_MOST = 60
HELD_FOR = timedelta(seconds=1)
PLENTY = Money(100_000_000)
# On a fast machine the runners earn more than finance would let go unseen, and there is nobody here to approve it.
WITHOUT_FINANCE = Withdrawals(most_per_transfer=PLENTY, most_per_day=PLENTY, approved_unseen_most=PLENTY)
REQUESTERS = [Person(nickname=f"下单{n}", extension=f"04{n:02d}") for n in range(PAIRS)]
RUNNERS = [Person(nickname=f"跑腿{n}", extension=f"05{n:02d}", course="approved") for n in range(PAIRS)]
REVIEWER = Person(nickname="冬至", extension="0301", roles=("reviewer",))


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def installation(url: str, tmp_path: Path) -> Settings:
    return Settings(
        mode="development",
        database_url=asyncio.run(emptied(url)),
        secret_key=b"a key that survives every restart",
        files_folder=tmp_path / "files",
        payments_file=str(tmp_path / "provider.sqlite3"),
    )


async def set_up(settings: Settings) -> tuple[Campus, list[Account], list[Account]]:
    """A campus where earnings are free after a second, people who are signed in, and approved runners."""
    async with running(settings) as container:
        clock = MovableClock(datetime.now(UTC) - timedelta(hours=1))
        container.clock.override(Object(clock))
        campus = make_campus(container.ids())
        policy = evolve(campus.policy, dispute_within=HELD_FOR, hold_earnings_for=HELD_FOR, withdrawals=WITHOUT_FINANCE)
        campus = await container.add_campus()(evolve(campus, policy=policy))
        acting = Acting(container=container, clock=clock, world=World(container), campus=campus)
        people = {p.nickname: await acting.enter(p) for p in (*REQUESTERS, *RUNNERS, REVIEWER)}
        story = Story(acting=acting, worker=make_worker(container), people=people)
        for person in RUNNERS:
            await story._apply(person)
            await container.switch_shift()(people[person.nickname].id, on=True)
        clock.reach(datetime.now(UTC))
        tokens = [await _sign_in(container, person) for person in (*REQUESTERS, *RUNNERS)]
    return campus, tokens[:PAIRS], tokens[PAIRS:]


async def _sign_in(container: Container, person: Person) -> Account:
    way = Way("phone", person.phone)
    await container.request_code()(way)
    code = World(container).inbox(person.phone)[0].code
    entered = await container.sign_in()(way, code)
    return Account(member_id=entered.member.id, token=entered.token)


def processes(settings: Settings, port: int, folder: Path) -> list[Process]:
    """A server with a worker in it; where several processes may write, a worker of its own as well."""
    environment = {
        "ERRAND_MODE": "development",
        "ERRAND_DATABASE_URL": settings.database_url,
        "ERRAND_SECRET_KEY": settings.secret_key.hex(),
        "ERRAND_FILES_FOLDER": str(settings.files_folder),
        "ERRAND_PAYMENTS_FILE": settings.payments_file,
    }
    serve = ("serve", "--with-worker", "--with-sandbox", "--port", str(port))
    found = [Process(*serve, log=folder / "server.log", settings=environment)]
    if settings.database_url.startswith("postgresql"):
        found.append(Process("worker", log=folder / "worker.log", settings=environment))
    return found


def test_nothing_is_lost_and_nothing_doubled(installation: Settings, tmp_path: Path):
    campus, requesters, runners = asyncio.run(set_up(installation))
    port, chance, acknowledged = free_port(), Random(SEED), Acknowledged()  # noqa: S311 - it replays, it hides nothing
    pairs = [
        Pair(
            url=f"http://127.0.0.1:{port}",
            campus=campus,
            requester=requester,
            runner=runner,
            chance=Random(chance.random()),  # noqa: S311 - as above
            acknowledged=acknowledged,
        )
        for requester, runner in zip(requesters, runners, strict=True)
    ]
    started = processes(installation, port, tmp_path)
    try:
        asyncio.run(_traffic(started, pairs, chance))
    finally:
        for process in started:
            process.kill()
    asyncio.run(_prove(installation, acknowledged, runners))


async def _traffic(started: Sequence[Process], pairs: Sequence[Pair], chance: Random) -> None:
    """Errands by everybody, while processes die and are started again."""
    finishing, ready = asyncio.Event(), f"{pairs[0].url}/health/ready"
    for process in started:
        process.start()
    await asyncio.to_thread(started[0].await_answer, ready)
    async with asyncio.TaskGroup() as group:
        for pair in pairs:
            group.create_task(pair.run(finishing))
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.7, 2.5))
            for process in _some(started, chance):
                process.kill()
                process.start()
            await asyncio.to_thread(started[0].await_answer, ready)
        await asyncio.sleep(1)
        finishing.set()
    assert sum(pair.retries for pair in pairs) > 0, "no client noticed that a server died"


def _some(started: Sequence[Process], chance: Random) -> list[Process]:
    """One of them or all, and the first at least every other time."""
    return [process for process in started if chance.random() < 0.6] or [started[0]]


async def _prove(settings: Settings, acknowledged: Acknowledged, runners: Sequence[Account]) -> None:
    """From the database alone: a worker of our own brings to its end what the dead left, then everything adds up."""
    async with running(settings) as container:
        await _settle(container)
        await _every_step_is_there(container, acknowledged)
        await _nobody_is_paid_twice(container, acknowledged, runners)
        await _the_ledger_agrees_with_the_provider(container)


async def _settle(container: Container) -> None:
    """Let a worker run until nothing waits any more."""
    worker = make_worker(container)
    running_worker = asyncio.create_task(worker.run())

    async def settled() -> None:
        while not await _is_settled(container):  # noqa: ASYNC110 - the database has no event to wait for
            await asyncio.sleep(0.1)

    await asyncio.wait_for(settled(), SETTLE_SECONDS_MOST)
    worker.stop()
    await running_worker
    assert await cast("Any", container.relay()).parked(limit=10) == ()


async def _is_settled(container: Container) -> bool:
    if await cast("Any", container.relay()).pending():
        return False
    async with cast("Any", container.begin())() as tx:
        stored = await tx.ledger.stored_balances(after="", limit=100_000)
    on_the_way = ("escrow", "goods_advance", "refunds_in_transit", "runner_held", "runner_withdrawing")
    return not any(fen for account, fen in stored if account.kind in on_the_way)


async def _every_step_is_there(container: Container, acknowledged: Acknowledged) -> None:
    completed = 0
    async with cast("Any", container.begin())() as tx:
        for order_id, steps in acknowledged.steps.items():
            order = await tx.orders.get(OrderId(UUID(order_id)))
            history = [type(line.event).__name__ for line in await tx.orders.history(order.id)]
            assert history == steps[1:]
            assert order.is_final
            assert order.version == len(steps)
            completed += order.state_name == "completed"
        for withdrawal_id, state in acknowledged.withdrawals.items():
            assert (await tx.withdrawals.get(WithdrawalId(UUID(withdrawal_id)))).state_name == state == "succeeded"
    assert completed > PAIRS
    assert acknowledged.withdrawals


async def _nobody_is_paid_twice(container: Container, acknowledged: Acknowledged, runners: Sequence[Account]) -> None:
    async with cast("Any", container.begin())() as tx:
        entries = await tx.ledger.journal(after=0, limit=1_000_000)
        earnings = [e for r in runners for e in await tx.earnings.of_runner(r.member_id, before=None, limit=100_000)]
        available = [await tx.ledger.balance(runner_available(r.member_id)) for r in runners]
        held = [await tx.ledger.balance(runner_held(r.member_id)) for r in runners]
        withdrawing = [await tx.ledger.balance(runner_withdrawing(r.member_id)) for r in runners]
        paid_out = [
            part.fen
            for r in runners
            for one in await tx.withdrawals.of_runner(r.member_id, before=None, limit=100_000)
            if one.state_name == "succeeded"
            for part in one.parts
        ]
    settled = Counter(e.order_id for e in earnings)
    assert set(settled.values()) == {1}
    funded = Counter[str]()
    for entry in entries:
        if entry.transfer.debit.kind == "provider_clearing":
            funded[entry.transfer.credit.owner] += entry.transfer.amount.fen
    assert funded == acknowledged.paid_fen
    assert sum(held) == sum(withdrawing) == 0
    assert sum(e.amount.fen for e in earnings) == sum(available) + sum(paid_out)


async def _the_ledger_agrees_with_the_provider(container: Container) -> None:
    proof = await container.verify_ledger()()
    assert proof.transfers
    assert proof.imbalances == ()
    provider = cast("MemoryProvider", container.payment_providers().payments["memory"])
    async with cast("Any", container.begin())() as tx:
        assert await tx.ledger.balance(clearing("memory")) == provider.totals.balance
