"""Our Alipay against an independent client of it, `python-alipay-sdk`, in both directions."""

import json
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import alipay
import pytest

from adapters.alipay.certificates import certificate_serial, root_serial
from adapters.alipay.notifications import AlipayNotifications
from adapters.alipay.payments import AlipayPayments
from adapters.alipay.shapes import Nothing
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

# The peer reads certificates through calls that pyOpenSSL has announced to remove.
pytestmark = pytest.mark.filterwarnings(r"ignore:(X509|X509Name|dump_publickey)\b.* deprecated:DeprecationWarning")


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
