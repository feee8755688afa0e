"""The promises of `errand_domain.ports.answers`."""

from datetime import datetime, timedelta

import pytest

from errand_domain.ids import MemberId
from errand_domain.ports.answers import Answer, KeyForOther, StillWorking
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import Database
from errand_domain.testing.contracts.racing import all_at_once, refusals

NOW = examples.NOW
SECOND = timedelta(seconds=1)
LEASE = NOW + 30 * SECOND
ANSWER = Answer(status=201, media_type="application/json", body='{"编号":"\x00\xff 🛵"}'.encode())


class AnswersContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    async def test_a_new_key_may_go_on(self, database: Database) -> None:
        assert await _reserve(database, MemberId(examples.fresh())) is None

    async def test_a_repeat_gets_the_answer_that_was_given(self, database: Database) -> None:
        member_id = MemberId(examples.fresh())
        await _reserve(database, member_id)
        await database.answers.keep(member_id, "key", ANSWER)
        for _ in range(2):
            assert await _reserve(database, member_id, now=LEASE + SECOND) == ANSWER

    async def test_a_repeat_during_the_work_is_told_so(self, database: Database) -> None:
        member_id = MemberId(examples.fresh())
        await _reserve(database, member_id)
        with pytest.raises(StillWorking):
            await _reserve(database, member_id, now=LEASE - SECOND)

    async def test_a_lease_that_ran_out_is_taken_over(self, database: Database) -> None:
        member_id = MemberId(examples.fresh())
        await _reserve(database, member_id)
        assert await _reserve(database, member_id, now=LEASE + SECOND) is None
        with pytest.raises(StillWorking):
            await _reserve(database, member_id, now=LEASE + 2 * SECOND)

    async def test_a_key_of_another_request_is_refused(self, database: Database) -> None:
        member_id = MemberId(examples.fresh())
        await _reserve(database, member_id)
        with pytest.raises(KeyForOther):
            await _reserve(database, member_id, digest="another")
        with pytest.raises(KeyForOther):
            await _reserve(database, member_id, digest="another", now=LEASE + SECOND)
        await database.answers.keep(member_id, "key", ANSWER)
        with pytest.raises(KeyForOther):
            await _reserve(database, member_id, digest="another")

    async def test_members_and_keys_do_not_share_answers(self, database: Database) -> None:
        member_id = MemberId(examples.fresh())
        await _reserve(database, member_id)
        await database.answers.keep(member_id, "key", ANSWER)
        assert await _reserve(database, MemberId(examples.fresh())) is None
        assert await _reserve(database, member_id, key="Key") is None

    async def test_of_many_at_once_one_goes_on(self, database: Database) -> None:
        member_id = MemberId(examples.fresh())

        async def reserve() -> Answer | None:
            return await _reserve(database, member_id)

        results = await all_at_once([reserve for _ in range(12)])
        assert refusals(results) == [StillWorking] * 11
        assert [result for result in results if not isinstance(result, StillWorking)] == [None]

    async def test_of_many_who_take_a_lost_lease_over_one_goes_on(self, database: Database) -> None:
        member_id = MemberId(examples.fresh())
        await _reserve(database, member_id)

        async def reserve() -> Answer | None:
            return await _reserve(database, member_id, now=LEASE + SECOND)

        assert refusals(await all_at_once([reserve for _ in range(12)])) == [StillWorking] * 11

    async def test_old_keys_are_forgotten_and_counted(self, database: Database) -> None:
        old, young = MemberId(examples.fresh()), MemberId(examples.fresh())
        await _reserve(database, old, now=NOW - SECOND)
        await _reserve(database, young, now=NOW)
        await database.answers.keep(young, "key", ANSWER)
        assert await database.retained.forget("answer", before=NOW) == 1
        assert await database.retained.forget("answer", before=NOW) == 0
        assert await _reserve(database, old) is None
        assert await _reserve(database, young) == ANSWER


async def _reserve(
    database: Database, member_id: MemberId, *, key: str = "key", digest: str = "digest", now: datetime = NOW
) -> Answer | None:
    return await database.answers.reserve(
        member_id, key, request_digest=digest, now=now, leased_until=now + (LEASE - NOW)
    )
