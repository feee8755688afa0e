"""The promises of the port of content checks, and of the cases that come of them."""

from datetime import timedelta
from functools import partial

import pytest
from attrs import evolve
from hypothesis import given

from errand_domain.content.case import ContentCase, ContentReported
from errand_domain.errors import Missing, Stale
from errand_domain.ids import CampusId, ContentCaseId, MemberId
from errand_domain.ports.content import SCENES, ContentCheck, Scene, Utterance
from errand_domain.ports.transaction import Transaction
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import SOME_EXAMPLES, Database, commit
from errand_domain.testing.contracts.racing import all_at_once, refusals
from errand_domain.testing.strategies.content import content_cases

NOW = examples.NOW
SECOND = timedelta(seconds=1)
LONG = "请帮我把东西放在楼下，谢谢。" * 400


class ContentCheckContract:
    """Give fixtures `adapter`, and `risky` and `doubtful`: texts about which it is sure, and is not sure."""

    pytestmark = pytest.mark.anyio

    @pytest.mark.parametrize("text", ["", "取快递", "一杯奶茶，少糖 🧋", "A3 打印 20 张\n双面", LONG])
    async def test_ordinary_texts_pass_in_every_scene(self, adapter: ContentCheck, text: str) -> None:
        assert {await adapter.judge(_said(text, scene)) for scene in SCENES} == {"pass"}

    async def test_what_must_not_be_published_is_risky_wherever_it_stands(
        self, adapter: ContentCheck, risky: str
    ) -> None:
        for text in (risky, f"取快递，{risky}，谢谢", LONG + risky, risky + LONG):
            assert await adapter.judge(_said(text)) == "risky"

    async def test_what_somebody_should_look_at_is_for_review(self, adapter: ContentCheck, doubtful: str) -> None:
        for text in (doubtful, f"取快递，{doubtful}，谢谢", LONG + doubtful):
            assert await adapter.judge(_said(text)) == "review"

    async def test_the_strictest_verdict_on_a_text_counts(
        self, adapter: ContentCheck, risky: str, doubtful: str
    ) -> None:
        assert await adapter.judge(_said(doubtful + LONG + risky)) == "risky"
        assert await adapter.judge(_said(risky + LONG + doubtful)) == "risky"


class ContentCasesContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    @SOME_EXAMPLES
    @given(drawn=content_cases())
    async def test_a_case_is_read_as_written(self, database: Database, drawn: ContentCase) -> None:
        case = evolve(drawn, id=ContentCaseId(examples.fresh()))
        await commit(database, partial(_doubt, case))
        async with database.begin() as tx:
            assert await tx.content_cases.get(case.id) == case

    async def test_a_case_that_is_not_there_is_missing(self, database: Database) -> None:
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.content_cases.get(ContentCaseId(examples.fresh()))

    async def test_at_campus_lists_the_named_states_oldest_first(self, database: Database) -> None:
        campus_id = CampusId(examples.fresh())
        made = [evolve(examples.content_case(campus_id=campus_id), opened_at=NOW + n * SECOND) for n in (2, 0, 1)]
        await commit(database, *(partial(_doubt, case) for case in (*made, examples.content_case())))
        async with database.begin() as tx:
            cases = tx.content_cases
            assert await cases.at_campus(campus_id, states=("open", "removed"), limit=10) == (*made[1:], made[0])
            assert await cases.at_campus(campus_id, states=("open",), limit=1) == (made[1],)
            assert await cases.at_campus(campus_id, states=("cleared",), limit=10) == ()
            assert await cases.at_campus(campus_id, states=(), limit=10) == ()

    async def test_at_campus_lists_those_that_members_reported_whatever_opened_them(self, database: Database) -> None:
        campus_id = CampusId(examples.fresh())
        case = examples.content_case(campus_id=campus_id)
        others = [evolve(case, id=ContentCaseId(examples.fresh()), opened_at=NOW + n * SECOND) for n in (1, 2, 3)]
        reported = [evolve(one, reports=number) for number, one in enumerate(others)]
        await commit(database, *(partial(_doubt, one) for one in (case, *reversed(reported))))
        async with database.begin() as tx:
            cases = tx.content_cases
            found = await cases.at_campus(campus_id, states=("open", "removed"), limit=10, reported=True)
            assert found == tuple(reported[1:])
            assert await cases.at_campus(campus_id, states=("open",), limit=1, reported=True) == (reported[1],)

    async def test_every_case_about_a_thing_is_found_whatever_became_of_it(self, database: Database) -> None:
        first = examples.content_case()
        later = evolve(examples.content_case(), subject=first.subject, opened_at=NOW + SECOND)
        of_another_kind = evolve(examples.content_case(), subject=first.subject, kind="image")
        await commit(database, *(partial(_doubt, case) for case in (later, first, of_another_kind, _other())))
        cleared = first.apply(examples.content_cleared(MemberId(examples.fresh())))
        await commit(database, partial(_decide, cleared))
        async with database.begin() as tx:
            assert await tx.content_cases.of_subject("review", first.subject) == (cleared, later)
            assert await tx.content_cases.of_subject("order", first.subject) == ()

    async def test_a_case_that_is_reported_counts_it(self, database: Database) -> None:
        case = examples.content_case()
        await commit(database, partial(_doubt, case))
        await commit(database, partial(_decide, case.apply(ContentReported(at=NOW))))
        async with database.begin() as tx:
            assert (await tx.content_cases.get(case.id)).reports == 1

    async def test_of_many_cases_of_one_id_one_is_there(self, database: Database) -> None:
        case_id = ContentCaseId(examples.fresh())
        rivals = [evolve(examples.content_case(), id=case_id) for _ in range(10)]
        results = await all_at_once([partial(commit, database, partial(_doubt, rival)) for rival in rivals])
        assert refusals(results) == [Stale] * 9

    async def test_of_many_saves_of_one_version_one_wins(self, database: Database) -> None:
        case = examples.content_case()
        await commit(database, partial(_doubt, case))
        after = [case.apply(examples.content_cleared(by)) for by in (MemberId(examples.fresh()) for _ in range(10))]
        results = await all_at_once([partial(commit, database, partial(_decide, each)) for each in after])
        assert refusals(results) == [Stale] * 9
        async with database.begin() as tx:
            assert await tx.content_cases.get(case.id) in after


def _said(text: str, scene: Scene = "order") -> Utterance:
    return Utterance(text=text, scene=scene, author=MemberId(examples.fresh()), wechat_identity="openid-of-somebody")


def _other() -> ContentCase:
    return examples.content_case()


def _doubt(case: ContentCase, tx: Transaction) -> None:
    tx.content_cases.add(case)


def _decide(case: ContentCase, tx: Transaction) -> None:
    tx.content_cases.save(case)
