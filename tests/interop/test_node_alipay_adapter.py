"""Our adapter for Alipay, where the other side is played by `alipay-sdk`, in Node."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from attrs import evolve
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA224, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, CertificateBuilder, Name, NameAttribute, random_serial_number
from cryptography.x509.oid import NameOID

from adapters.alipay.bills import AlipayBills
from adapters.alipay.certificates import certificate_serial, root_serial
from adapters.alipay.credentials import AlipayCredentials
from adapters.alipay.gateway import AlipayGateway
from adapters.alipay.notifications import AlipayNotifications
from adapters.alipay.payments import AlipayPayments
from adapters.alipay.payouts import AlipayPayouts
from adapters.alipay.refunds import AlipayRefunds
from adapters.memory.clock import MemoryClock
from errand_domain.money import Money
from errand_domain.ports.notifications import Delivery, NotificationRefused
from errand_domain.ports.payments import Lost, NotPaid, PayoutRequest, Started
from errand_domain.testing import examples
from tests.adapters.alipay.far_side import (
    NOTIFY_URL,
    NOW,
    FarSide,
    certificate_pem,
    in_certificate_mode,
    in_key_mode,
    key,
    private_pem,
    public_pem,
)
from tests.adapters.alipay.test_notifications import REPORT, TOLD
from tests.interop.node import node
from tests.interop.tap import Sent, Tap

ATTEMPT = examples.attempt(provider="alipay")
REFUND = examples.refund(ATTEMPT, fen=200)
PAYOUT = PayoutRequest(
    number=examples.withdrawal().part_number(1),
    runner_id=ATTEMPT.payer_id,
    payee="+8613800001234",
    payee_name="王小明",
    amount=Money(1_205),
    remark="跑腿报酬",
)
TROUBLE = (500, {"content-type": "text/html;charset=utf-8"}, b"")
SHAPES = {
    "as Alipay's are": ("C=CN", "O=Ant Financial", "OU=Certification Authority", "CN=Class 2 R1"),
    "without a unit": ("C=CN", "O=Errand Sandbox", "CN=alipay_authority"),
    "in another order": ("CN=First", "OU=Second", "O=Third", "C=CN"),
    "of a place": ("C=CN", "ST=浙江", "L=杭州", "O=某某学校", "CN=根证书"),
    "with two units": ("C=CN", "O=Example", "OU=One", "OU=Two", "CN=Example"),
}
OIDS = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
}
Step = Mapping[str, object]


async def provider(*wanted: Step) -> list[Any]:
    """What Alipay makes of each step."""
    job = {"merchantKey": public_pem("app"), "ownKey": private_pem("alipay"), "wanted": wanted}
    return await node("alipay_provider.mjs", job)


def gateway(ours: AlipayCredentials, address: str) -> AlipayGateway:
    url = f"{address}/gateway.do"
    return AlipayGateway(ours, url=url, notify_url=NOTIFY_URL, clock=MemoryClock(NOW), allow_plain_http=True)


async def started(line: AlipayGateway) -> dict[str, str]:
    """What the payer is handed."""
    answer = await AlipayPayments(line).start(
        ATTEMPT, description="代买 {奶茶}：“大杯” +50%", payer="", expires_at=NOW + timedelta(minutes=15)
    )
    assert isinstance(answer, Started)
    return json.loads(answer.client_parameters)


async def everything_sent(ours: AlipayCredentials) -> list[Sent]:
    """Every request that we ever make."""
    tap = Tap([TROUBLE])
    async with tap.listening() as address:
        line = gateway(ours, address)
        await AlipayPayments(line).query(ATTEMPT.number)
        await AlipayPayments(line).close(ATTEMPT.number)
        await AlipayRefunds(line).refund(REFUND, paid=ATTEMPT.amount, payment_number=ATTEMPT.number)
        await AlipayRefunds(line).query_refund(REFUND.number, payment_number=ATTEMPT.number)
        if line.has_certificates:
            await AlipayPayouts(line).send(PAYOUT)
            await AlipayPayouts(line).query_payout(PAYOUT.number)
        await AlipayBills(line).of_day(date(2026, 11, 4))
        await line.close()
    return tap.sent


def parameters(sent: Sent) -> dict[str, str]:
    text = "&".join((sent.target.partition("?")[2], sent.body.decode()))
    return dict(parse_qsl(text, strict_parsing=True, keep_blank_values=True))


@pytest.mark.parametrize("certified", [False, True])
async def test_the_library_believes_every_request_of_ours_and_what_payers_are_handed(certified: bool):
    ours = in_certificate_mode() if certified else in_key_mode()
    handed = await started(gateway(ours, "http://127.0.0.1:9"))
    texts = (urlsplit(handed["wap"]).query, handed["app"])
    said = [parameters(one) for one in await everything_sent(ours)] + [dict(parse_qsl(text)) for text in texts]
    forged = [one | {"biz_content": one["biz_content"].replace('"', ' "', 1)} for one in said]
    told = await provider(
        {"step": "serials", "certificate": certificate_pem("app"), "roots": certificate_pem("root")},
        *[{"step": "isSigned", "parameters": one} for one in (*said, *forged)],
    )
    transfers = {"alipay.fund.trans.uni.transfer", "alipay.fund.trans.common.query"} if certified else set()
    assert {one["method"] for one in said} == transfers | {
        *("alipay.trade.wap.pay", "alipay.trade.app.pay", "alipay.trade.query", "alipay.trade.close"),
        *("alipay.trade.refund", "alipay.trade.fastpay.refund.query"),
        "alipay.data.dataservice.bill.downloadurl.query",
    }
    assert told[1:] == [True] * len(said) + [False] * len(forged)
    named = {(one.get("app_cert_sn"), one.get("alipay_root_cert_sn")) for one in said}
    assert named == {(told[0]["app"], told[0]["root"]) if certified else (None, None)}


def issued_by(parts: tuple[str, ...], *, by: EllipticCurvePrivateKey | None = None) -> Certificate:
    """A certificate whose issuer is written in those parts, in that order."""
    pairs = [part.split("=") for part in parts]
    name = Name([NameAttribute(OIDS[letters], value) for letters, value in pairs])
    built = CertificateBuilder().subject_name(name).issuer_name(name).public_key(key("root").public_key())
    built = built.serial_number(random_serial_number()).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    return built.sign(by or key("root"), SHA256() if by else SHA224())


async def test_certificates_are_named_as_the_library_names_them():
    made = {shape: issued_by(parts) for shape, parts in SHAPES.items()}
    texts = {shape: one.public_bytes(Encoding.PEM).decode() for shape, one in made.items()}
    foreign = issued_by(("C=CN", "CN=Not RSA"), by=generate_private_key(SECP256R1()))
    roots = "\n".join([*texts.values(), foreign.public_bytes(Encoding.PEM).decode()])
    told = await provider(*[{"step": "serials", "certificate": text, "roots": roots} for text in texts.values()])
    theirs = dict(zip(made, told, strict=True))
    assert {shape: certificate_serial(one) for shape, one in made.items()} == {
        shape: one["app"] for shape, one in theirs.items()
    }
    assert {root_serial(roots)} == {one["root"] for one in told}


async def test_we_believe_the_notification_that_the_library_believes_and_none_that_was_changed():
    fields = {name: value for name, value in TOLD.items() if name != "sign_type"}
    (form,) = await provider({"step": "notification", "fields": fields})
    notifications = AlipayNotifications(FarSide().gateway())
    good = Delivery(headers={}, body=form.encode())
    assert await notifications.read(good) == REPORT
    for at in range(form.index("&sign=")):
        changed = form[:at] + chr(ord(form[at]) ^ 1) + form[at + 1 :]
        with pytest.raises(NotificationRefused):
            await notifications.read(evolve(good, body=changed.encode()))


async def test_we_believe_an_answer_over_just_what_the_library_would_verify_and_none_that_was_changed():
    content = {
        "code": "10000",
        "msg": 'Success {"sign":"x"} }',
        "out_trade_no": ATTEMPT.number,
        "trade_no": "2026110522001",
        "trade_status": "WAIT_BUYER_PAY",
        "total_amount": "5.00",
        "buyer_logon_id": "159****5620\\/",
    }
    (body,) = await provider(
        {"step": "answer", "node": "alipay_trade_query_response", "content": json.dumps(content, indent=1)}
    )
    forged = body.replace('"5.00"', '"0.01"')
    assert forged != body
    tap = Tap([(200, {}, body.encode()), (200, {}, forged.encode())])
    async with tap.listening() as address:
        payments = AlipayPayments(line := gateway(in_key_mode(), address))
        believed, doubted = await payments.query(ATTEMPT.number), await payments.query(ATTEMPT.number)
        await line.close()
    assert isinstance(believed, NotPaid)
    assert isinstance(doubted, Lost)
