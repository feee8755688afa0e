"""Giving back: refunds, which happen at once or not at all."""

from collections.abc import Mapping

from entrypoints.sandbox.alipay.collecting import Collecting
from entrypoints.sandbox.alipay.errors import AlipayError
from entrypoints.sandbox.alipay.kept import Kept
from entrypoints.sandbox.alipay.orders import RefundKey, read, refund_order
from entrypoints.sandbox.alipay.trades import BUYER, GivenBack, Trade
from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.words import written, yuan


class Returning:
    """The desk of refunds."""

    def __init__(self, kept: Kept, collecting: Collecting) -> None:
        self._kept = kept
        self._collecting = collecting

    def refund(self, parameters: dict[str, str], fault: Kind | None) -> Mapping[str, object]:
        """Give back, or say that it was given back before. The sum that is told is of all refunds."""
        order = refund_order(parameters)
        was = self._collecting.found(order.key)
        trade = was.given_back(order.number, order.amount_fen, self._kept.account.now())
        refund = trade.refunds[-1] if trade is not was else was.refund(order.number)
        if refund is None:
            raise AlipayError("ACQ.SYSTEM_ERROR")
        if trade is not was:
            self._give(trade, refund, fault)
        return {
            "trade_no": trade.trade_number,
            "out_trade_no": trade.number,
            "buyer_logon_id": "138****1234",
            "buyer_user_id": BUYER,
            "fund_change": "N" if trade is was else "Y",
            "refund_fee": yuan(refund.amount_fen - 1 if fault == "wrong_amount" else trade.refunded_fen),
            "gmt_refund_pay": written(refund.at),
        }

    def query_refund(self, parameters: dict[str, str], fault: Kind | None) -> Mapping[str, object]:
        """What became of it; of one that never happened there is nothing to tell."""
        key = read(parameters, RefundKey)
        trade = self._collecting.found(key)
        refund = trade.refund(key.out_request_no or trade.number)
        if refund is None:
            return {}
        told: dict[str, object] = {
            "trade_no": trade.trade_number,
            "out_trade_no": trade.number,
            "out_request_no": refund.number,
            "total_amount": yuan(trade.amount_fen),
            "refund_amount": yuan(refund.amount_fen + (1 if fault == "wrong_amount" else 0)),
            "refund_status": "REFUND_SUCCESS",
        }
        return told | {"gmt_refund_pay": written(refund.at)} if "gmt_refund_pay" in key.query_options else told

    def _give(self, trade: Trade, refund: GivenBack, fault: Kind | None) -> None:
        leaves_fen = refund.amount_fen - refund.fee_back_fen
        if fault == "not_enough" or leaves_fen > self._kept.account.balance_fen:
            raise AlipayError("ACQ.SELLER_BALANCE_NOT_ENOUGH")
        self._kept.trades[trade.number] = trade
        self._kept.account.move(-leaves_fen)
        self._kept.tell(trade, refund)
