"""wechatpayv3 2.0.4 without its surprises.

The SDK builds and signs the requests, verifies the answers, encrypts and decrypts. It has no setting for the address,
the client or the certificates, so these are put where it keeps them: this is the only module that knows where. It
ships no types, which is why so much is suppressed here, and nowhere else.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from attrs import frozen
from cryptography.x509 import Certificate
from wechatpayv3.async_ import AsyncWeChatPay  # type: ignore[import-untyped]  # the SDK has no types
from wechatpayv3.async_.core import AsyncCore  # type: ignore[import-untyped]  # the SDK has no types
from wechatpayv3.async_.type import WeChatPayType  # type: ignore[import-untyped]  # the SDK has no types
from wechatpayv3.async_.utils import aes_decrypt  # type: ignore[import-untyped]  # the SDK has no types

from adapters.outside.pem import read_certificate
from adapters.wechat_pay.answers import Malformed, decoded
from adapters.wechat_pay.calls import Sdk
from adapters.wechat_pay.credentials import WechatPayCredentials
from adapters.wechat_pay.line import Line
from adapters.wechat_pay.shapes import Encrypted, PlatformCertificates
from errand_domain.ports.outside import Clock

SIGNATURE_TYPE_HEADER: Final = "wechatpay-signature-type"
SIGNATURE_TYPE: Final = "WECHATPAY2-SHA256-RSA2048"
SIGNED_HEADERS: Final = ("wechatpay-timestamp", "wechatpay-nonce", "wechatpay-signature", "wechatpay-serial")
ENCRYPTION: Final = "AEAD_AES_256_GCM"
FETCH_PAUSE: Final = timedelta(minutes=1)
AGE_MOST: Final = timedelta(minutes=5)
"""How far the time in a signature may be from ours: what is older may be somebody's copy."""
_SERIAL: Final = re.compile(r"[0-9A-Fa-f]{1,40}")
_TIMESTAMP: Final = re.compile(r"[0-9]{1,11}")


class NotVerified(Exception):
    """An answer came whose signature is not there, not right, or not by a key that we know: the call has happened."""


def signed_at(timestamp: str) -> datetime | None:
    """The time in a signature; nothing where it is none."""
    return datetime.fromtimestamp(int(timestamp), UTC) if _TIMESTAMP.fullmatch(timestamp) else None


class GuardedCore(AsyncCore):  # type: ignore[misc]  # for the same reason, the class is anything
    """The SDK's core, at an address of ours. It trusts the keys that it knows.

    The original drops the certificates that it has and goes for others whenever it sees a serial that it does not
    know, be it in the notification of a stranger. Here only an answer to a call of our own makes it look, only where
    the credentials say so, only once a minute, and what is known stays known.
    """

    def __init__(self, credentials: WechatPayCredentials, *, address: str, line: Line, clock: Clock) -> None:
        super().__init__(
            mchid=credentials.merchant,
            cert_serial_no=credentials.certificate_serial,
            private_key=credentials.private_key_pem,
            apiv3_key=credentials.api_v3_key,
            public_key=credentials.public_key_pem,
            public_key_id=credentials.public_key_id or None,
        )
        self._gate_way = address
        self._client: Any = line
        self._certificates: list[Certificate] = [
            read_certificate(text, "platform_certificates")[0] for text in credentials.platform_certificates
        ]
        self._apiv3_key: str = credentials.api_v3_key
        self._public_key_name = credentials.public_key_id or None
        self._fetches = credentials.fetch_certificates
        self._fetched_at: datetime | None = None
        self._fetching = asyncio.Lock()
        self._clock = clock

    def knows(self, serial: str) -> bool:
        """Whether WeChat Pay signs with the key of that name, as far as we know."""
        if serial == self._public_key_name:
            return True
        if not _SERIAL.fullmatch(serial):
            return False
        return int(serial, 16) in {one.serial_number for one in self._valid()}

    def knows_any(self) -> bool:
        """Whether there is a key at all."""
        return self._public_key_name is not None or bool(self._valid())

    def is_signed(self, headers: Mapping[str, str], body: str) -> bool:
        """Whether a key that we know signed it. The names of the headers are in lower case."""
        signed = {name: headers.get(name, "") for name in SIGNED_HEADERS}
        if not all(signed.values()) or not self.knows(signed["wechatpay-serial"]):
            return False
        # WeChat Pay's own SDKs take this method for granted where none is named.
        method = headers.get(SIGNATURE_TYPE_HEADER, SIGNATURE_TYPE)
        try:
            return method == SIGNATURE_TYPE and bool(
                self._verify_signature(signed | {SIGNATURE_TYPE_HEADER: method}, body)
            )
        except ValueError:  # letters that have no bytes
            return False

    def decrypted(self, secret: Encrypted) -> str:
        """What was encrypted with the merchant's API v3 key; raises `Malformed`."""
        if secret.algorithm != ENCRYPTION:
            raise Malformed("encrypted in a way that is new to us")
        try:
            plain = aes_decrypt(
                nonce=secret.nonce,
                ciphertext=secret.ciphertext,
                associated_data=secret.associated_data,
                apiv3_key=self._apiv3_key,
            )
        except ValueError:
            plain = None
        if not isinstance(plain, str):
            raise Malformed("not encrypted with our key")
        return plain

    async def fetch_certificates(self) -> None:
        """Learn the certificates that WeChat Pay hands out, encrypted for us: that is what makes them believable."""
        async with self._fetching:
            now = self._clock.now()
            if not self._fetches or (self._fetched_at is not None and now - self._fetched_at < FETCH_PAUSE):
                return
            self._fetched_at = now
            status, body = await self.request("/v3/certificates", skip_verify=True)
            if status != 200:  # noqa: PLR2004 - the one that is no error
                return
            found = self._read(body)
            known = {certificate.serial_number for certificate in found}
            self._certificates = found + [c for c in self._certificates if c.serial_number not in known]

    def _read(self, body: str | bytes) -> list[Certificate]:
        told = decoded(body, PlatformCertificates).data
        try:
            return [read_certificate(self.decrypted(one.encrypt_certificate), "certificate")[0] for one in told]
        except ValueError:
            raise Malformed("what was handed out are no certificates") from None

    async def _verify_signature_async(self, headers: Mapping[str, str], body: str) -> bool:
        """The SDK asks here about every answer with a status of success."""
        if not self.knows(headers.get("wechatpay-serial", "")):
            await self.fetch_certificates()
        # By the machine's own time, as the SDK signs our requests.
        at = signed_at(headers.get("wechatpay-timestamp", ""))
        is_fresh = at is not None and abs(datetime.now(UTC) - at) <= AGE_MOST
        if not is_fresh or not self.is_signed(headers, body):
            raise NotVerified("an answer that WeChat Pay did not sign")
        return True

    def _last_certificate(self) -> Certificate:
        """The SDK asks here for a certificate to encrypt with. The original reads an attribute that is going away."""
        valid = self._valid()
        if not valid:
            raise NotVerified("there is no certificate to encrypt with")
        return max(valid, key=lambda one: one.not_valid_after_utc)

    def _valid(self) -> list[Certificate]:
        now = self._clock.now()
        return [one for one in self._certificates if now <= one.not_valid_after_utc]


@frozen(kw_only=True)
class GuardedSdk:
    """The SDK, and the core that works inside it."""

    calls: Sdk
    core: GuardedCore


def guarded_sdk(
    credentials: WechatPayCredentials, *, address: str, notify_url: str, line: Line, clock: Clock
) -> GuardedSdk:
    """An SDK that has not asked anybody anything yet."""
    core = GuardedCore(credentials, address=address, line=line, clock=clock)
    # Made without keys: it comes with a core of the ordinary kind, which gives way to ours.
    made: Any = AsyncWeChatPay(
        # The type of the same name in `wechatpayv3` is another one, which the methods here do not take.
        wechatpay_type=WeChatPayType.MINIPROG,
        mchid=credentials.merchant,
        private_key=None,
        cert_serial_no=credentials.certificate_serial,
        appid=credentials.app,
        apiv3_key=None,
        notify_url=notify_url,
    )
    made._core = core  # noqa: SLF001 - the library takes no core of somebody else's
    return GuardedSdk(calls=cast("Sdk", made), core=core)
