"""A WeChat Pay of few words, for tests: it checks our signatures and signs its own, with nothing of the SDK."""

import base64
import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

import httpx
from attrs import evolve, field, frozen, mutable
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from adapters.memory.clock import MemoryClock
from adapters.wechat_pay.credentials import WechatPayCredentials
from adapters.wechat_pay.gateway import WechatPayGateway
from errand_domain.ports.notifications import Delivery
from errand_domain.testing import examples

MERCHANT: Final = "1900000109"
APP: Final = "wx2421b1c4370ec43b"
SERIAL: Final = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
API_V3_KEY: Final = "0123456789abcdefghijklmnopqrstuv"
PUBLIC_KEY_ID: Final = "PUB_KEY_ID_0119000001092024091500"
NOTIFY_URL: Final = "https://errand.example/api/v1/notifications/wechat-pay"
URL: Final = "https://api.mch.weixin.qq.com"
# A leading zero, as one serial in sixteen has: the SDK loses it.
PLATFORM_SERIAL: Final = "0A57F09EFDC096DE15EBE81A47057A7232F1B8E2"
NOW: Final = examples.NOW


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """The key of that name, the same all through a run."""
    assert name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(name: str = "merchant", form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return key(name).private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def public_pem(name: str = "platform") -> str:
    return key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def certificate_pem(name: str, serial: str, *, until: datetime = NOW + timedelta(days=365)) -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key(name).public_key())
        .serial_number(int(serial, 16))
        .not_valid_before(until - timedelta(days=730))
        .not_valid_after(until)
        .sign(key(name), SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


@cache
def credentials(**changed) -> WechatPayCredentials:
    """Those of a merchant in public-key mode."""
    ours = {
        "merchant": MERCHANT,
        "app": APP,
        "private_key": private_pem(),
        "certificate_serial": SERIAL,
        "api_v3_key": API_V3_KEY,
        "public_key": public_pem(),
        "public_key_id": PUBLIC_KEY_ID,
    }
    return WechatPayCredentials(**(ours | changed))


def in_certificate_mode(**changed) -> WechatPayCredentials:
    """Those of a merchant who has not moved to the public key."""
    certificates = (certificate_pem("certified", PLATFORM_SERIAL),)
    return credentials(**({"public_key": "", "public_key_id": "", "platform_certificates": certificates} | changed))


def signature(message: str, name: str) -> str:
    return base64.b64encode(key(name).sign(message.encode(), PKCS1v15(), SHA256())).decode()


def is_signed_by(name: str, message: str, signed: str) -> bool:
    try:
        key(name).public_key().verify(base64.b64decode(signed), message.encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def decrypted_by_platform(secret: str, *, name: str = "platform") -> str:
    """A field that was encrypted for WeChat Pay alone."""
    padding = OAEP(mgf=MGF1(SHA1()), algorithm=SHA1(), label=None)  # noqa: S303 - as WeChat Pay has it
    return key(name).decrypt(base64.b64decode(secret), padding).decode()


def encrypted(plain: str, *, with_key: str = API_V3_KEY, nonce: str = "0123456789ab", about: str = "transaction"):
    secret = AESGCM(with_key.encode()).encrypt(nonce.encode(), plain.encode(), about.encode())
    return {
        "original_type": about,
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(secret).decode(),
        "nonce": nonce,
        "associated_data": about,
    }


@frozen(kw_only=True)
class Reply:
    """What the far side answers, and how well it signs it."""

    status: int = 200
    content: object = None
    raw: bytes | None = None
    signs_as: str = PUBLIC_KEY_ID
    with_key: str = "platform"
    without: tuple[str, ...] = ()
    media_type: str = "application/json; charset=utf-8"
    seconds_old: int = 0

    def response(self) -> httpx.Response:
        body = self.raw if self.raw is not None else b"" if self.status == 204 else json.dumps(self.content).encode()
        timestamp = str(int(time.time()) - self.seconds_old)
        headers = {
            "Content-Type": self.media_type,
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": "593BEC0C930BF1AF",
            "Wechatpay-Serial": self.signs_as,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }
        if self.media_type.startswith("application/json"):
            headers["Wechatpay-Signature"] = signature(
                f"{timestamp}\n593BEC0C930BF1AF\n{body.decode()}\n", self.with_key
            )
        kept = {name: value for name, value in headers.items() if name not in self.without}
        return httpx.Response(self.status, headers=kept, content=body)


def error(status: int, code: str, message: str = "请核对") -> Reply:
    return Reply(status=status, content={"code": code, "message": message, "detail": {"field": "x"}})


@frozen(kw_only=True)
class Seen:
    """A request whose signature was right."""

    method: str
    path: str
    body: bytes
    headers: httpx.Headers

    @property
    def content(self):
        return json.loads(self.body)


Answering = Reply | Exception | Callable[[Seen], Reply]


@mutable
class FarSide(httpx.AsyncBaseTransport):
    """Answers one reply after another; an exception is what the network does. The last is answered for ever."""

    replies: list[Answering] = field(factory=list)
    seen: list[Seen] = field(factory=list)

    def will(self, *replies: Answering) -> None:
        self.replies = list(replies)

    def forget(self) -> None:
        self.replies, self.seen = [], []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        path = request.url.raw_path.decode()
        _check_authorization(request.method, path, body, request.headers["Authorization"])
        seen = Seen(method=request.method, path=path, body=body, headers=request.headers)
        self.seen.append(seen)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return (reply if isinstance(reply, Reply) else reply(seen)).response()

    def gateway(self, ours: WechatPayCredentials | None = None, *, clock: MemoryClock | None = None):
        return WechatPayGateway(
            ours or credentials(), notify_url=NOTIFY_URL, clock=clock or MemoryClock(NOW), transport=self
        )


def _check_authorization(method: str, path: str, body: bytes, header: str) -> None:
    """Over the bytes as they came, and by names: clients write the pairs in any order."""
    scheme, _, pairs = header.partition(" ")
    assert scheme == "WECHATPAY2-SHA256-RSA2048"
    told = dict(re.findall(r'(\w+)="([^"]*)"', pairs))
    message = f"{method}\n{path}\n{told['timestamp']}\n{told['nonce_str']}\n{body.decode()}\n"
    assert (told["mchid"], told["serial_no"]) == (MERCHANT, SERIAL)
    assert is_signed_by("merchant", message, told["signature"]), "SIGN_ERROR"


def delivery(
    event_type: str,
    resource: object,
    *,
    at: datetime = NOW,
    signs_as: str = PUBLIC_KEY_ID,
    with_key: str = "platform",
    **changed: str,
) -> Delivery:
    """A notification as WeChat Pay sends it."""
    secret = encrypted(resource if isinstance(resource, str) else json.dumps(resource))
    envelope = {
        "id": "EV-2018022511223320873",
        "create_time": at.isoformat(),
        "event_type": event_type,
        "resource_type": "encrypt-resource",
        "summary": "支付成功",
        "resource": secret,
    }
    return signed_delivery(json.dumps(envelope | changed).encode(), at=at, signs_as=signs_as, with_key=with_key)


def signed_delivery(
    body: bytes, *, at: datetime = NOW, signs_as: str = PUBLIC_KEY_ID, with_key: str = "platform"
) -> Delivery:
    timestamp, nonce = str(int(at.timestamp())), "EZQ3Y0FmYwIVwMD6yeBRJV6PTYUOpDO5"
    message = timestamp.encode() + b"\n" + nonce.encode() + b"\n" + body + b"\n"
    signed = base64.b64encode(key(with_key).sign(message, PKCS1v15(), SHA256())).decode()
    headers = {
        "wechatpay-timestamp": timestamp,
        "wechatpay-nonce": nonce,
        "wechatpay-signature": signed,
        "wechatpay-serial": signs_as,
        "wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048",
        "content-type": "application/json",
    }
    return Delivery(headers=headers, body=body)


def with_header(one: Delivery, name: str, value: str | None) -> Delivery:
    headers = {key: text for key, text in one.headers.items() if key != name}
    return evolve(one, headers=headers if value is None else headers | {name: value})


def rfc3339(moment: datetime) -> str:
    return (moment + timedelta(hours=8)).replace(tzinfo=UTC).isoformat().replace("+00:00", "+08:00")


def transaction(number: str, *, state: str = "SUCCESS", fen: int = 500, **changed):
    paid = {
        "transaction_id": "1217752501201407033233368018",
        "success_time": rfc3339(NOW),
        "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
    }
    told = {
        "appid": APP,
        "mchid": MERCHANT,
        "out_trade_no": number,
        "trade_type": "JSAPI",
        "trade_state": state,
        "trade_state_desc": "…",
        "bank_type": "OTHERS",
        "attach": "",
        "amount": {"total": fen, "payer_total": fen, "currency": "CNY", "payer_currency": "CNY"},
        "promotion_detail": [],
    }
    return told | (paid if state in {"SUCCESS", "REFUND"} else {}) | changed


def refund_bill(number: str, payment_number: str, *, state: str = "PROCESSING", fen: int = 200, **changed):
    told = {
        "refund_id": "50000000382019052709732678859",
        "out_refund_no": number,
        "transaction_id": "1217752501201407033233368018",
        "out_trade_no": payment_number,
        "channel": "ORIGINAL",
        "user_received_account": "招商银行信用卡0403",
        "create_time": rfc3339(NOW),
        "status": state,
        "amount": {"total": 500, "refund": fen, "payer_total": 500, "payer_refund": fen, "currency": "CNY"},
    }
    return told | ({"success_time": rfc3339(NOW)} if state == "SUCCESS" else {}) | changed


def transfer(number: str, *, state: str = "SUCCESS", fen: int = 1_000, **changed):
    """As a query tells it."""
    told = {
        "mch_id": MERCHANT,
        "out_bill_no": number,
        "transfer_bill_no": "1330000071100999991182020050700019480001",
        "appid": APP,
        "state": state,
        "transfer_amount": fen,
        "transfer_remark": "跑腿报酬",
        "openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
        "create_time": rfc3339(NOW),
        "update_time": rfc3339(NOW + timedelta(minutes=5)),
    }
    return told | changed


def ordered_transfer(number: str, *, state: str = "WAIT_USER_CONFIRM", **changed):
    """As the order for it is answered."""
    told = {
        "out_bill_no": number,
        "transfer_bill_no": "1330000071100999991182020050700019480001",
        "create_time": rfc3339(NOW),
        "state": state,
    }
    return told | ({"package_info": "affffddafdfafddffda=="} if state == "WAIT_USER_CONFIRM" else {}) | changed
