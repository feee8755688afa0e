"""Alipay as a partner of the sandbox: its gateway, its cashier, and what may go wrong at each operation."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode

from entrypoints.sandbox.alipay import cashier
from entrypoints.sandbox.alipay.billing import PATH as BILL_PATH
from entrypoints.sandbox.alipay.billing import Billing
from entrypoints.sandbox.alipay.collecting import Collecting
from entrypoints.sandbox.alipay.errors import AlipayError
from entrypoints.sandbox.alipay.kept import NAME, NOTIFY, Kept
from entrypoints.sandbox.alipay.keys import GATEWAY_PATH, AlipayKeys
from entrypoints.sandbox.alipay.notices import SCHEDULE, UNDERSTOOD, aged, of_another_amount
from entrypoints.sandbox.alipay.orders import PRODUCTS
from entrypoints.sandbox.alipay.paying_out import PayingOut
from entrypoints.sandbox.alipay.returning import Returning
from entrypoints.sandbox.alipay.wire import is_certified, succeeded
from entrypoints.sandbox.faults import ANY_CALL, NEWS, Kind
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Letter, Partner, Waiting, Written
from entrypoints.sandbox.wire import DROPPED, Asked, Reply
from errand_domain.ports.outside import Clock

CASHIER_PATH: Final = "/alipay/cashier/"
OPERATIONS: Final[Mapping[str, str]] = {
    "alipay.trade.query": "alipay.query",
    "alipay.trade.close": "alipay.close",
    "alipay.trade.refund": "alipay.refund",
    "alipay.trade.fastpay.refund.query": "alipay.query_refund",
    "alipay.fund.trans.uni.transfer": "alipay.transfer",
    "alipay.fund.trans.common.query": "alipay.query_transfer",
    "alipay.data.dataservice.bill.downloadurl.query": "alipay.bill",
}
DOWNLOAD: Final = "alipay.download"
CALL_FAULTS: Final[tuple[Kind, ...]] = tuple(kind for kind in ANY_CALL if kind != "old_timestamp")
"""No answer of Alipay's says when it was given."""
DOWNLOAD_FAULTS: Final[tuple[Kind, ...]] = tuple(kind for kind in CALL_FAULTS if kind != "bad_signature")
MORE_FAULTS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "alipay.query": ("wrong_amount",),
    "alipay.refund": ("wrong_amount", "not_enough"),
    "alipay.query_refund": ("wrong_amount",),
    "alipay.transfer": ("not_enough", "takes_time", "fails"),
    "alipay.query_transfer": ("wrong_amount",),
}
LONG_AGO: Final = timedelta(days=3)
TROUBLE: Final = AlipayError("isp.unknow-error", "20000")
LIMITED: Final = AlipayError("isv.app-call-limited", "40002")
HTML: Final = "text/html;charset=utf-8"
"""What Alipay calls its JSON, too."""
Work = Callable[[dict[str, str], Kind | None], Mapping[str, object]]


class Alipay(Partner):
    """One merchant's Alipay."""

    operations: Mapping[str, tuple[Kind, ...]] = {
        **{operation: (*CALL_FAULTS, *MORE_FAULTS.get(operation, ())) for operation in OPERATIONS.values()},
        DOWNLOAD: DOWNLOAD_FAULTS,
        NOTIFY: NEWS,
    }

    def __init__(self, outside: Outside, keys: AlipayKeys, clock: Clock) -> None:
        self.name = NAME
        self.schedule = SCHEDULE
        self._outside = outside
        self._kept = Kept(outside, clock)
        self._collecting = Collecting(self._kept)
        self._returning = Returning(self._kept, self._collecting)
        self._paying_out = PayingOut(self._kept)
        self._billing = Billing(self._kept)
        self._wire = keys.wire

    def owns(self, path: str) -> bool:
        """The gateway, and where it sends people and downloads to."""
        return path in {GATEWAY_PATH, BILL_PATH} or path.startswith(CASHIER_PATH)

    def serve(self, asked: Asked) -> Reply:
        """Show the cashier, hand out a file, or verify, do and sign; and meet the fault that waits there."""
        if asked.path.startswith(CASHIER_PATH):
            return self._cashier(asked)
        pairs = _pairs(asked)
        method = dict(pairs).get("method", "")
        if method in PRODUCTS:
            return self._opened(pairs)
        operation = DOWNLOAD if asked.path == BILL_PATH else OPERATIONS.get(method)
        fault = self._outside.faults.take(operation) if operation else None
        if fault == "drop_request":
            return DROPPED
        reply = self._file(asked, fault) if operation == DOWNLOAD else self._answer(asked, pairs, method, fault)
        if fault == "drop_answer":
            return DROPPED
        return reply.late(self._outside.manners.answer_late_seconds) if fault == "delay" else reply

    def waiting(self) -> tuple[Waiting, ...]:
        """What could be paid, and what is under way."""
        return (*self._collecting.waiting(), *self._paying_out.waiting())

    def act(self, kind: str, number: str, act: str) -> Mapping[str, object]:
        """Somebody pays, or a transfer that takes its time comes to its end."""
        acts: Mapping[tuple[str, str], Callable[[str], str]] = {
            ("payments", "pay"): self._pay,
            ("transfers", "finish"): self._paying_out.finish,
            ("transfers", "fail"): self._paying_out.fail,
        }
        if (kind, act) not in acts:
            raise LookupError(f"{kind}/{act}")
        return {"number": number, "state": acts[kind, act](number)}

    def pass_time(self) -> None:
        """Transfers that take their time come to their end."""
        self._paying_out.pass_time()

    def written(self, letter: Letter, fault: Kind | None) -> Written:
        """The notification: told again it says the same, the time included, and is signed anew."""
        told = json.loads(letter.content)
        fields: dict[str, str] = told["fields"]
        if fault == "old_timestamp":
            fields = aged(fields, sent_at=datetime.now(UTC) - LONG_AGO)
        if fault == "wrong_amount":
            fields = of_another_amount(fields)
        form = self._wire.notification(fields, certified=told["certified"], forged=fault == "bad_signature")
        return Written(
            headers={"content-type": "application/x-www-form-urlencoded; charset=utf-8"},
            body=urlencode(form).encode(),
        )

    def understood(self, status: int, body: bytes) -> bool:
        """It is told `success` and nothing else."""
        return status == 200 and body == UNDERSTOOD  # noqa: PLR2004 - as HTTP has it

    def balance_fen(self) -> int:
        """What is on the merchant's account."""
        return self._kept.account.balance_fen

    def _answer(self, asked: Asked, pairs: list[tuple[str, str]], method: str, fault: Kind | None) -> Reply:
        certified = is_certified(dict(pairs))
        try:
            told = succeeded(self._done(asked, pairs, method, fault))
            if fault == "server_error_after":
                raise TROUBLE
        except AlipayError as refusal:
            told = refusal.told()
        body = self._wire.answer(method, told, certified=certified, forged=fault == "bad_signature")
        return Reply(headers={"content-type": HTML}, body=body)

    def _done(
        self, asked: Asked, pairs: list[tuple[str, str]], method: str, fault: Kind | None
    ) -> Mapping[str, object]:
        """Do it; raises `AlipayError`."""
        if fault == "server_error":
            raise TROUBLE
        if fault == "rate_limited":
            raise LIMITED
        parameters = self._wire.received(pairs)
        works: Mapping[str, Work] = {
            "alipay.query": self._collecting.query,
            "alipay.close": self._collecting.close,
            "alipay.refund": self._returning.refund,
            "alipay.query_refund": self._returning.query_refund,
            "alipay.transfer": self._paying_out.transfer,
            "alipay.query_transfer": self._paying_out.query_transfer,
            "alipay.bill": lambda given, _: self._billing.bill(given, origin=_origin(asked)),
        }
        operation = OPERATIONS.get(method)
        if operation is None:
            raise AlipayError("isv.invalid-method", "40002")
        return works[operation](parameters, fault)

    def _file(self, asked: Asked, fault: Kind | None) -> Reply:
        if fault in ("server_error", "server_error_after"):
            return Reply(status=500)
        if fault == "rate_limited":
            return Reply(status=429)
        archive = self._billing.download(asked.query)
        if archive is None:
            return Reply(status=403)
        return Reply(headers={"content-type": "application/zip"}, body=archive)

    def _opened(self, pairs: list[tuple[str, str]]) -> Reply:
        """The payer opens a signed order, in a browser or by way of an app."""
        try:
            return _page(cashier.cashier(self._collecting.opened(self._wire.received(pairs))))
        except AlipayError as refusal:
            return _page(cashier.refused(refusal))

    def _cashier(self, asked: Asked) -> Reply:
        """The payer presses the button."""
        if asked.method != "POST":
            return Reply(status=405)
        try:
            return _page(cashier.paid(self._collecting.pay(asked.path.removeprefix(CASHIER_PATH))))
        except AlipayError as refusal:
            return _page(cashier.refused(refusal))
        except LookupError:
            return Reply(status=404)

    def _pay(self, number: str) -> str:
        try:
            return self._collecting.pay(number).status(self._kept.account.now())
        except AlipayError as refusal:
            raise ValueError(f"{number} cannot be paid: {refusal}") from None


def _pairs(asked: Asked) -> list[tuple[str, str]]:
    """Query and form together: merchants may say anything in either. What is not UTF-8 is not signed so."""
    body = asked.body.decode(errors="replace") if asked.method == "POST" else ""
    return [pair for text in (asked.query, body) for pair in parse_qsl(text, keep_blank_values=True, errors="replace")]


def _origin(asked: Asked) -> str:
    return f"http://{asked.headers.get('host', 'localhost')}"


def _page(content: str) -> Reply:
    return Reply(headers={"content-type": HTML}, body=content.encode())
