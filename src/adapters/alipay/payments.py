"""Collecting through Alipay, in a browser on the phone or in an app: for members outside WeChat."""

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from adapters.alipay.answers import Malformed, Ok, Refused, Unknown
from adapters.alipay.china_time import written_in_china
from adapters.alipay.gateway import AlipayGateway
from adapters.alipay.reports import PROVIDER, trade_report
from adapters.alipay.shapes import Nothing, Trade
from adapters.alipay.yuan import yuan_of
from errand_domain.payment.attempt import Attempt
from errand_domain.ports.payments import Declined, Lost, NoLonger, NotPaid, PaymentReport, Payments, Started

if TYPE_CHECKING:
    from errand_domain.member.member import WayKind

SUBJECT_LENGTH_MOST: Final = 256
SUBJECT_OF_NOTHING: Final = "校园跑腿"
_NOT_IN_SUBJECT: Final = re.compile(r"[/=&\s]+")  # unverified against the live service


class AlipayPayments(Payments):
    """Payments that anybody with Alipay may make.

    Alipay hears of one only when the payer opens it: what is started is a signed order in the payer's hands, as an
    address for a browser (`wap`) and as a text for an app (`app`), both good until the same time. `return_url` is where
    the browser goes afterwards.
    """

    def __init__(self, gateway: AlipayGateway, *, return_url: str = "") -> None:
        self.provider = PROVIDER
        self.payer_way: WayKind | None = None
        self.merchant = gateway.merchant
        self._gateway = gateway
        self._return_url = return_url

    async def start(
        self,
        attempt: Attempt,
        *,
        description: str,
        payer: str,  # noqa: ARG002 - anybody may pay here
        expires_at: datetime,
    ) -> Started | Declined | Lost:
        """Sign the order, for which nobody is asked: started again it is the same order, whose number is paid once."""
        content: dict[str, object] = {
            "out_trade_no": attempt.number,
            "total_amount": yuan_of(attempt.amount),
            "subject": subject_of(description),
            "time_expire": written_in_china(expires_at),
        }
        in_browser = content | {"product_code": "QUICK_WAP_WAY"}
        if self._return_url:
            in_browser |= {"quit_url": self._return_url}
        in_app = content | {"product_code": "QUICK_MSECURITY_PAY"}
        parameters = {
            "wap": self._gateway.order_url("alipay.trade.wap.pay", in_browser, return_url=self._return_url),
            "app": self._gateway.order_text("alipay.trade.app.pay", in_app),
        }
        return Started(client_parameters=json.dumps(parameters))

    async def query(self, number: str) -> PaymentReport | NotPaid | NoLonger | Lost:
        """What became of it: `NotPaid` also while nobody has opened it, for then it may still be opened."""
        answer = await self._gateway.ask("alipay.trade.query", {"out_trade_no": number}, Trade)
        match answer:
            case Ok(content=trade):
                return self._told(trade, number)
            case Refused(meaning="absent"):
                return NotPaid()
            case Refused(reason=why) | Unknown(why=why):
                return Lost(why=why)

    async def close(self, number: str) -> PaymentReport | NoLonger | Lost:
        """Close it. Where that is refused, for instance because it is paid, a query tells why.

        One that nobody has opened cannot be closed: it could still be opened until its time has passed, and a payment
        that comes of it is reported like any other that comes late.
        """
        answer = await self._gateway.tell("alipay.trade.close", {"out_trade_no": number}, Nothing)
        match answer:
            case Ok() | Refused(meaning="absent"):
                return NoLonger()
            case Refused(reason=why):
                known = await self.query(number)
                return Lost(why=f"not paid and not closed: {why}") if isinstance(known, NotPaid) else known
            case Unknown(why=why):
                return Lost(why=why)

    def _told(self, trade: Trade, number: str) -> PaymentReport | NotPaid | NoLonger | Lost:
        if trade.out_trade_no != number:
            return Lost(why="the answer is about another payment")
        try:
            return trade_report(trade, self.merchant)
        except Malformed as fault:
            return Lost(why=str(fault))


def subject_of(description: str) -> str:
    """As much of it as Alipay takes."""
    return _NOT_IN_SUBJECT.sub(" ", description).strip()[:SUBJECT_LENGTH_MOST] or SUBJECT_OF_NOTHING
