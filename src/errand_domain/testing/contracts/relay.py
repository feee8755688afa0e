"""The promises of `errand_domain.ports.outbox`: both ends, for neither can be seen without the other."""

from datetime import datetime, timedelta
from functools import partial

import pytest

from errand_domain.errors import Missing
from errand_domain.ids import AttemptId, FileId, MemberId, MessageId, OrderId, TicketId, WithdrawalId
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.outbox import (
    AskRefund,
    CheckImage,
    CloseAttempt,
    DiscardUpload,
    Envelope,
    EraseFile,
    ForgetInOrder,
    ForgetMember,
    Message,
    SendPayout,
    ShowPicture,
    Tell,
    TellDelivery,
    WithdrawPicture,
)
from errand_domain.ports.transaction import Transaction
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import Database, commit
from errand_domain.testing.contracts.racing import all_at_once, refusals

NOW = examples.NOW
SECOND = timedelta(seconds=1)
LEASE = NOW + 60 * SECOND


class RelayContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    async def test_every_kind_of_message_arrives_as_it_was_left(self, database: Database) -> None:
        messages: tuple[Message, ...] = (
            CloseAttempt(attempt_id=AttemptId(examples.fresh())),
            AskRefund(number="0123456789abcdefghijklmno-cancelled-1"),
            SendPayout(withdrawal_id=WithdrawalId(examples.fresh())),
            TellDelivery(order_id=OrderId(examples.fresh()), delivered_at=NOW),
            Tell(member_id=MemberId(examples.fresh()), kind="order_paid", order_id=OrderId(examples.fresh())),
            Tell(member_id=MemberId(examples.fresh()), kind="runner_approved"),
            EraseFile(file_id=FileId(examples.fresh())),
            ForgetMember(member_id=MemberId(examples.fresh())),
            ForgetInOrder(member_id=MemberId(examples.fresh()), order_id=OrderId(examples.fresh())),
            CheckImage(file_id=FileId(examples.fresh())),
            ShowPicture(file_id=FileId(examples.fresh()), media_type="image/png"),
            WithdrawPicture(name=f"{'0' * 64}.jpg"),
            DiscardUpload(ticket_id=TicketId(examples.fresh())),
        )
        await commit(database, *(partial(_leave, message, f"lane {n:02}", NOW) for n, message in enumerate(messages)))
        taken = await _take(database)
        assert sorted((e.lane, repr(e.message)) for e in taken) == [
            (f"lane {n:02}", repr(message)) for n, message in enumerate(messages)
        ]
        assert {e.message for e in taken} == set(messages)
        assert {(e.last_fault, len({t.id for t in taken})) for e in taken} == {("", len(messages))}

    async def test_a_message_is_there_once_its_transaction_has_committed(self, database: Database) -> None:
        async with database.begin() as tx:
            tx.outbox.add(_message(), lane="one", at=NOW)
            assert await _take(database) == ()
            await tx.commit()
        assert len(await _take(database)) == 1

    async def test_a_message_is_not_taken_before_it_is_due(self, database: Database) -> None:
        await commit(database, partial(_leave, _message(), "one", NOW + SECOND))
        assert await _take(database) == ()
        assert await database.relay.pending() == 1
        assert len(await _take(database, now=NOW + SECOND)) == 1

    async def test_messages_of_one_lane_come_in_order_one_at_a_time(self, database: Database) -> None:
        messages = [_message() for _ in range(4)]
        await commit(database, *(partial(_leave, message, "one", NOW) for message in messages[:2]))
        await commit(database, partial(_leave, messages[2], "one", NOW))
        await commit(database, partial(_leave, messages[3], "one", NOW - SECOND))
        for message in messages:
            (envelope,) = await _take(database)
            assert envelope.message == message
            assert await _take(database) == ()
            await database.relay.done([envelope.id])
        assert await _take(database) == ()
        assert await database.relay.pending() == 0

    async def test_lanes_do_not_wait_for_each_other(self, database: Database) -> None:
        await commit(database, *(partial(_leave, _message(), f"lane {n}", NOW) for n in range(5)))
        assert len(await _take(database, limit=3)) == 3
        assert len(await _take(database)) == 2

    async def test_messages_without_a_lane_wait_for_nobody(self, database: Database) -> None:
        for _ in range(3):
            await commit(database, lambda tx: tx.outbox.add(_message(), at=NOW))
        first, *_ = await _take(database)
        await database.relay.park(first.id, fault="no such number")
        await commit(database, lambda tx: tx.outbox.add(_message(), at=NOW))
        taken = await _take(database)
        assert len(taken) == 1
        assert {envelope.lane for envelope in taken}.isdisjoint({first.lane})

    async def test_a_message_that_is_not_due_holds_its_lane(self, database: Database) -> None:
        await commit(
            database, partial(_leave, _message(), "one", NOW + SECOND), partial(_leave, _message(), "one", NOW)
        )
        assert await _take(database) == ()

    async def test_a_leased_message_is_not_taken_until_its_lease_is_over(self, database: Database) -> None:
        await commit(database, partial(_leave, _message(), "one", NOW))
        (envelope,) = await _take(database)
        assert await _take(database, now=LEASE - SECOND) == ()
        (again,) = await _take(database, now=LEASE + SECOND)
        assert (again.id, again.message) == (envelope.id, envelope.message)

    async def test_a_postponed_message_comes_again_then_with_its_fault(self, database: Database) -> None:
        await commit(database, *(partial(_leave, _message(), "one", NOW) for _ in range(2)))
        (envelope,) = await _take(database)
        later = LEASE + 60 * SECOND
        await database.relay.postpone(envelope.id, until=later, fault="运营商 timeout")
        assert await _take(database, now=later - SECOND) == ()
        (again,) = await _take(database, now=later)
        assert (again.id, again.tries, again.last_fault) == (envelope.id, envelope.tries + 1, "运营商 timeout")

    async def test_a_message_may_be_postponed_to_before_its_lease_ends(self, database: Database) -> None:
        await commit(database, partial(_leave, _message(), "one", NOW))
        (envelope,) = await _take(database)
        await database.relay.postpone(envelope.id, until=NOW + SECOND, fault="busy")
        assert [e.id for e in await _take(database, now=NOW + SECOND)] == [envelope.id]

    async def test_a_parked_message_waits_for_an_operator_and_holds_its_lane(self, database: Database) -> None:
        await commit(database, *(partial(_leave, _message(), "one", NOW) for _ in range(2)))
        (envelope,) = await _take(database)
        await database.relay.park(envelope.id, fault="refused for good")
        assert await _take(database, now=LEASE + 3600 * SECOND) == ()
        (parked,) = await database.relay.parked(limit=10)
        assert (parked.id, parked.message, parked.last_fault) == (envelope.id, envelope.message, "refused for good")
        assert await database.relay.pending() == 1

    async def test_a_parked_message_is_tried_again_in_its_place_when_told_to(self, database: Database) -> None:
        await commit(database, *(partial(_leave, _message(), "one", NOW) for _ in range(2)))
        (envelope,) = await _take(database)
        await database.relay.park(envelope.id, fault="refused")
        await commit(database, lambda tx: tx.outbox.retry(envelope.id, at=NOW + SECOND))
        assert await database.relay.parked(limit=10) == ()
        assert await database.relay.pending() == 2
        assert [e.id for e in await _take(database, now=NOW + SECOND)] == [envelope.id]

    async def test_only_a_parked_message_is_tried_again_and_else_nothing_of_the_commit_is_done(
        self, database: Database
    ) -> None:
        await commit(database, partial(_leave, _message(), "one", NOW))
        (envelope,) = await _take(database)
        for message_id in (envelope.id, MessageId(examples.fresh())):
            line = AuditLine(at=NOW, actor_id=None, campus_id=None, action="retried", subject=f"message:{message_id}")
            with pytest.raises(Missing):
                await commit(database, partial(_retry, message_id, line))
            async with database.begin() as tx:
                assert await tx.audit.of_subject(line.subject, limit=9) == ()
        assert await _take(database, now=LEASE - SECOND) == ()

    async def test_of_two_who_have_a_message_tried_again_one_does_it(self, database: Database) -> None:
        await commit(database, partial(_leave, _message(), "one", NOW))
        (envelope,) = await _take(database)
        await database.relay.park(envelope.id, fault="refused")
        line = AuditLine(at=NOW, actor_id=None, campus_id=None, action="retried", subject=f"message:{envelope.id}")
        told = await all_at_once([lambda: commit(database, partial(_retry, envelope.id, line)) for _ in range(4)])
        assert refusals(told) == [Missing] * 3
        async with database.begin() as tx:
            assert await tx.audit.of_subject(line.subject, limit=9) == (line,)

    async def test_parked_messages_are_listed_oldest_first(self, database: Database) -> None:
        ids: list[MessageId] = []
        for n in range(4):
            await commit(database, partial(_leave, _message(), f"lane {n}", NOW))
            (envelope,) = await _take(database)
            ids.append(envelope.id)
        for message_id in (ids[2], ids[0], ids[3], ids[1]):
            await database.relay.park(message_id, fault="no")
        assert [e.id for e in await database.relay.parked(limit=3)] == ids[:3]

    async def test_what_is_done_stays_done(self, database: Database) -> None:
        await commit(database, *(partial(_leave, _message(), f"lane {n}", NOW) for n in range(3)))
        taken = await _take(database)
        await database.relay.done([envelope.id for envelope in taken])
        await database.relay.done([taken[0].id])
        await database.relay.done([])
        assert await database.relay.pending() == 0
        assert await _take(database, now=LEASE + SECOND) == ()

    async def test_takers_at_once_get_different_messages(self, database: Database) -> None:
        for _ in range(2):
            await commit(database, *(partial(_leave, _message(), f"lane {n}", NOW) for n in range(24)))

        async def take() -> tuple[Envelope, ...]:
            return await _take(database, limit=5)

        taken: list[Envelope] = []
        for result in await all_at_once([take for _ in range(8)]):
            assert isinstance(result, tuple)
            taken.extend(result)
        while rest := await take():
            taken.extend(rest)
        # One of each lane: the second message of a lane waits until the first is done.
        assert sorted(e.lane for e in taken) == sorted(f"lane {n}" for n in range(24))
        assert len({e.id for e in taken}) == len(taken)


def _message() -> Tell:
    return Tell(member_id=MemberId(examples.fresh()), kind="order_paid")


def _retry(message_id: MessageId, line: AuditLine, tx: Transaction) -> None:
    tx.outbox.retry(message_id, at=NOW)
    tx.audit.record(line)


def _leave(message: Message, lane: str, at: datetime, tx: Transaction) -> None:
    tx.outbox.add(message, lane=lane, at=at)


async def _take(database: Database, *, now: datetime = NOW, limit: int = 50) -> tuple[Envelope, ...]:
    return await database.relay.take(now=now, leased_until=max(LEASE, now + 60 * SECOND), limit=limit)
