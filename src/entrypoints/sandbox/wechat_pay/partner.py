"""WeChat Pay as a partner of the sandbox: its paths, what may go wrong at each, and what people do in its app."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final
from urllib.parse import unquote

from attrs import frozen
from cryptography.hazmat.primitives.serialization import Encoding

from entrypoints.sandbox.faults import ANY_CALL, NEWS, Kind
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Letter, Partner, Waiting, Written
from entrypoints.sandbox.wechat_pay.billing import Billing
from entrypoints.sandbox.wechat_pay.collecting import Collecting
from entrypoints.sandbox.wechat_pay.errors import WechatPayError
from entrypoints.sandbox.wechat_pay.kept import Kept
from entrypoints.sandbox.wechat_pay.keys import MERCHANT, WechatPayKeys
from entrypoints.sandbox.wechat_pay.paying_out import PayingOut
from entrypoints.sandbox.wechat_pay.returning import Returning
from entrypoints.sandbox.wechat_pay.wire import Wire, compact, rfc3339
from entrypoints.sandbox.wire import DROPPED, Asked, Reply
from errand_domain.ports.outside import Clock

SUCCEEDED: Final = frozenset({200, 204})
JSON: Final = "application/json"
SCHEDULE: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (0, 15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
)
TOLD_AMOUNTS: Final[tuple[Kind, ...]] = ("wrong_amount",)
_TRANSFERS: Final = "/v3/fund-app/mch-transfer/transfer-bills"


@frozen(kw_only=True)
class Route:
    """One operation: where it is asked for, and what may go wrong there beside what may go wrong everywhere."""

    operation: str
    method: str
    path: re.Pattern[str]
    faults: tuple[Kind, ...] = ()


ROUTES: Final = (
    Route(operation="prepay", method="POST", path=re.compile(r"/v3/pay/transactions/jsapi")),
    Route(
        operation="query",
        method="GET",
        path=re.compile(r"/v3/pay/transactions/(?P<by>id|out-trade-no)/(?P<number>[^/]+)"),
        faults=TOLD_AMOUNTS,
    ),
    Route(
        operation="close",
        method="POST",
        path=re.compile(r"/v3/pay/transactions/out-trade-no/(?P<number>[^/]+)/close"),
    ),
    Route(
        operation="refund",
        method="POST",
        path=re.compile(r"/v3/refund/domestic/refunds"),
        faults=("wrong_amount", "not_enough", "abnormal", "closed"),
    ),
    Route(
        operation="query_refund",
        method="GET",
        path=re.compile(r"/v3/refund/domestic/refunds/(?P<number>[^/]+)"),
        faults=TOLD_AMOUNTS,
    ),
    Route(operation="transfer", method="POST", path=re.compile(_TRANSFERS), faults=("not_enough", "takes_time")),
    Route(
        operation="query_transfer",
        method="GET",
        path=re.compile(rf"{_TRANSFERS}/(?P<by>out|transfer)-bill-no/(?P<number>[^/]+)"),
        faults=TOLD_AMOUNTS,
    ),
    Route(
        operation="cancel_transfer",
        method="POST",
        path=re.compile(rf"{_TRANSFERS}/out-bill-no/(?P<number>[^/]+)/cancel"),
    ),
    Route(operation="trade_bill", method="GET", path=re.compile(r"/v3/bill/tradebill")),
    Route(operation="fund_bill", method="GET", path=re.compile(r"/v3/bill/fundflowbill")),
    Route(operation="download", method="GET", path=re.compile(r"/v3/billdownload/file")),
    Route(operation="certificates", method="GET", path=re.compile(r"/v3/certificates")),
)
Work = Callable[[Asked, Mapping[str, str], Kind | None], Mapping[str, object] | bytes | None]
UNSIGNED: Final = frozenset({"download"})
NOTICES: Final[Mapping[str, tuple[str, str]]] = {
    "payment": ("transaction", "支付成功"),
    "refund": ("refund", "退款通知"),
    "transfer": ("mch_payment", "商家转账单据终态通知"),
}


def _of_calls(route: Route) -> tuple[Kind, ...]:
    """What may befall the call; what is not signed has no signature to be wrong."""
    if route.operation in UNSIGNED:
        return tuple(kind for kind in ANY_CALL if kind not in ("bad_signature", "old_timestamp"))
    return ANY_CALL


OPERATIONS: Final[Mapping[str, tuple[Kind, ...]]] = {
    f"wechat_pay.{route.operation}": (*_of_calls(route), *route.faults) for route in ROUTES
} | {f"wechat_pay.notify.{kind}": NEWS for kind in NOTICES}
"""What may go wrong, and where: everything that a test of faults has to try."""


class WechatPay(Partner):
    """One merchant's WeChat Pay."""

    operations = OPERATIONS

    def __init__(self, outside: Outside, keys: WechatPayKeys, clock: Clock) -> None:
        self.name = "wechat-pay"
        self.schedule = SCHEDULE
        self._outside = outside
        self._kept = Kept(outside, clock)
        self._collecting = Collecting(self._kept)
        self._returning = Returning(self._kept)
        self._wire = Wire(
            merchant=MERCHANT,
            merchant_key=keys.merchant_key,
            merchant_serial=keys.merchant_serial,
            own_key=keys.own_key,
            own_serial=keys.own_serial,
            public_key_id=keys.public_key_id,
            api_v3_key=keys.api_v3_key,
        )
        self._paying_out = PayingOut(self._kept, self._wire.opened)
        self._billing = Billing(self._kept)
        self._certificate = keys.own_certificate
        self._work: Mapping[str, Work] = {
            "prepay": self._collecting.prepay,
            "query": self._collecting.query,
            "close": self._collecting.close,
            "refund": self._returning.refund,
            "query_refund": self._returning.query_refund,
            "transfer": self._paying_out.transfer,
            "query_transfer": self._paying_out.query_transfer,
            "cancel_transfer": self._paying_out.cancel_transfer,
            "trade_bill": self._billing.trade_bill,
            "fund_bill": self._billing.fund_bill,
            "download": self._billing.download,
            "certificates": self._certificates,
        }

    def owns(self, path: str) -> bool:
        """Everything of version three."""
        return path.startswith("/v3/")

    def serve(self, asked: Asked) -> Reply:
        """Verify, do, sign; and meet the fault that waits there."""
        found = next(((r, m) for r in ROUTES if r.method == asked.method and (m := r.path.fullmatch(asked.path))), None)
        if found is None:
            return Reply(status=404, headers={"content-type": JSON}, body=b'{"code":"RESOURCE_NOT_EXISTS"}')
        route, match = found
        try:
            self._wire.check(asked)
        except WechatPayError as refusal:  # a stranger does not use up what the merchant is to meet
            return self._refusal(refusal)
        fault = self._outside.faults.take(f"wechat_pay.{route.operation}")
        if fault == "drop_request":
            return DROPPED
        names = {name: unquote(value) for name, value in match.groupdict().items()}
        reply = self._done(route, asked, names, fault)
        if fault == "drop_answer":
            return DROPPED
        if fault == "server_error_after" and reply.status in SUCCEEDED:
            reply = self._refusal(WechatPayError("SYSTEM_ERROR"))
        return reply.late(self._outside.manners.answer_late_seconds) if fault == "delay" else reply

    def waiting(self) -> tuple[Waiting, ...]:
        """What the payer and the runner could do now."""
        desks = (self._collecting, self._returning, self._paying_out)
        return tuple(one for desk in desks for one in desk.waiting(self.name))

    def act(self, kind: str, number: str, act: str) -> Mapping[str, object]:
        """Somebody does it in WeChat."""
        acts: Mapping[tuple[str, str], Callable[[str], str]] = {
            ("payments", "pay"): self._collecting.pay,
            ("refunds", "finish"): self._returning.finish,
            ("transfers", "confirm"): self._paying_out.confirm,
            ("transfers", "expire"): self._paying_out.expire,
            ("transfers", "fail"): self._paying_out.fail,
        }
        if (kind, act) not in acts:
            raise LookupError(f"{kind}/{act}")
        return {"number": number, "state": acts[kind, act](number)}

    def pass_time(self) -> None:
        """Refunds arrive, transfers expire."""
        self._returning.pass_time()
        self._paying_out.pass_time()

    def written(self, letter: Letter, fault: Kind | None) -> Written:
        """The notification, encrypted and signed anew at each try, under the public key."""
        kind = letter.operation.rpartition(".")[2]
        about, summary = NOTICES[kind]
        event_type, _, plain = letter.content.partition(" ")
        event = json.loads(plain)
        if fault == "wrong_amount":
            event = _another_amount(event)
        body = self._wire.envelope(event, kind=event_type, about=about, number=letter.id, summary=summary)
        signed = self._wire.signed(
            body, by_public_key=True, forged=fault == "bad_signature", aged=fault == "old_timestamp"
        )
        return Written(headers={"content-type": JSON, **signed}, body=body)

    def understood(self, status: int, body: bytes) -> bool:  # noqa: ARG002 - the status says it
        """Whether the merchant need not be told again."""
        return status in SUCCEEDED

    def balance_fen(self) -> int:
        """What is on the merchant's account."""
        return self._kept.account.balance_fen

    def _done(self, route: Route, asked: Asked, names: Mapping[str, str], fault: Kind | None) -> Reply:
        try:
            _fail_early(fault)
            told = self._work[route.operation](asked, names, fault)
        except WechatPayError as refusal:
            return self._refusal(refusal)
        if isinstance(told, bytes):
            return Reply(headers={"content-type": "application/octet-stream"}, body=told)
        body = b"" if told is None else compact(told).encode()
        signed = self._wire.signed(
            body,
            by_public_key=self._wire.names_public_key(asked),
            forged=fault == "bad_signature",
            aged=fault == "old_timestamp",
        )
        return Reply(status=204 if told is None else 200, headers={"content-type": JSON, **signed}, body=body)

    def _refusal(self, refusal: WechatPayError) -> Reply:
        told = refusal.told(old_spelling=self._outside.manners.old_spelling)
        return Reply(status=refusal.status, headers={"content-type": JSON}, body=compact(told).encode())

    def _certificates(self, _: Asked, __: Mapping[str, str], ___: Kind | None) -> Mapping[str, object]:
        pem = self._certificate.public_bytes(Encoding.PEM).decode()
        return {
            "data": [
                {
                    "serial_no": self._wire.own_serial,
                    "effective_time": rfc3339(self._certificate.not_valid_before_utc),
                    "expire_time": rfc3339(self._certificate.not_valid_after_utc),
                    "encrypt_certificate": self._wire.encrypted(pem, about="certificate"),
                }
            ]
        }


def _fail_early(fault: Kind | None) -> None:
    """Raise `WechatPayError` where the fault comes before the work."""
    if fault == "server_error":
        raise WechatPayError("SYSTEM_ERROR")
    if fault == "rate_limited":
        raise WechatPayError("FREQUENCY_LIMITED")


def _another_amount(event: dict[str, object]) -> dict[str, object]:
    """The same event about one fen more."""
    amount = event.get("amount")
    if isinstance(amount, dict):
        name = "refund" if "refund" in amount else "total"
        return {**event, "amount": {**amount, name: amount[name] + 1}}
    told = event["transfer_amount"]
    return {**event, "transfer_amount": told + 1 if isinstance(told, int) else told}
