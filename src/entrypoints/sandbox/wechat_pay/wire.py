"""Both sides' signatures, over the bytes that travel, and what WeChat Pay encrypts for the merchant."""

import json
import re
import secrets
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import field, frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from entrypoints.sandbox.wechat_pay.errors import WechatPayError
from entrypoints.sandbox.wire import Asked
from entrypoints.sandbox.words import CHINA

SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
SKEW_MOST: Final = timedelta(minutes=5)
LONG_AGO: Final = timedelta(days=1)
AGENT: Final = "user-agent"
OAEP_AS_DOCUMENTED: Final = OAEP(MGF1(SHA1()), SHA1(), None)  # noqa: S303 - no other is understood there
_PAIR: Final = re.compile(r'(\w+)="([^"]*)"')
_NAMES: Final = {"mchid", "nonce_str", "timestamp", "serial_no", "signature"}


@frozen(kw_only=True)
class Wire:
    """The keys of both sides. Who names WeChat Pay's public key gets it; everybody else, the certificate."""

    merchant: str
    merchant_key: RSAPublicKey = field(repr=False)
    merchant_serial: str
    own_key: RSAPrivateKey = field(repr=False)
    own_serial: str
    public_key_id: str
    api_v3_key: str = field(repr=False)

    def check(self, asked: Asked) -> None:
        """Raise `WechatPayError` unless the merchant signed the request, of late."""
        scheme, _, rest = asked.headers.get("authorization", "").partition(" ")
        pairs = dict(_PAIR.findall(rest))
        if scheme != SCHEME or set(pairs) != _NAMES:
            raise WechatPayError("SIGN_ERROR", "Authorization不合法")
        if not asked.headers.get("accept") or not asked.headers.get(AGENT):
            raise WechatPayError("PARAM_ERROR", "缺少Accept或User-Agent")
        if (pairs["mchid"], pairs["serial_no"].upper()) != (self.merchant, self.merchant_serial):
            raise WechatPayError("SIGN_ERROR", "商户号或证书序列号不正确")
        if not pairs["timestamp"].isdecimal() or abs(_wall() - int(pairs["timestamp"])) > SKEW_MOST.total_seconds():
            raise WechatPayError("SIGN_ERROR", "时间戳已过期")
        head = f"{asked.method}\n{asked.target}\n{pairs['timestamp']}\n{pairs['nonce_str']}\n".encode()
        try:
            signature = b64decode(pairs["signature"], validate=True)
            self.merchant_key.verify(signature, head + asked.body + b"\n", PKCS1v15(), SHA256())
        except (InvalidSignature, NoBase64, ValueError):
            raise WechatPayError("SIGN_ERROR") from None

    def signed(self, body: bytes, *, by_public_key: bool, forged: bool = False, aged: bool = False) -> dict[str, str]:
        """The headers with which WeChat Pay signs an answer or a notification; spoilt, if that is wanted."""
        timestamp = str(_wall() - (int(LONG_AGO.total_seconds()) if aged else 0))
        nonce = secrets.token_hex(16)
        message = f"{timestamp}\n{nonce}\n".encode() + (b"forged" if forged else body) + b"\n"
        return {
            "wechatpay-timestamp": timestamp,
            "wechatpay-nonce": nonce,
            "wechatpay-signature": b64encode(self.own_key.sign(message, PKCS1v15(), SHA256())).decode(),
            "wechatpay-serial": self.public_key_id if by_public_key else self.own_serial,
            "wechatpay-signature-type": SCHEME,
        }

    def names_public_key(self, asked: Asked) -> bool:
        """Whether the merchant wants to be answered under WeChat Pay's public key."""
        return asked.headers.get("wechatpay-serial") == self.public_key_id

    def opened(self, secret: str) -> str:
        """What the merchant encrypted under WeChat Pay's key, for its eyes; raises `WechatPayError`."""
        try:
            return self.own_key.decrypt(b64decode(secret, validate=True), OAEP_AS_DOCUMENTED).decode()
        except ValueError:
            raise WechatPayError("PARAM_ERROR", "敏感信息解密失败") from None

    def encrypted(self, plain: str, *, about: str) -> dict[str, str]:
        """Something for the merchant's eyes, under the API v3 key."""
        nonce = secrets.token_hex(6)
        secret = AESGCM(self.api_v3_key.encode()).encrypt(nonce.encode(), plain.encode(), about.encode())
        return {
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": b64encode(secret).decode(),
            "associated_data": about,
            "nonce": nonce,
        }

    def envelope(self, event: Mapping[str, object], *, kind: str, about: str, number: str, summary: str) -> bytes:
        """The body of a notification."""
        resource = {"original_type": about, **self.encrypted(compact(event), about=about)}
        return compact(
            {
                "id": number,
                "create_time": rfc3339(datetime.now(UTC)),
                "resource_type": "encrypt-resource",
                "event_type": kind,
                "summary": summary,
                "resource": resource,
            }
        ).encode()


def compact(content: object) -> str:
    """JSON as WeChat Pay writes it."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def rfc3339(moment: datetime) -> str:
    """The moment as it is read in China, in whole seconds."""
    return moment.astimezone(CHINA).isoformat(timespec="seconds")


def _wall() -> int:
    return int(datetime.now(UTC).timestamp())
