"""What keeps a session from outliving what it was started by: a member is held, and sessions end in the same commit."""

from functools import partial

import pytest
from attrs import evolve

from errand_domain.errors import Stale
from errand_domain.member.member import Member
from errand_domain.member.session import Means, Session
from errand_domain.ports.transaction import Transaction
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import Database, commit
from errand_domain.testing.contracts.racing import all_at_once, refusals
from errand_domain.testing.examples import NOW


class EnteringContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    async def test_holding_changes_nothing_and_is_refused_once_somebody_has_saved(self, database: Database) -> None:
        member, session = await _joined(database), examples.session(examples.member().id)
        await commit(database, partial(_hold, member))
        async with database.begin() as tx:
            assert await tx.members.get(member.id) == member
        await commit(database, lambda tx: tx.members.save(member.touched()))
        for gone in (member, examples.member()):
            with pytest.raises(Stale):
                await commit(database, partial(_enter, gone, session))
        async with database.begin() as tx:
            assert await tx.sessions.find(session.token_hash, at=NOW) is None

    async def test_of_many_who_hold_at_once_nobody_is_refused(self, database: Database) -> None:
        member = await _joined(database)
        sessions = [examples.session(member.id) for _ in range(8)]
        entries = [partial(commit, database, partial(_enter, member, session)) for session in sessions]
        assert refusals(await all_at_once(entries)) == []
        async with database.begin() as tx:
            assert len(await tx.sessions.of_member(member.id, at=NOW)) == len(sessions)

    async def test_what_holds_is_whole_before_what_saves_or_is_refused(self, database: Database) -> None:
        for by_phone in (True, False) * 3:
            member = await _joined(database)
            entries = [partial(_enter, member, examples.session(member.id)) for _ in range(6)]
            acts = [partial(commit, database, entry) for entry in entries]
            results = await all_at_once([*acts[:3], partial(_shut_out, database, member, by_phone=by_phone), *acts[3:]])
            assert set(refusals(results)) <= {Stale}
            async with database.begin() as tx:
                assert await tx.members.get(member.id) == member.bar(barred=True)
                assert await tx.sessions.of_member(member.id, at=NOW) == ()

    async def test_ending_those_that_rest_on_a_way_ends_those_of_the_member_and_no_other(
        self, database: Database
    ) -> None:
        member, other = await _joined(database), await _joined(database)
        plain, proved = examples.session(member.id), _session(member, by="wechat", proved_by="email")
        by_email, asking = (_session(member, by="email", proved_by="email") for _ in range(2))
        by_password = _session(member, by="password", proved_by="password")
        theirs = _session(other, by="email", proved_by="email")
        for session in (plain, by_email, by_password, proved, asking, theirs):
            await commit(database, partial(_start, session))
        await commit(database, lambda tx: tx.sessions.end_resting_on("email", member.id, but=asking.id))
        async with database.begin() as tx:
            assert set(await tx.sessions.of_member(member.id, at=NOW)) == {plain, asking}
            assert await tx.sessions.of_member(other.id, at=NOW) == (theirs,)
        await commit(database, lambda tx: tx.sessions.end_resting_on("phone", member.id))
        async with database.begin() as tx:
            assert await tx.sessions.of_member(member.id, at=NOW) == (asking,)


async def _joined(database: Database) -> Member:
    member = examples.member()
    await commit(database, lambda tx: tx.members.add(member))
    return member


def _session(member: Member, *, by: Means, proved_by: Means) -> Session:
    return evolve(examples.session(member.id), by=by, proved_by=proved_by)


def _hold(member: Member, tx: Transaction) -> None:
    tx.members.hold(member)


def _start(session: Session, tx: Transaction) -> None:
    tx.sessions.start(session)


def _enter(member: Member, session: Session, tx: Transaction) -> None:
    tx.members.hold(member)
    tx.sessions.start(session)


async def _shut_out(database: Database, member: Member, *, by_phone: bool) -> None:
    async with database.begin() as tx:
        tx.members.save((await tx.members.get(member.id)).bar(barred=True))
        if by_phone:
            tx.sessions.end_resting_on("phone", member.id)
        else:
            tx.sessions.end_all(member.id)
        await tx.commit()
