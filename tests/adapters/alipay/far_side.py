"""Alipay's side of the wire for tests: keys of its own, requests that it remembers, answers as it is told."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import parse_qsl, urlencode

import httpx
from attrs import define, field, frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509 import (
    BasicConstraints,
    Certificate,
    CertificateBuilder,
    Name,
    NameAttribute,
    random_serial_number,
)
from cryptography.x509.oid import NameOID

from adapters.alipay.credentials import AlipayCredentials
from adapters.alipay.gateway import AlipayGateway
from adapters.memory.clock import MemoryClock

NOW = datetime(2026, 11, 5, 4, 30, tzinfo=UTC)
APP, SELLER = "2021000000000001", "2088000000000001"
NOTIFY_URL = "https://errand.example/notifications/alipay"
LONG = timedelta(days=3_650)


@cache
def key(name: str) -> RSAPrivateKey:
    """The key of that name, made when it is first asked for."""
    assert name
    return generate_private_key(public_exponent=65_537, key_size=2048)


def private_pem(name: str, layout: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return key(name).private_bytes(Encoding.PEM, layout, NoEncryption()).decode()


def public_pem(name: str) -> str:
    return key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def bare(pem: str) -> str:
    """The base64 of a PEM text, in one line, as Alipay's key tool shows it."""
    return "".join(pem.strip().splitlines()[1:-1])


@cache
def certificate(name: str, *, issuer: str = "root", ends: datetime = NOW + LONG) -> Certificate:
    return (
        CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key(name).public_key())
        .serial_number(random_serial_number())
        .not_valid_before(NOW - LONG)
        .not_valid_after(ends)
        .add_extension(BasicConstraints(ca=name == issuer, path_length=None), critical=True)
        .sign(key(issuer), SHA256())
    )


def certificate_pem(name: str, **how: object) -> str:
    return certificate(name, **how).public_bytes(Encoding.PEM).decode()


@cache
def in_key_mode(**changes: str) -> AlipayCredentials:
    given = {
        "app": APP,
        "seller": SELLER,
        "private_key": private_pem("app"),
        "alipay_public_key": public_pem("alipay"),
    }
    return AlipayCredentials(**given | changes)


@cache
def in_certificate_mode(**changes: str) -> AlipayCredentials:
    given = {
        "app": APP,
        "seller": SELLER,
        "private_key": private_pem("app"),
        "app_certificate": certificate_pem("app"),
        "alipay_certificate": certificate_pem("alipay"),
        "root_certificates": certificate_pem("root"),
    }
    return AlipayCredentials(**given | changes)


def signature(text: str, by: str = "alipay") -> str:
    return b64encode(key(by).sign(text.encode(), PKCS1v15(), SHA256())).decode()


def is_signed(text: str, signed: str, by: str = "app") -> bool:
    try:
        key(by).public_key().verify(b64decode(signed), text.encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def answer(node: str, content: str, *, by: str = "alipay", serial: str = "") -> bytes:
    """An answer as it stands on the wire, its inner text exactly as given."""
    behind = f',"alipay_cert_sn":"{serial}"' if serial else ""
    return f'{{"{node}":{content},"sign":"{signature(content, by)}"{behind}}}'.encode()


def form(fields: dict[str, str], *, by: str = "alipay") -> bytes:
    """A notification's body, signed over what it says."""
    said = {name: value for name, value in fields.items() if name not in {"sign", "sign_type"}}
    text = "&".join(f"{name}={value}" for name, value in sorted(said.items()))
    return urlencode({**fields, "sign": signature(text, by)}).encode()


@frozen(kw_only=True)
class Request:
    """One request that came in, query and form merged."""

    method: str
    query: dict[str, str]
    form: dict[str, str]

    @property
    def parameters(self) -> dict[str, str]:
        return self.query | self.form

    @property
    def content(self) -> dict[str, object]:
        return json.loads(self.parameters["biz_content"])

    @property
    def is_signed(self) -> bool:
        given = dict(self.parameters)
        signed = given.pop("sign")
        return is_signed("&".join(f"{name}={value}" for name, value in sorted(given.items()) if value), signed)


@define
class FarSide:
    """Answers requests in the order in which it was told to; an exception is what the line does instead."""

    clock: MemoryClock = field(factory=lambda: MemoryClock(NOW))
    requests: list[Request] = field(factory=list)
    answers: list[Callable[[str], httpx.Response]] = field(factory=list)

    def gateway(self, credentials: AlipayCredentials | None = None, **how: object) -> AlipayGateway:
        given = {"notify_url": NOTIFY_URL, "clock": self.clock, "transport": httpx.MockTransport(self._meet)}
        return AlipayGateway(credentials or in_key_mode(), **given | how)

    def will_say(self, content: dict[str, object] | str, **how: str) -> None:
        """A signed answer with that inner object, whatever is asked."""
        written = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        self.answers.append(lambda node: httpx.Response(200, content=answer(node, written, **how)))

    def will_succeed(self, **content: object) -> None:
        self.will_say({"code": "10000", "msg": "Success", **content})

    def will_refuse(self, sub_code: str, code: str = "40004") -> None:
        self.will_say({"code": code, "msg": "Business Failed", "sub_code": sub_code, "sub_msg": "说明"})

    def will_send(self, body: bytes, status: int = 200) -> None:
        self.answers.append(lambda _: httpx.Response(status, content=body))

    def will_break(self, fault: Exception) -> None:
        def breaking(_: str) -> httpx.Response:
            raise fault

        self.answers.append(breaking)

    def _meet(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        given = dict(parse_qsl(request.content.decode(), keep_blank_values=True))
        self.requests.append(Request(method=request.method, query=query, form=given))
        return self.answers.pop(0)(query.get("method", "").replace(".", "_") + "_response")


def _named(name: str) -> Name:
    return Name(
        [
            NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
            NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Certification"),
            NameAttribute(NameOID.COMMON_NAME, f"Example {name}"),
        ]
    )
