"""Who the mini-program's user is, as WeChat says, and codes that open it."""

import re
from typing import Annotated, Final

import msgspec
import phonenumbers

from adapters.wechat.answers import Answer, Ok, Refused, T, Unknown
from adapters.wechat.api import WechatApi
from adapters.wechat.errors import PAGE_CODES, TICKET_CODES, USER_CODES
from errand_domain.ports.mini_program import (
    CodeRefused,
    MiniProgram,
    MiniProgramCodes,
    PlatformUnreachable,
    TicketRefused,
    UserRefused,
)

SESSION_PATH: Final = "/sns/jscode2session"
PHONE_PATH: Final = "/wxa/business/getuserphonenumber"
CODE_PATH: Final = "/wxa/getwxacodeunlimit"
WIDTH_PIXELS: Final = 1_280
"""As large as WeChat draws them: a poster is read from some steps away."""
_TICKET: Final = re.compile(r"[\x21-\x7e]{1,512}")
_SCENE: Final = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@._~-]{1,32}")
_IDENTITY: Final = re.compile(r"[0-9A-Za-z_-]{6,64}")
_DIGITS: Final = re.compile(r"[0-9]{1,15}")


class _Session(msgspec.Struct, frozen=True):
    """What a ticket was exchanged for. The key of the user's session comes with it, and is not even read."""

    openid: str


class _Watermark(msgspec.Struct, frozen=True):
    appid: str


class _Phone(msgspec.Struct, frozen=True, rename="camel"):
    pure_phone_number: Annotated[str, msgspec.Meta(max_length=32)]
    country_code: str | int
    watermark: _Watermark


class _PhoneFound(msgspec.Struct, frozen=True):
    phone_info: _Phone


class WechatMiniProgram(MiniProgram, MiniProgramCodes):
    """Exchanges the tickets of one app's users. An answer that was lost has used the ticket: the client gets another.

    Where WeChat refuses us and not the user, the codes that it gives are in the cause of `PlatformUnreachable`.
    `version` is that of the mini-program which a code opens: `release`, `trial` or `develop`.
    """

    def __init__(self, api: WechatApi, *, version: str = "release") -> None:
        self._api = api
        self._version = version

    async def identity(self, ticket: str) -> str:
        """The openid of the user whose client got that ticket."""
        asked = {"js_code": _checked(ticket), "grant_type": "authorization_code"}
        found = _content(await self._api.get_with_secret(SESSION_PATH, _Session, **asked)).openid
        if not _IDENTITY.fullmatch(found):
            raise PlatformUnreachable from ConnectionError("an identity that cannot be one")
        return found

    async def phone(self, ticket: str) -> str:
        """The number that the user has shown to this app, and to no other."""
        answer = await self._api.post(PHONE_PATH, {"code": _checked(ticket)}, _PhoneFound)
        found = _content(answer).phone_info
        if found.watermark.appid != self._api.app:
            raise TicketRefused
        return _international(str(found.country_code), found.pure_phone_number)

    async def draw(self, scene: str, *, page: str = "") -> bytes:
        """A code of the kind of which there may be any number. WeChat checks the page only in what is released."""
        if not _SCENE.fullmatch(scene):
            raise CodeRefused
        wanted = {
            "scene": scene,
            "check_path": self._version == "release",
            "env_version": self._version,
            "width": WIDTH_PIXELS,
        }
        return _content(await self._api.picture(CODE_PATH, wanted | ({"page": page} if page else {})))


def _checked(ticket: str) -> str:
    if not _TICKET.fullmatch(ticket):
        raise TicketRefused
    return ticket


def _content(answer: Answer[T]) -> T:
    """What WeChat answered; raises what the refusal means for the user."""
    match answer:
        case Ok():
            return answer.content
        case Refused() if answer.errcode in TICKET_CODES:
            raise TicketRefused
        case Refused() if answer.errcode in USER_CODES:
            raise UserRefused
        case Refused() if answer.errcode in PAGE_CODES:
            raise CodeRefused
        case Refused():
            raise PlatformUnreachable from ConnectionError(f"refused with {answer.errcode} (rid {answer.rid})")
        case Unknown():
            raise PlatformUnreachable from ConnectionError(answer.why)


def _international(country: str, number: str) -> str:
    """The number in E.164; raises `PlatformUnreachable`, without the number, for what cannot be one."""
    country = country.removeprefix("+")
    if _DIGITS.fullmatch(country) and _DIGITS.fullmatch(number):
        try:
            found = phonenumbers.parse(f"+{country}{number}")
        except phonenumbers.NumberParseException:
            found = None
        if found is not None and phonenumbers.is_possible_number(found):
            return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    raise PlatformUnreachable from None
