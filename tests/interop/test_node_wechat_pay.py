"""The sandbox's WeChat Pay and an independent client of another language: `wechatpay-axios-plugin`, in Node."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from attrs import frozen

from adapters.memory.clock import MemoryClock
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.manners import Manners
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.store import Store
from entrypoints.sandbox.wechat_pay.keys import APP, MERCHANT, WechatPayKeys
from entrypoints.sandbox.wechat_pay.partner import WechatPay
from errand_domain.testing import examples
from tests.interop.node import node
from tests.sandbox.serving import TLS, served
from tests.sandbox.wechat.playing import Listener
from tests.sandbox.wechat_pay.merchant import OPENID, merchant_from

NOWHERE = "http://127.0.0.1:9/told"
ORDER = "a|b*c_-0001"
"""Whatever an order's number may hold goes into addresses too, which are signed as they travel."""
REFUND, TRANSFER = "r-1@", "t1"
ORDERS = "v3/pay/transactions"
REFUNDS = "v3/refund/domestic/refunds"
TRANSFERS = "v3/fund-app/mch-transfer/transfer-bills"
Step = Mapping[str, object]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> WechatPayKeys:
    """Made once: that takes longer than all the rest."""
    return WechatPayKeys(Keys(tmp_path_factory.mktemp("keys")))


@frozen
class Trade:
    """A sandbox on a socket, and a merchant of it who uses the library."""

    address: str
    keys: WechatPayKeys
    clock: MemoryClock
    http: httpx.AsyncClient

    @property
    def merchant(self) -> dict[str, Any]:
        """The library's settings, with WeChat Pay's public key."""
        told = self.keys.environment(self.address)
        return {
            "baseURL": self.address,
            "mchid": MERCHANT,
            "serial": told["ERRAND_WECHAT_PAY_CERTIFICATE_SERIAL"],
            "privateKey": Path(told["ERRAND_WECHAT_PAY_PRIVATE_KEY_FILE"]).read_text(),
            "certs": {self.keys.public_key_id: Path(told["ERRAND_WECHAT_PAY_PUBLIC_KEY_FILE"]).read_text()},
            "headers": {"Wechatpay-Serial": self.keys.public_key_id},
        }

    async def does(self, wanted: Mapping[str, Step], **changes: object) -> dict[str, Any]:
        """What came of each step; `changes` are of the library's settings."""
        job = {"merchant": self.merchant | changes, "apiV3Key": self.keys.api_v3_key, "wanted": [*wanted.values()]}
        return dict(zip(wanted, await node("wechat_pay_merchant.mjs", job), strict=True))


@asynccontextmanager
async def trading(folder: Path, keys: WechatPayKeys) -> AsyncIterator[Trade]:
    """With a WeChat Pay that nobody has asked anything yet."""
    clock = MemoryClock(examples.NOW)

    def make(_: str) -> Sandbox:
        manners = Manners(balance_before_fen=1_000_000)
        store = Store(folder / "sandbox.sqlite3")
        return Sandbox(
            Outside(store, manners=manners, make_partners=lambda outside: (WechatPay(outside, keys, clock),))
        )

    with served(make) as address:
        async with httpx.AsyncClient(base_url=address, trust_env=False, verify=TLS) as http:
            yield Trade(address, keys, clock, http)


async def someone_trades(trade: Trade, *, notify_url: str) -> None:
    """Ten yuan are paid, four of them given back, and a transfer is confirmed: for a merchant without the library."""
    merchant = merchant_from(trade.keys.environment(trade.address))
    for path, body, deed in (
        (f"{ORDERS}/jsapi", merchant.order(ORDER, description="一,二`三"), f"payments/{ORDER}/pay"),
        (REFUNDS, merchant.refund(REFUND, of=ORDER, fen=400), f"refunds/{REFUND}/finish"),
        (TRANSFERS, merchant.transfer(TRANSFER, fen=1_205), f"transfers/{TRANSFER}/confirm"),
    ):
        assert (await merchant.post(f"/{path}", body | {"notify_url": notify_url})).status == 200
        assert (await trade.http.post(f"/sandbox/wechat-pay/{deed}")).json()["state"] == "SUCCESS"


def get(path: str, **query: str) -> Step:
    return {"step": "call", "method": "get", "path": path, "query": query}


def post(path: str, body: object = None) -> Step:
    return {"step": "call", "method": "post", "path": path, "body": body}


def act(kind: str, number: str, act: str) -> Step:
    return {"step": "outside", "path": f"/sandbox/wechat-pay/{kind}/{number}/{act}"}


def fault(operation: str, kind: str) -> Step:
    body = {"operation": f"wechat_pay.{operation}", "kind": kind}
    return {"step": "outside", "path": "/sandbox/faults", "body": body}


def order(number: str = ORDER, *, fen: int = 1_000, notify_url: str = NOWHERE) -> Step:
    body = {
        "appid": APP,
        "mchid": MERCHANT,
        "description": "取快递",
        "out_trade_no": number,
        "notify_url": notify_url,
        "amount": {"total": fen, "currency": "CNY"},
        "payer": {"openid": OPENID},
    }
    return post(f"{ORDERS}/jsapi", body)


def query(number: str = ORDER) -> Step:
    return get(f"{ORDERS}/out-trade-no/{number}", mchid=MERCHANT)


def close(number: str) -> Step:
    return post(f"{ORDERS}/out-trade-no/{number}/close", {"mchid": MERCHANT})


def refund(number: str, *, of: str = ORDER, fen: int = 400, notify_url: str = NOWHERE) -> Step:
    amount = {"refund": fen, "total": 1_000, "currency": "CNY"}
    body = {"out_refund_no": number, "out_trade_no": of, "notify_url": notify_url, "reason": "取消", "amount": amount}
    return post(REFUNDS, body)


def transfer(number: str, *, serial: str, notify_url: str = NOWHERE) -> Step:
    """To somebody whose name travels encrypted under the key of that serial."""
    reports = {"岗位类型": "校园跑腿", "报酬说明": "跑腿报酬"}
    body = {
        "appid": APP,
        "out_bill_no": number,
        "transfer_scene_id": "1005",
        "openid": OPENID,
        "user_name": "王小明",
        "transfer_amount": 1_205,
        "transfer_remark": "跑腿收入",
        "notify_url": notify_url,
        "transfer_scene_report_infos": [{"info_type": k, "info_content": v} for k, v in reports.items()],
    }
    return {**post(TRANSFERS, body), "step": "callNaming", "serial": serial}


@pytest.mark.parametrize("certified", [False, True])
async def test_the_library_trades_at_the_sandbox_and_believes_its_answers(
    tmp_path: Path, keys: WechatPayKeys, certified: bool
):
    known = keys.own_serial if certified else keys.public_key_id
    async with trading(tmp_path, keys) as trade:
        told = await trade.does(
            {
                "certificates": {"step": "certificates"} if certified else query("nothing"),
                "ordered": order(),
                "ordered again": order(),
                "ordered otherwise": order(fen=999),
                "not paid": query(),
                "pay": act("payments", quote(ORDER), "pay"),
                "paid": query(),
                "too late": close(ORDER),
                "another": order("order0002"),
                "closed": close("order0002"),
                "closed then": query("order0002"),
                "refund": refund(REFUND),
                "too much": refund("r-2", fen=601),
                "refund again": refund(REFUND),
                "finish": act("refunds", REFUND, "finish"),
                "refunded": get(f"{REFUNDS}/{REFUND}"),
                "no refund": get(f"{REFUNDS}/r-9"),
                "transfer": transfer(TRANSFER, serial=known),
                "transferred": get(f"{TRANSFERS}/out-bill-no/{TRANSFER}"),
                "cancel": post(f"{TRANSFERS}/out-bill-no/{TRANSFER}/cancel"),
                "no transfer": get(f"{TRANSFERS}/out-bill-no/t9"),
            },
            **({"certs": {"none yet": None}, "headers": {}} if certified else {}),
        )
    if certified:
        assert told["certificates"] == {"status": 200, "serials": [keys.own_serial]}
    else:
        assert told["certificates"] == {"status": 404, "code": "ORDER_NOT_EXIST"}
    assert told["ordered"]["told"]["prepay_id"]
    assert told["ordered again"] == told["ordered"]
    assert told["ordered otherwise"] == {"status": 400, "code": "INVALID_REQUEST"}
    assert told["not paid"]["told"]["trade_state"] == "NOTPAY"
    paid = told["paid"]["told"]
    assert (paid["trade_state"], paid["amount"]["payer_total"], paid["payer"]) == ("SUCCESS", 1_000, {"openid": OPENID})
    assert told["too late"] == {"status": 400, "code": "ORDER_PAID"}
    assert told["closed"] == {"status": 204, "told": ""}
    assert told["closed then"]["told"]["trade_state"] == "CLOSED"
    assert (told["refund"]["told"]["status"], told["refund again"]) == ("PROCESSING", told["refund"])
    assert told["too much"] == {"status": 400, "code": "INVALID_REQUEST"}
    assert told["refunded"]["told"]["status"] == "SUCCESS"
    assert told["no refund"] == {"status": 404, "code": "RESOURCE_NOT_EXISTS"}
    assert told["transfer"]["told"]["package_info"]
    assert told["transferred"]["told"]["state"] == "WAIT_USER_CONFIRM"
    assert told["cancel"]["told"]["state"] == "CANCELING"
    assert told["no transfer"] == {"status": 404, "code": "NOT_FOUND"}


async def test_the_library_believes_no_answer_that_is_forged_or_old(tmp_path: Path, keys: WechatPayKeys):
    async with trading(tmp_path, keys) as trade:
        told = await trade.does(
            {
                "order": order(),
                "forge": fault("query", "bad_signature"),
                "forged": query(),
                "age": fault("query", "old_timestamp"),
                "aged": query(),
                "as it is": query(),
                "trouble": fault("query", "server_error"),
                "troubled": query(),
            }
        )
    assert told["forged"] == {"doubt": "EV3_RES_HEADER_SIGNATURE_DIGEST"}
    assert told["aged"] == {"doubt": "EV3_RES_HEADER_TIMESTAMP_OFFSET"}
    assert told["as it is"]["told"]["trade_state"] == "NOTPAY"
    assert told["troubled"] == {"status": 500, "code": "SYSTEM_ERROR"}


async def test_the_sandbox_does_nothing_for_a_library_with_another_key(tmp_path: Path, keys: WechatPayKeys):
    keys.keys.private_key("stranger")
    async with trading(tmp_path, keys) as trade:
        told = await trade.does(
            {"order": order(), "query": query()}, privateKey=keys.keys.path("stranger.pem").read_text()
        )
        assert [*told.values()] == [{"status": 401, "code": "SIGN_ERROR"}] * 2
        assert (await trade.http.get("/sandbox/open")).json() == {"items": []}


@pytest.mark.parametrize("packing", [{"tar_type": "GZIP"}, {}])
async def test_the_library_reads_the_sandboxs_bills(tmp_path: Path, keys: WechatPayKeys, packing: dict[str, str]):
    async with trading(tmp_path, keys) as trade:
        await someone_trades(trade, notify_url=NOWHERE)
        trade.clock.advance(timedelta(days=1))
        day = {"bill_date": f"{examples.NOW + timedelta(hours=8):%Y-%m-%d}", **packing}
        told = await trade.does(
            {
                "trades": {"step": "bill", "path": "v3/bill/tradebill", "query": day},
                "funds": {"step": "bill", "path": "v3/bill/fundflowbill", "query": day},
                "none": get("v3/bill/tradebill", bill_date="2026-01-01"),
            }
        )
    payment, returned = sorted(told["trades"]["rows"], key=lambda row: row["退款金额"])
    assert (payment["商户订单号"], payment["订单金额"], payment["商品名称"]) == (ORDER, "10.00", "一,二 三")
    assert (returned["商户退款单号"], returned["退款金额"], returned["交易状态"]) == (REFUND, "4.00", "REFUND")
    assert told["trades"]["summary"]["总交易单数"] == "2"
    assert "12.05" in {row["收支金额(元)"] for row in told["funds"]["rows"]}
    assert told["funds"]["summary"]["资金流水总笔数"] == str(len(told["funds"]["rows"]))
    assert (told["trades"]["isWhole"], told["funds"]["isWhole"]) == (True, True)
    assert told["none"] == {"status": 400, "code": "NO_STATEMENT_EXIST"}


async def test_the_library_reads_what_the_sandbox_tells_of_its_own_accord(tmp_path: Path, keys: WechatPayKeys):
    listener = Listener()
    async with listener.listening() as url, trading(tmp_path, keys) as trade:
        await someone_trades(trade, notify_url=url)
        letters = [{"headers": one.headers, "body": one.body.decode()} for one in listener.heard]
        forged = [one | {"body": f"{one['body']} "} for one in letters]
        unknown = [one | {"headers": one["headers"] | {"wechatpay-serial": keys.own_serial}} for one in letters]
        wanted = [*letters, *forged, *unknown]
        told = await trade.does({str(nth): {"step": "opened", **one} for nth, one in enumerate(wanted)})
    results = [*told.values()]
    said = {one["event"]: one["told"] for one in results[: len(letters)]}
    assert said.keys() == {"TRANSACTION.SUCCESS", "REFUND.SUCCESS", "MCHTRANSFER.BILL.FINISHED"}
    payment, returned, sent = said.values()
    assert (payment["out_trade_no"], payment["trade_state"], payment["amount"]["total"]) == (ORDER, "SUCCESS", 1_000)
    assert (returned["out_refund_no"], returned["refund_status"], returned["amount"]["refund"]) == (
        REFUND,
        "SUCCESS",
        400,
    )
    assert (sent["out_bill_no"], sent["state"], sent["transfer_amount"]) == (TRANSFER, "SUCCESS", 1_205)
    assert results[len(letters) :] == [None] * (2 * len(letters))
