"""Links to images, for a page or a mini-program that shows them without headers of its own."""

from typing import Final

from litestar import Response, Router, get, post
from litestar.params import FromPath

from entrypoints.http.addresses import address_of
from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import PUBLIC, Asking
from entrypoints.http.images import IMAGE_TOLD, shown
from entrypoints.http.parameters import PathId
from entrypoints.http.refusals import refusals
from entrypoints.http.wire.files import LinkTold
from errand_domain.content.screening import FileWithheld
from errand_domain.errors import Missing, NotPermitted
from errand_domain.ids import FileId
from errand_domain.ports.files import StoreUnreachable
from errand_domain.use_cases.files.file_links import FollowFileLink, IssueFileLink

KEPT_SECONDS: Final = 300


@post("/files/{file_id:uuid}/links", responses=refusals(Missing, FileWithheld, NotPermitted))
async def issue_link(file_id: PathId, request: Asking, issue_file_link: Uses[IssueFileLink]) -> LinkTold:
    """A link to a file that one may see, good for minutes and for oneself; reviewers' links to cards are recorded."""
    issued = await issue_file_link(FileId(file_id), request.user)
    return LinkTold(url=f"{address_of(request)}/api/v1/file-links/{issued.token}", expires_at=issued.expires_at)


@get(
    "/file-links/{token:str}",
    opt=PUBLIC,
    media_type="image/jpeg",
    responses={200: IMAGE_TOLD, **refusals(Missing, FileWithheld, StoreUnreachable)},
)
async def follow_link(token: FromPath[str], follow_file_link: Uses[FollowFileLink]) -> Response[bytes]:
    """The bytes of the file, as long as the link is good and whoever asked for it may still look."""
    return shown(await follow_file_link(token), kept_seconds=KEPT_SECONDS)


FILE_LINKS: Final = Router("/", route_handlers=[issue_link, follow_link], tags=["files"])
