"""The words of a push, which come as JSON or as XML, as the app's console has it."""

from collections.abc import Mapping
from typing import Final, TypeGuard
from xml.parsers.expat import ExpatError, ParserCreate

import msgspec

DEPTH_MOST: Final = 16
_NEAR: Final = (2, 3)
"""The root, a child of it, and a child of that."""


class Unreadable(ValueError):
    """It is neither the JSON nor the XML of a push."""


def words_of(body: bytes) -> Mapping[str, str]:
    """Names and values, numbers in their digits; raises `Unreadable`.

    What lies one level deeper is named with its parent, `result.suggest`. What lies in lists or deeper still, and is
    neither text nor a whole number, is left out: nothing that we act upon is there.
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
    words = dict[str, str]()
    for name, value in found.items():
        inner = {f"{name}.{part}": each for part, each in value.items()} if _is_object(value) else {name: value}
        words |= {path: str(each) for path, each in inner.items() if type(each) in {str, int}}
    return words


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _of_xml(text: str) -> Mapping[str, str]:
    reading = _XmlReading()
    try:
        reading.read(text)
    except ExpatError:
        raise Unreadable("not well-formed XML") from None
    return {name: "".join(parts) for name, parts in reading.found.items()}


class _XmlReading:
    """Gathers the text of the root's children and of theirs.

    A document type is refused, so that there are no entities to expand.
    """

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
        if self._is_near():
            self.found[self._path()] = []

    def _end(self, _: str) -> None:
        self._open.pop()

    def _characters(self, text: str) -> None:
        if self._is_near():
            self.found[self._path()].append(text)

    def _is_near(self) -> bool:
        return len(self._open) in _NEAR

    def _path(self) -> str:
        """The name below the root, with its parent's."""
        return ".".join(self._open[1:])
