"""WeChat over HTTP: its paths, what may go wrong there, and what its users do."""

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qs

from msgspec import DecodeError, Struct
from msgspec.json import decode

from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Letter, Partner, Waiting, Written
from entrypoints.sandbox.wechat.content import TEXT_PATH, judge_text
from entrypoints.sandbox.wechat.desk import CONFIRM, DELIVERY, ORDERS, PARTNER, SETTLEMENT, ShippingDesk, event_in
from entrypoints.sandbox.wechat.errors import WechatError
from entrypoints.sandbox.wechat.images import IMAGE_CHECKED, IMAGE_PATH, IMAGES, NEXT, ImageDesk
from entrypoints.sandbox.wechat.keys import WechatKeys
from entrypoints.sandbox.wechat.tokens import Tokens
from entrypoints.sandbox.wechat.users import (
    CODE_PATH,
    MORE_FAULTS,
    PHONE_PATH,
    REFUSED_WITH,
    SESSION_PATH,
    USER_OPERATIONS,
    UserDesk,
)
from entrypoints.sandbox.wire import DROPPED, Asked, Reply
from errand_domain.ports.outside import Clock

TOKEN_PATH: Final = "/cgi-bin/stable_token"  # noqa: S105 - a path
UPLOAD_PATH: Final = "/wxa/sec/order/upload_shipping_info"
ORDER_PATH: Final = "/wxa/sec/order/get_order"
OURS: Final = ("/cgi-bin/", "/wxa/", "/sns/")
OPERATIONS: Final[Mapping[str, str]] = {
    TOKEN_PATH: "wechat.token",
    UPLOAD_PATH: "wechat.upload_shipping",
    ORDER_PATH: "wechat.get_order",
    TEXT_PATH: "wechat.check_text",
    IMAGE_PATH: "wechat.check_image",
}
CALL_FAULTS: Final[tuple[Kind, ...]] = (
    "drop_request",
    "drop_answer",
    "delay",
    "server_error",
    "server_error_after",
    "rate_limited",
)
"""WeChat signs no answers, and has no amounts in them."""
PUSH_FAULTS: Final[tuple[Kind, ...]] = ("lost", "duplicate", "reorder", "delay", "bad_signature", "old_timestamp")
TOKEN_BYTES: Final = 72
LONG_AGO_SECONDS: Final = 3_600
WITH_SECRET: Final = (TOKEN_PATH, SESSION_PATH)
"""Asked with the app's secret; everything else is asked with its token."""
TOO_OFTEN: Final[Mapping[str, int]] = {SESSION_PATH: 45011, PHONE_PATH: 45011}
Answer = Mapping[str, object] | bytes


class _TokenAsked(Struct, frozen=True):
    grant_type: str
    appid: str
    secret: str
    force_refresh: bool = False


class Wechat(Partner):
    """One app at WeChat. Tokens last by the wall's time, deliveries by the business clock."""

    name = PARTNER
    operations: Mapping[str, tuple[Kind, ...]] = {
        **dict.fromkeys(OPERATIONS.values(), CALL_FAULTS),
        **{name: (*CALL_FAULTS, *MORE_FAULTS.get(name, ())) for name in USER_OPERATIONS.values()},
        DELIVERY: PUSH_FAULTS,
        SETTLEMENT: PUSH_FAULTS,
        IMAGE_CHECKED: PUSH_FAULTS,
    }
    schedule = tuple(timedelta(seconds=seconds) for seconds in (0, 5, 5, 5))
    """Three more tries, as soon as nobody has answered; unverified against the live service."""

    def __init__(self, outside: Outside, keys: WechatKeys, clock: Clock, *, push_url: str = "") -> None:
        self._outside = outside
        self._keys = keys
        self._tokens = outside.store.table("wechat.tokens", Tokens)
        self._desk = ShippingDesk(outside, clock, push_url=push_url)
        self._users = UserDesk(outside, keys, clock)
        self._images = ImageDesk(outside, keys, clock, partner=self.name, push_url=push_url)

    def owns(self, path: str) -> bool:
        """What the sandbox has of `api.weixin.qq.com`."""
        return path.startswith(OURS)

    def serve(self, asked: Asked) -> Reply:
        """Do it, with the fault that waits for it."""
        operation = OPERATIONS.get(asked.path) or USER_OPERATIONS.get(asked.path)
        if operation is None:
            return _reply(_refused(WechatError(40066)))
        method, misused = ("GET", 43001) if asked.path == SESSION_PATH else ("POST", 43002)
        if asked.method != method:
            return _reply(_refused(WechatError(misused)))
        fault = self._outside.faults.take(operation)
        match fault:
            case "drop_request":
                return DROPPED
            case "rate_limited":
                return _reply(_refused(WechatError(TOO_OFTEN.get(asked.path, 45009))))
            case "server_error" | "user_refused" | "not_published":
                return _reply(_refused(WechatError(REFUSED_WITH[fault])))
            case _:
                return self._spoilt(self._answer(asked), fault)

    def waiting(self) -> tuple[Waiting, ...]:
        """Deliveries that payers could confirm."""
        return self._desk.waiting()

    def act(self, kind: str, number: str, act: str) -> Mapping[str, object]:
        """A payer confirms that they have it, somebody opens the mini-program, or the next verdict is settled."""
        if (kind, number) == (IMAGES, NEXT):
            return self._images.say(act)
        if (kind, act) != (ORDERS, CONFIRM):
            return self._users.act(kind, number, act)
        return self._desk.confirm(number)

    def pass_time(self) -> None:
        """Deliveries count as received after a while."""
        self._desk.pass_time()

    def informed(self, letter: Letter, fetched: bytes | None) -> Letter:
        """The image was fetched that the letter is about."""
        return self._images.judged(letter, fetched)

    def written(self, letter: Letter, fault: Kind | None) -> Written:
        """The push, encrypted and signed anew at each try."""
        timestamp = int(_wall().timestamp()) - (LONG_AGO_SECONDS if fault == "old_timestamp" else 0)
        push = self._keys.sealing.sealed(event_in(letter), timestamp=timestamp, forged=fault == "bad_signature")
        return Written(headers={"content-type": "application/json"}, body=push.body, query=push.query)

    def understood(self, status: int, body: bytes) -> bool:
        """It is told `success`, or nothing at all."""
        return status == 200 and body.strip() in {b"", b"success"}  # noqa: PLR2004 - as HTTP has it

    def _answer(self, asked: Asked) -> Answer:
        works: Mapping[str, Callable[[], Answer]] = {
            TOKEN_PATH: lambda: self._give_token(asked.body),
            UPLOAD_PATH: lambda: self._desk.upload(asked.body),
            ORDER_PATH: lambda: self._desk.query(asked.body),
            SESSION_PATH: lambda: self._users.session(asked),
            PHONE_PATH: lambda: self._users.phone(asked.body),
            CODE_PATH: lambda: self._users.code(asked.body),
            TEXT_PATH: lambda: judge_text(asked.body),
            IMAGE_PATH: lambda: self._images.submit(asked.body),
        }
        try:
            if asked.path not in WITH_SECRET:
                self._check_token(asked)
            return works[asked.path]()
        except WechatError as error:
            return _refused(error)

    def _spoilt(self, answer: Answer, fault: Kind | None) -> Reply:
        match fault:
            case "drop_answer":
                return DROPPED
            case "server_error_after":
                return _reply(_refused(WechatError(-1)))
            case "delay":
                return _reply(answer).late(self._outside.manners.answer_late_seconds)
            case _:
                return _reply(answer)

    def _give_token(self, body: bytes) -> Answer:
        if not body:
            raise WechatError(44002)
        try:
            asked = decode(body, type=_TokenAsked)
        except (DecodeError, RecursionError):
            raise WechatError(47001) from None
        if asked.grant_type != "client_credential":
            raise WechatError(40002)
        if asked.appid != self._keys.app:
            raise WechatError(40013)
        if not secrets.compare_digest(asked.secret.encode(), self._keys.secret.encode()):
            raise WechatError(40125)
        now = _wall()
        tokens = self._tokens.get(asked.appid, Tokens()).asked(
            f"sandbox_{secrets.token_urlsafe(TOKEN_BYTES)}", at=now, force=asked.force_refresh
        )
        self._tokens[asked.appid] = tokens
        newest = tokens.given[-1]
        return {"access_token": newest.text, "expires_in": newest.seconds_left(now)}

    def _check_token(self, asked: Asked) -> None:
        found = parse_qs(asked.query).get("access_token")
        if not found:
            raise WechatError(41001)
        standing = self._tokens.get(self._keys.app, Tokens()).standing(found[0], at=_wall())
        if standing != "counts":
            raise WechatError(42001 if standing == "expired" else 40001)


def _refused(error: WechatError) -> Answer:
    rid = f"{int(_wall().timestamp()):08x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
    return error.told(rid)


def _reply(answer: Answer) -> Reply:
    """WeChat calls its JSON text as often as not, and answers 200 whatever it says."""
    if isinstance(answer, bytes):
        return Reply(headers={"content-type": "image/jpeg"}, body=answer)
    return Reply(headers={"content-type": "text/plain"}, body=json.dumps(answer, ensure_ascii=False).encode())


def _wall() -> datetime:
    return datetime.now(UTC)
