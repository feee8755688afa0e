"""Who is played here, and what each of them hands out to the merchant."""

from collections.abc import Mapping
from typing import Final

from entrypoints.sandbox.alipay.keys import AlipayKeys
from entrypoints.sandbox.alipay.partner import Alipay
from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.mail.partner import Mail
from entrypoints.sandbox.outside import MakePartners, Outside
from entrypoints.sandbox.partner import Partner
from entrypoints.sandbox.storage.keys import StorageKeys
from entrypoints.sandbox.storage.partner import Storage
from entrypoints.sandbox.tencent_sms.keys import TencentSmsKeys
from entrypoints.sandbox.tencent_sms.partner import TencentSms
from entrypoints.sandbox.wechat.keys import WechatKeys
from entrypoints.sandbox.wechat.partner import Wechat
from entrypoints.sandbox.wechat_pay.keys import WechatPayKeys
from entrypoints.sandbox.wechat_pay.partner import WechatPay
from errand_domain.ports.outside import Clock

OPERATIONS: Final[Mapping[str, tuple[Kind, ...]]] = {
    **WechatPay.operations,
    **Wechat.operations,
    **Alipay.operations,
    **TencentSms.operations,
    **Storage.operations,
    **Mail.operations,
}
"""What may go wrong, and where, at all of them: known before any of them is made."""


def make_partners(keys: Keys, clock: Clock, *, push_url: str = "") -> MakePartners:
    """Every partner, with those keys and by that clock; WeChat pushes to that address, as is set in its console."""

    def make(outside: Outside) -> tuple[Partner, ...]:
        return (
            WechatPay(outside, WechatPayKeys(keys), clock),
            Wechat(outside, WechatKeys(keys), clock, push_url=push_url),
            Alipay(outside, AlipayKeys(keys), clock),
            TencentSms(outside, TencentSmsKeys(keys), clock),
            Storage(outside, StorageKeys(keys)),
            Mail(),
        )

    return make


def environment(keys: Keys, url: str) -> dict[str, str]:
    """What the service must be started with to have these partners, where the sandbox is served at that address."""
    partners = (WechatPayKeys(keys), WechatKeys(keys), AlipayKeys(keys), TencentSmsKeys(keys), StorageKeys(keys))
    handed_out = tuple(partner.environment(url) for partner in partners)
    chosen = {
        "ERRAND_PAYMENTS": "wechat_pay,alipay",
        "ERRAND_MINI_PROGRAM": "wechat",
        "ERRAND_CONTENT_IMAGES": "wechat",
    }
    return chosen | {name: value for one in handed_out for name, value in one.items()}
