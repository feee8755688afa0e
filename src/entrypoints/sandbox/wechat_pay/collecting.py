"""Collecting: orders, their queries, and payers."""

from collections.abc import Mapping
from secrets import token_hex

from entrypoints.sandbox.account import digits
from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.partner import Waiting
from entrypoints.sandbox.wechat_pay.errors import WechatPayError
from entrypoints.sandbox.wechat_pay.kept import Kept, canonical
from entrypoints.sandbox.wechat_pay.keys import APP, MERCHANT
from entrypoints.sandbox.wechat_pay.payments import Payment, fee_fen, ordered
from entrypoints.sandbox.wechat_pay.shapes import CloseAsked, OrderAsked, decoded
from entrypoints.sandbox.wire import Asked


class Collecting:
    """The desk of orders."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def prepay(self, asked: Asked, _: Mapping[str, str], __: Kind | None) -> Mapping[str, object]:
        """Order a payment, or the same payment again."""
        order, params = decoded(asked.body, OrderAsked), canonical(asked.body)
        _check_merchant(order.mchid, order.appid)
        known = self._known(order.out_trade_no)
        if known is None:
            known = ordered(order, params, prepay_id=f"wx{token_hex(17)}", at=self._kept.account.now())
            self._kept.payments[known.number] = known
            self._kept.account.begin("payment", known.number)
        return {"prepay_id": known.ordered_again(params).prepay_id}

    def query(self, asked: Asked, names: Mapping[str, str], fault: Kind | None) -> Mapping[str, object]:
        """What became of it."""
        if f"mchid={MERCHANT}" not in asked.query.split("&"):
            raise WechatPayError("PARAM_ERROR", "缺少mchid")
        found = self._found(names["number"], by_id=names["by"] == "id")
        return found.told(MERCHANT, more_fen=1 if fault == "wrong_amount" else 0)

    def close(self, asked: Asked, names: Mapping[str, str], _: Kind | None) -> None:
        """Let nobody pay it any more."""
        _check_merchant(decoded(asked.body, CloseAsked).mchid, APP)
        payment = self._found(names["number"], by_id=False)
        self._kept.payments[payment.number] = payment.closed(self._kept.account.now())
        self._kept.account.end("payment", payment.number)

    def pay(self, number: str) -> str:
        """The payer pays, once."""
        payment = self._known(number)
        if payment is None:
            raise LookupError(number)
        paid = payment.paid(self._kept.account.now(), transaction_id=f"4200{digits(24)}")
        if paid is not payment:
            self._kept.payments[number] = paid
            self._kept.account.end("payment", number)
            self._kept.account.move(
                paid.amount_fen - fee_fen(paid.amount_fen, self._kept.account.manners.fee_basis_points)
            )
            self._kept.tell("payment", "TRANSACTION.SUCCESS", paid.notify_url, paid.told(MERCHANT))
        return paid.state()

    def waiting(self, partner: str) -> tuple[Waiting, ...]:
        """What could be paid now."""
        now = self._kept.account.now()
        found = (self._kept.payments[number].passed(now) for number in self._kept.account.unfinished("payment"))
        return tuple(
            Waiting(
                partner=partner,
                kind="payments",
                number=one.number,
                what=one.description,
                amount_fen=one.amount_fen,
                acts=("pay",),
            )
            for one in found
            if one.is_waiting(now)
        )

    def _found(self, number: str, *, by_id: bool) -> Payment:
        if by_id:
            found = next((one for one in self._kept.payments.values() if one.transaction_id == number), None)
        else:
            found = self._known(number)
        if found is None:
            raise WechatPayError("ORDER_NOT_EXIST")
        return found

    def _known(self, number: str) -> Payment | None:
        found = self._kept.payments.get(number)
        return found.passed(self._kept.account.now()) if found else None


def _check_merchant(merchant: str, app: str) -> None:
    if (merchant, app) != (MERCHANT, APP):
        raise WechatPayError("APPID_MCHID_NOT_MATCH")
