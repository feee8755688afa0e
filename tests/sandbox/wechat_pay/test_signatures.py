"""Both sides' signatures, by somebody who made them by hand."""

import json
from collections.abc import Callable

import pytest
from attrs import evolve
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tests.sandbox.wechat_pay.merchant import ORDERS, Merchant


def query(merchant: Merchant, number: str = "nobody01") -> str:
    return f"{ORDERS}/out-trade-no/{number}?mchid={merchant.mchid}"


async def test_an_answer_is_signed_over_its_bytes_under_the_public_key(merchant: Merchant):
    answer = await merchant.post(f"{ORDERS}/jsapi", merchant.order("signed01"))
    merchant.verify(answer.headers, answer.body)
    with pytest.raises(InvalidSignature):
        merchant.verify(answer.headers, answer.body + b" ")


async def test_an_answer_without_a_body_is_signed_too(merchant: Merchant):
    await merchant.post(f"{ORDERS}/jsapi", merchant.order("signed02"))
    answer = await merchant.post(f"{ORDERS}/out-trade-no/signed02/close", {"mchid": merchant.mchid})
    assert (answer.status, answer.body) == (204, b"")
    merchant.verify(answer.headers, b"")


async def test_who_names_no_public_key_is_answered_under_the_certificate_that_can_be_fetched(merchant: Merchant):
    old = merchant.in_certificate_mode()
    answer = await old.get("/v3/certificates")
    (found,) = answer.told["data"]
    certificate = x509.load_pem_x509_certificate(old.decrypt(found["encrypt_certificate"]))
    assert int(found["serial_no"], 16) == certificate.serial_number
    old.verify(answer.headers, answer.body, by_certificate=certificate)


async def test_white_space_and_letters_of_any_script_are_signed_as_they_travel(merchant: Merchant):
    asked = merchant.order("signed03", description="取件：“圆通” 🚲")
    for body in (json.dumps(asked, indent=3).encode(), json.dumps(asked, ensure_ascii=False).encode()):
        assert (await merchant.post(f"{ORDERS}/jsapi", body)).status == 200


def stranger(merchant: Merchant) -> Merchant:
    return evolve(merchant, private_key=generate_private_key(public_exponent=65537, key_size=2048))


@pytest.mark.parametrize(
    "changed",
    [
        stranger,
        lambda merchant: evolve(merchant, mchid="1900000001"),
        lambda merchant: evolve(merchant, serial="00" * 20),
        lambda merchant: evolve(merchant, seconds_off=-301),
        lambda merchant: evolve(merchant, seconds_off=302),
    ],
    ids=["another key", "another merchant", "another certificate", "too old", "from the future"],
)
async def test_a_request_that_is_not_the_merchants_own_and_of_now_is_refused(
    merchant: Merchant, changed: Callable[[Merchant], Merchant]
):
    answer = await changed(merchant).get(query(merchant))
    assert (answer.status, answer.code) == (401, "SIGN_ERROR")


async def test_a_clock_that_is_a_little_off_is_forgiven(merchant: Merchant):
    assert (await evolve(merchant, seconds_off=-290).get(query(merchant))).code == "ORDER_NOT_EXIST"


@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer x", 'WECHATPAY2-SHA256-RSA2048 mchid="1900000999"', "WECHATPAY2-SHA256-RSA2048 x"],
)
async def test_a_request_without_a_whole_signature_is_refused(merchant: Merchant, authorization: str | None):
    answer = await merchant.get(query(merchant), authorization=authorization)
    assert (answer.status, answer.code) == (401, "SIGN_ERROR")


@pytest.mark.parametrize("part", ["method", "path", "query", "body"])
async def test_a_signature_is_good_for_one_request_only(merchant: Merchant, part: str):
    body = json.dumps({"mchid": merchant.mchid}).encode()
    close = f"{ORDERS}/out-trade-no/nobody01/close"
    signed = {
        "method": ("GET", close, body),
        "path": ("POST", close.replace("01", "02"), body),
        "query": ("POST", f"{close}?a=1", body),
        "body": ("POST", close, body + b" "),
    }[part]
    answer = await merchant.post(close, body, authorization=merchant.authorization(*signed))
    assert (answer.status, answer.code) == (401, "SIGN_ERROR")


@pytest.mark.parametrize("name", ["accept", "user_agent"])
async def test_a_request_says_who_asks_and_what_it_understands(merchant: Merchant, name: str):
    answer = await merchant.get(query(merchant), **{name: None})
    assert (answer.status, answer.code) == (400, "PARAM_ERROR")
