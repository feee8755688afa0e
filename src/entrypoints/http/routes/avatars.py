"""Pictures of members: uploaded like other images, and public once they were judged harmless."""

from typing import Annotated, Final

from litestar import Response, Router, delete, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import PUBLIC, Asking
from entrypoints.http.images import IMAGE_TOLD, RUNS_NOTHING, named
from entrypoints.http.limits import UPLOADING
from entrypoints.http.refusals import refusals
from entrypoints.http.routes.files import MAY_REFUSE, UPLOAD_BYTES_MOST, read_form
from entrypoints.http.routes.me import told
from entrypoints.http.wire.files import FileTold, ImageAsked, tell_file
from entrypoints.http.wire.members import MeTold
from errand_domain.errors import Missing
from errand_domain.ports.files import StoreUnreachable
from errand_domain.use_cases.files.stored_files import UploadFile
from errand_domain.use_cases.members.avatars import RemoveAvatar, SeePicture

KEPT: Final = "public, max-age=2592000, immutable"
"""What is public under a name never changes; when it is removed, a copy may stay with those who saw it, for a month."""


@post(
    "/me/avatar", request_max_body_size=UPLOAD_BYTES_MOST, before_request=read_form, opt=UPLOADING, responses=MAY_REFUSE
)
async def upload_avatar(
    data: Annotated[ImageAsked, Body(media_type=RequestEncodingType.MULTI_PART)],
    request: Asking,
    upload_file: Uses[UploadFile],
) -> FileTold:
    """Send a picture of oneself. It is judged first; then it takes the place of the one before, and all may see it."""
    return tell_file(await upload_file(request.user.id, await data.file.read(), purpose="avatar"))


@delete("/me/avatar", status_code=200)
async def remove_avatar(request: Asking, remove_avatar: Uses[RemoveAvatar]) -> MeTold:
    """Be seen without a picture; one that still waits for its verdict goes as well."""
    return told(await remove_avatar(request.user.id), request)


@get(
    "/public-images/{name:str}",
    opt=PUBLIC,
    media_type="image/jpeg",
    responses={200: IMAGE_TOLD, **refusals(Missing, StoreUnreachable)},
)
async def see_picture(name: FromPath[str], see_picture: Uses[SeePicture]) -> Response[bytes]:
    """A picture that is public, to whoever knows its name."""
    found = await see_picture(name)
    headers = {
        "Cache-Control": KEPT,
        "Content-Disposition": named(name),
        "Content-Security-Policy": RUNS_NOTHING,
    }
    return Response(found.content, media_type=found.media_type, headers=headers)


AVATARS: Final = Router("/", route_handlers=[upload_avatar, remove_avatar, see_picture], tags=["me"])
