"""Tickets to send images with: `wx.uploadFile` posts one form, to us or to a bucket that must not learn the session."""

from typing import Annotated, Final

from litestar import Router, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, JSONBody

from entrypoints.http.addresses import address_of
from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import PUBLIC, Asking
from entrypoints.http.limits import SENDING, UPLOADING
from entrypoints.http.refusals import refusals
from entrypoints.http.routes.files import SENT, UPLOAD_BYTES_MOST, read_form
from entrypoints.http.wire.files import (
    FileTold,
    UploadSentAsked,
    UploadTakenAsked,
    UploadTicketAsked,
    UploadTicketTold,
    tell_file,
    tell_ticket,
)
from errand_domain.errors import InvalidField, Missing
from errand_domain.ids import OrderId
from errand_domain.ports.files import StoreUnreachable
from errand_domain.use_cases.files.stored_files import FileTooLarge, TooManyFiles
from errand_domain.use_cases.files.upload_tickets import (
    IssueUploadTicket,
    NothingReceived,
    ReceiveUpload,
    TakeUpload,
    TicketExpired,
)


@post(
    "/files/tickets",
    opt=UPLOADING,
    responses=refusals(InvalidField, FileTooLarge, TooManyFiles, Missing, StoreUnreachable),
)
async def issue_ticket(
    data: JSONBody[UploadTicketAsked], request: Asking, issue_upload_ticket: Uses[IssueUploadTicket]
) -> UploadTicketTold:
    """A ticket for one image, good for minutes. Send the form, then name the token at `/files/received`."""
    issued = await issue_upload_ticket(
        request.user.id,
        purpose=data.purpose,
        order_id=None if data.order_id is None else OrderId(data.order_id),
        size_bytes=data.size_bytes,
        media_type=data.media_type,
    )
    return tell_ticket(issued, own_url=f"{address_of(request)}/api/v1/uploads")


@post(
    "/uploads",
    request_max_body_size=UPLOAD_BYTES_MOST,
    before_request=read_form,
    opt={**PUBLIC, **SENDING},
    responses=refusals(*SENT, TicketExpired),
)
async def send_upload(
    data: Annotated[UploadSentAsked, Body(media_type=RequestEncodingType.MULTI_PART)],
    receive_upload: Uses[ReceiveUpload],
) -> FileTold:
    """Take an image that comes with its ticket. No session is asked for, and the same ticket is the same file."""
    return tell_file(await receive_upload(data.ticket, await data.file.read()))


@post("/files/received", status_code=200, opt=UPLOADING, responses=refusals(*SENT, TicketExpired, NothingReceived))
async def take_received(data: JSONBody[UploadTakenAsked], request: Asking, take_upload: Uses[TakeUpload]) -> FileTold:
    """The file of an image that was sent with a ticket of one's own, wherever it was sent; twice is the same file."""
    return tell_file(await take_upload(data.token, request.user.id))


UPLOAD_TICKETS: Final = Router("/", route_handlers=[issue_ticket, send_upload, take_received], tags=["files"])
