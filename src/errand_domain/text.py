"""Validators for what people type: bounded length, no control characters, never blank by accident."""

import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from errand_domain.errors import InvalidField

if TYPE_CHECKING:
    from attrs import Attribute

_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
_PLANE_ENDS = (plane << 16 | last for plane in range(17) for last in (0xFFFE, 0xFFFF))
_NONCHARACTERS = frozenset({*range(0xFDD0, 0xFDF0), *_PLANE_ENDS})
_LINE_BREAK = "\n"
TAKEN_AWAY: Final = "（内容已移除）"
"""What stands where there was a text that nobody may read any more."""

Validator = Callable[[Any, "Attribute[Any]", Any], None]


def line(*, most: int, least: int = 1) -> Validator:
    """One line of `least` to `most` characters; surrounding blanks do not count towards `least`."""
    return _text(least=least, most=most, allowed="")


def paragraph(*, most: int, least: int = 0) -> Validator:
    """Text of `least` to `most` characters that may have line breaks."""
    return _text(least=least, most=most, allowed=_LINE_BREAK)


def _is_forbidden(character: str) -> bool:
    """Controls, line separators, halves of characters, private use, noncharacters.

    A character that this Python does not know yet is none of those: next year's emoji are typed today.
    """
    return unicodedata.category(character) in _FORBIDDEN_CATEGORIES or ord(character) in _NONCHARACTERS


def _text(*, least: int, most: int, allowed: str) -> Validator:
    def check(_: object, attribute: "Attribute[Any]", value: object) -> None:
        if type(value) is not str:
            raise InvalidField(attribute.name, "must be text")
        if len(value) > most:
            raise InvalidField(attribute.name, f"must be at most {most} characters")
        if len(value.strip()) < least:
            raise InvalidField(attribute.name, f"must be at least {least} characters")
        # Nearly every text is printable throughout; only the others are looked at one character after the other.
        if not value.isprintable() and any(_is_forbidden(c) and c not in allowed for c in value):
            raise InvalidField(attribute.name, "must not contain control characters")

    return check
