"""The promises of `errand_domain.ports.members` and `errand_domain.ports.sessions`."""

from datetime import datetime
from functools import partial
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given

from errand_domain.errors import Missing, Stale
from errand_domain.ids import CampusId, MemberId
from errand_domain.member.member import Member, Way, WayTaken
from errand_domain.member.roles import Grant
from errand_domain.member.session import CodeHistory, Session, SignInCode
from errand_domain.ports.sessions import SignedIn
from errand_domain.ports.transaction import Transaction
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import SOME_EXAMPLES, Database, commit
from errand_domain.testing.contracts.racing import all_at_once, refusals
from errand_domain.testing.strategies.people import members

NOW = examples.NOW
HOUR = examples.HOUR
SHARED = Way("email", "same@example.edu.cn")


class MembersContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    @SOME_EXAMPLES
    @given(drawn=members())
    async def test_a_member_is_read_as_written(self, database: Database, drawn: Member) -> None:
        member = evolve(drawn, id=MemberId(examples.fresh()), ways=_own(drawn.ways))
        await commit(database, lambda tx: tx.members.add(member))
        async with database.begin() as tx:
            assert await tx.members.get(member.id) == member
            for way in member.ways:
                assert await tx.members.of_way(way) == member

    async def test_a_member_who_is_not_there_is_missing(self, database: Database) -> None:
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.members.get(MemberId(examples.fresh()))
            assert await tx.members.of_way(SHARED) is None

    async def test_a_way_belongs_to_one_member(self, database: Database) -> None:
        first, second = (evolve(examples.member(), ways=(SHARED,)) for _ in range(2))
        await commit(database, lambda tx: tx.members.add(first))
        with pytest.raises(WayTaken):
            await commit(database, lambda tx: tx.members.add(second))
        async with database.begin() as tx:
            assert await tx.members.of_way(SHARED) == first

    async def test_a_way_cannot_be_taken_by_linking_it(self, database: Database) -> None:
        first, second = evolve(examples.member(), ways=(SHARED,)), examples.member()
        await commit(database, lambda tx: tx.members.add(first), lambda tx: tx.members.add(second))
        with pytest.raises(WayTaken):
            await commit(database, lambda tx: tx.members.save(second.link(SHARED)))
        async with database.begin() as tx:
            assert await tx.members.get(second.id) == second

    async def test_a_way_that_was_unlinked_is_free(self, database: Database) -> None:
        first = examples.member().link(SHARED)
        second = evolve(examples.member(), ways=(SHARED,))
        await commit(database, lambda tx: tx.members.add(evolve(first, version=1)))
        await commit(database, lambda tx: tx.members.save(evolve(first.unlink("email"), version=2)))
        await commit(database, lambda tx: tx.members.add(second))
        async with database.begin() as tx:
            assert await tx.members.of_way(SHARED) == second

    async def test_ways_of_different_kinds_or_case_are_different(self, database: Database) -> None:
        ways = (Way("wechat", "oAbCdEfG"), Way("wechat", "oabcdefg"), Way("wechat", "OABCDEFG"))
        people = [evolve(examples.member(), ways=(way,)) for way in ways]
        await commit(database, *(partial(_join, member) for member in people))
        async with database.begin() as tx:
            assert [await tx.members.of_way(way) for way in ways] == people

    async def test_of_many_who_join_in_one_way_one_does(self, database: Database) -> None:
        rivals = [evolve(examples.member(), ways=(SHARED,)) for _ in range(12)]
        results = await all_at_once([partial(commit, database, partial(_join, rival)) for rival in rivals])
        assert refusals(results) == [WayTaken] * 11
        async with database.begin() as tx:
            assert await tx.members.of_way(SHARED) in rivals

    async def test_a_save_replaces_everything(self, database: Database) -> None:
        member = examples.member().block(MemberId(examples.fresh()))
        await commit(database, lambda tx: tx.members.add(evolve(member, version=1)))
        closed = evolve(member.close(at=NOW), version=2)
        await commit(database, lambda tx: tx.members.save(closed))
        async with database.begin() as tx:
            assert await tx.members.get(member.id) == closed

    async def test_of_many_saves_of_one_version_one_wins(self, database: Database) -> None:
        member = examples.member()
        await commit(database, partial(_join, member))
        saves = [partial(commit, database, partial(_save, member.block(MemberId(examples.fresh())))) for _ in range(12)]
        assert refusals(await all_at_once(saves)) == [Stale] * 11

    async def test_a_save_after_a_read_keeps_what_it_does_not_change_and_changes_the_rest(
        self, database: Database
    ) -> None:
        avoided = MemberId(examples.fresh())
        member = evolve(examples.member(), blocked=frozenset({avoided}))
        other = evolve(examples.member(), ways=(SHARED,))
        await commit(database, partial(_join, member), partial(_join, other))
        async with database.begin() as tx:
            tx.members.save((await tx.members.get(member.id)).touched())
            await tx.commit()
        async with database.begin() as tx:
            touched = await tx.members.get(member.id)
            assert touched == member.touched()
            assert await tx.members.of_way(member.ways[0]) == touched
        async with database.begin() as tx:
            tx.members.save(evolve(touched, ways=other.ways, version=touched.version + 1))
            with pytest.raises(WayTaken):
                await tx.commit()
        async with database.begin() as tx:
            tx.members.save((await tx.members.get(member.id)).close(at=NOW))
            await tx.commit()
        async with database.begin() as tx:
            assert await tx.members.of_way(member.ways[0]) is None

    async def test_whoever_holds_a_role_at_a_campus_is_found_until_it_is_taken(self, database: Database) -> None:
        here, there = CampusId(examples.fresh()), CampusId(examples.fresh())
        held: tuple[tuple[Grant, ...], ...] = (
            (Grant("finance", here),),
            (Grant("finance", here), Grant("admin", here)),
            (Grant("finance", there), Grant("auditor", here)),
            (),
        )
        people = [evolve(examples.member(), grants=frozenset(grants)) for grants in held]
        await commit(database, *(partial(_join, member) for member in people))
        first, second, *_ = sorted(member.id for member in people[:2])
        async with database.begin() as tx:
            assert await tx.members.with_role("finance", here, limit=9) == (first, second)
            assert await tx.members.with_role("finance", here, limit=1) == (first,)
            tx.members.save((await tx.members.get(first)).revoke(Grant("finance", here)))
            await tx.commit()
        async with database.begin() as tx:
            assert await tx.members.with_role("finance", here, limit=9) == (second,)

    async def test_pages_are_newest_first(self, database: Database) -> None:
        people = [examples.member() for _ in range(5)]
        await commit(database, *(partial(_join, member) for member in people[::-1]))
        async with database.begin() as tx:
            first = await tx.members.page(before=None, limit=3)
            assert first == tuple(people[:1:-1])
            assert await tx.members.page(before=first[-1].id, limit=3) == (people[1], people[0])


class SessionsContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    async def test_a_live_session_is_found_with_its_member(self, database: Database) -> None:
        member, session = await _signed_in(database)
        async with database.begin() as tx:
            found = await tx.sessions.find(session.token_hash, at=NOW)
        assert found == SignedIn(member=member, session=session)

    async def test_a_session_that_ran_out_is_not_found(self, database: Database) -> None:
        member, session = await _signed_in(database)
        async with database.begin() as tx:
            assert await tx.sessions.find(session.token_hash, at=session.expires_at) is None
            assert await tx.sessions.of_member(member.id, at=session.expires_at) == ()

    async def test_an_unknown_token_finds_nobody(self, database: Database) -> None:
        _, session = await _signed_in(database)
        async with database.begin() as tx:
            assert await tx.sessions.find(session.token_hash[::-1], at=NOW) is None

    async def test_barred_and_closed_members_have_no_session(self, database: Database) -> None:
        for closed in (False, True):
            member, session = await _signed_in(database)
            await commit(database, partial(_save, member.close(at=NOW) if closed else member.bar(barred=True)))
            async with database.begin() as tx:
                assert await tx.sessions.find(session.token_hash, at=NOW) is None

    async def test_of_member_lists_live_sessions_newest_first(self, database: Database) -> None:
        member = examples.member()
        sessions = [evolve(examples.session(member.id), started_at=NOW + n * HOUR / 9) for n in (2, 0, 1)]
        over = evolve(examples.session(member.id), expires_at=NOW)
        await commit(database, partial(_join, member), *(partial(_start, session) for session in (*sessions, over)))
        await _signed_in(database)
        async with database.begin() as tx:
            assert await tx.sessions.of_member(member.id, at=NOW) == (sessions[0], sessions[2], sessions[1])

    async def test_ending_a_session_ends_that_one(self, database: Database) -> None:
        member, session = await _signed_in(database)
        other = examples.session(member.id)
        await commit(database, partial(_start, other))
        await commit(database, lambda tx: tx.sessions.end(session.id))
        await commit(database, lambda tx: tx.sessions.end(session.id), lambda tx: tx.sessions.end(examples.fresh()))
        async with database.begin() as tx:
            assert await tx.sessions.find(session.token_hash, at=NOW) is None
            assert await tx.sessions.of_member(member.id, at=NOW) == (other,)

    async def test_ending_all_ends_those_of_the_member(self, database: Database) -> None:
        member, session = await _signed_in(database)
        _, others = await _signed_in(database)
        await commit(database, partial(_start, examples.session(member.id)))
        await commit(database, lambda tx: tx.sessions.end_all(member.id))
        async with database.begin() as tx:
            assert await tx.sessions.of_member(member.id, at=NOW) == ()
            assert await tx.sessions.find(session.token_hash, at=NOW) is None
            assert await tx.sessions.find(others.token_hash, at=NOW) is not None

    async def test_ending_all_but_one_leaves_that_one(self, database: Database) -> None:
        member, session = await _signed_in(database)
        await commit(database, partial(_start, examples.session(member.id)))
        await commit(database, lambda tx: tx.sessions.end_all(member.id, but=session.id))
        async with database.begin() as tx:
            assert await tx.sessions.of_member(member.id, at=NOW) == (session,)

    async def test_that_a_session_was_seen_is_kept_unless_it_was_seen_later(self, database: Database) -> None:
        _, session = await _signed_in(database)
        for at in (NOW + HOUR / 4, NOW + HOUR / 8):
            await commit(database, partial(_see, session.id, at))
        await commit(database, partial(_see, examples.fresh(), NOW))
        async with database.begin() as tx:
            found = await tx.sessions.find(session.token_hash, at=NOW)
        assert found is not None
        assert found.session == evolve(session, seen_at=NOW + HOUR / 4)

    async def test_that_it_was_proven_again_whose_session_it_is_is_kept(self, database: Database) -> None:
        member, session = await _signed_in(database)
        other = examples.session(member.id)
        await commit(database, partial(_start, other))
        at = NOW + HOUR / 4
        await commit(database, lambda tx: tx.sessions.proved(session.id, by="email", at=at))
        await commit(database, lambda tx: tx.sessions.proved(examples.fresh(), by="email", at=at))
        async with database.begin() as tx:
            found = {one.id: one for one in await tx.sessions.of_member(member.id, at=NOW)}
        assert found == {session.id: evolve(session, proved_by="email", proved_at=at), other.id: other}

    async def test_a_new_code_replaces_the_last_one(self, database: Database) -> None:
        first = _code("1" * 64)
        burnt = evolve(first, history=CodeHistory(sent=(NOW,), burnt=(NOW,)))
        second = evolve(burnt, version=2).followed_by("2" * 64, at=NOW + HOUR)
        async with database.begin() as tx:
            assert await tx.sessions.code_for(SHARED) is None
        await commit(database, lambda tx: tx.sessions.put_code(first))
        await commit(database, lambda tx: tx.sessions.put_code(first.tried()))
        await commit(database, lambda tx: tx.sessions.put_code(second))
        async with database.begin() as tx:
            assert await tx.sessions.code_for(SHARED) == second
            assert await tx.sessions.code_for(Way("email", "other@example.edu.cn")) is None

    async def test_a_later_version_meets_the_one_before_it_or_is_stale(self, database: Database) -> None:
        code = _code("1" * 64)
        with pytest.raises(Stale):
            await commit(database, lambda tx: tx.sessions.put_code(code.tried()))
        await commit(database, lambda tx: tx.sessions.put_code(code))
        for other in (code.tried().tried(), _code("2" * 64)):
            with pytest.raises(Stale):
                await commit(database, partial(_put_code, other))
        async with database.begin() as tx:
            assert await tx.sessions.code_for(SHARED) == code

    async def test_of_many_codes_sent_at_once_one_is_stored(self, database: Database) -> None:
        first = [partial(commit, database, partial(_put_code, _code(f"{n:064}"))) for n in range(12)]
        assert refusals(await all_at_once(first)) == [Stale] * 11
        async with database.begin() as tx:
            stored = await tx.sessions.code_for(SHARED)
        assert stored is not None
        later = [stored.followed_by(f"{n:064}", at=NOW + HOUR) for n in range(12)]
        results = await all_at_once([partial(commit, database, partial(_put_code, code)) for code in later])
        assert refusals(results) == [Stale] * 11

    async def test_of_many_tries_at_once_one_counts(self, database: Database) -> None:
        code = _code("1" * 64)
        await commit(database, lambda tx: tx.sessions.put_code(code))
        tries = [partial(commit, database, partial(_put_code, code.tried())) for _ in range(12)]
        assert refusals(await all_at_once(tries)) == [Stale] * 11
        async with database.begin() as tx:
            assert await tx.sessions.code_for(SHARED) == code.tried()


def _code(code_hash: str) -> SignInCode:
    return SignInCode(way=SHARED, code_hash=code_hash, sent_at=NOW)


def _own(ways: tuple[Way, ...]) -> tuple[Way, ...]:
    """The same kinds of ways, but nobody else's."""
    mine = examples.fresh()
    values = {"phone": f"+86{mine.int % 10**11:011d}", "email": f"{mine.hex}@example.edu.cn", "wechat": mine.hex}
    return tuple(Way(way.kind, values[way.kind]) for way in ways)


async def _signed_in(database: Database) -> tuple[Member, Session]:
    member = examples.member()
    session = evolve(
        examples.session(member.id),
        device="手机 iPhone 📱",
        place="2001:db8::/48",
        by="password",
        strength="two_factors",
    )
    await commit(database, partial(_join, member), partial(_start, session))
    return member, session


def _join(member: Member, tx: Transaction) -> None:
    tx.members.add(member)


def _save(member: Member, tx: Transaction) -> None:
    tx.members.save(member)


def _start(session: Session, tx: Transaction) -> None:
    tx.sessions.start(session)


def _see(session_id: UUID, at: datetime, tx: Transaction) -> None:
    tx.sessions.seen(session_id, at=at)


def _put_code(code: SignInCode, tx: Transaction) -> None:
    tx.sessions.put_code(code)
