"""Values that must be nowhere in what processes write, and every form in which they might be there."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, quote_plus

SHORT: Final = 6
"""A value of so few characters is searched for as a word of its own: ids and figures may contain it."""
MOMENTS: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?")


def forms(value: str) -> dict[str, set[str]]:
    """The value as it is, and as it would stand in an address, in JSON and in base64 of something longer."""
    return {
        "plain": {value, value.lower()},
        "url": {quote(value, safe=""), quote_plus(value, safe=""), quote(value).lower()},
        "json": {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]},
        "base64": set(_in_base64(value.encode())),
    }


def _in_base64(raw: bytes) -> Iterator[str]:
    """What base64 has of these bytes for certain, whatever stands before and behind them."""
    for before in range(3):
        text = b64encode(b"\0" * before + raw).decode().rstrip("=")
        first, whole = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
        certain = text[first:whole]
        yield certain
        yield certain.translate(str.maketrans("+/", "-_"))


def found(value: str, text: str) -> set[str]:
    """The names of the forms in which the text has that value; escapes may be escaped again, however often."""
    flat = MOMENTS.sub("", text).replace("\\", "")
    return {name for name, written in forms(value).items() if any(_has(flat, one.replace("\\", "")) for one in written)}


def _has(text: str, wanted: str) -> bool:
    if len(wanted) <= SHORT:
        return re.search(rf"(?<![\w.-]){re.escape(wanted)}(?![\w.-])", text) is not None
    return wanted in text
