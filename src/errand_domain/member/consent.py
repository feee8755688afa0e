"""Consent to dated versions of the documents; nothing beyond the session is stored without it."""

from datetime import datetime
from typing import Final, Literal, get_args

from attrs import field, frozen

from errand_domain.errors import Conflict, InvalidField
from errand_domain.text import line

Document = Literal["user_agreement", "privacy_policy", "runner_agreement"]
DOCUMENTS: Final[tuple[Document, ...]] = get_args(Document)
REQUIRED: Final[tuple[Document, ...]] = ("user_agreement", "privacy_policy")
Documents = tuple[tuple[Document, str], ...]
"""The documents in force, each with its dated version."""


@frozen(str=False)
class ConsentMissing(Conflict):
    """The current version of a document was not accepted yet."""

    code = "member.consent_missing"
    sentence = "请先阅读并同意用户协议和隐私政策"

    document: str


@frozen(kw_only=True)
class Consent:
    """A member accepted that version of that document then."""

    document: Document
    version: str = field(validator=line(most=20))
    at: datetime


def check_in_force(document: Document, version: str, documents: Documents) -> None:
    """Raise `InvalidField` for a version that nobody is asked to accept."""
    if (document, version) not in documents:
        raise InvalidField("version", "is not the version in force")
