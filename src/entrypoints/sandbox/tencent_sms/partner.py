"""Tencent Cloud SMS over HTTP: whose signature counts, what a template takes, and what goes wrong on request."""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import DecodeError, Struct
from msgspec.json import decode

from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.inbox import Mailboxes
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Partner
from entrypoints.sandbox.tencent_sms.keys import APP, SIGNATURE, TEMPLATE, TEMPLATE_WORDS, TencentSmsKeys
from entrypoints.sandbox.wire import DROPPED, Asked, Reply
from errand_domain.member.member import Way
from errand_domain.ports.outside import Clock, Notice

OPERATION: Final = "tencent_sms.send"
FAULTS: Final[tuple[Kind, ...]] = (
    "drop_request",
    "drop_answer",
    "delay",
    "server_error",
    "rate_limited",
    "not_enough",
    "fails",
)
SKEW_SECONDS_MOST: Final = 300
CODE_DIGITS_MOST: Final = 6
NUMBERS_MOST: Final = 200
ITEM_CODES: Final[Mapping[Kind, str]] = {
    "rate_limited": "LimitExceeded.PhoneNumberThirtySecondLimit",
    "not_enough": "FailedOperation.InsufficientBalanceInSmsPackage",
    "fails": "FailedOperation.PhoneNumberInBlacklist",
}
_AUTHORIZATION: Final = re.compile(
    r"TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d\d-\d\d)/sms/tc3_request, "
    r"SignedHeaders=content-type;host, Signature=([0-9a-f]{64})"
)
_PHONE: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


class _Send(Struct, frozen=True):
    PhoneNumberSet: tuple[str, ...]
    SmsSdkAppId: str
    TemplateId: str
    SignName: str = ""
    TemplateParamSet: tuple[str, ...] = ()
    SessionContext: str = ""


class TencentError(Exception):
    """The whole request is refused, with that code."""


class TencentSms(Partner):
    """One account. Signatures are of the wall's time."""

    name = "tencent-sms"
    operations: Mapping[str, tuple[Kind, ...]] = {OPERATION: FAULTS}
    schedule: tuple[timedelta, ...] = ()

    def __init__(self, outside: Outside, keys: TencentSmsKeys, clock: Clock) -> None:
        self._outside = outside
        self._keys = keys
        self._clock = clock
        self._mailboxes = Mailboxes(outside.store)

    def owns(self, path: str) -> bool:
        """What the sandbox has of `sms.tencentcloudapi.com`."""
        return path == "/"

    def serve(self, asked: Asked) -> Reply:
        """Send it, with the fault that waits for it."""
        fault = self._outside.faults.take(OPERATION)
        if fault == "drop_request":
            return DROPPED
        if fault == "server_error":
            return Reply(status=502, body=b"bad gateway")
        try:
            self._check_signature(asked)
            reply = _reply({"SendStatusSet": self._sent(asked.body, fault)})
        except TencentError as refused:
            reply = _reply({"Error": {"Code": str(refused), "Message": "refused"}})
        if fault == "drop_answer":
            return DROPPED
        return reply.late(self._outside.manners.answer_late_seconds) if fault == "delay" else reply

    def _check_signature(self, asked: Asked) -> None:
        given = _AUTHORIZATION.fullmatch(asked.headers.get("authorization", ""))
        timestamp = asked.headers.get("x-tc-timestamp", "")
        if given is None or not timestamp.isdecimal() or asked.method != "POST":
            raise TencentError("AuthFailure.InvalidAuthorization")
        if given[1] != self._keys.secret_id:
            raise TencentError("AuthFailure.SecretIdNotFound")
        moment = datetime.fromtimestamp(int(timestamp), UTC)
        if abs((datetime.now(UTC) - moment).total_seconds()) > SKEW_SECONDS_MOST:
            raise TencentError("AuthFailure.SignatureExpire")
        headers = (
            f"content-type:{asked.headers.get('content-type', '')}\nhost:{asked.headers.get('host', '').lower()}\n"
        )
        canonical = f"POST\n/\n\n{headers}\ncontent-type;host\n{hashlib.sha256(asked.body).hexdigest()}"
        scope = f"{given[2]}/sms/tc3_request"
        text = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = hmac.digest(b"TC3" + self._keys.secret_key.encode(), given[2].encode(), "sha256")
        key = hmac.digest(hmac.digest(key, b"sms", "sha256"), b"tc3_request", "sha256")
        right = hmac.digest(key, text.encode(), "sha256").hex()
        if given[2] != moment.strftime("%Y-%m-%d") or not hmac.compare_digest(right, given[3]):
            raise TencentError("AuthFailure.SignatureFailure")
        if (asked.headers.get("x-tc-action"), asked.headers.get("x-tc-version")) != ("SendSms", "2021-01-11"):
            raise TencentError("InvalidAction")

    def _sent(self, body: bytes, fault: Kind | None) -> list[Mapping[str, object]]:
        try:
            asked = decode(body, type=_Send)
        except (DecodeError, RecursionError):
            raise TencentError("InvalidParameter") from None
        if asked.SmsSdkAppId != APP:
            raise TencentError("InvalidParameterValue.SdkAppIdNotExist")
        if not 1 <= len(asked.PhoneNumberSet) <= NUMBERS_MOST:
            raise TencentError("LimitExceeded.PhoneNumberCountLimit")
        return [self._item(asked, phone, fault) for phone in asked.PhoneNumberSet]

    def _item(self, asked: _Send, phone: str, fault: Kind | None) -> Mapping[str, object]:
        code = ITEM_CODES.get(fault) if fault else None
        code = code or _refusal(asked, phone) or "Ok"
        if code == "Ok":
            (number,) = asked.TemplateParamSet
            text = TEMPLATE_WORDS.replace("{1}", number)
            self._mailboxes.arrive(Notice(to=Way("phone", phone), text=text, code=number), self._clock.now())
        return {
            "SerialNo": f"2019:{secrets.token_hex(8)}" if code == "Ok" else "",
            "PhoneNumber": phone,
            "Fee": 1 if code == "Ok" else 0,
            "SessionContext": asked.SessionContext,
            "Code": code,
            "Message": "send success" if code == "Ok" else "refused",
            "IsoCode": "CN" if phone.startswith("+86") else "",
        }


def _refusal(asked: _Send, phone: str) -> str | None:
    """Why that message may not be sent."""
    if not _PHONE.fullmatch(phone):
        return "InvalidParameterValue.IncorrectPhoneNumber"
    if asked.SignName != SIGNATURE:
        return "FailedOperation.SignatureIncorrectOrUnapproved"
    if asked.TemplateId != TEMPLATE:
        return "FailedOperation.TemplateUnapprovedOrNotExist"
    if len(asked.TemplateParamSet) != 1:
        return "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
    if not re.fullmatch(rf"[0-9]{{1,{CODE_DIGITS_MOST}}}", asked.TemplateParamSet[0]):
        return "InvalidParameterValue.TemplateParameterFormatError"
    return None


def _reply(response: Mapping[str, object]) -> Reply:
    body = {"Response": {**response, "RequestId": secrets.token_hex(16)}}
    return Reply(headers={"content-type": "application/json"}, body=json.dumps(body, ensure_ascii=False).encode())
