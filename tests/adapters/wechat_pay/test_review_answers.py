"""Answers of WeChat Pay's that are odd and still come through as what they are."""

import pytest

from adapters.wechat_pay.answers import Refused, understood
from adapters.wechat_pay.payments import WechatPayments
from adapters.wechat_pay.shapes import Prepaid
from errand_domain.ports.payments import Lost
from tests.adapters.wechat_pay.far_side import FarSide, Reply, encrypted, in_certificate_mode
from tests.adapters.wechat_pay.test_gateway import NUMBER, certified


@pytest.mark.parametrize(
    "handed_out", ["no certificate", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"]
)
async def test_an_answer_that_needs_a_certificate_that_cannot_be_read_is_lost(handed_out: str, far_side: FarSide):
    """The call has happened: an exception here would say neither that nor the opposite."""
    unreadable = Reply(content={"data": [{"serial_no": "1", "encrypt_certificate": encrypted(handed_out)}]})
    far_side.will(certified(), unreadable)
    gateway = far_side.gateway(in_certificate_mode(platform_certificates=(), fetch_certificates=True))
    assert isinstance(await WechatPayments(gateway).query(NUMBER), Lost)


def test_a_refusal_is_one_line_however_it_was_written():
    """It is written into the audit record, which takes lines, when finance tries a withdrawal again."""
    refused = understood(403, '{"code": "NOT_ENOUGH", "message": "余额\\n 不足\\u0000"}', Prepaid)
    assert isinstance(refused, Refused)
    assert refused.reason == "NOT_ENOUGH: 余额 不足"
