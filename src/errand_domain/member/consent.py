"""Consent to dated versions of the documents; nothing beyond the session is stored without it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, get_args

from attrs import field, frozen

from errand_domain.errors import Conflict, InvalidField, Missing
from errand_domain.text import line

Document = Literal["user_agreement", "privacy_policy", "runner_agreement"]
DOCUMENTS: Final[tuple[Document, ...]] = get_args(Document)
REQUIRED: Final[tuple[Document, ...]] = ("user_agreement", "privacy_policy")
Documents = tuple[tuple[Document, str], ...]
"""The documents in force, each with its dated version."""
TextDigests = Mapping[tuple[Document, str], str]
"""The digests of the texts that people are shown, by document and version."""


@frozen(str=False)
class ConsentMissing(Conflict):
    """The current version of a document was not accepted yet."""

    code = "member.consent_missing"
    sentence = "请先阅读并同意用户协议和隐私政策"

    document: str


@frozen(kw_only=True)
class Consent:
    """A member accepted that version of that document then.

    `text_sha256` is the digest of the words that were shown, where the installation knows them: it proves later that
    nobody has changed them.
    """

    document: Document
    version: str = field(validator=line(most=20))
    at: datetime
    text_sha256: str | None = None


def document_named(name: str) -> Document:
    """The document of that name; raises `Missing`."""
    for document in DOCUMENTS:
        if document == name:
            return document
    raise Missing("document")


def check_in_force(document: Document, version: str, documents: Documents) -> None:
    """Raise `InvalidField` for a version that nobody is asked to accept."""
    if (document, version) not in documents:
        raise InvalidField("version", "is not the version in force")
