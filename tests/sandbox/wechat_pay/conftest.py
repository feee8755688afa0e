"""WeChat Pay alone in a sandbox, on a socket, with a merchant who knows the documents and none of our code."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import field, frozen

from adapters.memory.clock import MemoryClock
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.manners import Manners
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.store import Store
from entrypoints.sandbox.wechat_pay.keys import WechatPayKeys
from entrypoints.sandbox.wechat_pay.partner import WechatPay
from errand_domain.testing import examples
from tests.sandbox.serving import TLS, served
from tests.sandbox.wechat_pay.merchant import ORDERS, Merchant, merchant_from

BEFORE_FEN = 1_000_000


@frozen
class People:
    """Payers, runners, and whoever makes things go wrong."""

    url: str

    async def act(self, kind: str, number: str, act: str) -> httpx.Response:
        return await self._post(f"/sandbox/wechat-pay/{kind}/{number}/{act}")

    async def pay(self, number: str) -> None:
        assert (await self.act("payments", number, "pay")).json()["state"] == "SUCCESS"

    async def break_next(self, operation: str, kind: str) -> None:
        asked = {"operation": f"wechat_pay.{operation}", "kind": kind}
        (await self._post("/sandbox/faults", json=asked)).raise_for_status()

    async def deliver(self) -> list[dict[str, Any]]:
        """Every notification is tried now; what became of each that was."""
        return (await self._post("/sandbox/courier/deliver")).raise_for_status().json()["items"]

    async def waiting(self) -> list[str]:
        return [one["number"] for one in (await self._get("/sandbox/open"))["items"]]

    async def balance_fen(self) -> int:
        return (await self._get("/sandbox/balances"))["wechat-pay"]

    async def _post(self, path: str, **content: Any) -> httpx.Response:
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, verify=TLS) as client:
            return await client.post(path, **content)

    async def _get(self, path: str) -> Any:
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, verify=TLS) as client:
            return (await client.get(path)).raise_for_status().json()


@frozen
class Heard:
    """Where the merchant is notified: it keeps what came, and answers with what it is told to."""

    url: str
    posts: list[tuple[dict[str, str], bytes]] = field(factory=list)
    status: list[int] = field(factory=lambda: [204])

    @property
    def ids(self) -> list[str]:
        return [json.loads(body)["id"] for _, body in self.posts]


class Front:
    """A socket that stays, before a world that is another for each test. No courier walks by himself here."""

    world: Any
    url: str

    def at(self, url: str) -> "Front":
        self.url = url
        return self

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            await rise_and_set(receive, send)
        else:
            await self.world(scope, receive, send)


async def rise_and_set(receive, send) -> None:
    """The life of a server that has nothing to prepare."""
    for event in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{event}.complete"})


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> WechatPayKeys:
    """Made once: that takes longer than all the rest."""
    return WechatPayKeys(Keys(tmp_path_factory.mktemp("keys")))


@pytest.fixture
def clock() -> MemoryClock:
    return MemoryClock(examples.NOW)


@pytest.fixture
def manners() -> Manners:
    return Manners(
        balance_before_fen=BEFORE_FEN, refund_takes=timedelta(hours=1), answer_late_seconds=0.5, speed=1_000_000
    )


@pytest.fixture(scope="session")
def front() -> Iterator[Front]:
    """Served once: to start and stop a server takes longer than most tests."""
    made = Front()
    with served(made.at):
        yield made


@pytest.fixture(scope="session")
def handed_out(front: Front, keys: WechatPayKeys) -> Merchant:
    """The merchant of the sandbox behind that socket."""
    return merchant_from(keys.environment(front.url))


@pytest.fixture
def merchant(  # noqa: PLR0917 - fixtures, by name
    front: Front, handed_out: Merchant, keys: WechatPayKeys, clock: MemoryClock, manners: Manners, tmp_path: Path
) -> Iterator[Merchant]:
    """Of a WeChat Pay that nobody has asked anything yet."""
    store = Store(tmp_path / "sandbox.sqlite3")
    outside = Outside(store, manners=manners, make_partners=lambda outside: (WechatPay(outside, keys, clock),))
    front.world = Sandbox(outside)
    yield handed_out
    store.close()


@pytest.fixture
def people(merchant: Merchant) -> People:
    return People(merchant.url)


class Ear(Front):
    """A socket that stays, before whoever listens in this test."""

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            await rise_and_set(receive, send)
            return
        message = await receive()
        assert not message.get("more_body")
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        self.world.posts.append((headers, message["body"]))
        await send({"type": "http.response.start", "status": self.world.status[-1], "headers": []})
        await send({"type": "http.response.body"})


@pytest.fixture(scope="session")
def ear() -> Iterator[Ear]:
    made = Ear()
    with served(made.at):
        yield made


@pytest.fixture
def heard(ear: Ear) -> Heard:
    ear.world = Heard(f"{ear.url}/notifications/wechat-pay")
    return ear.world


@pytest.fixture
async def paid(merchant: Merchant, people: People) -> str:
    """The number of ten yuan that somebody has paid."""
    assert (await merchant.post(f"{ORDERS}/jsapi", merchant.order("paid0001"))).status == 200
    await people.pay("paid0001")
    return "paid0001"
