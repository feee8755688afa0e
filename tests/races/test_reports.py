"""Many members report one thing at once: one case waits, and every one of them is counted, once."""

from asyncio import gather

import pytest

from errand_domain.content.report import Pointed
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
