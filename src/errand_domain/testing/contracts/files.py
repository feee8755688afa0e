"""The promises of the port of what is known of files."""

from datetime import timedelta
from functools import partial
from typing import get_args

import pytest
from attrs import evolve

from errand_domain.content.screening import (
    ImageCleared,
    ImagePassed,
    ImageRefused,
    ImageSubmitted,
    InDoubt,
    Passed,
    Screening,
    TakenAway,
    Unscreened,
    VerdictMissed,
    Waiting,
    Withheld,
)
from errand_domain.errors import Missing, Stale
from errand_domain.ids import FileId, MemberId, OrderId, TicketId
from errand_domain.ports.files import FilePurpose, StoredFile
from errand_domain.ports.transaction import Transaction
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import Database, commit
from errand_domain.testing.contracts.racing import all_at_once, refusals

NOW = examples.NOW
SECOND = timedelta(seconds=1)
SCREENED: tuple[Screening, ...] = (
    Unscreened(),
    Waiting(due_at=NOW),
    Passed(),
    InDoubt(),
    Withheld(),
    TakenAway(),
    Waiting(due_at=NOW, trace="6123-a_b"),
    InDoubt(trace="T" * 128),
)


class FilesContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    @pytest.mark.parametrize("purpose", get_args(FilePurpose))
    async def test_a_file_is_read_as_written(self, database: Database, purpose: FilePurpose) -> None:
        file = evolve(examples.stored_file(), purpose=purpose)
        loose = evolve(examples.stored_file(), order_id=None, ticket_id=None)
        await commit(database, lambda tx: tx.files.add(file), lambda tx: tx.files.add(loose))
        async with database.begin() as tx:
            assert await tx.files.get(file.id) == file
            assert await tx.files.get(loose.id) == loose

    async def test_a_file_is_found_by_the_ticket_that_it_was_sent_with(self, database: Database) -> None:
        file, loose = examples.stored_file(), evolve(examples.stored_file(), ticket_id=None)
        assert file.ticket_id is not None
        await commit(database, lambda tx: tx.files.add(file), lambda tx: tx.files.add(loose))
        async with database.begin() as tx:
            assert await tx.files.of_ticket(file.ticket_id) == file
            assert await tx.files.of_ticket(TicketId(examples.fresh())) is None

    async def test_of_two_files_with_one_ticket_the_first_to_commit_is_there(self, database: Database) -> None:
        first, second = examples.stored_file(), examples.stored_file()
        second = evolve(second, ticket_id=first.ticket_id)
        outcomes = await all_at_once([partial(commit, database, partial(_store, file)) for file in (first, second)])
        assert refusals(outcomes) == [Stale]
        for _ in range(2):
            await commit(database, partial(_store, evolve(examples.stored_file(), ticket_id=None)))

    async def test_a_file_that_is_not_there_is_missing(self, database: Database) -> None:
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.files.get(FileId(examples.fresh()))

    async def test_a_members_files_are_listed_newest_first(self, database: Database) -> None:
        owner = MemberId(examples.fresh())
        files = [evolve(examples.stored_file(), owner_id=owner) for _ in range(4)]
        await commit(database, *(partial(_store, file) for file in (*files[::-1], examples.stored_file())))
        async with database.begin() as tx:
            first = await tx.files.of_owner(owner, before=None, limit=3)
            assert first == tuple(files[:0:-1])
            assert await tx.files.of_owner(owner, before=first[-1].id, limit=3) == (files[0],)

    async def test_a_members_files_of_an_order_and_those_of_none_are_counted_apart(self, database: Database) -> None:
        owner, stranger, order_id = MemberId(examples.fresh()), MemberId(examples.fresh()), OrderId(examples.fresh())
        uploads: tuple[tuple[int, MemberId, OrderId | None, FilePurpose], ...] = (
            (-1, owner, order_id, "proof"),
            (0, owner, order_id, "proof"),
            (1, owner, order_id, "evidence"),
            (1, owner, OrderId(examples.fresh()), "proof"),
            (1, stranger, order_id, "proof"),
            (-1, owner, None, "student_card"),
            (1, owner, None, "student_card"),
            (1, owner, None, "avatar"),
            (2, owner, None, "avatar"),
            (1, stranger, None, "avatar"),
        )
        for seconds, owner_id, of, purpose in uploads:
            at = NOW + seconds * SECOND
            file = evolve(examples.stored_file(), owner_id=owner_id, order_id=of, purpose=purpose, at=at)
            await commit(database, partial(_store, file))
        async with database.begin() as tx:
            assert await tx.files.count(owner, order_id=order_id, since=NOW) == 2
            assert await tx.files.count(owner, order_id=order_id, since=NOW - SECOND) == 3
            assert await tx.files.count(owner, order_id=None, since=NOW) == 1
            assert await tx.files.count(owner, order_id=None, since=NOW, purpose="avatar") == 2

    async def test_a_members_files_of_no_order_are_listed_by_purpose_oldest_first(self, database: Database) -> None:
        owner = MemberId(examples.fresh())
        loose = evolve(examples.stored_file(), owner_id=owner, order_id=None, purpose="avatar")
        theirs = [evolve(loose, id=FileId(examples.fresh()), ticket_id=None) for _ in range(3)]
        others = (
            evolve(theirs[0], id=FileId(examples.fresh()), purpose="student_card"),
            evolve(theirs[0], id=FileId(examples.fresh()), owner_id=MemberId(examples.fresh())),
            evolve(examples.stored_file(), owner_id=owner),
        )
        await commit(database, *(partial(_store, file) for file in (*theirs[::-1], *others)))
        async with database.begin() as tx:
            assert await tx.files.of_no_order(owner, "avatar") == tuple(theirs)
            assert await tx.files.of_no_order(owner, "student_card") == others[:1]
            assert await tx.files.of_no_order(owner, "proof") == ()

    async def test_a_removed_file_is_forgotten(self, database: Database) -> None:
        file, other = examples.stored_file(), examples.stored_file()
        await commit(database, lambda tx: tx.files.add(file), lambda tx: tx.files.add(other))
        await commit(database, lambda tx: tx.files.remove(file.id))
        await commit(database, lambda tx: tx.files.remove(file.id))
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.files.get(file.id)
            assert await tx.files.get(other.id) == other

    async def test_what_came_of_judging_it_is_read_as_written(self, database: Database) -> None:
        files = [evolve(examples.stored_file(), screening=state, version=3) for state in SCREENED]
        await commit(database, *(partial(_store, file) for file in files))
        async with database.begin() as tx:
            assert [await tx.files.get(file.id) for file in files] == files

    async def test_an_image_is_found_by_its_trace_as_long_as_a_verdict_is_awaited(self, database: Database) -> None:
        file = examples.waiting_image()
        trace = f"trace-{file.id}"
        submitted = file.apply(ImageSubmitted(trace=trace))
        missed = submitted.apply(VerdictMissed())
        await commit(database, partial(_store, file), partial(_store, examples.waiting_image()))
        for after in (submitted, missed):
            await commit(database, partial(_save, after))
            async with database.begin() as tx:
                assert await tx.files.of_trace(trace) == after
        await commit(database, partial(_save, missed.apply(ImageRefused())))
        for nothing in (trace, "", "another"):
            async with database.begin() as tx:
                with pytest.raises(Missing):
                    await tx.files.of_trace(nothing)

    async def test_of_a_verdict_and_a_decision_at_once_one_wins(self, database: Database) -> None:
        file = evolve(examples.waiting_image(), screening=InDoubt(trace="t"))
        await commit(database, partial(_store, file))
        rivals = [file.apply(event) for event in (ImageCleared(), ImageRefused()) for _ in range(4)]
        results = await all_at_once([partial(commit, database, partial(_save, rival)) for rival in rivals])
        assert refusals(results) == [Stale] * 7
        async with database.begin() as tx:
            assert await tx.files.get(file.id) in rivals

    async def test_what_was_forgotten_is_not_saved(self, database: Database) -> None:
        file = examples.waiting_image()
        await commit(database, partial(_store, file))
        await commit(database, lambda tx: tx.files.remove(file.id))
        with pytest.raises(Stale):
            await commit(database, partial(_save, file.apply(ImagePassed())))


def _store(file: StoredFile, tx: Transaction) -> None:
    tx.files.add(file)


def _save(file: StoredFile, tx: Transaction) -> None:
    tx.files.save(file)
