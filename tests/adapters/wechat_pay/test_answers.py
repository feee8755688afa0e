"""Every code of the table means what it should, in both spellings; everything else means that nobody knows."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wechat_pay.answers import Nothing, Ok, Refused, Unknown, understood
from adapters.wechat_pay.errors import MEANINGS
from adapters.wechat_pay.shapes import Prepaid

# HTTP status, code, meaning: as they are documented, old spelling and new. Written out, and not made from the table.
DOCUMENTED = [
    (400, "PARAM_ERROR", "wrong"),
    (400, "INVALID_REQUEST", "inspect"),
    (400, "APPID_MCHID_NOT_MATCH", "not_allowed"),
    (400, "MCH_NOT_EXISTS", "not_allowed"),
    (400, "ORDER_CLOSED", "closed"),
    (400, "ORDERCLOSED", "closed"),
    (400, "ORDERPAID", "paid"),
    (400, "ORDER_PAID", "paid"),
    (401, "SIGN_ERROR", "not_allowed"),
    (403, "OUT_TRADE_NO_USED", "reused"),
    (403, "NO_AUTH", "not_allowed"),
    (403, "NOAUTH", "not_allowed"),
    (403, "RULE_LIMIT", "not_allowed"),
    (403, "RULELIMIT", "not_allowed"),
    (403, "TRADE_ERROR", "not_allowed"),
    (403, "ACCOUNT_ERROR", "not_allowed"),
    (403, "NOT_ENOUGH", "short_of_money"),
    (403, "NOTENOUGH", "short_of_money"),
    (403, "USER_ACCOUNT_ABNORMAL", "payer_unreachable"),
    (404, "ORDER_NOT_EXIST", "absent"),
    (404, "ORDERNOTEXIST", "absent"),
    (404, "RESOURCE_NOT_EXISTS", "absent"),
    (404, "NOT_FOUND", "absent"),
    (400, "NO_STATEMENT_EXIST", "no_bill"),
    (400, "STATEMENT_CREATING", "bill_later"),
    (429, "FREQUENCY_LIMITED", None),
    (403, "FREQUENCY_LIMITED", None),
    (429, "RATELIMIT_EXCEEDED", None),
    (500, "SYSTEM_ERROR", None),
    (500, "SYSTEMERROR", None),
    (500, "BANK_ERROR", None),
    (500, "BANKERROR", None),
    (500, "OPENID_MISMATCH", None),
    (500, "INVALID_TRANSACTIONID", None),
    (400, "SYSTEM_ERROR", None),
    (400, "A_CODE_NOBODY_TOLD_US_OF", None),
    (500, "PARAM_ERROR", None),
    (429, "ORDER_NOT_EXIST", None),
    (502, "NOT_FOUND", None),
]


@pytest.mark.parametrize(("status", "code", "meaning"), DOCUMENTED)
def test_a_documented_error_means_what_it_should(status: int, code: str, meaning: str | None):
    answer = understood(status, json.dumps({"code": code, "message": "请核对"}), Nothing)
    if meaning is None:
        assert isinstance(answer, Unknown)
        assert answer.status == status
    else:
        assert isinstance(answer, Refused)
        assert (answer.status, answer.meaning, answer.message) == (status, meaning, "请核对")


@pytest.mark.parametrize(
    ("code", "spelled"),
    [("NOTENOUGH", "NOT_ENOUGH"), ("ORDERPAID", "ORDER_PAID"), ("SYSTEMERROR", "SYSTEM_ERROR"), ("NEW", "NEW")],
)
def test_an_old_spelling_is_told_in_the_new_one(code: str, spelled: str):
    for status in (400, 500):
        answer = understood(status, json.dumps({"code": code}), Nothing)
        assert spelled in (answer.reason if isinstance(answer, Refused) else answer.why)


def test_every_row_of_the_table_is_documented_here():
    assert set(MEANINGS) <= {code for _, code, _ in DOCUMENTED}


@pytest.mark.parametrize("body", ['{"prepay_id": "wx1"}', '{"code": "ORDER_NOT_EXIST"}'])
@pytest.mark.parametrize("status", [100, 201, 202, 301, 302])
def test_neither_a_success_nor_an_error_is_unknown(status: int, body: str):
    assert isinstance(understood(status, body, Prepaid), Unknown)


@pytest.mark.parametrize("body", ["", "<html>502</html>", "[]", '"NOT_FOUND"', '{"message": "NOT_FOUND"}', b"\xff\xfe"])
@pytest.mark.parametrize("status", [400, 403, 404, 502])
def test_an_error_from_something_between_is_unknown(status: int, body: str | bytes):
    """A proxy's page that says 404 says nothing of our payment."""
    assert isinstance(understood(status, body, Nothing), Unknown)


@pytest.mark.parametrize("body", ["", "null", "[]", "{}", '{"prepay_id": 1}', '{"prepay_id": ""}', "{" * 9_999])
def test_a_success_without_its_content_is_unknown(body: str):
    assert isinstance(understood(200, body, Prepaid), Unknown)


def test_no_content_is_a_success_where_none_was_asked_for():
    assert understood(204, b"", Nothing) == Ok(content=Nothing())


@given(status=st.integers(100, 599), body=st.binary(max_size=60))
def test_no_answer_whatever_is_taken_for_a_payment(status: int, body: bytes):
    assert isinstance(understood(status, body, Prepaid), Refused | Unknown)


def test_a_long_message_is_cut():
    answer = understood(400, json.dumps({"code": "PARAM_ERROR", "message": "长" * 5_000}), Nothing)
    assert isinstance(answer, Refused)
    assert len(answer.message) == 120
