"""One version of a document: how it is written down, and what is filled in before it is shown."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Final

from attrs import frozen

from errand_domain.member.consent import Document

_VERSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,19}")
_FRONT: Final = re.compile(r"---\n(?P<facts>.*?)^---\n(?P<body>.*)", re.DOTALL | re.MULTILINE)
_FIELD: Final = re.compile(r"\{\{ *(?P<name>[a-z_]*) *\}\}")
_FACTS: Final = frozenset({"title", "effective"})
_COMMENT: Final = "#"


class TextInvalid(Exception):
    """A text cannot be right; the message says why."""


@frozen(kw_only=True, slots=False)
class Text:
    """What a person is asked to accept, in Markdown, complete: nothing is left to fill in."""

    document: Document
    version: str
    title: str
    effective_on: date
    markdown: str

    @cached_property
    def sha256(self) -> str:
        """The digest of the Markdown in UTF-8, by which a consent proves which words it was given to."""
        return sha256(self.markdown.encode()).hexdigest()


def read_text(document: Document, version: str, written: str, filling: Mapping[str, str]) -> Text:
    """The text of a file: facts between two lines of `---`, then Markdown in which `{{names}}` are filled in.

    Lines of the facts that begin with `#` are for whoever edits the file. Raises `TextInvalid`.
    """
    if not _VERSION.fullmatch(version):
        raise TextInvalid("is no version: its name must be up to 20 letters, digits, dots and dashes")
    parts = _FRONT.fullmatch(written)
    if parts is None:
        raise TextInvalid("does not begin with its title and effective date between two lines of ---")
    facts = _facts(parts["facts"])
    try:
        effective_on = date.fromisoformat(facts["effective"])
    except ValueError:
        raise TextInvalid(f"effective must be a date such as 2026-11-01, not {facts['effective']!r}") from None
    return Text(
        document=document,
        version=version,
        title=facts["title"],
        effective_on=effective_on,
        markdown=_filled(parts["body"].strip() + "\n", {**filling, "effective_on": _in_words(effective_on)}),
    )


def _facts(written: str) -> dict[str, str]:
    lines = [line for line in written.splitlines() if line.strip() and not line.startswith(_COMMENT)]
    pairs = [line.partition(":") for line in lines]
    facts = {name.strip(): value.strip() for name, _, value in pairs}
    if facts.keys() != _FACTS or not all(facts.values()):
        raise TextInvalid(f"its first lines must say {' and '.join(sorted(_FACTS))}, and nothing else")
    return facts


def _filled(body: str, filling: Mapping[str, str]) -> str:
    unknown = sorted({found["name"] for found in _FIELD.finditer(body)} - filling.keys())
    if unknown:
        raise TextInvalid(f"{{{{{unknown[0]}}}}} is no field; there are {', '.join(sorted(filling))}")
    filled = _FIELD.sub(lambda found: filling[found["name"]], body)
    if "{{" in filled or "}}" in filled:
        raise TextInvalid("has braces that are no field")
    return filled


def _in_words(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
