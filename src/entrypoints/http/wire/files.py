"""Uploaded files."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from litestar.datastructures import UploadFile
from msgspec import Struct

from entrypoints.http.wire.shapes import Asked, Told
from errand_domain.ports.files import FilePurpose, StoredFile
from errand_domain.ports.uploads import ImageType, UploadForm
from errand_domain.use_cases.files.upload_tickets import IssuedTicket


class ImageAsked(Struct, frozen=True, kw_only=True):
    """A JPEG, PNG or WebP image, as the form field `file`."""

    file: UploadFile


class ProofAsked(Struct, frozen=True, kw_only=True):
    """A JPEG, PNG or WebP image as the form field `file`, and what it is for."""

    file: UploadFile
    purpose: Literal["proof", "evidence"] = "proof"


class UploadTicketAsked(Asked, kw_only=True, frozen=True):
    """What image will be sent: for which order, if it is not a student card; how large, and of what type."""

    purpose: FilePurpose
    size_bytes: int
    media_type: ImageType
    order_id: UUID | None = None


class UploadTicketTold(Told, kw_only=True, frozen=True):
    """A form to send one image by: all of these fields as they are, and then the image, as multipart/form-data."""

    token: str
    url: str
    method: Literal["POST"] = "POST"
    form_fields: dict[str, str]
    file_field: str
    expires_at: datetime


class UploadSentAsked(Struct, frozen=True, kw_only=True):
    """A ticket as the form field `ticket`, and the image as `file`."""

    ticket: str
    file: UploadFile


class UploadTakenAsked(Asked, kw_only=True, frozen=True):
    """The ticket with which an image was sent."""

    token: str


class FileTold(Told, kw_only=True, frozen=True):
    """A file that was stored; name it by its id."""

    id: UUID
    media_type: str
    size_bytes: int


class LinkTold(Told, kw_only=True, frozen=True):
    """Where the image is, for whoever asked, until it expires; to be shown to nobody else."""

    url: str
    expires_at: datetime


def tell_file(file: StoredFile) -> FileTold:
    """The file as it is told."""
    return FileTold(id=file.id, media_type=file.media_type, size_bytes=file.size_bytes)


def tell_ticket(issued: IssuedTicket, *, own_url: str) -> UploadTicketTold:
    """The ticket as it is told: where no form says otherwise, the image comes to that address of ours."""
    form = issued.form or UploadForm(url=own_url, fields=(("ticket", issued.token),))
    return UploadTicketTold(
        token=issued.token,
        url=form.url,
        form_fields=dict(form.fields),
        file_field=form.file_field,
        expires_at=issued.expires_at,
    )
