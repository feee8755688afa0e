"""What operations decide about content in doubt."""

from typing import Annotated

from litestar import Response, Router, get, post
from litestar.params import JSONBody, QueryParameter

from entrypoints.http.conditional import tagged
from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import Asking
from entrypoints.http.images import IMAGE_TOLD, shown
from entrypoints.http.parameters import AtCampus, Limit, PathId
from entrypoints.http.refusals import refusals
from entrypoints.http.wire.content import (
    ContentCasesTold,
    ContentCaseTold,
    ContentDecisionAsked,
    ContentOpenAsked,
    ContentStateName,
    pointed_at,
    tell_case,
)
from errand_domain.content.case import IllegalContentTransition, OwnContent
from errand_domain.errors import InvalidField, Missing, NotPermitted
from errand_domain.ids import CampusId, ContentCaseId
from errand_domain.ports.files import StoreUnreachable
from errand_domain.use_cases.moderation.moderate_content import DecideContent, ListContent, LookAtImage, OrderUnderWay
from errand_domain.use_cases.moderation.open_content_case import OpenContentCase


@get("/content", responses=refusals(NotPermitted))
async def list_content_cases(
    request: Asking,
    list_content: Uses[ListContent],
    *,
    campus: AtCampus,
    states: Annotated[list[ContentStateName] | None, QueryParameter(name="state")] = None,
    reported: Annotated[bool, QueryParameter(description="Only what members reported.")] = False,
    limit: Limit = 20,
) -> Response[ContentCasesTold]:
    """What waits for somebody to look at it, or what is in the states asked for, oldest first."""
    wanted = tuple(states or ("open",))
    cases = await list_content(CampusId(campus), request.user, states=wanted, limit=limit, reported=reported)
    return tagged(request, ContentCasesTold(items=tuple(tell_case(listed.case, listed.complaints) for listed in cases)))


@post("/content", responses=refusals(InvalidField, NotPermitted, OwnContent, Missing))
async def open_content_case(
    data: JSONBody[ContentOpenAsked], request: Asking, open_content_case: Uses[OpenContentCase]
) -> ContentCaseTold:
    """Have looked at what was let pass, by the check or by a person before: the case that waits; audited."""
    case = await open_content_case(pointed_at(data), request.user, reason=data.reason, withhold=data.withhold)
    return tell_case(case)


@get(
    "/content/{case_id:uuid}/image",
    media_type="image/jpeg",
    responses={200: IMAGE_TOLD, **refusals(NotPermitted, OwnContent, Missing, StoreUnreachable)},
)
async def show_content_image(case_id: PathId, request: Asking, look_at_image: Uses[LookAtImage]) -> Response[bytes]:
    """The image that an open case is about, also where it is withheld from everybody else; the look is recorded."""
    return shown(await look_at_image(ContentCaseId(case_id), request.user), kept_seconds=0)


@post(
    "/content/{case_id:uuid}/decisions",
    status_code=200,
    responses=refusals(InvalidField, NotPermitted, OwnContent, Missing, IllegalContentTransition, OrderUnderWay),
)
async def decide_content_case(
    case_id: PathId, data: JSONBody[ContentDecisionAsked], request: Asking, decide_content: Uses[DecideContent]
) -> ContentCaseTold:
    """Let it stand, or remove it and tell its author why; audited. Nobody decides about their own."""
    if data.decision == "clear":
        return tell_case(await decide_content.clear(ContentCaseId(case_id), request.user))
    return tell_case(await decide_content.remove(ContentCaseId(case_id), request.user, reason=data.reason))


OPERATOR_CONTENT = Router(
    "/operator",
    route_handlers=[list_content_cases, open_content_case, show_content_image, decide_content_case],
    tags=["operator"],
)
