"""Text messages: the signature is the SDK's, every message's own code counts, and nothing is sent twice."""

import json
import logging
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from httpx import AsyncBaseTransport, ConnectError, ReadTimeout, Request, Response
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111.models import SendSmsRequest
from tencentcloud.sms.v20210111.sms_client import SmsClient

from adapters.memory.clock import MemoryClock
from adapters.system.clock import SystemClock
from adapters.tencent.signing import authorization
from adapters.tencent.sms import TencentSms, TencentSmsAccount
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.inbox import KEPT_MOST, Mailboxes
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.store import Store
from entrypoints.sandbox.tencent_sms.keys import APP, SIGNATURE, TEMPLATE, TencentSmsKeys
from entrypoints.sandbox.tencent_sms.partner import TencentSms as Partner
from errand_domain.member.member import Way
from errand_domain.ports.outside import Notice
from errand_domain.testing import examples
from tests.sandbox.serving import served

PHONE, CODE = "+8613800138000", "204816"
NOTICE = Notice(to=Way("phone", PHONE), text="…", code=CODE)
SECRET_KEY = "s3cret-key-of-thirty-two-letters"
OK = {"Response": {"SendStatusSet": [{"Code": "Ok"}], "RequestId": "r"}}


class Told(AsyncBaseTransport):
    def __init__(self, *answers: object) -> None:
        self.answers, self.asked = deque(answers), list[Request]()

    async def handle_async_request(self, request: Request) -> Response:
        await request.aread()
        self.asked.append(request)
        answer = self.answers.popleft()
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Response):
            return answer
        return Response(200, json=answer)


def account(**changes: str) -> TencentSmsAccount:
    given = {"secret_id": "AKID0123456789abcdef", "secret_key": SECRET_KEY, "app": APP}
    return TencentSmsAccount(**(given | {"signature": SIGNATURE, "code_template": TEMPLATE} | changes))


def carrier(wire: Told) -> TencentSms:
    return TencentSms(account(), clock=MemoryClock(examples.NOW), transport=wire)


def item(code: str) -> object:
    return {"Response": {"SendStatusSet": [{"Code": code, "PhoneNumber": PHONE}], "RequestId": "r"}}


async def test_a_code_goes_out_in_the_words_of_its_template():
    wire = Told(OK)
    await carrier(wire).send(NOTICE)
    (asked,) = wire.asked
    assert json.loads(asked.content) == {
        "PhoneNumberSet": [PHONE],
        "SmsSdkAppId": APP,
        "TemplateId": TEMPLATE,
        "SignName": SIGNATURE,
        "TemplateParamSet": [CODE],
    }
    assert (str(asked.url), asked.headers["x-tc-action"]) == ("https://sms.tencentcloudapi.com/", "SendSms")


@pytest.mark.parametrize("timestamp", [1_767_225_599, 1_767_225_600, 0])
def test_the_signature_is_the_one_of_tencents_own_sdk(timestamp):
    body = '{"text":"一个小包裹"}'.encode()
    client = SmsClient(Credential("AKID0123456789abcdef", SECRET_KEY), "ap-guangzhou")
    date = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    headers = {"Content-Type": "application/json", "Host": "sms.tencentcloudapi.com", "X-TC-Timestamp": str(timestamp)}
    asked = SimpleNamespace(method="POST", uri="/", header=headers, data=body)
    theirs = client._get_tc3_signature({}, asked, date, "sms", SECRET_KEY)
    ours = authorization(
        secret_id="AKID0123456789abcdef",
        secret_key=SECRET_KEY,
        service="sms",
        host="sms.tencentcloudapi.com",
        body=body,
        timestamp=timestamp,
    )
    assert ours.endswith(f"Signature={theirs}")


def played(tmp_path: Path) -> tuple[Outside, TencentSmsKeys]:
    keys = TencentSmsKeys(Keys(tmp_path / "keys"))
    store = Store(tmp_path / "sandbox.sqlite3")
    return Outside(store, make_partners=lambda outside: (Partner(outside, keys, SystemClock()),)), keys


def test_tencents_own_client_is_understood_by_the_sandbox(tmp_path: Path):
    outside, keys = played(tmp_path)
    with served(lambda _: Sandbox(outside)) as address:

        def ask(secret: str, **changes: object) -> str:
            http = HttpProfile(protocol="http", endpoint=address.removeprefix("http://"), reqTimeout=5)
            client = SmsClient(Credential(keys.secret_id, secret), "ap-guangzhou", ClientProfile(httpProfile=http))
            request = SendSmsRequest()
            request.PhoneNumberSet, request.SmsSdkAppId, request.TemplateId = [PHONE], APP, TEMPLATE
            request.SignName, request.TemplateParamSet = SIGNATURE, [CODE]
            for name, value in changes.items():
                setattr(request, name, value)
            return str(client.SendSms(request).SendStatusSet[0].Code)

        assert ask(keys.secret_key) == "Ok"
        assert [(one.to.value, one.code) for one in Mailboxes(outside.store).all()] == [(PHONE, CODE)]
        assert ask(keys.secret_key, SignName="x") == "FailedOperation.SignatureIncorrectOrUnapproved"
        assert ask(keys.secret_key, TemplateId="1") == "FailedOperation.TemplateUnapprovedOrNotExist"
        assert ask(keys.secret_key, PhoneNumberSet=["123"]) == "InvalidParameterValue.IncorrectPhoneNumber"
        too_many = ask(keys.secret_key, TemplateParamSet=["1", "2"])
        assert too_many == "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
        outside.faults.ask("tencent_sms.send", "rate_limited")
        assert ask(keys.secret_key) == "LimitExceeded.PhoneNumberThirtySecondLimit"
        with pytest.raises(TencentCloudSDKException) as refused:
            ask("0" * 32)
        assert refused.value.code == "AuthFailure.SignatureFailure"
        assert len(Mailboxes(outside.store).all()) == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (item("LimitExceeded.PhoneNumberThirtySecondLimit"), "LimitExceeded.PhoneNumberThirtySecondLimit"),
        (item("<script>"), "refused"),
        ({"Response": {"Error": {"Code": "AuthFailure.SignatureExpire", "Message": PHONE}}}, "SignatureExpire"),
        ({"Response": {"SendStatusSet": []}}, "nobody"),
        ({"Response": {}}, "nobody"),
        ({}, "promised"),
        (Response(200, content=b"\xff"), "promised"),
        (Response(502), "502"),
        (ReadTimeout(f"slow at {PHONE}"), "ReadTimeout"),
    ],
)
async def test_what_was_not_sent_is_told_with_tencents_code_and_never_with_the_number(caplog, answer, told):
    caplog.set_level(logging.DEBUG)
    wire = Told(answer)
    with pytest.raises(ConnectionError) as refused:
        await carrier(wire).send(NOTICE)
    assert told in str(refused.value)
    assert len(wire.asked) == 1
    said = f"{refused.value!r} {refused.value.__cause__!r} {caplog.text} {account()!r}"
    for secret in (PHONE, CODE, SECRET_KEY):
        assert secret not in said


async def test_only_what_never_went_out_is_sent_again():
    wire = Told(ConnectError("refused"), OK)
    await carrier(wire).send(NOTICE)
    assert len(wire.asked) == 2
    with pytest.raises(ConnectionError):
        await carrier(Told(ConnectError("refused"), ConnectError("refused"))).send(NOTICE)


async def test_what_has_no_code_has_no_words():
    wire = Told()
    with pytest.raises(ConnectionError):
        await carrier(wire).send(Notice(to=Way("phone", PHONE), text="订单已完成"))
    assert wire.asked == []


@pytest.mark.parametrize("part", ["secret_id", "secret_key", "app", "signature", "code_template"])
def test_what_could_never_work_is_refused_by_name(part):
    with pytest.raises(ValueError, match=f"^{part} "):
        account(**{part: ""})


def test_the_inbox_is_bounded_and_newest_first(tmp_path: Path):
    boxes = Mailboxes(Store(tmp_path / "store.sqlite3"))
    for number in range(KEPT_MOST + 3):
        boxes.arrive(Notice(to=Way("phone", PHONE), text=str(number)), examples.NOW)
    assert [one.text for one in boxes.all()][:2] == [str(KEPT_MOST + 2), str(KEPT_MOST + 1)]
    assert len(boxes.all()) == KEPT_MOST
