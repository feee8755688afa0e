"""Documents: which are in force, and what they say."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from entrypoints.documents.shelf import Shelf
from entrypoints.documents.text import Text
from entrypoints.http.wire.shapes import Told
from errand_domain.member.consent import REQUIRED, Document

Digest = Annotated[str, Meta(description="SHA-256 of `text` in UTF-8, in hexadecimal digits.")]


class DocumentTold(Told, kw_only=True, frozen=True):
    """A document in force; `/documents/{document}/{version}` has its text.

    Required ones must be accepted before anything can be done.
    """

    document: Document
    version: str
    is_required: bool
    title: str
    effective_on: date
    sha256: Digest


class DocumentsTold(Told, kw_only=True, frozen=True):
    """The documents in force."""

    items: tuple[DocumentTold, ...]


class DocumentTextTold(Told, kw_only=True, frozen=True):
    """One version of a document, in force or not any more."""

    document: Document
    version: str
    title: str
    effective_on: date
    text: Annotated[str, Meta(description="Markdown: headings, paragraphs, lists, emphasis and tables.")]
    sha256: Digest


def tell_documents(shelf: Shelf) -> DocumentsTold:
    """The documents in force."""
    return DocumentsTold(
        items=tuple(
            DocumentTold(
                document=text.document,
                version=text.version,
                is_required=text.document in REQUIRED,
                title=text.title,
                effective_on=text.effective_on,
                sha256=text.sha256,
            )
            for text in shelf.in_force
        )
    )


def tell_document_text(text: Text) -> DocumentTextTold:
    """That version."""
    return DocumentTextTold(
        document=text.document,
        version=text.version,
        title=text.title,
        effective_on=text.effective_on,
        text=text.markdown,
        sha256=text.sha256,
    )
