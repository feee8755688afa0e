"""Paying runners through WeChat Pay's transfers, which the payee confirms in WeChat within a day."""

from typing import TYPE_CHECKING, Final, assert_never

from attrs import frozen

from adapters.wechat_pay.answers import Answer, Malformed, Ok, Refused, Unknown
from adapters.wechat_pay.errors import Meaning
from adapters.wechat_pay.gateway import WechatPayGateway
from adapters.wechat_pay.numbers import transfer_number
from adapters.wechat_pay.reports import PROVIDER, payout_answer
from adapters.wechat_pay.shapes import Transfer
from errand_domain.ports.payments import (
    Declined,
    Lost,
    PayoutAnswer,
    PayoutDone,
    PayoutExpired,
    PayoutFailed,
    PayoutRequest,
    Payouts,
    PayoutWaits,
)

if TYPE_CHECKING:
    from errand_domain.member.member import WayKind

REMARK_LENGTH_MOST: Final = 32
NAMED_FROM_FEN: Final = 200_000
_NOTHING_SENT: Final[frozenset[Meaning]] = frozenset({"short_of_money", "wrong"})
"""Refusals that the request earns by itself: the same request cannot have been taken before. Any other might come
in spite of that, and then it may yet be paid."""


@frozen(kw_only=True)
class TransferScene:
    """Why money goes out, in the words agreed with WeChat Pay: a scene, and the reports that it asks for.

    The names of the reports are literal. `perception` is what the payee reads; the scene has a text of its own.
    """

    id: str = "1005"
    """佣金报酬: pay for work."""
    reports: tuple[tuple[str, str], ...] = (("岗位类型", "校园跑腿员"), ("报酬说明", "跑腿订单报酬"))
    perception: str = ""


class WechatPayouts(Payouts):
    """Transfers to runners, who are known by their openid."""

    def __init__(self, gateway: WechatPayGateway, *, scene: TransferScene | None = None) -> None:
        self.provider = PROVIDER
        self.payee_way: WayKind | None = "wechat"
        self._gateway = gateway
        self._scene = scene or TransferScene()

    async def send(self, request: PayoutRequest) -> PayoutAnswer | Declined:
        """Order the transfer, or the package of one that waits.

        The answer to an order says little of a transfer that has ended, so that is asked about.
        """
        if not request.payee:
            return Declined(reason="PAYEE_UNKNOWN: the runner has not signed in by WeChat")
        if request.amount.fen >= NAMED_FROM_FEN and not request.payee_name:
            return Declined(reason="PAYEE_NAME_MISSING: from ¥2000 on the payee's name is needed")
        answer = await self._gateway.tell(
            lambda sdk: sdk.mch_transfer_bills(
                out_bill_no=transfer_number(request.number),
                transfer_scene_id=self._scene.id,
                openid=request.payee,
                transfer_amount=request.amount.fen,
                transfer_remark=request.remark[:REMARK_LENGTH_MOST],
                user_name=_name(request),
                user_recv_perception=self._scene.perception or None,
                transfer_scene_report_infos=[
                    {"info_type": name, "info_content": content} for name, content in self._scene.reports
                ],
            ),
            Transfer,
        )
        if isinstance(answer, Refused) and answer.meaning in _NOTHING_SENT:
            return Declined(reason=answer.reason)
        if isinstance(answer, Ok) and answer.content.state in {"SUCCESS", "FAIL", "CANCELLED"}:
            return await self._ended(request.number)
        told = self._told(answer, request.number)
        if isinstance(told, PayoutWaits) and not told.package:
            return Lost(why="a transfer that waits, and a package that is missing")
        return told

    async def query_payout(self, number: str) -> PayoutAnswer | Declined:
        """What became of the transfer. One that waits comes without its package: only `send` is answered with that."""
        answer = await self._gateway.ask(
            lambda sdk: sdk.mch_transfer_bills_query(out_bill_no=transfer_number(number)), Transfer
        )
        if isinstance(answer, Refused) and answer.meaning == "absent":
            return Declined(reason=answer.reason)
        return self._told(answer, number)

    async def cancel(self, number: str) -> PayoutAnswer | Declined:
        """Take the transfer back. Where that is refused, it is too late for it, and a query tells what is the case."""
        answer = await self._gateway.tell(lambda sdk: sdk.mch_transfer_bills_cancel(transfer_number(number)), Transfer)
        if isinstance(answer, Refused):
            return await self.query_payout(number)
        return self._told(answer, number)

    async def _ended(self, number: str) -> PayoutAnswer:
        answer = await self.query_payout(number)
        if isinstance(answer, PayoutDone | PayoutFailed | PayoutExpired | Lost):
            return answer
        return Lost(why="a transfer that has ended, and has not")

    def _told(self, answer: Answer[Transfer], number: str) -> PayoutAnswer:
        match answer:
            case Ok(content=transfer):
                ours = {transfer.mch_id, transfer.mchid} <= {"", self._gateway.merchant.merchant}
                if transfer.out_bill_no != number or not ours:
                    return Lost(why="the answer is about another transfer")
                try:
                    return payout_answer(transfer)
                except Malformed as fault:
                    return Lost(why=str(fault))
            case Refused():
                return Lost(why=answer.reason)
            case Unknown():
                return Lost(why=answer.why)
        assert_never(answer)


def _name(request: PayoutRequest) -> str | None:
    """The payee's name where it must be given.

    Nowhere else: it is encrypted anew each time, so the same request would not be the same bytes. That WeChat Pay
    compares what is encrypted is unverified against the live service.
    """
    return request.payee_name if request.amount.fen >= NAMED_FROM_FEN else None
