"""Images: proofs, evidence and student cards. Nothing of them is public."""

from typing import Annotated, Any, Final

from litestar import Request, Response, Router, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from entrypoints.http.dependencies import Uses
from entrypoints.http.errors import Unreadable, UnsupportedMedia
from entrypoints.http.gate import Asking
from entrypoints.http.images import IMAGE_TOLD, shown
from entrypoints.http.limits import UPLOADING
from entrypoints.http.parameters import PathId
from entrypoints.http.refusals import refusals
from entrypoints.http.wire.files import FileTold, ImageAsked, ProofAsked, tell_file
from errand_domain.content.screening import FileWithheld
from errand_domain.errors import InvalidField, Missing
from errand_domain.ids import FileId, OrderId
from errand_domain.ports.files import StoreUnreachable
from errand_domain.ports.images import ImageTooLarge, NotAnImage
from errand_domain.use_cases.files.stored_files import (
    FILE_BYTES_MOST,
    FetchFile,
    FileTooLarge,
    TooManyFiles,
    UploadFile,
)

UPLOAD_BYTES_MOST: Final = FILE_BYTES_MOST + 64 * 1024
KEPT_SECONDS: Final = 3600


async def read_form(request: Request[Any, Any, Any]) -> None:
    """Read the form before Litestar does, which would take text in no encoding for a fault of ours."""
    if request.content_type[0] != RequestEncodingType.MULTI_PART:
        raise UnsupportedMedia(detail="the body must be multipart/form-data")
    try:
        await request.form()
    except (UnicodeError, LookupError):
        raise Unreadable(detail="a field of the form is not text in its encoding") from None


SENT: Final = (InvalidField, NotAnImage, ImageTooLarge, FileTooLarge, TooManyFiles, Missing, StoreUnreachable)
"""What may be wrong with an image that was sent."""
MAY_REFUSE: Final = refusals(*SENT)


@post(
    "/orders/{order_id:uuid}/proofs",
    request_max_body_size=UPLOAD_BYTES_MOST,
    before_request=read_form,
    opt=UPLOADING,
    responses=MAY_REFUSE,
)
async def upload_proof(
    order_id: PathId,
    data: Annotated[ProofAsked, Body(media_type=RequestEncodingType.MULTI_PART)],
    request: Asking,
    upload_file: Uses[UploadFile],
) -> FileTold:
    """Store an image for an order of one's own: a proof or evidence, seen by its parties and by staff who may."""
    content = await data.file.read()
    stored = await upload_file(request.user.id, content, purpose=data.purpose, order_id=OrderId(order_id))
    return tell_file(stored)


@post("/files", request_max_body_size=UPLOAD_BYTES_MOST, before_request=read_form, opt=UPLOADING, responses=MAY_REFUSE)
async def upload_student_card(
    data: Annotated[ImageAsked, Body(media_type=RequestEncodingType.MULTI_PART)],
    request: Asking,
    upload_file: Uses[UploadFile],
) -> FileTold:
    """Store a photo of one's student card, seen by its owner and by reviewers, each of whose looks is recorded."""
    return tell_file(await upload_file(request.user.id, await data.file.read(), purpose="student_card"))


@get(
    "/files/{file_id:uuid}",
    media_type="image/jpeg",
    responses={200: IMAGE_TOLD, **refusals(Missing, FileWithheld, StoreUnreachable)},
)
async def fetch(file_id: PathId, request: Asking, fetch_file: Uses[FetchFile]) -> Response[bytes]:
    """The bytes of a file, to those who may see it; to anybody else it is not there. What is withheld nobody sees."""
    return shown(await fetch_file(FileId(file_id), request.user), kept_seconds=KEPT_SECONDS)


FILES = Router("/", route_handlers=[upload_proof, upload_student_card, fetch], tags=["files"])
