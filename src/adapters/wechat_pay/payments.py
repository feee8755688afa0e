"""Collecting through WeChat Pay, inside the mini-program."""

import json
from collections.abc import Callable
from datetime import datetime
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from adapters.wechat_pay.answers import Malformed, Nothing, Ok, Refused, Unknown
from adapters.wechat_pay.china_time import rfc3339
from adapters.wechat_pay.errors import Meaning
from adapters.wechat_pay.gateway import WechatPayGateway
from adapters.wechat_pay.numbers import order_number
from adapters.wechat_pay.reports import PROVIDER, payment_report
from adapters.wechat_pay.shapes import Prepaid, Transaction
from errand_domain.payment.attempt import Attempt
from errand_domain.ports.payments import Declined, Lost, NoLonger, NotPaid, PaymentReport, Payments, Started

if TYPE_CHECKING:
    from errand_domain.member.member import WayKind

DESCRIPTION_BYTES_MOST: Final = 127
DESCRIPTION_OF_NOTHING: Final = "校园跑腿"
NONCE_BYTES: Final = 16
_NOTHING_STARTED: Final[frozenset[Meaning]] = frozenset({"wrong", "not_allowed", "closed"})
"""Refusals of an order that say that nobody can pay it. Any other may be about one that was ordered before."""


class WechatPayments(Payments):
    """Orders that the payer confirms in WeChat; the payer is known by their openid."""

    def __init__(self, gateway: WechatPayGateway) -> None:
        self.provider = PROVIDER
        self.payer_way: WayKind | None = "wechat"
        self.merchant = gateway.merchant
        self._gateway = gateway

    async def start(
        self, attempt: Attempt, *, description: str, payer: str, expires_at: datetime
    ) -> Started | Declined | Lost:
        """Order the payment; the same order again gives new parameters for it. Unknown payers cannot pay."""
        if not payer:
            return Declined(reason="the payer has not signed in by WeChat")
        answer = await self._gateway.tell(
            lambda sdk: sdk.pay(
                out_trade_no=order_number(attempt.number),
                description=shortened(description) or DESCRIPTION_OF_NOTHING,
                amount={"total": attempt.amount.fen, "currency": self.merchant.currency},
                payer={"openid": payer},
                time_expire=rfc3339(expires_at),
            ),
            Prepaid,
        )
        match answer:
            case Ok():
                return Started(client_parameters=self._client_parameters(answer.content.prepay_id))
            case Refused() if answer.meaning in _NOTHING_STARTED:
                return Declined(reason=answer.reason)
            case Refused():
                return Lost(why=f"{answer.reason} (a query tells)")
            case Unknown():
                return Lost(why=answer.why)

    async def query(self, number: str) -> PaymentReport | NotPaid | NoLonger | Lost:
        """What became of the order."""
        answer = await self._gateway.ask(lambda sdk: sdk.query(out_trade_no=order_number(number)), Transaction)
        match answer:
            case Ok():
                return _told(answer.content, number)
            case Refused() if answer.meaning == "absent":
                return NoLonger()
            case Refused():
                return Lost(why=answer.reason)
            case Unknown():
                return Lost(why=answer.why)

    async def close(self, number: str) -> PaymentReport | NoLonger | Lost:
        """Close the order. Where that is refused, for instance because somebody is just paying, a query tells why."""
        answer = await self._gateway.tell(lambda sdk: sdk.close(order_number(number)), Nothing)
        match answer:
            case Ok():
                return NoLonger()
            case Refused() if answer.meaning in {"absent", "closed"}:
                return NoLonger()
            case Unknown(status=None):
                return Lost(why=answer.why)
            case Refused(code=why) | Unknown(why=why):
                known = await self.query(number)
                return Lost(why=f"not paid and not closed: {why}") if isinstance(known, NotPaid) else known

    def _client_parameters(self, prepay_id: str) -> str:
        return client_parameters(
            prepay_id,
            app=self.merchant.app,
            timestamp=str(int(self._gateway.clock.now().timestamp())),
            nonce=token_hex(NONCE_BYTES),
            sign=self._gateway.sign,
        )


def client_parameters(prepay_id: str, *, app: str, timestamp: str, nonce: str, sign: Callable[..., str]) -> str:
    """What `wx.requestPayment` takes, as JSON. The app is signed too, and not named there. All of it is text."""
    package = f"prepay_id={prepay_id}"
    parameters = {
        "timeStamp": timestamp,
        "nonceStr": nonce,
        "package": package,
        "signType": "RSA",
        "paySign": sign(app, timestamp, nonce, package),
    }
    return json.dumps(parameters)


def shortened(description: str) -> str:
    """As much of it as WeChat Pay takes, in whole letters; whether it counts letters or bytes, this is not too long."""
    return description.encode()[:DESCRIPTION_BYTES_MOST].decode(errors="ignore")


def _told(transaction: Transaction, number: str) -> PaymentReport | NotPaid | NoLonger | Lost:
    if transaction.out_trade_no != number:
        return Lost(why="the answer is about another payment")
    try:
        return payment_report(transaction)
    except Malformed as fault:
        return Lost(why=str(fault))
