"""What people are asked to accept. The texts are public: one reads them before one signs in."""

from typing import Final

from litestar import Response, Router, get
from litestar.params import FromPath

from entrypoints.http.conditional import ASKED_AGAIN, tagged
from entrypoints.http.documents import shelf_of
from entrypoints.http.gate import PUBLIC, Asking
from entrypoints.http.refusals import refusals
from entrypoints.http.wire.documents import DocumentsTold, DocumentTextTold, tell_document_text, tell_documents
from errand_domain.errors import Missing
from errand_domain.member.consent import document_named

KEPT: Final = "public, max-age=86400, immutable"
"""The words of a version stay as they are: new words are a new version."""


@get("/documents", opt=PUBLIC)
async def show_documents(request: Asking) -> Response[DocumentsTold]:
    """The documents in force, with the versions to consent to and where their texts are."""
    return tagged(request, tell_documents(shelf_of(request)), cache=ASKED_AGAIN)


@get("/documents/{document:str}/{version:str}", opt=PUBLIC, responses=refusals(Missing))
async def show_document_text(
    document: FromPath[str], version: FromPath[str], request: Asking
) -> Response[DocumentTextTold]:
    """The text of a version, in Markdown. Those that are no longer in force stay readable: consents refer to them."""
    text = shelf_of(request).find(document_named(document), version)
    return tagged(request, tell_document_text(text), cache=KEPT)


DOCUMENTS = Router("/", route_handlers=[show_documents, show_document_text], tags=["documents"])
