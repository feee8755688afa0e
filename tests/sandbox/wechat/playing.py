"""WeChat in a sandbox of its own, with payments as WeChat Pay would keep them, and somebody who hears its pushes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
from attrs import field, frozen

from adapters.memory.clock import MemoryClock
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.manners import Manners
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.store import Store, Table
from entrypoints.sandbox.wechat.keys import WechatKeys
from entrypoints.sandbox.wechat.partner import ORDER_PATH, TOKEN_PATH, UPLOAD_PATH, Wechat
from entrypoints.sandbox.wechat.payments import TABLE
from entrypoints.sandbox.wechat_pay.keys import APP, MERCHANT
from entrypoints.sandbox.wechat_pay.payments import Payment
from errand_domain.ports.notifications import Delivery
from errand_domain.testing import examples

OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
NUMBER = "0192f0c1a2b37c4d8e5f"
LATE_SECONDS = 0.05


@frozen
class Listener:
    """Where pushes arrive: it keeps them, and answers as it is told."""

    heard: list[Delivery] = field(factory=list)
    answer: list[bytes] = field(factory=lambda: [b"success"])

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._hear, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/notifications/wechat"

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        target, *lines = head.splitlines()
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines) if name}
        body = await reader.readexactly(int(headers["content-length"]))
        query = dict(parse_qsl(target.split(" ")[1].partition("?")[2]))
        self.heard.append(Delivery(headers=headers, query=query, body=body))
        told = self.answer[0]
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told))
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@frozen
class Play:
    """The sandbox, and what a merchant does with it."""

    outside: Outside
    keys: WechatKeys
    clock: MemoryClock
    http: httpx.AsyncClient

    @property
    def payments(self) -> Table[Payment]:
        return self.outside.store.table(TABLE, Payment)

    def pay(self, number: str = NUMBER, **changes: Any) -> Payment:
        """Somebody pays the merchant."""
        made = {
            "number": number,
            "appid": APP,
            "params": "{}",
            "description": "校园跑腿",
            "openid": OPENID,
            "amount_fen": 500,
            "notify_url": "http://127.0.0.1:1/notifications/wechat-pay",
            "prepay_id": "p1",
            "ordered_at": examples.NOW,
            "expires_at": examples.NOW + examples.HOUR,
            "transaction_id": f"42{number}",
            "paid_at": examples.NOW,
        }
        payment = Payment(**(made | changes))
        self.payments[number] = payment
        return payment

    async def token(self, **changes: Any) -> Any:
        asked = {"grant_type": "client_credential", "appid": APP, "secret": self.keys.secret} | changes
        return (await self.http.post(TOKEN_PATH, json=asked)).json()

    async def post(self, path: str, body: Any, token: str | None = None) -> Any:
        """With a good token, if no other is given."""
        given = (await self.token())["access_token"] if token is None else token
        answer = await self.http.post(path, params={"access_token": given} if given else {}, json=body)
        assert answer.status_code == 200
        return answer.json()

    async def upload(self, number: str = NUMBER, **changes: Any) -> Any:
        told = {
            "order_key": {"order_number_type": 1, "mchid": MERCHANT, "out_trade_no": number},
            "logistics_type": 2,
            "delivery_mode": 1,
            "shipping_list": [{"item_desc": "一箱书"}],
            "upload_time": "2026-09-01T12:00:00.000+08:00",
            "payer": {"openid": OPENID},
        }
        return await self.post(UPLOAD_PATH, told | changes)

    async def state(self, number: str = NUMBER) -> int:
        """The order's state, as a query tells it."""
        answer = await self.post(ORDER_PATH, {"merchant_id": MERCHANT, "merchant_trade_no": number})
        return int(answer["order"]["order_state"])

    async def confirm(self, number: str = NUMBER) -> httpx.Response:
        """The payer confirms in the console."""
        return await self.http.post(f"/sandbox/wechat/orders/{number}/confirm-receipt")

    def letters(self) -> list[tuple[str, Any]]:
        """What is on its way to the merchant or has arrived, oldest first."""
        letters = [carried.letter for carried in reversed(self.outside.courier.all())]
        return [(letter.operation, json.loads(letter.content)) for letter in letters]


def outside_of(folder: Path, clock: MemoryClock, *, push_url: str = "") -> Outside:
    """WeChat alone, with its store in that folder."""
    keys = WechatKeys(Keys(folder / "keys"))
    return Outside(
        Store(folder / "store.sqlite3"),
        manners=Manners(answer_late_seconds=LATE_SECONDS, speed=10_000),
        make_partners=lambda outside: (Wechat(outside, keys, clock, push_url=push_url),),
    )


@asynccontextmanager
async def playing(folder: Path, *, push_url: str = "") -> AsyncIterator[Play]:
    """WeChat in a sandbox, asked without sockets."""
    clock = MemoryClock(examples.NOW)
    outside = outside_of(folder, clock, push_url=push_url)
    transport = httpx.ASGITransport(app=Sandbox(outside), client=("127.0.0.1", 4711))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as http:
        yield Play(outside, WechatKeys(Keys(folder / "keys")), clock, http)
    outside.store.close()
