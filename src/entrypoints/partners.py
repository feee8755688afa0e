"""The payment providers of an installation, made from what each of them gave us.

Beside the container, the only module that names concrete adapters. What is wrong with a key or an address is said in
one line that names the variables, and never shows a value.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final, TypeVar
from urllib.parse import urlsplit

from attrs import field, fields, frozen

from adapters.alipay.bills import AlipayBills
from adapters.alipay.credentials import AlipayCredentials
from adapters.alipay.gateway import URL as ALIPAY_URL
from adapters.alipay.gateway import AlipayGateway
from adapters.alipay.notifications import AlipayNotifications
from adapters.alipay.payments import AlipayPayments
from adapters.alipay.payouts import AlipayPayouts
from adapters.alipay.refunds import AlipayRefunds
from adapters.system.clock import SystemClock
from adapters.wechat.api import URL as WECHAT_URL
from adapters.wechat.api import WechatApi
from adapters.wechat.push import WechatPush
from adapters.wechat.shipping import WechatShipping
from adapters.wechat.token import TokenCache
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
from errand_domain.use_cases.money.providers import Providers

NOTIFICATIONS: Final = "/api/v1/notifications"
OF_THE_SANDBOX: Final = ("PUB_KEY_ID_SANDBOX", "9021")
"""How the public key's name and the app's number begin in our sandbox and in Alipay's: in production nobody would be
paid. The latter is unverified against the live service."""
A = TypeVar("A")
Close = Callable[[], Awaitable[None]]
Prepare = Callable[[], Awaitable[bool]]


@frozen(kw_only=True)
class Patience:
    """How long a partner is waited for: for an answer, and for a file."""

    answer_seconds: float = 9
    file_seconds: float = 60


USUAL_PATIENCE: Final = Patience()


@frozen
class Part:
    """What one partner does, and how to let go of its connections. An embedder's own factory returns one too."""

    providers: Providers
    closing: tuple[Close, ...] = ()
    preparing: tuple[Prepare, ...] = ()


class Partners:
    """The partners of an installation, made when they are first asked for: most commands never need them."""

    def __init__(self, settings: Settings, tokens: Callable[[str], TokenCache | None] = lambda _: None) -> None:
        self._settings = settings
        self._tokens = tokens
        self._found: Part | None = None
        self._wechat: WechatApi | None = None

    @property
    def wechat(self) -> WechatApi:
        """The one connection to WeChat, with one token, for all that it is asked; raises `SettingsInvalid`."""
        if self._wechat is None:
            self._wechat = wechat_api(self._settings, tokens=self._tokens)
        return self._wechat

    @property
    def providers(self) -> Providers:
        """Who collects, gives back and pays out; raises `SettingsInvalid`."""
        if self._found is None:
            self._found = find_partners(self._settings, wechat=lambda: self.wechat)
        return self._found.providers

    async def prepare(self) -> bool:
        """Fetch what partners sign with, where that is theirs to say; whether every one of them could be asked."""
        preparing = self._found.preparing if self._found else ()
        return all([await prepare() for prepare in preparing])

    async def close(self) -> None:
        """Let go of every connection."""
        for close in self._found.closing if self._found else ():
            await close()
        if self._wechat is not None:
            await self._wechat.close()


def find_partners(
    settings: Settings, *, patience: Patience = USUAL_PATIENCE, wechat: Callable[[], WechatApi] | None = None
) -> Part:
    """The providers that the settings name, each complete, on that connection to WeChat or on one of their own.

    Raises `SettingsInvalid`.
    """
    connect = wechat or (lambda: wechat_api(settings, patience))
    ours: Mapping[str, Make[Part]] = {
        "wechat_pay": lambda given: _wechat_pay(given, patience, connect),
        "alipay": lambda given: _alipay(given, patience),
    }
    part = _together(choose("ERRAND_PAYMENTS", name, ours, settings) for name in settings.payments)
    return _together([part, _verdicts(settings)]) if settings.content_images == "wechat" else part


def check_partners(settings: Settings) -> None:
    """Raise `SettingsInvalid` unless a server could serve with them: what is wrong is found at the start."""
    if settings.mode == "production" and not settings.payments:
        raise SettingsInvalid("ERRAND_PAYMENTS names nobody: nobody could pay (wechat_pay, alipay)")
    find_partners(settings)
    if "wechat" in (settings.mini_program, settings.content, settings.content_images):
        wechat_api(settings)


def wechat_api(
    settings: Settings,
    patience: Patience = USUAL_PATIENCE,
    *,
    tokens: Callable[[str], TokenCache | None] = lambda _: None,
) -> WechatApi:
    """The connection to WeChat of the app that the settings name; raises `SettingsInvalid`."""
    given = Given(settings, "ERRAND_WECHAT_")
    return given.build(
        lambda: WechatApi(
            given.value("APP"),
            given.value("SECRET"),
            url=given.gateway(WECHAT_URL),
            clock=given.clock,
            allow_plain_http=not given.is_production,
            patience_seconds=patience.answer_seconds,
            cache=tokens(given.value("APP")),
        )
    )


def _together(parts: Iterable[Part]) -> Part:
    parts = tuple(parts)
    names = [one.name for one in fields(Providers)]
    merged = {name: {k: v for part in parts for k, v in getattr(part.providers, name).items()} for name in names}
    return Part(
        Providers(**merged),
        closing=tuple(close for part in parts for close in part.closing),
        preparing=tuple(prepare for part in parts for prepare in part.preparing),
    )


@frozen
class Given:
    """What one partner gave us: the variables whose names begin alike."""

    settings: Settings
    prefix: str
    clock: SystemClock = field(factory=SystemClock)
    """Signatures and certificates are of the wire's time, whatever the clock of the business says."""

    def value(self, name: str) -> str:
        """The value, or nothing."""
        return self.settings.partners.get(f"{self.prefix}{name}", "")

    def build(self, make: Callable[[], A]) -> A:
        """What is made of it; raises `SettingsInvalid` where something is missing or cannot be right."""
        try:
            return make()
        except ValueError as fault:
            raise SettingsInvalid(f"{self.prefix}*: {fault}") from None

    def gateway(self, usual: str) -> str:
        """The partner's address; raises `SettingsInvalid` for one that cannot be in production."""
        url = self.value("GATEWAY") or usual
        if self.is_production and (urlsplit(url).hostname or "") in {"localhost", "127.0.0.1", "::1"}:
            raise SettingsInvalid(f"{self.prefix}GATEWAY is the sandbox: in production nobody would be reached")
        return url

    def refuse_sandbox(self, name: str) -> None:
        """Raise `SettingsInvalid` where that value is the sandbox's, in production."""
        if self.is_production and self.value(name).startswith(OF_THE_SANDBOX):
            raise SettingsInvalid(f"{self.prefix}{name} is the sandbox's: in production nobody would be paid")

    @property
    def is_production(self) -> bool:
        """Only in development does anything travel unencrypted, or go to the sandbox."""
        return self.settings.mode == "production"

    def notify_url(self, channel: str) -> str:
        """Where the partner tells us what happened."""
        return f"{self.settings.public_url.rstrip('/')}{NOTIFICATIONS}/{channel}"


def _wechat_pay(settings: Settings, patience: Patience, connect: Callable[[], WechatApi]) -> Part:
    given = Given(settings, "ERRAND_WECHAT_PAY_")
    given.refuse_sandbox("PUBLIC_KEY_ID")
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
            fetch_certificates=not given.value("PUBLIC_KEY"),
        )
    )
    gateway = given.build(
        lambda: WechatPayGateway(
            credentials,
            url=given.gateway(WECHAT_PAY_URL),
            notify_url=given.notify_url("wechat-pay"),
            clock=given.clock,
            allow_plain_http=not given.is_production,
            patience_seconds=patience.answer_seconds,
            file_patience_seconds=patience.file_seconds,
        )
    )
    part = Part(
        Providers(
            payments={"wechat_pay": WechatPayments(gateway)},
            refunds={"wechat_pay": WechatRefunds(gateway)},
            payouts={"wechat_pay": WechatPayouts(gateway)},
            bills={"wechat_pay": WechatPayBills(gateway)},
            notifications={"wechat-pay": WechatPayNotifications(gateway)},
        ),
        closing=(gateway.close,),
        preparing=(gateway.prepare,) if credentials.fetch_certificates else (),
    )
    return _together([part, _wechat(settings, connect, merchant=credentials.merchant)])


def _wechat(settings: Settings, connect: Callable[[], WechatApi], *, merchant: str) -> Part:
    """Shipping management, where the app's secret is given; without it, earnings are held for their time alone."""
    given = Given(settings, "ERRAND_WECHAT_")
    if not given.value("SECRET"):
        return Part(Providers())
    api = connect()
    providers = Providers(shipping={"wechat_pay": WechatShipping(api, merchant=merchant, clock=given.clock)})
    if not given.value("PUSH_TOKEN"):
        return Part(providers, (api.close,))
    return _together([Part(providers, (api.close,)), _wechat_push(settings, merchant=merchant)])


def _verdicts(settings: Settings) -> Part:
    """Verdicts on images are pushed, also where no money goes through WeChat Pay; raises `SettingsInvalid`."""
    if settings.mode == "production" and not settings.public_url.startswith("https://"):
        raise SettingsInvalid("ERRAND_PUBLIC_URL must begin with https://: WeChat fetches images there")
    merchant = settings.partners.get("ERRAND_WECHAT_PAY_MERCHANT", "") if "wechat_pay" in settings.payments else ""
    return _wechat_push(settings, merchant=merchant)


def _wechat_push(settings: Settings, *, merchant: str) -> Part:
    """What WeChat pushes: settlements of that merchant's, where there is one, and verdicts on images."""
    given = Given(settings, "ERRAND_WECHAT_")
    push = given.build(
        lambda: WechatPush(
            app=given.value("APP"),
            merchant=merchant,
            token=given.value("PUSH_TOKEN"),
            key=given.value("PUSH_KEY"),
            clock=given.clock,
            plain_allowed=not given.is_production,
        )
    )
    return Part(Providers(notifications={"wechat": push}))


def _alipay(settings: Settings, patience: Patience) -> Part:
    given = Given(settings, "ERRAND_ALIPAY_")
    given.refuse_sandbox("APP")
    credentials = given.build(
        lambda: AlipayCredentials(
            app=given.value("APP"),
            seller=given.value("SELLER"),
            private_key=given.value("PRIVATE_KEY"),
            alipay_public_key=given.value("PUBLIC_KEY"),
            app_certificate=given.value("APP_CERTIFICATE"),
            alipay_certificate=given.value("CERTIFICATE"),
            root_certificates=given.value("ROOT_CERTIFICATE"),
        )
    )
    gateway = given.build(
        lambda: AlipayGateway(
            credentials,
            url=given.gateway(ALIPAY_URL),
            notify_url=given.notify_url("alipay"),
            clock=given.clock,
            allow_plain_http=not given.is_production,
            patience_seconds=patience.answer_seconds,
            file_patience_seconds=patience.file_seconds,
        )
    )
    providers = Providers(
        payments={"alipay": AlipayPayments(gateway)},
        refunds={"alipay": AlipayRefunds(gateway)},
        payouts={"alipay": AlipayPayouts(gateway)} if credentials.has_certificates else {},
        bills={"alipay": AlipayBills(gateway)},
        notifications={"alipay": AlipayNotifications(gateway)},
    )
    return Part(providers, (gateway.close,))
