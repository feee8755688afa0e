"""Uploaded files."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from litestar.datastructures import UploadFile
from msgspec import Struct

from entrypoints.http.wire.shapes import Told
from errand_domain.ports.files import StoredFile


class ImageAsked(Struct, frozen=True, kw_only=True):
    """A JPEG, PNG or WebP image, as the form field `file`."""

    file: UploadFile


class ProofAsked(Struct, frozen=True, kw_only=True):
    """A JPEG, PNG or WebP image as the form field `file`, and what it is for."""

    file: UploadFile
    purpose: Literal["proof", "evidence"] = "proof"


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
