"""Our Alipay, both sides of it, against an independent client: `python-alipay-sdk`."""

import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import alipay
import pytest

from adapters.alipay.certificates import certificate_serial, root_serial
from adapters.alipay.notifications import AlipayNotifications
from adapters.alipay.payments import AlipayPayments
from adapters.alipay.shapes import Nothing
from entrypoints.sandbox.alipay.keys import APP
from errand_domain.ports.notifications import Delivery
from errand_domain.ports.payments import PaymentReport
from errand_domain.testing import examples
from tests.adapters.alipay.far_side import (
    NOW,
    FarSide,
    certificate,
    certificate_pem,
    in_certificate_mode,
    private_pem,
    public_pem,
)
from tests.adapters.alipay.test_notifications import TOLD
from tests.sandbox.alipay.playing import NUMBER, Play, keys, playing
from tests.sandbox.wechat.playing import Listener

# The peer reads certificates through calls that pyOpenSSL has announced to remove.
pytestmark = pytest.mark.filterwarnings(r"ignore:(X509|X509Name|dump_publickey)\b.* deprecated:DeprecationWarning")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The peer reads proxies from the environment; the sandbox is on this machine."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def peer(*, private: str = "app", public: str = "alipay") -> alipay.AliPay:
    """A client in key mode that signs with the one key and believes the other."""
    return alipay.AliPay(
        appid="2021000000000001",
        app_private_key_string=private_pem(private),
        alipay_public_key_string=public_pem(public),
    )


def accepts(client: alipay.AliPay, text: str) -> bool:
    """Whether the client verifies a signed request. Its own `verify` leaves `sign_type` out, which requests sign."""
    said = dict(parse_qsl(text))
    signature = said.pop("sign")
    return client._verify("&".join(f"{name}={value}" for name, value in sorted(said.items())), signature)


@pytest.fixture
def far_side() -> FarSide:
    return FarSide()


async def test_the_peer_verifies_what_the_payer_is_handed(far_side: FarSide):
    payments = AlipayPayments(far_side.gateway())
    started = await payments.start(
        examples.attempt(provider="alipay"),
        description="代买 {奶茶}：“大杯” +50%",
        payer="",
        expires_at=NOW + timedelta(minutes=15),
    )
    parameters = json.loads(started.client_parameters)
    alipay_side = peer(private="alipay", public="app")
    for text in (urlsplit(parameters["wap"]).query, parameters["app"]):
        assert accepts(alipay_side, text)
        assert not accepts(alipay_side, text.replace("5.00", "0.01"))


async def test_the_peer_verifies_what_we_ask(far_side: FarSide):
    far_side.will_succeed()
    await far_side.gateway(in_certificate_mode()).tell("alipay.trade.close", {"out_trade_no": "付}款"}, Nothing)
    said = far_side.requests[0].parameters
    signature = said.pop("sign")
    text = "&".join(f"{name}={value}" for name, value in sorted(said.items()))
    assert peer(private="alipay", public="app")._verify(text, signature)


async def test_we_believe_the_notification_that_the_peer_signed(far_side: FarSide):
    said = {name: value for name, value in TOLD.items() if name != "sign_type"}
    form = peer(private="alipay").sign_data(said)
    told = await AlipayNotifications(far_side.gateway()).read(
        Delivery(headers={}, body=f"{form}&sign_type=RSA2".encode())
    )
    assert isinstance(told, PaymentReport)


def test_both_give_certificates_the_same_serials():
    roots = "\n\n".join([certificate_pem("root"), certificate_pem("other", issuer="other")])
    theirs = alipay.DCAliPay(
        appid="2021000000000001",
        app_private_key_string=private_pem("app"),
        app_public_key_cert_string=certificate_pem("app"),
        alipay_public_key_cert_string=certificate_pem("alipay"),
        alipay_root_cert_string=roots,
    )
    assert theirs.app_cert_sn == certificate_serial(certificate("app"))
    assert theirs.alipay_root_cert_sn == root_serial(roots)


def merchant(play: Play, *, certified: bool) -> alipay.AliPay:
    """The client as a merchant of the sandbox."""
    files = {name: Path(path) for name, path in keys().environment("").items() if name.endswith("_FILE")}
    private = files["ERRAND_ALIPAY_PRIVATE_KEY_FILE"].read_text()
    made = (
        alipay.DCAliPay(
            appid=APP,
            app_private_key_string=private,
            app_public_key_cert_string=files["ERRAND_ALIPAY_APP_CERTIFICATE_FILE"].read_text(),
            alipay_public_key_cert_string=files["ERRAND_ALIPAY_CERTIFICATE_FILE"].read_text(),
            alipay_root_cert_string=files["ERRAND_ALIPAY_ROOT_CERTIFICATE_FILE"].read_text(),
        )
        if certified
        else alipay.AliPay(
            appid=APP,
            app_private_key_string=private,
            alipay_public_key_string=Path(keys().in_key_mode["ERRAND_ALIPAY_PUBLIC_KEY_FILE"]).read_text(),
        )
    )
    made._gateway = f"{play.address}/gateway.do"
    return made


@pytest.mark.parametrize("certified", [True, False])
async def test_the_peer_collects_and_gives_back_at_the_sandbox(tmp_path: Path, certified):
    listener = Listener()
    async with listener.listening() as url, playing(tmp_path) as play:
        client = merchant(play, certified=certified)
        order = client.api_alipay_trade_wap_pay(
            subject="取快递", out_trade_no=NUMBER, total_amount="5.00", notify_url=url, product_code="QUICK_WAP_WAY"
        )
        assert "¥5.00" in (await play.http.get(f"/gateway.do?{order}")).text
        assert client.api_alipay_trade_query(out_trade_no=NUMBER)["trade_status"] == "WAIT_BUYER_PAY"
        await play.act("payments", NUMBER, "pay")
        assert client.api_alipay_trade_query(out_trade_no=NUMBER)["trade_status"] == "TRADE_SUCCESS"
        for change in ("Y", "N"):
            told = client.api_alipay_trade_refund("2.00", out_trade_no=NUMBER, out_request_no="r1")
            assert (told["fund_change"], told["refund_fee"]) == (change, "2.00")
        known = client.api_alipay_trade_fastpay_refund_query("r1", out_trade_no=NUMBER)
        assert known["refund_status"] == "REFUND_SUCCESS"
        refused = client.api_alipay_trade_close(out_trade_no=NUMBER)
        assert (refused["code"], refused["sub_code"]) == ("40004", "ACQ.TRADE_STATUS_ERROR")
        await play.http.post("/sandbox/courier/deliver")
        for delivery in listener.heard:
            told = dict(parse_qsl(delivery.body.decode()))
            assert client.verify(told, told.pop("sign"))
            assert not client.verify(told | {"total_amount": "0.01"}, "c2lnbg==")
        assert len(listener.heard) >= 2


async def test_the_peer_pays_out_at_the_sandbox(tmp_path: Path):
    async with playing(tmp_path) as play:
        client = merchant(play, certified=True)
        content = {
            "out_biz_no": "p1",
            "trans_amount": "12.05",
            "product_code": "TRANS_ACCOUNT_NO_PWD",
            "biz_scene": "DIRECT_TRANSFER",
            "order_title": "报酬",
            "payee_info": {"identity": "13800001234", "identity_type": "ALIPAY_LOGON_ID", "name": "王小明"},
        }
        assert client.server_api("alipay.fund.trans.uni.transfer", content)["status"] == "SUCCESS"
        known = client.server_api("alipay.fund.trans.common.query", {"out_biz_no": "p1"})
        assert (known["status"], known["trans_amount"]) == ("SUCCESS", "12.05")


async def test_the_sandbox_refuses_a_peer_with_another_key(tmp_path: Path):
    async with playing(tmp_path) as play:
        client = merchant(play, certified=False)
        client._app_private_key = peer(private="other")._app_private_key
        told = client.api_alipay_trade_query(out_trade_no=NUMBER)
        assert told["sub_code"] == "isv.invalid-signature"
