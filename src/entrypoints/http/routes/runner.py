"""Being a runner: applying, standing, shift, and the hall."""

from typing import Annotated

from litestar import Response, Router, get, post
from litestar.params import JSONBody, QueryParameter

from entrypoints.http.conditional import tagged
from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import Asking
from entrypoints.http.limits import HALL
from entrypoints.http.refusals import refusals
from entrypoints.http.wire.runners import (
    ApplicationAsked,
    ApplicationTold,
    HallTold,
    ShiftAsked,
    ShiftTold,
    StandingTold,
    application_of,
    tell_application,
    tell_hall,
    tell_standing,
)
from errand_domain.errors import InvalidField, Missing
from errand_domain.member.consent import ConsentMissing
from errand_domain.order.refusals import RunnerNotApproved
from errand_domain.place import Point
from errand_domain.runner.runner import NotARunner
from errand_domain.runner.verification import IllegalVerificationTransition, StudentNumberTaken
from errand_domain.use_cases.orders.browse_hall import ENTRIES_MOST, RADIUS_MOST_METRES, BrowseHall
from errand_domain.use_cases.runners.apply_as_runner import ApplyAsRunner
from errand_domain.use_cases.runners.runner_standing import SwitchShift, ViewStanding


@post(
    "/runner/application",
    responses=refusals(InvalidField, Missing, IllegalVerificationTransition, StudentNumberTaken, ConsentMissing),
)
async def apply(
    data: JSONBody[ApplicationAsked], request: Asking, apply_as_runner: Uses[ApplyAsRunner]
) -> ApplicationTold:
    """Show a student card to become a runner; again, where more was wanted."""
    return tell_application(await apply_as_runner(application_of(data, request.user.id)))


@get("/runner/application", responses=refusals(Missing))
async def show_application(request: Asking, view_standing: Uses[ViewStanding]) -> Response[ApplicationTold]:
    """Where the member's own application stands."""
    return tagged(request, tell_application((await view_standing(request.user.id, limit=1)).runner))


@get("/runner/standing", responses=refusals(Missing))
async def show_standing(request: Asking, view_standing: Uses[ViewStanding]) -> Response[StandingTold]:
    """Verification, shift, and every movement of the runner's credit."""
    return tagged(request, tell_standing(await view_standing(request.user.id)))


@post("/runner/shift", status_code=200, responses=refusals(InvalidField, Missing, NotARunner))
async def shift(data: JSONBody[ShiftAsked], request: Asking, switch_shift: Uses[SwitchShift]) -> ShiftTold:
    """Start or end a shift; orders in hand stay in hand."""
    return ShiftTold(is_on_shift=(await switch_shift(request.user.id, on=data.on)).on_shift)


@get("/hall", opt=HALL, responses=refusals(InvalidField, RunnerNotApproved))
async def show_hall(  # noqa: PLR0917 - Litestar calls it by keyword
    request: Asking,
    browse_hall: Uses[BrowseHall],
    latitude: Annotated[float, QueryParameter(ge=-90, le=90, description="Where the runner stands, GCJ-02.")],
    longitude: Annotated[float, QueryParameter(ge=-180, le=180, description="Where the runner stands, GCJ-02.")],
    within: Annotated[int, QueryParameter(ge=1, le=RADIUS_MOST_METRES, description="Metres.")] = 3_000,
    limit: Annotated[int, QueryParameter(ge=1, le=ENTRIES_MOST)] = 20,
) -> Response[HallTold]:
    """Open orders that this runner could take, nearest first, with nothing private in them."""
    around = Point(latitude=latitude, longitude=longitude)
    entries = await browse_hall(request.user.id, around=around, within_metres=within, limit=limit)
    return tagged(request, tell_hall(entries))


RUNNER = Router("/", route_handlers=[apply, show_application, show_standing, shift, show_hall], tags=["runner"])
