"""Kill -9 of servers and workers in the middle of traffic: nothing is lost, nothing is done twice."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
from attrs import evolve, frozen
from dependency_injector.providers import Object

from entrypoints.container import Container, running
from entrypoints.demo.acting import Acting
from entrypoints.demo.clock import MovableClock
from entrypoints.demo.hands import PeopleOutside
from entrypoints.demo.people import Person
from entrypoints.demo.places import make_campus
from entrypoints.demo.story import Story
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.manners import Manners
from entrypoints.sandbox.partners import environment as partners_environment
from entrypoints.sandbox.wechat_pay.payments import fee_fen
from entrypoints.settings import Settings, read_settings
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

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]

SEED = 20260901
KILLS = 3
PAIRS = 3
SETTLE_SECONDS_MOST = 150
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


@frozen(kw_only=True)
class Installation:
    """A service and the outside world that it is configured for, which lives in a process of its own."""

    environment: Mapping[str, str]
    service_url: str
    sandbox_url: str
    sandbox: Process

    @property
    def settings(self) -> Settings:
        return read_settings(self.environment)


@pytest.fixture
def installation(url: str, tmp_path: Path) -> Iterator[Installation]:
    service_url, sandbox_port = f"http://127.0.0.1:{free_port()}", free_port()
    sandbox_url = f"http://127.0.0.1:{sandbox_port}"
    keys = tmp_path / "sandbox"
    partners = partners_environment(Keys(keys / "keys"), sandbox_url)
    # Without shipping management the earnings are free as soon as they can no longer be disputed.
    own = {name: value for name, value in partners.items() if not name.startswith("ERRAND_WECHAT_SECRET")}
    serve = (
        "sandbox",
        "serve",
        "--folder",
        str(keys),
        "--port",
        str(sandbox_port),
        "--mail-port",
        "0",
        "--speed",
        "100",
    )
    sandbox = Process(*serve, log=tmp_path / "sandbox.log", settings={})
    sandbox.start()
    sandbox.await_answer(f"{sandbox_url}/sandbox/open")
    yield Installation(
        environment={
            "ERRAND_MODE": "development",
            "ERRAND_RATE_LIMITS": "off",
            "ERRAND_DATABASE_URL": asyncio.run(emptied(url)),
            "ERRAND_SECRET_KEY": b"a key that survives every restart".hex(),
            "ERRAND_FILES_FOLDER": str(tmp_path / "files"),
            "ERRAND_PUBLIC_URL": service_url,
            **own,
            "ERRAND_NOTICES": "tencent_sms",
            "ERRAND_MINI_PROGRAM": "memory",  # WeChat's own takes the secret, too
            "ERRAND_CONTENT_IMAGES": "by_hand",
        },
        service_url=service_url,
        sandbox_url=sandbox_url,
        sandbox=sandbox,
    )
    sandbox.kill()


async def set_up(installation: Installation) -> tuple[Campus, list[Account], list[Account]]:
    """A campus where earnings are free after a second, people who are signed in, and approved runners."""
    async with running(installation.settings) as container:
        clock = MovableClock(datetime.now(UTC) - timedelta(hours=1))
        container.clock.override(Object(clock))
        campus = make_campus(container.ids())
        policy = evolve(campus.policy, dispute_within=HELD_FOR, hold_earnings_for=HELD_FOR, withdrawals=WITHOUT_FINANCE)
        campus = await container.add_campus()(evolve(campus, policy=policy))
        outside = PeopleOutside(url=installation.sandbox_url)
        acting = Acting(container=container, clock=clock, outside=outside, campus=campus)
        people = {p.nickname: await acting.enter(p) for p in (*REQUESTERS, *RUNNERS, REVIEWER)}
        story = Story(acting=acting, worker=make_worker(container), people=people)
        for person in RUNNERS:
            await story._apply(person)
            await container.switch_shift()(people[person.nickname].id, on=True)
        clock.reach(datetime.now(UTC))
        tokens = [await _sign_in(container, outside, person) for person in (*REQUESTERS, *RUNNERS)]
    return campus, tokens[:PAIRS], tokens[PAIRS:]


async def _sign_in(container: Container, outside: PeopleOutside, person: Person) -> Account:
    way = Way("phone", person.phone)
    await container.request_code()(way)
    entered = await container.sign_in()(way, await outside.code_at(person.phone))
    return Account(member_id=entered.member.id, token=entered.token)


def processes(installation: Installation, folder: Path) -> list[Process]:
    """A server with a worker in it; where several processes may write, a worker of its own as well."""
    port = installation.service_url.rpartition(":")[2]
    serve = ("serve", "--with-worker", "--port", port)
    found = [Process(*serve, log=folder / "server.log", settings=installation.environment)]
    if installation.settings.database_url.startswith("postgresql"):
        found.append(Process("worker", log=folder / "worker.log", settings=installation.environment))
    return found


def test_nothing_is_lost_and_nothing_doubled(installation: Installation, tmp_path: Path):
    campus, requesters, runners = asyncio.run(set_up(installation))
    chance, acknowledged = Random(SEED), Acknowledged()  # noqa: S311 - it replays, it hides nothing
    pairs = [
        Pair(
            url=installation.service_url,
            sandbox_url=installation.sandbox_url,
            campus=campus,
            requester=requester,
            runner=runner,
            chance=Random(chance.random()),  # noqa: S311 - replayed, not secret
            acknowledged=acknowledged,
        )
        for requester, runner in zip(requesters, runners, strict=True)
    ]
    started = processes(installation, tmp_path)
    try:
        asyncio.run(_traffic([*started, installation.sandbox], pairs, chance))
    finally:
        for process in started:
            process.kill()
    asyncio.run(_prove(installation, acknowledged, runners))
    # The provider's fees are booked from its bill, on the next day.
    held_there = httpx.get(f"{installation.sandbox_url}/sandbox/balances").json()["wechat-pay"]
    assert asyncio.run(_held_here(installation)) == held_there + _fees(acknowledged)


async def _traffic(started: Sequence[Process], pairs: Sequence[Pair], chance: Random) -> None:
    """Errands by everybody, while processes die and are started again."""
    finishing, ready = asyncio.Event(), f"{pairs[0].url}/health/ready"
    for process in started:
        if not process.is_running:
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
        await _enough(pairs[0].acknowledged)
        finishing.set()
    assert sum(pair.retries for pair in pairs) > 0, "no client noticed that a server died"


async def _enough(told: Acknowledged) -> None:
    """Wait for what is counted at the end: what each pair has begun, it brings to its end undisturbed."""

    def is_enough() -> bool:
        completed = sum("OrderCompleted" in steps for steps in told.steps.values())
        return completed > PAIRS and bool(told.withdrawals)

    await told.reached(is_enough)


def _some(started: Sequence[Process], chance: Random) -> list[Process]:
    """One of them or all, and the first at least every other time."""
    return [process for process in started if chance.random() < 0.6] or [started[0]]


async def _prove(installation: Installation, acknowledged: Acknowledged, runners: Sequence[Account]) -> None:
    """A worker of our own brings to its end what the dead left, then everything adds up, here and at the provider."""
    async with running(installation.settings) as container:
        await _settle(container)
        await _every_step_is_there(container, acknowledged)
        await _nobody_is_paid_twice(container, acknowledged, runners)
        proof = await container.verify_ledger()()
    assert proof.transfers
    assert proof.imbalances == ()


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


async def _held_here(installation: Installation) -> int:
    """What the provider holds for us, by our own books."""
    async with running(installation.settings) as container, cast("Any", container.begin())() as tx:
        return int(await tx.ledger.balance(clearing("wechat_pay")))


def _fees(acknowledged: Acknowledged) -> int:
    """What the provider charges for what was not given back."""
    kept = [fen for order, fen in acknowledged.paid_fen.items() if "OrderCompleted" in acknowledged.steps[order]]
    return sum(fee_fen(fen, Manners().fee_basis_points) for fen in kept)
