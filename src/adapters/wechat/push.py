"""What WeChat pushes to us: that money has been settled, verdicts on images, and much that changes nothing here."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from adapters.wechat.push_seal import PushSeal, Unsealable
from adapters.wechat.push_words import Unreadable, words_of
from adapters.wechat.shipping import PROVIDER
from errand_domain.ports.content import VERDICTS, Verdict
from errand_domain.ports.notifications import (
    Delivery,
    ImageReport,
    NothingForUs,
    Notification,
    NotificationRefused,
    Notifications,
    SettlementReport,
)
from errand_domain.ports.outside import Clock

CHANNEL: Final = "wechat"
SETTLEMENT: Final = "trade_manage_order_settlement"
IMAGE_JUDGED: Final = "wxa_media_check"
AGE_SECONDS_MOST: Final = 300
BODY_BYTES_MOST: Final = 65_536
ABOUT_LENGTH_MOST: Final = 64
_TIMESTAMP: Final = re.compile(r"[0-9]{1,10}")


class WechatPush(Notifications):
    """Pushes that are fresh, signed, encrypted for us, and about our merchant.

    `plain_allowed` takes pushes that are not encrypted as well. Their signature does not cover their body: whoever
    sees one can put another body under it for five minutes. It is for development.
    """

    channel = CHANNEL

    def __init__(
        self,
        *,
        app: str,
        merchant: str,
        token: str,
        key: str = "",
        clock: Clock,
        plain_allowed: bool = False,
    ) -> None:
        if not key and not plain_allowed:
            raise ValueError("key is missing: pushes that are not encrypted could be forged")
        self._app = app
        self._merchant = merchant
        self._seal = PushSeal(token=token, key=key)
        self._clock = clock
        self._plain_allowed = plain_allowed

    async def greet(self, delivery: Delivery) -> str:
        """What WeChat wants to read before it pushes to the address; raises `NotificationRefused`."""
        return self.echo(delivery.query)

    def echo(self, query: Mapping[str, str]) -> str:
        """What WeChat wants to read when the address is set in its console; raises `NotificationRefused`."""
        self._check_signature(query, "signature")
        if "echostr" not in query:
            raise NotificationRefused("content")
        return query["echostr"]

    async def read(self, delivery: Delivery) -> Notification:
        """What is told; raises `NotificationRefused`."""
        if len(delivery.body) > BODY_BYTES_MOST:
            raise NotificationRefused("content")
        try:
            outer = words_of(delivery.body)
            if "Encrypt" in outer:
                return self._notification(self._opened(delivery.query, outer["Encrypt"]))
            if not self._plain_allowed:
                raise NotificationRefused("key")
            self._check_signature(delivery.query, "signature")
            return self._notification(outer)
        except Unreadable:
            raise NotificationRefused("content") from None

    def _opened(self, query: Mapping[str, str], sealed: str) -> Mapping[str, str]:
        self._check_signature(query, "msg_signature", sealed)
        try:
            message, app = self._seal.opened(sealed)
        except Unsealable:
            raise NotificationRefused("key") from None
        if app != self._app:
            raise NotificationRefused("addressee")
        return words_of(message)

    def _check_signature(self, query: Mapping[str, str], name: str, *sealed: str) -> None:
        timestamp, nonce, signature = (query.get(each, "") for each in ("timestamp", "nonce", name))
        if not nonce or not signature or not _TIMESTAMP.fullmatch(timestamp):
            raise NotificationRefused("headers")
        if abs(int(self._clock.now().timestamp()) - int(timestamp)) > AGE_SECONDS_MOST:
            raise NotificationRefused("clock")
        if not self._seal.signs(signature, timestamp, nonce, *sealed):
            raise NotificationRefused("signature")

    def _notification(self, words: Mapping[str, str]) -> Notification:
        event = words.get("Event", "")
        if event == IMAGE_JUDGED:
            return self._verdict(words)
        if event != SETTLEMENT:
            return NothingForUs(about=(event or words.get("MsgType", ""))[:ABOUT_LENGTH_MOST])
        number, settled_at = words.get("merchant_trade_no", ""), words.get("settlement_time", "")
        if not number:
            raise NotificationRefused("content")
        if words.get("merchant_id") != self._merchant:
            raise NotificationRefused("addressee")
        if settled_at in {"", "0"}:
            # The same event comes when a delivery was told, with the time when it will be settled.
            return NothingForUs(about=f"{event}, not settled yet")
        return SettlementReport(number=number, provider=PROVIDER, at=_moment(settled_at))

    def _verdict(self, words: Mapping[str, str]) -> Notification:
        if words.get("appid") != self._app:
            raise NotificationRefused("addressee")
        trace, verdict = words.get("trace_id", ""), _judged(words.get("result.suggest", ""))
        if not trace or verdict is None:
            # It could not be fetched, or is in the retired first version: nobody has judged it, and a person will.
            return NothingForUs(about=f"{IMAGE_JUDGED}, no verdict")
        return ImageReport(trace=trace, verdict=verdict)


def _judged(written: str) -> Verdict | None:
    return next((verdict for verdict in VERDICTS if verdict == written), None)


def _moment(written: str) -> datetime:
    """Seconds since 1970; that WeChat counts in seconds here is unverified against the live service."""
    if not _TIMESTAMP.fullmatch(written):
        raise NotificationRefused("content")
    return datetime.fromtimestamp(int(written), UTC)
