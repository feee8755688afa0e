"""The promises of `errand_domain.ports.retained`, and those of `ports.files` about what nothing refers to."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

import pytest
from attrs import evolve

from errand_domain.errors import Missing, Stale
from errand_domain.ids import CampusId, FileId, MemberId, OrderId
from errand_domain.member.credential import Invitation
from errand_domain.member.member import Way
from errand_domain.member.session import SignInCode
from errand_domain.order.order import Order
from errand_domain.ports.files import StoredFile
from errand_domain.ports.outbox import AskRefund, EraseFile, Tell
from errand_domain.ports.retained import FORGOTTEN_KINDS, WATCHED_KINDS, ForgottenKind, RetainedKind
from errand_domain.ports.transaction import Transaction
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import Database, commit
from errand_domain.testing.contracts.racing import all_at_once, refusals
from errand_domain.testing.contracts.timers import watched

NOW = examples.NOW
SECOND = timedelta(seconds=1)
LATER = NOW + 999 * SECOND


class RetainedContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    @pytest.mark.parametrize("kind", FORGOTTEN_KINDS)
    async def test_what_is_before_the_moment_is_forgotten_and_the_rest_stays(
        self, database: Database, kind: ForgottenKind
    ) -> None:
        for seconds in (-2, -1, 0, 1):
            await _left(database, kind, NOW + seconds * SECOND)
        for other in FORGOTTEN_KINDS:
            expected = (2, 4) if other == kind else (0, 0)
            counted = [await database.retained.count(other, before=before) for before in (NOW, LATER)]
            assert tuple(counted) == expected
        assert await database.retained.forget(kind, before=NOW) == 2
        assert await database.retained.forget(kind, before=NOW) == 0
        assert await database.retained.count(kind, before=LATER) == 2

    @pytest.mark.parametrize("kind", WATCHED_KINDS)
    async def test_what_a_timer_watches_is_counted_by_its_moment(self, database: Database, kind: RetainedKind) -> None:
        assert kind in WATCHED_KINDS
        for seconds in (-1, 0, 1):
            await watched(database, kind, NOW + seconds * SECOND)
        assert await database.retained.count(kind, before=NOW) == 1
        assert await database.retained.count(kind, before=LATER) == 3
        assert await database.retained.count(kind, before=LATER, campus_id=CampusId(examples.fresh())) == 0

    async def test_what_is_of_a_campus_is_counted_for_that_campus(self, database: Database) -> None:
        campus_id = CampusId(examples.fresh())
        for campus in (campus_id, campus_id, CampusId(examples.fresh())):
            order = evolve(examples.order(), campus_id=campus, details_until=NOW)
            await commit(database, partial(_order, order))
        assert await database.retained.count("order_details", before=LATER, campus_id=campus_id) == 2

    async def test_only_notices_are_forgotten_among_parked_messages_and_only_parked_ones(
        self, database: Database
    ) -> None:
        messages = (
            Tell(member_id=MemberId(examples.fresh()), kind="order_paid", detail="what somebody wrote"),
            EraseFile(file_id=FileId(examples.fresh())),
            AskRefund(number="number"),
        )
        await commit(database, *(partial(_message, message) for message in messages))
        assert await database.retained.forget("notice", before=LATER) == 0
        for envelope in await database.relay.take(now=NOW, leased_until=NOW + SECOND, limit=10):
            await database.relay.park(envelope.id, fault="nobody there")
        assert await database.retained.forget("notice", before=LATER) == 1
        assert {type(one.message) for one in await database.relay.parked(limit=10)} == {EraseFile, AskRefund}


class UnusedFilesContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    async def test_the_files_of_an_order_are_listed_whoever_uploaded_them(self, database: Database) -> None:
        order_id = OrderId(examples.fresh())
        theirs = [evolve(examples.stored_file(), order_id=order_id) for _ in range(3)]
        await commit(database, *(partial(_file, file) for file in (*theirs[::-1], examples.stored_file())))
        async with database.begin() as tx:
            assert await tx.files.of_order(order_id) == tuple(theirs)
            assert await tx.files.of_order(OrderId(examples.fresh())) == ()

    async def test_what_is_kept_is_watched_no_more(self, database: Database) -> None:
        file = evolve(examples.stored_file(), erase_at=NOW)
        await commit(database, partial(_file, file))
        await commit(database, partial(_keep, file))
        async with database.begin() as tx:
            assert await tx.files.get(file.id) == evolve(file, erase_at=None, version=2)
        assert await database.timers.take("file", now=LATER, leased_until=LATER, limit=10) == ()
        for write in (_expire, _keep):
            with pytest.raises(Stale):
                await commit(database, partial(write, file))

    async def test_what_expired_is_forgotten_and_not_kept_afterwards(self, database: Database) -> None:
        file, other = (evolve(examples.stored_file(), erase_at=NOW) for _ in range(2))
        await commit(database, partial(_file, file), partial(_file, other))
        await commit(database, partial(_expire, file))
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.files.get(file.id)
            assert await tx.files.get(other.id) == other
        for write in (_expire, _keep):
            with pytest.raises(Stale):
                await commit(database, partial(write, file))

    async def test_of_one_who_keeps_and_one_who_forgets_one_wins(self, database: Database) -> None:
        files = [evolve(examples.stored_file(), erase_at=NOW) for _ in range(8)]
        await commit(database, *(partial(_file, file) for file in files))
        for file in files:
            acts = [partial(commit, database, partial(write, file)) for write in (_keep, _expire)]
            assert refusals(await all_at_once(acts)) == [Stale]


class ExpectedFilesContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    async def test_what_is_expected_is_no_file(self, database: Database) -> None:
        file = evolve(examples.stored_file(), order_id=None, purpose="student_card")
        await commit(database, partial(_expect, file.id, NOW))
        async with database.begin() as tx:
            assert await tx.files.expected(file.id) == NOW
            assert await tx.files.expected(FileId(examples.fresh())) is None
            with pytest.raises(Missing):
                await tx.files.get(file.id)
            assert await tx.files.of_owner(file.owner_id, before=None, limit=9) == ()
            assert await tx.files.of_no_order(file.owner_id, "student_card") == ()
            assert await tx.files.count(file.owner_id, order_id=None, since=NOW - SECOND) == 0
        assert await database.timers.take("file", now=LATER, leased_until=LATER, limit=9) == ()

    async def test_what_has_come_is_expected_no_more(self, database: Database) -> None:
        file, other = examples.stored_file(), FileId(examples.fresh())
        await commit(database, partial(_expect, file.id, NOW), partial(_expect, other, NOW))
        await commit(database, partial(_settle, file.id), partial(_file, file))
        async with database.begin() as tx:
            assert (await tx.files.expected(file.id), await tx.files.expected(other)) == (None, NOW)
            assert await tx.files.get(file.id) == file
        with pytest.raises(Stale):
            await commit(database, partial(_settle, file.id))

    async def test_expecting_again_moves_the_moment(self, database: Database) -> None:
        file_id, take = FileId(examples.fresh()), partial(database.timers.take, "expected_file", limit=9)
        await commit(database, partial(_expect, file_id, NOW))
        assert await take(now=NOW, leased_until=NOW) == (str(file_id),)
        await commit(database, partial(_expect, file_id, NOW + SECOND))
        assert await take(now=NOW, leased_until=NOW) == ()
        assert await take(now=NOW + SECOND, leased_until=LATER) == (str(file_id),)

    async def test_of_one_who_finishes_and_one_who_gives_up_one_wins(self, database: Database) -> None:
        for file in [examples.stored_file() for _ in range(8)]:
            await commit(database, partial(_expect, file.id, NOW))
            finish = partial(commit, database, partial(_settle, file.id), partial(_file, file))
            give_up = partial(commit, database, partial(_settle, file.id))
            assert refusals(await all_at_once([finish, give_up])) == [Stale]
            async with database.begin() as tx:
                assert await tx.files.expected(file.id) is None
                assert await tx.files.of_owner(file.owner_id, before=None, limit=9) in ((), (file,))

    async def test_whoever_comes_second_with_a_ticket_goes_on_being_expected(self, database: Database) -> None:
        first, second = examples.stored_file(), examples.stored_file()
        second = evolve(second, ticket_id=first.ticket_id)
        await commit(database, partial(_file, first), partial(_expect, second.id, NOW))
        with pytest.raises(Stale):
            await commit(database, partial(_settle, second.id), partial(_file, second))
        async with database.begin() as tx:
            assert await tx.files.expected(second.id) == NOW


def _order(order: Order, tx: Transaction) -> None:
    tx.orders.add(order)


def _file(file: StoredFile, tx: Transaction) -> None:
    tx.files.add(file)


def _expect(file_id: FileId, until: datetime, tx: Transaction) -> None:
    tx.files.expect(file_id, until=until)


def _settle(file_id: FileId, tx: Transaction) -> None:
    tx.files.settle(file_id)


def _keep(file: StoredFile, tx: Transaction) -> None:
    tx.files.save(file.kept())


def _expire(file: StoredFile, tx: Transaction) -> None:
    tx.files.expire(file)


def _message(message: Tell | EraseFile | AskRefund, tx: Transaction) -> None:
    tx.outbox.add(message, at=NOW)


def _session(at: datetime, tx: Transaction) -> None:
    session = examples.session(MemberId(examples.fresh()))
    tx.sessions.start(evolve(session, started_at=at - SECOND, expires_at=at))


def _code(at: datetime, tx: Transaction) -> None:
    way = Way("phone", f"+86139{examples.fresh().int % 10**8:08d}")
    tx.sessions.put_code(SignInCode(way=way, code_hash="hash", sent_at=at))


def _invitation(at: datetime, tx: Transaction) -> None:
    invitation = Invitation(
        member_id=MemberId(examples.fresh()),
        token_hash=examples.fresh().hex,
        totp_secret=examples.fresh().hex,
        expires_at=at,
    )
    tx.credentials.put_invitation(invitation)


_WRITES: Mapping[ForgottenKind, Callable[[datetime, Transaction], None]] = {
    "session": _session,
    "sign_in_code": _code,
    "invitation": _invitation,
}


async def _left(database: Database, kind: ForgottenKind, at: datetime) -> None:
    """One of that kind whose moment is then."""
    match kind:
        case "answer":
            lease = at + SECOND
            await database.answers.reserve(
                MemberId(examples.fresh()), "key", request_digest="digest", now=at, leased_until=lease
            )
        case "notice":
            tell = Tell(member_id=MemberId(examples.fresh()), kind="order_paid")
            await commit(database, lambda tx: tx.outbox.add(tell, at=at))
            for envelope in await database.relay.take(now=LATER, leased_until=LATER + SECOND, limit=10):
                await database.relay.park(envelope.id, fault="nobody there")
        case _:
            await commit(database, partial(_WRITES[kind], at))
