"""Collecting: payments that their payers open, and what becomes of them."""

from collections.abc import Mapping

from entrypoints.sandbox.account import digits
from entrypoints.sandbox.alipay.errors import AlipayError
from entrypoints.sandbox.alipay.kept import NAME, Kept
from entrypoints.sandbox.alipay.orders import TradeKey, payment_order, read
from entrypoints.sandbox.alipay.trades import WAITS, Trade, opened
from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.partner import Waiting


class Collecting:
    """The desk of payments."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def opened(self, parameters: dict[str, str]) -> Trade:
        """A payer opens an order, with which the payment begins; raises `AlipayError`."""
        now = self._kept.account.now()
        order = payment_order(parameters, now)
        known = self._kept.trades.get(order.number)
        if known is not None:
            return known.opened_again(order, now)
        trade = opened(order, trade_number=f"{now:%Y%m%d}22001{digits(15)}", at=now)
        self._kept.trades[trade.number] = trade
        self._kept.account.begin("payment", trade.number)
        return trade

    def query(self, parameters: dict[str, str], fault: Kind | None) -> Mapping[str, object]:
        """What became of it."""
        trade = self.found(read(parameters, TradeKey))
        return trade.shown(self._kept.account.now(), more_fen=1 if fault == "wrong_amount" else 0)

    def close(self, parameters: dict[str, str], _: Kind | None) -> Mapping[str, object]:
        """Let nobody pay it any more."""
        trade = self.found(read(parameters, TradeKey)).closed(self._kept.account.now())
        self._kept.trades[trade.number] = trade
        self._kept.account.end("payment", trade.number)
        return {"trade_no": trade.trade_number, "out_trade_no": trade.number}

    def pay(self, number: str) -> Trade:
        """The payer pays, once; raises `LookupError`, or `AlipayError` where it cannot be paid."""
        known = self._kept.trades.get(number)
        if known is None:
            raise LookupError(f"{number} (Alipay hears of a payment only when its payer opens it)")
        if known.paid_at is not None:
            return known
        trade = known.paid(self._kept.account.now(), fee_basis_points=self._kept.account.manners.fee_basis_points)
        self._kept.trades[number] = trade
        self._kept.account.end("payment", number)
        self._kept.account.move(trade.amount_fen - trade.fee_fen)
        self._kept.tell(trade)
        return trade

    def waiting(self) -> tuple[Waiting, ...]:
        """What could be paid now."""
        now = self._kept.account.now()
        found = (self._kept.trades[number] for number in self._kept.account.unfinished("payment"))
        return tuple(
            Waiting(
                partner=NAME,
                kind="payments",
                number=one.number,
                what=one.subject,
                amount_fen=one.amount_fen,
                acts=("pay",),
            )
            for one in found
            if one.status(now) == WAITS
        )

    def found(self, key: TradeKey) -> Trade:
        """The payment of that key, in which Alipay's own number wins; raises `AlipayError`."""
        if not key.trade_no and not key.out_trade_no:
            raise AlipayError("ACQ.INVALID_PARAMETER")
        if key.trade_no:
            found = next((one for one in self._kept.trades.values() if one.trade_number == key.trade_no), None)
        else:
            found = self._kept.trades.get(key.out_trade_no)
        if found is None:
            raise AlipayError("ACQ.TRADE_NOT_EXIST")
        return found
