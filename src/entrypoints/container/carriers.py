"""Who carries notices to people: the settings name a carrier for each kind of address, or one for all."""

from typing import TYPE_CHECKING, Final, cast

from adapters.mail.smtp import Security, SmtpMail, SmtpServer
from adapters.memory.outside import MemoryNotices
from adapters.system.routed_notices import Closing, RoutedNotices
from adapters.tencent.sms import URL, TencentSms, TencentSmsAccount
from entrypoints.choosing import Make, choose
from entrypoints.partners import Given
from entrypoints.settings import Settings, SettingsInvalid
from errand_domain.member.member import WayKind
from errand_domain.ports.outside import Notices

if TYPE_CHECKING:
    from collections.abc import Mapping

CODES_ONLY: Final[frozenset[WayKind]] = frozenset({"phone"})
"""A text message has approved words, and ours are for codes."""


def find_notices(settings: Settings) -> Notices:
    """The carriers that the settings name; raises `SettingsInvalid`."""
    for_all: Mapping[str, Make[Notices]] = {"memory": lambda _: MemoryNotices()}
    for_some: Mapping[str, tuple[WayKind, Make[Notices]]] = {
        "tencent_sms": ("phone", _tencent_sms),
        "smtp": ("email", _smtp),
    }
    names = settings.notices
    if len(names) == 1 and names[0] not in for_some:
        return choose("ERRAND_NOTICES", names[0], {**for_all, **{k: v[1] for k, v in for_some.items()}}, settings)
    if not names or len(set(names)) != len(names) or not set(names) <= set(for_some):
        raise SettingsInvalid(f"ERRAND_NOTICES must be memory, module:factory, or some of {', '.join(for_some)}")
    carriers: dict[WayKind, Notices] = {for_some[name][0]: for_some[name][1](settings) for name in names}
    return RoutedNotices(carriers, codes_only=CODES_ONLY)


async def let_go(notices: Notices) -> None:
    """Close the connections of carriers that have any."""
    if isinstance(notices, Closing):
        await notices.close()


def _tencent_sms(settings: Settings) -> Notices:
    given = Given(settings, "ERRAND_TENCENT_SMS_")
    account = given.build(
        lambda: TencentSmsAccount(
            secret_id=given.value("SECRET_ID"),
            secret_key=given.value("SECRET_KEY"),
            app=given.value("APP"),
            signature=given.value("SIGNATURE"),
            code_template=given.value("CODE_TEMPLATE"),
        )
    )
    url = given.gateway(URL)
    return given.build(
        lambda: TencentSms(account, clock=given.clock, url=url, allow_plain_http=not given.is_production)
    )


def _smtp(settings: Settings) -> Notices:
    given = Given(settings, "ERRAND_SMTP_")
    port = given.value("PORT") or "0"
    if not port.isdecimal() or int(port) >= 2**16:
        raise SettingsInvalid("ERRAND_SMTP_PORT must be a port number")
    server = given.build(
        lambda: SmtpServer(
            host=given.value("HOST"),
            sender=given.value("SENDER"),
            security=cast("Security", given.value("SECURITY") or "starttls"),
            port=int(port),
            user=given.value("USER"),
            password=given.value("PASSWORD"),
        )
    )
    if given.is_production and server.security == "plain":
        raise SettingsInvalid("ERRAND_SMTP_SECURITY must be tls or starttls in production: codes travel with the mail")
    return SmtpMail(server, clock=given.clock)
