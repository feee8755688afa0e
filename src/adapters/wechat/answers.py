"""What came back from WeChat, by kind."""

import re
from http import HTTPStatus
from typing import Final, Generic, TypeVar

import msgspec
from attrs import field, frozen

from adapters.wechat.errors import Meaning, meaning_of

T = TypeVar("T")
MESSAGE_LENGTH_MOST: Final = 120
_REQUEST_ID: Final = re.compile(r"\s*\brid: ([0-9A-Za-z-]{1,64})\s*$")


@frozen(kw_only=True)
class Ok(Generic[T]):
    """The call succeeded."""

    content: T = field(repr=False)


@frozen(kw_only=True)
class Refused:
    """The call was answered, and nothing was done."""

    errcode: int
    errmsg: str
    rid: str
    """WeChat's own number of the request, for which its support asks; empty where it gave none."""

    @property
    def meaning(self) -> Meaning:
        """What the code means for the call."""
        return meaning_of(self.errcode)

    @property
    def reason(self) -> str:
        """All of it in one line, the code first."""
        named = f"{self.errcode}: {self.errmsg}" if self.errmsg else str(self.errcode)
        return f"{named} (rid {self.rid})" if self.rid else named


@frozen(kw_only=True)
class Unknown:
    """No answer, or none that can be understood: the call may have happened."""

    why: str


Answer = Ok[T] | Refused | Unknown


class Nothing(msgspec.Struct, frozen=True):
    """An answer that says no more than that it was done."""


class _Head(msgspec.Struct, frozen=True):
    """The first part of every answer. Some interfaces leave it out where all is well."""

    errcode: int = 0
    errmsg: str = ""


def understood(status: int, content: bytes, shape: type[T]) -> Answer[T]:
    """The typed answer that a status and a body are. WeChat answers 200 to everything that it has understood.

    The header says that it is text as often as that it is JSON: only the content counts.
    """
    if status != HTTPStatus.OK:
        return Unknown(why=f"an answer with status {status}")
    try:
        head = msgspec.json.decode(content, type=_Head)
        if head.errcode == 0:
            return Ok(content=msgspec.json.decode(content, type=shape))
    except (ValueError, RecursionError):
        return Unknown(why="an answer that is not what was promised")
    if meaning_of(head.errcode) == "unknown":
        return Unknown(why=_refused(head).reason)
    return _refused(head)


PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
"""How a PNG and a JPEG begin."""


def picture(status: int, content: bytes) -> Answer[bytes]:
    """The picture that a status and a body are: WeChat sends either a picture, or JSON that says why there is none."""
    if status == HTTPStatus.OK and content.startswith(PICTURES):
        return Ok(content=content)
    answer = understood(status, content, Nothing)
    return Unknown(why="neither a picture nor a reason") if isinstance(answer, Ok) else answer


def _refused(head: _Head) -> Refused:
    found = _REQUEST_ID.search(head.errmsg)
    errmsg = head.errmsg[: found.start()] if found else head.errmsg
    return Refused(errcode=head.errcode, errmsg=errmsg[:MESSAGE_LENGTH_MOST], rid=found[1] if found else "")
