"""The payment providers of an installation, made from what each of them gave us.

Beside the container, the only module that names concrete adapters. What is wrong with a key or an address is said in
one line that names the variable, and never shows its value.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar

from attrs import fields, frozen

from adapters.system.clock import SystemClock
from adapters.wechat_pay.bills import WechatPayBills
from adapters.wechat_pay.credentials import WechatPayCredentials
from adapters.wechat_pay.gateway import URL as WECHAT_PAY_URL
from adapters.wechat_pay.gateway import WechatPayGateway
from adapters.wechat_pay.notifications import WechatPayNotifications
from adapters.wechat_pay.payments import WechatPayments
from adapters.wechat_pay.payouts import WechatPayouts
from adapters.wechat_pay.refunds import WechatRefunds
from entrypoints.choosing import Make, choose
from entrypoints.settings import Settings, SettingsInvalid
from errand_domain.use_cases.providers import Providers

NOTIFICATIONS: Final = "/api/v1/notifications"
A = TypeVar("A")
Close = Callable[[], Awaitable[None]]


@frozen
class Part:
    """What one partner does, and how to let go of its connections. An embedder's own factory returns one too."""

    providers: Providers
    closing: tuple[Close, ...] = ()


class Partners:
    """The partners of an installation, made when they are first asked for: most commands never need them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._found: Part | None = None

    @property
    def providers(self) -> Providers:
        """Who collects, gives back and pays out; raises `SettingsInvalid`."""
        if self._found is None:
            self._found = find_partners(self._settings)
        return self._found.providers

    async def close(self) -> None:
        """Let go of every connection."""
        for close in self._found.closing if self._found else ():
            await close()


@frozen
class _Given:
    """What one partner gave us: the variables whose names begin alike."""

    settings: Settings
    prefix: str

    def value(self, name: str) -> str:
        """The value, or nothing."""
        return self.settings.partners.get(f"{self.prefix}{name}", "")

    def build(self, make: Callable[[], A]) -> A:
        """What is made of it; raises `SettingsInvalid` where something is missing or cannot be right."""
        try:
            return make()
        except ValueError as fault:
            raise SettingsInvalid(f"{self.prefix}…: {fault}") from None

    @property
    def allow_plain_http(self) -> bool:
        """Only in development does anything travel unencrypted."""
        return self.settings.mode == "development"

    def notify_url(self, channel: str) -> str:
        """Where the partner tells us what happened."""
        return f"{self.settings.public_url.rstrip('/')}{NOTIFICATIONS}/{channel}"


def find_partners(settings: Settings) -> Part:
    """The providers that the settings name, each complete; raises `SettingsInvalid`."""
    ours: dict[str, Make[Part]] = {"wechat_pay": _wechat_pay}
    found = [choose("ERRAND_PAYMENTS", name, ours, settings) for name in settings.payments]
    return Part(_together(one.providers for one in found), tuple(close for one in found for close in one.closing))


def _together(parts: Iterable[Providers]) -> Providers:
    parts = tuple(parts)
    names = [one.name for one in fields(Providers)]
    return Providers(**{name: {k: v for part in parts for k, v in getattr(part, name).items()} for name in names})


def _wechat_pay(settings: Settings) -> Part:
    given = _Given(settings, "ERRAND_WECHAT_PAY_")
    credentials = given.build(
        lambda: WechatPayCredentials(
            merchant=given.value("MERCHANT"),
            app=settings.partners.get("ERRAND_WECHAT_APP", ""),
            private_key=given.value("PRIVATE_KEY"),
            certificate_serial=given.value("CERTIFICATE_SERIAL"),
            certificate=given.value("CERTIFICATE"),
            api_v3_key=given.value("API_V3_KEY"),
            public_key=given.value("PUBLIC_KEY"),
            public_key_id=given.value("PUBLIC_KEY_ID"),
        )
    )
    gateway = given.build(
        lambda: WechatPayGateway(
            credentials,
            url=given.value("GATEWAY") or WECHAT_PAY_URL,
            notify_url=given.notify_url("wechat-pay"),
            clock=SystemClock(),
            allow_plain_http=given.allow_plain_http,
        )
    )
    return Part(
        Providers(
            payments={"wechat_pay": WechatPayments(gateway)},
            refunds={"wechat_pay": WechatRefunds(gateway)},
            payouts={"wechat_pay": WechatPayouts(gateway)},
            bills={"wechat_pay": WechatPayBills(gateway)},
            notifications={"wechat-pay": WechatPayNotifications(gateway)},
        ),
        (gateway.close,),
    )
