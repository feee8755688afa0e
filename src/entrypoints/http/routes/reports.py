"""What members report: a person looks at it."""

from typing import Final

from litestar import Router, post
from litestar.params import JSONBody

from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import Asking
from entrypoints.http.refusals import refusals
from entrypoints.http.wire.content import ReportAsked, ReportTold, pointed_at, tell_report
from errand_domain.content.report import OwnWords
from errand_domain.errors import InvalidField, Missing
from errand_domain.ports.rate_limits import TooManyRequests
from errand_domain.use_cases.moderation.report_content import ReportContent


@post("/reports", responses=refusals(InvalidField, Missing, OwnWords, TooManyRequests))
async def report_content(
    data: JSONBody[ReportAsked], request: Asking, report_content: Uses[ReportContent]
) -> ReportTold:
    """Report what one can see and has not written oneself. Its author does not learn of it; the outcome is a notice."""
    report = await report_content(request.user.id, pointed_at(data), reason=data.reason, text=data.text)
    return tell_report(report)


REPORTS: Final = Router("/", route_handlers=[report_content], tags=["reports"])
