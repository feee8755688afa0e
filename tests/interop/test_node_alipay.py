"""The sandbox's Alipay and an independent client of another language: `alipay-sdk`, in Node."""

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from entrypoints.sandbox.alipay.keys import APP
from errand_domain.testing import examples
from tests.interop.node import node
from tests.sandbox.alipay.playing import NUMBER, Play, keys, playing
from tests.sandbox.wechat.playing import Listener

ORDER = {"out_trade_no": NUMBER, "total_amount": "5.00", "subject": "代买 {奶茶}：“大杯” +50%&"}
WAP = {"method": "alipay.trade.wap.pay", "content": ORDER | {"product_code": "QUICK_WAP_WAY"}}
IN_APP = {"method": "alipay.trade.app.pay", "content": ORDER | {"product_code": "QUICK_MSECURITY_PAY"}}
DAY = f"{examples.NOW + timedelta(hours=8):%Y-%m-%d}"
UNSIGNED = {"sign", "sign_type"}
Step = Mapping[str, object]


def merchant(address: str, *, certified: bool) -> dict[str, str]:
    """The library's settings, in one mode or the other."""
    told = keys().environment(address) | keys().in_key_mode
    files = {name: Path(path).read_text() for name, path in told.items() if name.endswith("_FILE")}
    settings = {
        "appId": APP,
        "keyType": "PKCS8",
        "privateKey": files["ERRAND_ALIPAY_PRIVATE_KEY_FILE"],
        "gateway": told["ERRAND_ALIPAY_GATEWAY"],
    }
    if not certified:
        return settings | {"alipayPublicKey": files["ERRAND_ALIPAY_PUBLIC_KEY_FILE"]}
    return settings | {
        "appCertContent": files["ERRAND_ALIPAY_APP_CERTIFICATE_FILE"],
        "alipayPublicCertContent": files["ERRAND_ALIPAY_CERTIFICATE_FILE"],
        "alipayRootCertContent": files["ERRAND_ALIPAY_ROOT_CERTIFICATE_FILE"],
    }


async def does(play: Play, wanted: Mapping[str, Step], *, certified: bool, **changes: str) -> dict[str, Any]:
    """What came of each step; `changes` are of the library's settings."""
    job = {"merchant": merchant(play.address, certified=certified) | changes, "wanted": [*wanted.values()]}
    return dict(zip(wanted, await node("alipay_merchant.mjs", job), strict=True))


def call(method: str, **content: object) -> Step:
    return {"step": "call", "method": f"alipay.{method}", "content": content}


def query(number: str = NUMBER) -> Step:
    return call("trade.query", out_trade_no=number)


def refund(number: str, yuan: str = "2.00") -> Step:
    return call("trade.refund", out_trade_no=NUMBER, out_request_no=number, refund_amount=yuan)


def act(kind: str, number: str, act: str) -> Step:
    return {"step": "outside", "path": f"/sandbox/alipay/{kind}/{number}/{act}"}


def fault(operation: str, kind: str) -> Step:
    return {"step": "outside", "path": "/sandbox/faults", "body": {"operation": f"alipay.{operation}", "kind": kind}}


def outcome(told: Mapping[str, str]) -> tuple[str, str]:
    return told["code"], told.get("subCode", "")


@pytest.mark.parametrize("certified", [False, True])
async def test_the_library_collects_and_gives_back_and_believes_the_answers(tmp_path: Path, certified: bool):
    async with playing(tmp_path) as play:
        told = await does(
            play,
            {
                "unknown": query(),
                "opened": {"step": "open", **WAP},
                "waiting": query(),
                "pay": act("payments", NUMBER, "pay"),
                "paid": query(),
                "refund": refund("r1"),
                "refund again": refund("r1"),
                "too much": refund("r2", "3.01"),
                "refunded": call("trade.fastpay.refund.query", out_trade_no=NUMBER, out_request_no="r1"),
                "too late": call("trade.close", out_trade_no=NUMBER),
                "another": {"step": "open", **WAP, "content": WAP["content"] | {"out_trade_no": "another"}},
                "closed": call("trade.close", out_trade_no="another"),
                "closed then": query("another"),
                "nonsense": call("trade.nonsense"),
            },
            certified=certified,
        )
    assert outcome(told["unknown"]) == ("40004", "ACQ.TRADE_NOT_EXIST")
    assert "¥5.00" in told["opened"]
    assert told["waiting"]["tradeStatus"] == "WAIT_BUYER_PAY"
    assert (told["paid"]["tradeStatus"], told["paid"]["totalAmount"]) == ("TRADE_SUCCESS", "5.00")
    for name, change in (("refund", "Y"), ("refund again", "N")):
        assert (told[name]["fundChange"], told[name]["refundFee"]) == (change, "2.00")
    assert outcome(told["too much"])[0] == "40004"
    assert told["refunded"]["refundStatus"] == "REFUND_SUCCESS"
    assert outcome(told["too late"]) == ("40004", "ACQ.TRADE_STATUS_ERROR")
    assert (outcome(told["closed"]), told["closed then"]["tradeStatus"]) == (("10000", ""), "TRADE_CLOSED")
    assert outcome(told["nonsense"]) == ("40002", "isv.invalid-method")


async def test_the_library_pays_out_in_certificate_mode(tmp_path: Path):
    payee = {"identity": "13800001234", "identity_type": "ALIPAY_LOGON_ID", "name": "王小明"}
    kind = {"product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER"}
    sent = call("fund.trans.uni.transfer", out_biz_no="p1", trans_amount="12.05", payee_info=payee, **kind)
    asked = call("fund.trans.common.query", out_biz_no="p1", **kind)
    async with playing(tmp_path) as play:
        told = await does(play, {"sent": sent, "asked": asked}, certified=True)
    assert [one["status"] for one in told.values()] == ["SUCCESS", "SUCCESS"]
    assert told["asked"]["transAmount"] == "12.05"


def sent_by_itself(page: str) -> tuple[str, dict[str, str]]:
    """Where a browser would post the form of that page, and what. In an attribute `&times` is no sign of its own."""
    (action,) = re.findall(r'<form action="([^"]*)"', page)
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)" />', page)
    return action, {name: value.replace("&quot;", '"') for name, value in fields}


@pytest.mark.parametrize("certified", [False, True])
async def test_what_the_library_hands_to_payers_opens_at_the_cashier(tmp_path: Path, certified: bool):
    async with playing(tmp_path) as play:
        told = await does(
            play,
            {
                "address": {"step": "page", "by": "GET", **WAP},
                "form": {"step": "page", "by": "POST", **WAP},
                "app": {"step": "app", **IN_APP, "content": IN_APP["content"] | {"out_trade_no": "in_app"}},
            },
            certified=certified,
        )
        action, fields = sent_by_itself(told["form"])
        pages = [
            await play.http.get(told["address"]),
            await play.http.post(action, data=fields),
            await play.http.get(f"/gateway.do?{told['app']}"),
        ]
        for page in pages:
            assert "¥5.00" in page.text
            assert escape(ORDER["subject"]) in page.text
        forged = await play.http.get(told["address"].replace("5.00", "0.01"))
        assert "isv.invalid-signature" in forged.text


@pytest.mark.parametrize("certified", [False, True])
async def test_the_library_believes_the_sandboxs_notifications_and_none_that_was_changed(
    tmp_path: Path, certified: bool
):
    listener = Listener()
    async with listener.listening() as url, playing(tmp_path, certified=certified, notify_url=url) as play:
        await play.open(subject="x", yuan="5.00")
        await play.act("payments", NUMBER, "pay")
        await play.refund("r1", "2.00")
        await play.refund("r2", "3.00")
        await play.http.post("/sandbox/courier/deliver")
        good = [dict(parse_qsl(one.body.decode(), strict_parsing=True)) for one in listener.heard]
        changed = [good[0] | {name: f"{value}0"} for name, value in good[0].items() if name not in UNSIGNED]
        wanted = [{"step": "isSigned", "fields": fields} for fields in (*good, *changed)]
        told = await does(play, {str(nth): one for nth, one in enumerate(wanted)}, certified=certified)
    assert [one["trade_status"] for one in good] == ["TRADE_SUCCESS", "TRADE_SUCCESS", "TRADE_CLOSED"]
    assert all(("alipay_cert_sn" in one) is certified for one in good)
    assert [*told.values()] == [True] * len(good) + [False] * len(changed)


@pytest.mark.parametrize("certified", [False, True])
async def test_the_library_doubts_what_is_forged_and_hears_of_trouble(tmp_path: Path, certified: bool):
    async with playing(tmp_path) as play:
        told = await does(
            play,
            {
                "forge": fault("query", "bad_signature"),
                "forged": query(),
                "trouble": fault("query", "server_error"),
                "troubled": query(),
            },
            certified=certified,
        )
    assert told["forged"] == {"doubt": "验签失败"}
    assert outcome(told["troubled"]) == ("20000", "isp.unknow-error")


async def test_the_sandbox_does_nothing_for_a_library_with_another_key(tmp_path: Path):
    keys().keys.private_key("stranger")
    async with playing(tmp_path) as play:
        stranger = keys().keys.path("stranger.pem").read_text()
        told = await does(
            play, {"opened": {"step": "open", **WAP}, "asked": query()}, certified=False, privateKey=stranger
        )
        assert "isv.invalid-signature" in told["opened"]
        assert outcome(told["asked"]) == ("40002", "isv.invalid-signature")
        assert (await play.http.get("/sandbox/open")).json() == {"items": []}


async def test_the_library_learns_where_a_bill_is(tmp_path: Path):
    async with playing(tmp_path) as play:
        await play.paid()
        play.clock.advance(timedelta(days=1))
        method = "data.dataservice.bill.downloadurl.query"
        told = await does(
            play,
            {
                "bill": {**call(method, bill_type="trade", bill_date=DAY), "step": "bill"},
                "none": call(method, bill_type="trade", bill_date="2026-01-01"),
            },
            certified=True,
        )
    with zipfile.ZipFile(io.BytesIO(bytes.fromhex(told["bill"]))) as archive:
        assert any(NUMBER in archive.read(name).decode("gbk") for name in archive.namelist())
    assert outcome(told["none"]) == ("40004", "isp.bill_not_exist")
