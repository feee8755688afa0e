"""The words of a push, which come as JSON or as XML, as the app's console has it."""

from collections.abc import Mapping
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate

import msgspec

DEPTH_MOST: Final = 16


class Unreadable(ValueError):
    """It is neither the JSON nor the XML of a push."""


def words_of(body: bytes) -> Mapping[str, str]:
    """Names and values on the first level, numbers in their digits; raises `Unreadable`.

    What lies deeper, and is neither text nor a whole number, is left out: nothing that we act upon is there.
    """
    try:
        text = body.decode().strip()
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None
    return _of_xml(text) if text.startswith("<") else _of_json(text)


def _of_json(text: str) -> Mapping[str, str]:
    try:
        found = msgspec.json.decode(text, type=dict[str, object])
    except (ValueError, RecursionError):
        raise Unreadable("not a JSON object") from None
    return {name: str(value) for name, value in found.items() if type(value) in {str, int}}


def _of_xml(text: str) -> Mapping[str, str]:
    reading = _XmlReading()
    try:
        reading.read(text)
    except ExpatError:
        raise Unreadable("not well-formed XML") from None
    return {name: "".join(parts) for name, parts in reading.found.items()}


class _XmlReading:
    """Gathers the text of the root's children. A document type is refused, so that there are no entities to expand."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}
        self._open: list[str] = []

    def read(self, text: str) -> None:
        """Read all of it; raises `Unreadable`, or expat's own error."""
        parser = ParserCreate("utf-8")
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.Parse(text.encode(), True)  # noqa: FBT003 - the parser takes no keyword

    def _refuse(self, *_: object) -> None:
        raise Unreadable("XML with a document type")

    def _start(self, name: str, _: object) -> None:
        self._open.append(name)
        if len(self._open) > DEPTH_MOST:
            raise Unreadable("XML that goes too deep")
        if self._is_first_level():
            self.found[name] = []

    def _end(self, _: str) -> None:
        self._open.pop()

    def _characters(self, text: str) -> None:
        if self._is_first_level():
            self.found[self._open[-1]].append(text)

    def _is_first_level(self) -> bool:
        return len(self._open) == 2  # noqa: PLR2004 - the root, and a child of it
