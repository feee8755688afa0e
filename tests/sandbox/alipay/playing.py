"""Alipay in a sandbox of its own, over real sockets, and merchants with clients of their own."""

import atexit
import json
import shutil
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from attrs import field, frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from adapters.memory.clock import MemoryClock
from entrypoints.sandbox.alipay.keys import APP, AlipayKeys
from entrypoints.sandbox.alipay.partner import Alipay
from entrypoints.sandbox.alipay.wire import Wire
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.manners import Manners
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.store import Store
from errand_domain.testing import examples
from tests.sandbox.serving import TLS, served

NUMBER = "0192f0c1a2b37c4d8e5f"
BALANCE_FEN = 1_000_000
LATE_SECONDS = 0.05
CHINA = timedelta(hours=8)


@cache
def keys() -> AlipayKeys:
    """Made once: that takes longer than all the rest."""
    folder = mkdtemp(prefix="errand-alipay-")
    atexit.register(shutil.rmtree, folder)
    return AlipayKeys(Keys(Path(folder)))


@cache
def wire() -> Wire:
    return keys().wire


@cache
def app_key() -> RSAPrivateKey:
    return keys().keys.private_key("alipay_app")


@frozen
class Play:
    """The sandbox, and what a merchant and people do with it."""

    address: str
    outside: Outside
    clock: MemoryClock
    http: httpx.AsyncClient
    certified: bool = True
    notify_url: str = field(default="")

    def signed(self, method: str, content: Mapping[str, object] | str, **changes: str) -> dict[str, str]:
        """The parameters of a request, signed as a merchant signs, over whatever it says."""
        said = {
            "app_id": APP,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": "2026-09-01 12:00:00",
            "version": "1.0",
            "biz_content": content if isinstance(content, str) else json.dumps(content, ensure_ascii=False),
            "notify_url": self.notify_url,
        }
        if self.certified:
            said |= {"app_cert_sn": wire().app_serial, "alipay_root_cert_sn": wire().root_serial}
        said = {name: value for name, value in (said | changes).items() if value}
        text = "&".join(f"{name}={value}" for name, value in sorted(said.items()))
        return said | {"sign": b64encode(app_key().sign(text.encode(), PKCS1v15(), SHA256())).decode()}

    async def ask(self, method: str, content: Mapping[str, object] | str, **changes: str) -> dict[str, Any]:
        """The inside of the answer, verified over its exact bytes."""
        answer = await self.http.post("/gateway.do", data=self.signed(method, content, **changes))
        return self.inside(method, answer)

    def inside(self, method: str, answer: httpx.Response) -> dict[str, Any]:
        assert answer.status_code == 200
        head, _, tail = answer.text.removeprefix(f'{{"{method.replace(".", "_")}_response":').rpartition(',"sign":"')
        content = head.partition(',"alipay_cert_sn":')[0]
        assert is_signed(content, tail.removesuffix('"}'))
        named = json.loads(answer.text).get("alipay_cert_sn")
        assert named == (wire().own_serial if self.certified else None)
        return json.loads(content)

    async def open(self, number: str = NUMBER, yuan: str = "5.00", **changes: str) -> httpx.Response:
        """The payer opens the order in a browser."""
        order = self.order(number, yuan)
        said = self.signed("alipay.trade.wap.pay", order | {"product_code": "QUICK_WAP_WAY"}, **changes)
        return await self.http.get(f"/gateway.do?{urlencode(said)}")

    def order(self, number: str, yuan: str) -> dict[str, object]:
        until = self.clock.now() + CHINA + timedelta(minutes=15)
        return {
            "out_trade_no": number,
            "total_amount": yuan,
            "subject": "校园跑腿：取快递",
            "time_expire": f"{until:%Y-%m-%d %H:%M:%S}",
        }

    async def act(self, kind: str, number: str, act: str) -> httpx.Response:
        return await self.http.post(f"/sandbox/alipay/{kind}/{number}/{act}")

    async def paid(self, number: str = NUMBER, yuan: str = "5.00") -> None:
        await self.open(number, yuan)
        assert (await self.act("payments", number, "pay")).json()["state"] == "TRADE_SUCCESS"

    async def refund(self, number: str, yuan: str, payment: str = NUMBER) -> dict[str, Any]:
        content = {"out_trade_no": payment, "out_request_no": number, "refund_amount": yuan}
        return await self.ask("alipay.trade.refund", content)

    async def transfer(self, number: str = "p1", yuan: str = "12.05", **changes: object) -> dict[str, Any]:
        content = {
            "out_biz_no": number,
            "trans_amount": yuan,
            "product_code": "TRANS_ACCOUNT_NO_PWD",
            "biz_scene": "DIRECT_TRANSFER",
            "order_title": "报酬",
            "payee_info": {"identity": "13800001234", "identity_type": "ALIPAY_LOGON_ID", "name": "王小明"},
        }
        return await self.ask("alipay.fund.trans.uni.transfer", content | changes)

    async def transferred(self, number: str = "p1") -> dict[str, Any]:
        return await self.ask("alipay.fund.trans.common.query", {"out_biz_no": number})

    async def query(self, number: str = NUMBER) -> dict[str, Any]:
        return await self.ask("alipay.trade.query", {"out_trade_no": number})

    @property
    def balance_fen(self) -> int | None:
        return self.outside.partners["alipay"].balance_fen()


def is_signed(text: str, signature: str) -> bool:
    """Whether Alipay signed it."""
    try:
        wire().own_key.public_key().verify(b64decode(signature), text.encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def fields_of(body: bytes) -> dict[str, str]:
    """What a notification says, once its signature has been checked."""
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
    said = {name: value for name, value in fields.items() if name not in {"sign", "sign_type"}}
    assert is_signed("&".join(f"{name}={value}" for name, value in sorted(said.items())), fields["sign"])
    assert all(fields.values())
    return fields


@asynccontextmanager
async def playing(
    folder: Path, *, certified: bool = True, notify_url: str = "", start: datetime = examples.NOW
) -> AsyncIterator[Play]:
    """An Alipay that nobody has asked anything yet."""
    clock = MemoryClock(start)
    made: list[Outside] = []

    def make(_: str) -> Sandbox:
        manners = Manners(balance_before_fen=BALANCE_FEN, answer_late_seconds=LATE_SECONDS)
        made.append(
            Outside(
                Store(folder / "sandbox.sqlite3"),
                manners=manners,
                make_partners=lambda outside: (Alipay(outside, keys(), clock),),
            )
        )
        return Sandbox(made[0])

    with served(make) as address:
        async with httpx.AsyncClient(base_url=address, trust_env=False, verify=TLS) as http:
            yield Play(address, made[0], clock, http, certified, notify_url)
