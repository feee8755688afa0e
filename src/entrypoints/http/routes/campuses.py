"""Campuses and their places: what one may see before signing in."""

from typing import Annotated, Any

from litestar import Request, Response, Router, get
from litestar.params import QueryParameter

from entrypoints.http.conditional import ASKED_AGAIN, tagged
from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import PUBLIC
from entrypoints.http.parameters import AtCampus, PathId
from entrypoints.http.refusals import refusals
from entrypoints.http.wire.places import (
    CampusesTold,
    CampusWholeTold,
    PlacesTold,
    tell_building,
    tell_campus,
    tell_whole_campus,
)
from errand_domain.errors import Missing
from errand_domain.ids import CampusId
from errand_domain.use_cases.operators.view_campuses import FindPlaces, ListCampuses, ViewCampus


@get("/campuses", opt=PUBLIC)
async def show_campuses(request: Request[Any, Any, Any], list_campuses: Uses[ListCampuses]) -> Response[CampusesTold]:
    """Every campus of this installation, by name."""
    told = CampusesTold(items=tuple(map(tell_campus, await list_campuses())))
    return tagged(request, told, cache=ASKED_AGAIN)


@get("/campuses/{campus_id:uuid}", opt=PUBLIC, responses=refusals(Missing))
async def show_campus(
    campus_id: PathId, request: Request[Any, Any, Any], view_campus: Uses[ViewCampus]
) -> Response[CampusWholeTold]:
    """A campus with its boundary, buildings and public numbers."""
    return tagged(request, tell_whole_campus(await view_campus(CampusId(campus_id))), cache=ASKED_AGAIN)


@get("/places", opt=PUBLIC, responses=refusals(Missing))
async def find_buildings(
    find_places: Uses[FindPlaces],
    campus: AtCampus,
    words: Annotated[str, QueryParameter(name="q", max_length=40, description="Parts of the name.")] = "",
) -> PlacesTold:
    """Buildings of a campus by parts of their name."""
    return PlacesTold(items=tuple(map(tell_building, await find_places(CampusId(campus), words))))


CAMPUSES = Router("/", route_handlers=[show_campuses, show_campus, find_buildings], tags=["campuses"])
