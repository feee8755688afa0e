"""An answer's outside: which bytes of it are signed.

The signature is over the inner object exactly as it was written, spaces, escapes and order included. Counting braces
does not find its end, since text may hold some: here each value is read as JSON, and its place in the text is kept.
"""

from json import JSONDecodeError, JSONDecoder
from typing import Final

from attrs import field, frozen

from adapters.alipay.answers import Malformed

ERROR_NODE: Final = "error_response"
_DECODER: Final = JSONDecoder()
_SPACE: Final = " \t\r\n"


@frozen(kw_only=True)
class Envelope:
    """The signed bytes of an answer, with its signature; all of it unverified."""

    content: bytes = field(repr=False)
    signature: str = ""
    certificate_serial: str = ""


def opened(body: bytes, node: str) -> Envelope:
    """The envelope around that node, or around the error in its place; raises `Malformed`."""
    try:
        found = _members(body.decode())
    except (UnicodeDecodeError, RecursionError):
        raise Malformed("not JSON") from None
    nodes = [found[name] for name in (node, ERROR_NODE) if name in found]
    if len(nodes) != 1 or not nodes[0].startswith("{"):
        raise Malformed("an answer without the object that was asked for")
    return Envelope(
        content=nodes[0].encode(),
        signature=_text(found.get("sign", '""')),
        certificate_serial=_text(found.get("alipay_cert_sn", '""')),
    )


def _members(text: str) -> dict[str, str]:
    """The members of the outermost object, each value as it is written."""
    members = dict[str, str]()
    at = _past(text, 0, "{")
    while True:
        name, end = _value(text, at)
        start = _past(text, end, ":")
        _, end = _value(text, start)
        if not isinstance(name, str) or name in members:
            raise Malformed("an answer that says something twice")
        members[name] = text[start:end]
        at = _skipped(text, end)
        if text[at : at + 1] == "}":
            break
        at = _past(text, at, ",")
    if _skipped(text, at + 1) != len(text):
        raise Malformed("something behind the answer")
    return members


def _value(text: str, at: int) -> tuple[object, int]:
    """The value that begins there, and where it ends."""
    try:
        return _DECODER.raw_decode(text, at)
    except JSONDecodeError:
        raise Malformed("not JSON") from None


def _past(text: str, at: int, mark: str) -> int:
    """Where the next thing begins, behind that mark and the spaces on both sides of it."""
    at = _skipped(text, at)
    if text[at : at + 1] != mark:
        raise Malformed("not JSON")
    return _skipped(text, at + 1)


def _skipped(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in _SPACE:
        at += 1
    return at


def _text(written: str) -> str:
    value, _ = _value(written, 0)
    if not isinstance(value, str):
        raise Malformed("a signature that is no text")
    return value
