"""The outbox's way out: delivered at least once, in order within a lane, whatever one message does."""

import asyncio
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from attrs import evolve

from adapters.memory.clock import MemoryClock
from adapters.memory.database import MemoryDatabase
from entrypoints.worker.backoff import LONGEST_PAUSE, TRIES_MOST, pause_after
from entrypoints.worker.outbox import LEASE, OutboxRelay
from errand_domain.errors import Missing
from errand_domain.ids import AttemptId, FileId, MessageId, TicketId
from errand_domain.ports.files import StoreUnreachable
from errand_domain.ports.outbox import (
    CloseAttempt,
    DiscardUpload,
    Envelope,
    EraseFile,
    Message,
    ShowPicture,
    WithdrawPicture,
)

WAIT_SECONDS = 10


class Carrier:
    """Takes messages, and fails those that it was told to."""

    def __init__(self) -> None:
        self.delivered: list[int] = []
        self.failing: dict[int, Exception] = {}
        self.held: dict[int, asyncio.Event] = {}
        self.started: dict[int, asyncio.Event] = {}

    async def __call__(self, message: Message) -> None:
        assert isinstance(message, CloseAttempt)
        number = message.attempt_id.int
        self.started.setdefault(number, asyncio.Event()).set()
        if number in self.held:
            await self.held[number].wait()
        if number in self.failing:
            raise self.failing[number]
        self.delivered.append(number)

    async def starts(self, number: int) -> None:
        await asyncio.wait_for(self.started.setdefault(number, asyncio.Event()).wait(), WAIT_SECONDS)


class Office:
    """An outbox, its relay and a clock that is moved by hand."""

    def __init__(self, **changes) -> None:
        self.database, self.clock, self.carrier = MemoryDatabase(), MemoryClock(), Carrier()
        self.relay = OutboxRelay(
            relay=self.database.relay,
            deliver=self.carrier,
            clock=self.clock,
            chance=Random(1),  # noqa: S311 - a pause is no secret
            **changes,
        )

    async def post(self, *numbers: int, lane: str | None = None) -> None:
        async with self.database.begin() as tx:
            for number in numbers:
                message = CloseAttempt(attempt_id=AttemptId(UUID(int=number)))
                tx.outbox.add(message, lane=lane or f"attempt:{number}", at=self.clock.now())
            await tx.commit()

    async def pending(self) -> int:
        return await self.database.relay.pending()


@pytest.fixture
def office() -> Office:
    return Office()


async def until(condition) -> None:
    """Let the loop turn until it is so."""

    async def turn() -> None:
        while not await condition():  # noqa: ASYNC110 - the database has no event to wait for
            await asyncio.sleep(0)

    await asyncio.wait_for(turn(), WAIT_SECONDS)


async def test_delivered_messages_leave_the_outbox(office: Office):
    await office.post(1, 2, 3)
    assert await office.relay.drain() == 3
    assert sorted(office.carrier.delivered) == [1, 2, 3]
    assert await office.pending() == 0


async def test_a_lane_is_delivered_in_order(office: Office):
    await office.post(*range(1, 30), lane="order:7")
    await office.relay.drain()
    assert office.carrier.delivered == list(range(1, 30))


async def test_a_fault_postpones_the_message_and_its_lane_and_no_other(office: Office):
    office.carrier.failing[1] = ConnectionError("no answer from +8613800001234")
    await office.post(1, 2, lane="order:7")
    await office.post(3)
    await office.relay.drain()
    assert office.carrier.delivered == [3]
    assert await office.pending() == 2
    office.carrier.failing.clear()
    office.clock.advance(timedelta(seconds=1))
    await office.relay.drain()
    assert office.carrier.delivered == [3, 1, 2]


async def test_a_message_is_parked_after_its_last_try_and_holds_its_lane_until_it_is_retried(office: Office):
    office.carrier.failing[1] = Missing("payment")
    await office.post(1, 2, lane="order:7")
    for _ in range(TRIES_MOST):
        assert await office.relay.drain() == 1
        office.clock.advance(LONGEST_PAUSE)
    assert await office.relay.drain() == 0
    (parked,) = await office.database.relay.parked(limit=10)
    assert (parked.tries, parked.last_fault) == (TRIES_MOST, "not_found (what=payment)")
    office.carrier.failing.clear()
    async with office.database.begin() as tx:
        tx.outbox.retry(parked.id, at=office.clock.now())
        await tx.commit()
    await office.relay.drain()
    assert office.carrier.delivered == [1, 2]


@pytest.mark.parametrize(
    "message",
    [
        EraseFile(file_id=FileId(UUID(int=1))),
        ShowPicture(file_id=FileId(UUID(int=1)), media_type="image/png"),
        WithdrawPicture(name=f"{'0' * 64}.jpg"),
        DiscardUpload(ticket_id=TicketId(UUID(int=1))),
    ],
)
async def test_what_stores_or_erases_bytes_is_tried_until_it_is_done_by_nobodys_hand(message: Message):
    office, store_is_away, erased = Office(), [True] * 5 * TRIES_MOST, list[Message]()

    async def erase(message: Message) -> None:
        if store_is_away:
            store_is_away.pop()
            raise StoreUnreachable
        erased.append(message)

    relay = evolve(office.relay, deliver=erase)
    async with office.database.begin() as tx:
        tx.outbox.add(message, at=office.clock.now())
        await tx.commit()
    for _ in range(5 * TRIES_MOST):
        assert await relay.drain() == 1
        assert await office.database.relay.parked(limit=1) == ()
        office.clock.advance(LONGEST_PAUSE)
    assert erased == []
    await relay.drain()
    assert (erased, await office.pending()) == ([message], 0)


async def test_a_fault_is_written_down_without_what_it_says(office: Office):
    office.carrier.failing[1] = ConnectionError("no answer from +8613800001234")
    await office.post(1)
    for _ in range(TRIES_MOST):
        await office.relay.drain()
        office.clock.advance(LONGEST_PAUSE)
    (parked,) = await office.database.relay.parked(limit=10)
    assert parked.last_fault == "ConnectionError"


async def test_a_message_that_hangs_is_given_up_in_time_and_tried_again():
    office = Office(seconds_most=0.01)
    office.carrier.held[1] = asyncio.Event()
    await office.post(1)
    await office.relay.drain()
    assert (office.carrier.delivered, await office.pending()) == ([], 1)
    office.carrier.held[1].set()
    office.clock.advance(timedelta(seconds=1))
    await office.relay.drain()
    assert office.carrier.delivered == [1]


async def test_a_slow_message_holds_up_no_other_lane(office: Office):
    office.carrier.held[1] = asyncio.Event()
    await office.post(1, 2, 3)
    await office.relay.step()
    assert sorted(office.carrier.delivered) == [2, 3]
    await office.post(4)
    await office.relay.step()
    assert office.carrier.delivered[-1] == 4
    office.carrier.held[1].set()
    await until(_delivered(office, {1}))
    await office.relay.step()
    assert await office.pending() == 0


async def test_what_one_worker_has_in_hand_no_other_takes(office: Office):
    office.carrier.held[1] = asyncio.Event()
    await office.post(1)
    await office.relay.step()
    now = office.clock.now()
    assert await office.database.relay.take(now=now, leased_until=now + LEASE, limit=10) == ()
    office.clock.advance(LEASE)
    now = office.clock.now()
    (again,) = await office.database.relay.take(now=now, leased_until=now + LEASE, limit=10)
    assert isinstance(again, Envelope)
    office.carrier.held[1].set()


async def test_stopping_finishes_what_is_in_hand_and_takes_nothing_more(office: Office):
    office.carrier.held[1] = asyncio.Event()
    await office.post(1)
    await office.post(2, 3, lane="order:7")
    stopping = asyncio.Event()
    running = asyncio.create_task(office.relay.run(stopping, grace_seconds=WAIT_SECONDS))
    await office.carrier.starts(1)
    await until(_delivered(office, {2, 3}))
    stopping.set()
    await office.post(4)
    office.carrier.held[1].set()
    await asyncio.wait_for(running, WAIT_SECONDS)
    assert sorted(office.carrier.delivered) == [1, 2, 3]
    assert await office.pending() == 1


async def test_stopping_does_not_wait_longer_than_the_grace(office: Office):
    office.carrier.held[1] = asyncio.Event()
    await office.post(1)
    stopping = asyncio.Event()
    running = asyncio.create_task(office.relay.run(stopping, grace_seconds=0.01))
    await office.carrier.starts(1)
    stopping.set()
    await asyncio.wait_for(running, WAIT_SECONDS)
    assert (office.carrier.delivered, await office.pending()) == ([], 1)


async def test_an_unreachable_outbox_does_not_end_the_worker(office: Office, monkeypatch: pytest.MonkeyPatch):
    take, failures = office.database.relay.take, [ConnectionError(), ConnectionError()]

    async def take_at_last(**arguments) -> tuple[Envelope, ...]:
        if failures:
            raise failures.pop()
        return await take(**arguments)

    monkeypatch.setattr(office.database.relay, "take", take_at_last)
    await office.post(1)
    stopping = asyncio.Event()
    running = asyncio.create_task(office.relay.run(stopping, grace_seconds=1))
    await until(_delivered(office, {1}))
    stopping.set()
    await running
    assert await office.pending() == 0


async def test_what_was_delivered_is_reported_later_where_it_could_not_be_reported(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    done, failures = office.database.relay.done, [ConnectionError()]

    async def done_at_last(ids: tuple[MessageId, ...]) -> None:
        if failures:
            raise failures.pop()
        await done(ids)

    monkeypatch.setattr(office.database.relay, "done", done_at_last)
    await office.post(1)
    with pytest.raises(ConnectionError):
        await office.relay.step()
    assert await office.pending() == 1
    await office.relay.step()
    assert (office.carrier.delivered, await office.pending()) == ([1], 0)


def test_pauses_grow_to_ten_minutes_and_are_never_the_same_for_a_crowd():
    chance = Random(7)  # noqa: S311 - a pause is no secret
    for tries in (*range(30), 1_000):
        pauses = [pause_after(tries, chance) for _ in range(50)]
        whole = min(timedelta(seconds=2 ** min(tries, 30)), LONGEST_PAUSE)
        assert all(whole / 2 <= pause <= whole for pause in pauses)
        assert len(set(pauses)) > 25


def test_the_lease_outlasts_the_time_that_a_message_may_take():
    relay = evolve(Office().relay)
    assert timedelta(seconds=relay.seconds_most) < LEASE


def _delivered(office: Office, numbers: set[int]):
    async def condition() -> bool:
        return numbers <= set(office.carrier.delivered)

    return condition
