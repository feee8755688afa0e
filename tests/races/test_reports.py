"""Many members report one thing at once: one case waits, and every one of them is counted, once; what goes is gone."""

from asyncio import gather

import pytest

from errand_domain.content.report import Pointed
from errand_domain.money import NOTHING
from errand_domain.text import TAKEN_AWAY
from tests.stage import Stage, outcome

pytestmark = pytest.mark.anyio


async def test_of_reports_at_once_one_opens_the_case_and_the_others_join_it(stage: Stage):
    order = await stage.opened(await stage.member())
    pointed, runners = Pointed(kind="order", subject=order.id), [await stage.runner() for _ in range(3)]
    report, open_case, operator = stage.use.report_content(), stage.use.open_content_case(), await stage.operator()
    reports = (report(runner.id, pointed, reason="fraud", text="骗钱") for runner in (*runners, *runners))
    await gather(*reports, outcome(open_case(pointed, operator, reason="电话投诉")))
    async with stage.begin() as tx:
        (case,) = await tx.content_cases.of_subject("order", order.id)
        said = await tx.reports.of_cases((case.id,))
    assert case.reports == len(said) == len(runners)
    assert {report.reporter_id for report in said} == {runner.id for runner in runners}


async def test_what_is_taken_down_is_gone_whoever_reports_or_cancels_it_in_this_moment(stage: Stage):
    requester, operator, runners = await stage.member(), await stage.operator(), [await stage.runner() for _ in "123"]
    order = await stage.opened(requester)
    pointed, use = Pointed(kind="order", subject=order.id), stage.use
    case = await use.open_content_case()(pointed, operator, reason="电话投诉")
    remove, report = use.decide_content().remove, use.report_content()
    took, *_ = await gather(
        outcome(remove(case.id, operator, reason="违规")),
        outcome(use.cancel_errand()(order.id, requester.id, reason="算了", confirmed_fee=NOTHING)),
        *(outcome(report(runner.id, pointed, reason="fraud", text="骗钱")) for runner in runners),
        outcome(remove(case.id, operator, reason="也违规")),
    )
    async with stage.begin() as tx:
        after = await tx.orders.get(order.id)
        cases = await tx.content_cases.of_subject("order", order.id)
        reports = await tx.reports.of_cases([each.id for each in cases])
    assert (after.phase, after.terms.item, after.terms.note) == ("closed", TAKEN_AWAY, "")
    assert (after.terms.pickup.detail, after.terms.dropoff.detail) == ("", "")
    assert [each.state_name for each in cases if each.id == case.id] == ["removed"], took
    assert sum(each.reports for each in cases) == len(reports)
