"""People who use the mini-program: the tickets that their clients get, and codes that open it."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import Final, Literal, TypeVar
from urllib.parse import parse_qs

import phonenumbers
from attrs import evolve, frozen
from msgspec import DecodeError, Struct
from msgspec.json import decode
from PIL import Image, ImageDraw

from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.wechat.errors import WechatError
from entrypoints.sandbox.wechat.keys import WechatKeys
from entrypoints.sandbox.wire import Asked
from errand_domain.errors import Invalid
from errand_domain.member.member import Way
from errand_domain.ports.outside import Clock

SESSION_PATH: Final = "/sns/jscode2session"
PHONE_PATH: Final = "/wxa/business/getuserphonenumber"
CODE_PATH: Final = "/wxa/getwxacodeunlimit"
USERS, PHONES = "users", "phones"
OPEN, SHOW = "open", "show"
USER_OPERATIONS: Final[Mapping[str, str]] = {
    SESSION_PATH: "wechat.session",
    PHONE_PATH: "wechat.phone",
    CODE_PATH: "wechat.code",
}
MORE_FAULTS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "wechat.session": ("user_refused",),
    "wechat.code": ("not_published",),
}
REFUSED_WITH: Final[Mapping[Kind, int]] = {"server_error": -1, "user_refused": 40226, "not_published": 41030}
TICKET_LASTS: Final = timedelta(minutes=5)
KEPT_FOR: Final = timedelta(hours=1)
TICKET_BYTES: Final = 16
KEY_BYTES: Final = 16
PIXELS_LEAST, PIXELS_MOST, PIXELS_USUAL = 280, 1_280, 430
SCENE_MOST: Final = 32
SCENE_LETTERS: Final = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!#$&'()*+,/:;=?@-._~")
S = TypeVar("S")


@frozen(kw_only=True)
class Ticket:
    """What a client got to show to its own server: good once, and for five minutes."""

    kind: Literal["users", "phones"]
    tells: str
    expires_at: datetime
    is_used: bool = False


class _PhoneAsked(Struct, frozen=True):
    code: str


class _CodeAsked(Struct, frozen=True):
    scene: str
    page: str = ""
    check_path: bool = True
    env_version: Literal["release", "trial", "develop"] = "release"
    width: int = PIXELS_USUAL


class UserDesk:
    """Gives tickets to clients, and exchanges them for the app's server."""

    def __init__(self, outside: Outside, keys: WechatKeys, clock: Clock) -> None:
        self._tickets = outside.store.table("wechat.tickets", Ticket)
        self._keys = keys
        self._clock = clock

    def act(self, kind: str, number: str, act: str) -> Mapping[str, object]:
        """A user opens the mini-program, or shows a phone number there; the ticket that the client gets."""
        if (kind, act) not in {(USERS, OPEN), (PHONES, SHOW)}:
            raise LookupError(f"{kind}/{act}")
        try:
            Way("wechat" if kind == USERS else "phone", number)
        except Invalid:
            wanted = "letters and digits, at least six" if kind == USERS else "a number such as +8613800000101"
            raise ValueError(f"that is not {wanted}") from None
        now = self._clock.now()
        for old in [key for key, one in self._tickets.items() if now - one.expires_at > KEPT_FOR]:
            del self._tickets[old]
        ticket = secrets.token_hex(TICKET_BYTES)
        self._tickets[ticket] = Ticket(
            kind="users" if kind == USERS else "phones", tells=number, expires_at=now + TICKET_LASTS
        )
        return {"number": number, "ticket": ticket}

    def session(self, asked: Asked) -> Mapping[str, object]:
        """Who the user is, and the key of their session; raises `WechatError`."""
        found = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if found.get("appid") != self._keys.app:
            raise WechatError(40013)
        if not secrets.compare_digest(found.get("secret", "").encode(), self._keys.secret.encode()):
            raise WechatError(40125)
        if found.get("grant_type") != "authorization_code":
            raise WechatError(40002)
        openid = self._exchanged(USERS, found.get("js_code", ""))
        return {"openid": openid, "session_key": secrets.token_urlsafe(KEY_BYTES)}

    def phone(self, body: bytes) -> Mapping[str, object]:
        """The number that a user has shown; raises `WechatError`."""
        number = self._exchanged(PHONES, _read(body, _PhoneAsked).code)
        parsed = phonenumbers.parse(number)
        pure = number.removeprefix(f"+{parsed.country_code}")
        return {
            "errcode": 0,
            "errmsg": "ok",
            "phone_info": {
                "phoneNumber": pure if parsed.country_code == 86 else f"{parsed.country_code}{pure}",  # noqa: PLR2004 - China
                "purePhoneNumber": pure,
                "countryCode": str(parsed.country_code),
                "watermark": {"timestamp": int(self._clock.now().timestamp()), "appid": self._keys.app},
            },
        }

    def code(self, body: bytes) -> bytes:
        """A picture that shows what it would tell; raises `WechatError`."""
        asked = _read(body, _CodeAsked)
        if not 1 <= len(asked.scene) <= SCENE_MOST or not set(asked.scene) <= SCENE_LETTERS:
            raise WechatError(40169)
        if asked.page.startswith("/") or "?" in asked.page:
            raise WechatError(41030)
        if not PIXELS_LEAST <= asked.width <= PIXELS_MOST:
            raise WechatError(47001)
        return drawn(asked.scene, asked.page, asked.width)

    def _exchanged(self, kind: str, ticket: str) -> str:
        found = self._tickets.get(ticket)
        if found is None or found.kind != kind or found.expires_at <= self._clock.now():
            raise WechatError(40029)
        if found.is_used:
            raise WechatError(40163)
        self._tickets[ticket] = evolve(found, is_used=True)
        return found.tells


def drawn(scene: str, page: str, pixels: int) -> bytes:
    """A JPEG with the words in it, where WeChat's would have dots."""
    picture = Image.new("L", (pixels, pixels), color=255)
    words = "\n".join(("SANDBOX", page, *(scene[start : start + 16] for start in range(0, len(scene), 16))))
    ImageDraw.Draw(picture).text((pixels // 10, pixels // 3), words, fill=0)
    content = BytesIO()
    picture.save(content, "JPEG")
    return content.getvalue()


def _read(body: bytes, kind: type[S]) -> S:
    if not body:
        raise WechatError(44002)
    try:
        return decode(body, type=kind)
    except (DecodeError, RecursionError):
        raise WechatError(47001) from None
