"""Paying runners through Alipay's transfers, which arrive without the payee's doing."""

import re
from typing import TYPE_CHECKING, Final, assert_never

from attrs import frozen

from adapters.alipay.answers import Malformed, Ok, Refused, Unknown
from adapters.alipay.gateway import AlipayGateway
from adapters.alipay.reports import PROVIDER, transfer_answer
from adapters.alipay.shapes import TransferKnown, TransferTaken
from adapters.alipay.yuan import money_of, yuan_of
from errand_domain.ports.payments import Declined, Lost, PayoutAnswer, PayoutRequest, Payouts

if TYPE_CHECKING:
    from errand_domain.member.member import WayKind

PRODUCT: Final = {"product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER"}
REMARK_LENGTH_MOST: Final = 200
_MAINLAND_PHONE: Final = re.compile(r"\+86(1[0-9]{10})")


@frozen(kw_only=True)
class TransferScene:
    """Why money goes out, in the words agreed with Alipay: a title, a scene, and the reports that it asks for.

    The names of the scene and of its reports are literal; they are unverified against the live service.
    """

    title: str = "校园跑腿报酬"
    name: str = "佣金报酬"
    reports: tuple[tuple[str, str], ...] = (("佣金报酬说明", "校园跑腿订单报酬"),)


class AlipayPayouts(Payouts):
    """Transfers to runners, who are known by the mainland phone number of their Alipay account and by their real name.

    Alipay takes no transfers in key mode: raises `ValueError`.
    """

    def __init__(self, gateway: AlipayGateway, *, scene: TransferScene | None = None) -> None:
        if not gateway.has_certificates:
            raise ValueError("app_certificate is missing: Alipay pays out in certificate mode only")
        self.provider = PROVIDER
        self.payee_way: WayKind | None = "phone"
        self.needs_payee_name = True
        self._gateway = gateway
        self._scene = scene or TransferScene()

    async def send(self, request: PayoutRequest) -> PayoutAnswer | Declined:
        """Ask for the transfer; the same one again is answered with what became of it."""
        phone = _MAINLAND_PHONE.fullmatch(request.payee)
        if phone is None:
            return Declined(reason="PAYEE_UNKNOWN: the runner has no mainland phone number")
        if not request.payee_name:
            return Declined(reason="PAYEE_NAME_MISSING: Alipay compares the payee's real name")
        answer = await self._gateway.tell(
            "alipay.fund.trans.uni.transfer", self._content(request, phone[1]), TransferTaken
        )
        match answer:
            case Ok(content=taken):
                return _taken(taken, request)
            case Refused():
                return _refused(answer)
            case Unknown():
                return Lost(why=answer.why)
        assert_never(answer)

    async def query_payout(self, number: str) -> PayoutAnswer | Declined:
        """What became of the transfer."""
        answer = await self._gateway.ask(
            "alipay.fund.trans.common.query", {**PRODUCT, "out_biz_no": number}, TransferKnown
        )
        match answer:
            case Ok(content=known):
                return _known(known, number)
            case Refused(meaning="absent"):
                return Declined(reason=answer.reason)
            case Refused(reason=why) | Unknown(why=why):
                return Lost(why=why)
        assert_never(answer)

    async def cancel(self, number: str) -> PayoutAnswer | Declined:  # noqa: ARG002 - the answer is the same for all
        """Nothing waits for its payee here, so nothing can be taken back."""
        return Declined(reason="Alipay lets no transfer be taken back")

    def _content(self, request: PayoutRequest, phone: str) -> dict[str, object]:
        return {
            **PRODUCT,
            "out_biz_no": request.number,
            "trans_amount": yuan_of(request.amount),
            "order_title": self._scene.title,
            "payee_info": {"identity": phone, "identity_type": "ALIPAY_LOGON_ID", "name": request.payee_name},
            "remark": request.remark[:REMARK_LENGTH_MOST],
            "transfer_scene_name": self._scene.name,
            "transfer_scene_report_infos": [
                {"info_type": name, "info_content": content} for name, content in self._scene.reports
            ],
        }


def _refused(answer: Refused) -> Declined | Lost:
    if answer.meaning == "reused":
        # Something is known under this number, so this is no word that nothing is.
        return Lost(why=answer.reason)
    return Declined(reason=f"NOT_ENOUGH ({answer.reason})" if answer.meaning == "short_of_money" else answer.reason)


def _taken(taken: TransferTaken, request: PayoutRequest) -> PayoutAnswer:
    """The answer to a request, which does not repeat the amount: it is that of the request, or none was taken."""
    if taken.out_biz_no != request.number:
        return Lost(why="the answer is about another transfer")
    try:
        return transfer_answer(taken.status, at=taken.trans_date, amount=request.amount)
    except Malformed as fault:
        return Lost(why=str(fault))


def _known(known: TransferKnown, number: str) -> PayoutAnswer:
    if known.out_biz_no != number:
        return Lost(why="the answer is about another transfer")
    try:
        amount = money_of(known.trans_amount) if known.trans_amount else None
        reason = ": ".join(text for text in (known.error_code, known.fail_reason) if text)
        return transfer_answer(known.status, at=known.pay_date, amount=amount, reason=reason)
    except Malformed as fault:
        return Lost(why=str(fault))
