"""A merchant written from WeChat Pay's documents alone: it signs, verifies and decrypts by hand, with none of our code.

All it knows is what the sandbox hands out as environment.
"""

import json
import secrets
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from attrs import evolve, field, frozen
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from tests.sandbox.serving import TLS

SCHEME = "WECHATPAY2-SHA256-RSA2048"
ORDERS = "/v3/pay/transactions"
REFUNDS = "/v3/refund/domestic/refunds"
TRANSFERS = "/v3/fund-app/mch-transfer/transfer-bills"
OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"


@frozen(kw_only=True)
class Answer:
    """What came back, and whether it was signed by WeChat Pay over just these bytes, of late."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return self.told["code"]


@frozen(kw_only=True)
class Merchant:
    """Asks over a real socket. Without a public key id it is in certificate mode."""

    url: str
    mchid: str
    appid: str
    private_key: RSAPrivateKey = field(repr=False)
    serial: str
    api_v3_key: str = field(repr=False)
    platform_key: RSAPublicKey
    public_key_id: str
    seconds_off: int = 0
    timeout_seconds: float = 5

    async def get(self, target: str, **changes: str | None) -> Answer:
        return await self.ask("GET", target, b"", **changes)

    async def post(self, target: str, body: object = None, **changes: str | None) -> Answer:
        plain = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.ask("POST", target, plain, **changes)

    async def ask(self, method: str, target: str, body: bytes, **changes: str | None) -> Answer:
        """Signed; `changes` replaces headers (underscores for dashes), or leaves out those that are `None`."""
        headers = {
            "accept": "application/json",
            "user-agent": "a-merchant/1",
            "authorization": self.authorization(method, target, body),
        }
        if body:
            headers["content-type"] = "application/json"
        if self.public_key_id:
            headers["wechatpay-serial"] = self.public_key_id
        wanted = headers | {name.replace("_", "-"): value for name, value in changes.items()}
        patience = httpx.Timeout(self.timeout_seconds, connect=2)
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=patience, verify=TLS) as client:
            for name in ("accept", "user-agent"):
                client.headers.pop(name)
            request = client.build_request(
                method, target, content=body, headers={name: value for name, value in wanted.items() if value}
            )
            assert request.url.raw_path.decode() == target, "it must be signed as it travels"
            answer = await client.send(request)
        return Answer(status=answer.status_code, headers=answer.headers, body=answer.content)

    def authorization(self, method: str, target: str, body: bytes) -> str:
        timestamp, nonce = str(int(time.time()) + self.seconds_off), secrets.token_hex(16)
        message = f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"
        signature = b64encode(self.private_key.sign(message, PKCS1v15(), SHA256())).decode()
        # The documents show another order of the pairs than any library writes: none may be relied upon.
        return (
            f'{SCHEME} signature="{signature}",serial_no="{self.serial}",timestamp="{timestamp}",'
            f'nonce_str="{nonce}",mchid="{self.mchid}"'
        )

    def verify(
        self, headers: Mapping[str, str], body: bytes, *, by_certificate: x509.Certificate | None = None
    ) -> None:
        """Raises unless WeChat Pay has signed it, within the last five minutes."""
        assert headers["wechatpay-signature-type"] == SCHEME
        assert abs(time.time() - int(headers["wechatpay-timestamp"])) <= 300
        message = f"{headers['wechatpay-timestamp']}\n{headers['wechatpay-nonce']}\n".encode() + body + b"\n"
        key = self.platform_key
        if by_certificate is None:
            assert headers["wechatpay-serial"] == self.public_key_id
        else:
            assert int(headers["wechatpay-serial"], 16) == by_certificate.serial_number
            key = by_certificate.public_key()
        key.verify(b64decode(headers["wechatpay-signature"]), message, PKCS1v15(), SHA256())

    def decrypt(self, sealed: Mapping[str, str]) -> bytes:
        """A resource of WeChat Pay's."""
        assert sealed["algorithm"] == "AEAD_AES_256_GCM"
        assert len(sealed["nonce"]) == 12
        assert len(sealed["associated_data"]) < 16
        cipher = AESGCM(self.api_v3_key.encode())
        return cipher.decrypt(
            sealed["nonce"].encode(), b64decode(sealed["ciphertext"]), sealed["associated_data"].encode()
        )

    def encrypt(self, plain: str) -> str:
        """A field that only WeChat Pay may read."""
        padding = OAEP(MGF1(SHA1()), SHA1(), None)  # noqa: S303 - as the documents say
        return b64encode(self.platform_key.encrypt(plain.encode(), padding)).decode()

    def order(self, number: str, *, fen: int = 1_000, **changes: Any) -> dict[str, Any]:
        asked = {
            "appid": self.appid,
            "mchid": self.mchid,
            "description": "取快递",
            "out_trade_no": number,
            "notify_url": "http://127.0.0.1:9/notifications/wechat-pay",
            "amount": {"total": fen, "currency": "CNY"},
            "payer": {"openid": OPENID},
        }
        return asked | changes

    def refund(self, number: str, *, of: str, fen: int, total: int = 1_000, **changes: Any) -> dict[str, Any]:
        amount = {"refund": fen, "total": total, "currency": "CNY"}
        return {"out_refund_no": number, "out_trade_no": of, "amount": amount} | changes

    def transfer(self, number: str, *, fen: int = 1_000, **changes: Any) -> dict[str, Any]:
        asked = {
            "appid": self.appid,
            "out_bill_no": number,
            "transfer_scene_id": "1005",
            "openid": OPENID,
            "transfer_amount": fen,
            "transfer_remark": "跑腿收入",
            "transfer_scene_report_infos": [
                {"info_type": "岗位类型", "info_content": "校园跑腿"},
                {"info_type": "报酬说明", "info_content": "跑腿报酬"},
            ],
        }
        return asked | changes

    def in_certificate_mode(self) -> "Merchant":
        return evolve(self, public_key_id="")


def merchant_from(environment: Mapping[str, str]) -> Merchant:
    """The merchant that was handed these settings."""
    private_key = load_pem_private_key(Path(environment["ERRAND_WECHAT_PAY_PRIVATE_KEY_FILE"]).read_bytes(), None)
    platform_key = load_pem_public_key(Path(environment["ERRAND_WECHAT_PAY_PUBLIC_KEY_FILE"]).read_bytes())
    assert isinstance(private_key, RSAPrivateKey)
    assert isinstance(platform_key, RSAPublicKey)
    return Merchant(
        url=environment["ERRAND_WECHAT_PAY_GATEWAY"],
        mchid=environment["ERRAND_WECHAT_PAY_MERCHANT"],
        appid=environment["ERRAND_WECHAT_APP"],
        private_key=private_key,
        serial=environment["ERRAND_WECHAT_PAY_CERTIFICATE_SERIAL"],
        api_v3_key=Path(environment["ERRAND_WECHAT_PAY_API_V3_KEY_FILE"]).read_text(),
        platform_key=platform_key,
        public_key_id=environment["ERRAND_WECHAT_PAY_PUBLIC_KEY_ID"],
    )
