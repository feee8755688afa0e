"""What came back from Alipay, by kind."""

import re
from typing import Final, Generic, TypeVar

import msgspec
from attrs import field, frozen

from adapters.alipay.errors import SUCCESS, Meaning, meaning_of

T = TypeVar("T")
MESSAGE_LENGTH_MOST: Final = 120
_CODE: Final = re.compile(r"[\w.-]{1,64}", re.ASCII)


@frozen(kw_only=True)
class Ok(Generic[T]):
    """The call succeeded, and the answer is verified."""

    content: T = field(repr=False)


@frozen(kw_only=True)
class Refused:
    """Alipay's signed word that the call did nothing, and why."""

    code: str
    sub_code: str
    message: str = ""
    meaning: Meaning

    @property
    def reason(self) -> str:
        """Code and message in one line, the code first."""
        return f"{self.sub_code or self.code}: {self.message}" if self.message else self.sub_code or self.code


@frozen(kw_only=True)
class Unknown:
    """No answer, or none that can be trusted or understood: the call may have happened."""

    why: str


Answer = Ok[T] | Refused | Unknown


class Malformed(ValueError):
    """What came is not what was promised."""


class _Outcome(msgspec.Struct, frozen=True):
    code: str
    sub_code: str = ""
    sub_msg: str = ""


def understood(content: bytes, shape: type[T]) -> Answer[T]:
    """The typed answer that a verified content is."""
    try:
        outcome = decoded(content, _Outcome)
        if outcome.code == SUCCESS:
            return Ok(content=decoded(content, shape))
    except Malformed as fault:
        return Unknown(why=str(fault))
    meaning = meaning_of(outcome.code, outcome.sub_code)
    if meaning == "unknown":
        return Unknown(why=f"answered {_shown(outcome)}")
    return Refused(
        code=outcome.code,
        sub_code=outcome.sub_code,
        message=" ".join(outcome.sub_msg.split())[:MESSAGE_LENGTH_MOST],
        meaning=meaning,
    )


def claimed(content: bytes) -> str:
    """The code of an answer that is not verified, for people who look for the reason; nothing depends on it."""
    try:
        return _shown(decoded(content, _Outcome))
    except Malformed:
        return "nothing readable"


def decoded(content: bytes, shape: type[T]) -> T:
    """JSON as that shape; raises `Malformed` without a word of the content."""
    try:
        return msgspec.json.decode(content, type=shape)
    except (ValueError, RecursionError):
        raise Malformed(f"not the JSON of a {shape.__name__.strip('_').lower()}") from None


def _shown(outcome: _Outcome) -> str:
    return " ".join(text for text in (outcome.code, outcome.sub_code) if _CODE.fullmatch(text))
