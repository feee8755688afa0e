"""What reviewers and operations decide about runners."""

from litestar import Response, Router, get, post
from litestar.params import JSONBody

from entrypoints.http.conditional import tagged
from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import Asking
from entrypoints.http.parameters import AtCampus, Limit, PathId
from entrypoints.http.refusals import refusals
from entrypoints.http.wire.operations import (
    ApplicantsTold,
    DecisionAsked,
    RunnerDecidedTold,
    decision_of,
    tell_applicants,
)
from entrypoints.http.wire.runners import verification_of
from errand_domain.errors import InvalidField, Missing, NotPermitted
from errand_domain.ids import CampusId, MemberId
from errand_domain.runner.verification import IllegalVerificationTransition, OwnApplication
from errand_domain.use_cases.runners.review_runner import ReviewQueue, ReviewRunner


@get("/runners", responses=refusals(NotPermitted))
async def list_applicants(
    request: Asking, review_queue: Uses[ReviewQueue], campus: AtCampus, limit: Limit = 20
) -> Response[ApplicantsTold]:
    """Applications that wait for a reviewer, oldest first."""
    return tagged(request, tell_applicants(await review_queue(CampusId(campus), request.user, limit=limit)))


@post(
    "/runners/{member_id:uuid}/decisions",
    status_code=200,
    responses=refusals(InvalidField, NotPermitted, OwnApplication, Missing, IllegalVerificationTransition),
)
async def decide_runner(
    member_id: PathId, data: JSONBody[DecisionAsked], request: Asking, review_runner: Uses[ReviewRunner]
) -> RunnerDecidedTold:
    """Decide about a runner who is not oneself; they are told, and the decision is audited."""
    runner = await review_runner(MemberId(member_id), request.user, decision_of(data))
    return RunnerDecidedTold(member_id=runner.member_id, verification=verification_of(runner))


OPERATOR_PEOPLE = Router("/operator", route_handlers=[list_applicants, decide_runner], tags=["operator"])
