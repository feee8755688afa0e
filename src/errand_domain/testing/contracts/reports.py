"""The promises of the port of reports."""

from functools import partial

import pytest
from attrs import evolve

from errand_domain.content.report import Report
from errand_domain.errors import Stale
from errand_domain.ids import ContentCaseId, MemberId
from errand_domain.ports.transaction import Transaction
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import Database, commit
from errand_domain.testing.contracts.racing import all_at_once, refusals


class ReportsContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    async def test_reports_of_cases_are_read_as_written_oldest_first(self, database: Database) -> None:
        one, other, third = (ContentCaseId(examples.fresh()) for _ in range(3))
        made = [examples.report(case_id) for case_id in (one, other, one, third)]
        await commit(database, *(partial(_report, report) for report in reversed(made)))
        async with database.begin() as tx:
            assert await tx.reports.of_cases((one, other)) == tuple(made[:3])
            assert await tx.reports.of_cases(()) == ()

    async def test_what_a_member_reported_comes_newest_first_in_parts(self, database: Database) -> None:
        member = MemberId(examples.fresh())
        made = [examples.report(ContentCaseId(examples.fresh()), member) for _ in range(3)]
        await commit(database, *(partial(_report, report) for report in (*made, _of_somebody())))
        async with database.begin() as tx:
            assert await tx.reports.of_reporter(member, before=None, limit=2) == (made[2], made[1])
            assert await tx.reports.of_reporter(member, before=made[1].id, limit=2) == (made[0],)

    async def test_of_many_reports_of_one_member_and_case_one_is_there(self, database: Database) -> None:
        case_id, member = ContentCaseId(examples.fresh()), MemberId(examples.fresh())
        rivals = [examples.report(case_id, member) for _ in range(10)]
        results = await all_at_once([partial(commit, database, partial(_report, rival)) for rival in rivals])
        assert refusals(results) == [Stale] * 9
        async with database.begin() as tx:
            assert len(await tx.reports.of_cases((case_id,))) == 1

    async def test_the_reports_of_a_case_are_dropped_and_no_others(self, database: Database) -> None:
        gone, kept = _of_somebody(), _of_somebody()
        await commit(database, partial(_report, gone), partial(_report, kept))
        await commit(database, lambda tx: tx.reports.forget_case(gone.case_id))
        async with database.begin() as tx:
            assert await tx.reports.of_cases((gone.case_id, kept.case_id)) == (kept,)

    async def test_whoever_leaves_is_taken_out_of_all_they_reported_and_the_reasons_stay(
        self, database: Database
    ) -> None:
        case_id = ContentCaseId(examples.fresh())
        leaving, another = MemberId(examples.fresh()), MemberId(examples.fresh())
        made = [examples.report(case_id, member) for member in (leaving, another, MemberId(examples.fresh()))]
        await commit(database, *(partial(_report, report) for report in made))
        for member in (leaving, another):
            await commit(database, partial(_leave, member))
        bare = [evolve(report, reporter_id=None, text="") for report in made[:2]]
        async with database.begin() as tx:
            assert await tx.reports.of_cases((case_id,)) == (*bare, made[2])
            assert await tx.reports.of_reporter(leaving, before=None, limit=9) == ()


def _of_somebody() -> Report:
    return examples.report(ContentCaseId(examples.fresh()))


def _report(report: Report, tx: Transaction) -> None:
    tx.reports.add(report)


def _leave(member_id: MemberId, tx: Transaction) -> None:
    tx.reports.forget_reporter(member_id)
