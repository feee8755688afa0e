"""What came back from WeChat Pay, by kind."""

from http import HTTPStatus
from typing import Final, Generic, TypeVar

import msgspec
from attrs import field, frozen

from adapters.wechat_pay.errors import Meaning, documented, meaning_of

T = TypeVar("T")
CODE_LENGTH_MOST: Final = 40
MESSAGE_LENGTH_MOST: Final = 120


@frozen(kw_only=True)
class Ok(Generic[T]):
    """The call succeeded, and the answer is verified."""

    content: T = field(repr=False)


@frozen(kw_only=True)
class Refused:
    """The call was answered with an error that says that it did nothing.

    WeChat Pay's own SDKs verify no error answers, and neither do we: a refusal is believed because it came through
    TLS. None of them moves money by itself; a person who gives a withdrawal up relies on one that says there is none.
    """

    code: str
    message: str
    status: int
    meaning: Meaning

    @property
    def reason(self) -> str:
        """Code and message in one line, the code first."""
        return f"{self.code}: {self.message}" if self.message else self.code


@frozen(kw_only=True)
class Unknown:
    """No answer, or none that can be trusted or understood: the call may have happened.

    `status` is there where WeChat Pay answered with an error that leaves it open.
    """

    why: str
    status: int | None = None


Answer = Ok[T] | Refused | Unknown


class Malformed(ValueError):
    """What came is not what was promised."""


class Nothing(msgspec.Struct, frozen=True):
    """An answer without content."""


class _Error(msgspec.Struct, frozen=True):
    code: str
    message: str = ""


def understood(status: int, body: str | bytes, shape: type[T]) -> Answer[T]:
    """The typed answer that a status and a body are."""
    if status == HTTPStatus.NO_CONTENT:
        return _content("{}", shape)
    if status == HTTPStatus.OK:
        return _content(body, shape)
    if status < HTTPStatus.BAD_REQUEST:
        return Unknown(why=f"an answer with status {status}", status=status)
    try:
        error = decoded(body, _Error)
    except Malformed:
        return Unknown(why=f"an error without a code, status {status}", status=status)
    code, meaning = documented(error.code), meaning_of(status, error.code)
    if meaning == "unknown":
        return Unknown(why=f"{code[:CODE_LENGTH_MOST]}, status {status}", status=status)
    return Refused(code=code, message=_one_line(error.message), status=status, meaning=meaning)


def decoded(body: str | bytes, shape: type[T]) -> T:
    """JSON as that shape; raises `Malformed` without a word of the content."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (ValueError, RecursionError):
        raise Malformed(f"not the JSON of a {shape.__name__.lower()}") from None


def _one_line(message: str) -> str:
    """As much of it as people need, without what cannot be seen."""
    return " ".join("".join(c if c.isprintable() else " " for c in message).split())[:MESSAGE_LENGTH_MOST]


def _content(body: str | bytes, shape: type[T]) -> Ok[T] | Unknown:
    try:
        return Ok(content=decoded(body, shape))
    except Malformed as fault:
        return Unknown(why=str(fault))
