"""A payment at Alipay: it begins when the payer opens it, and may be paid, given back in parts, or closed."""

from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, frozen

from entrypoints.sandbox.alipay.errors import AlipayError
from entrypoints.sandbox.alipay.orders import PaymentOrder
from entrypoints.sandbox.words import written, yuan

WAITS, PAID, FINISHED, CLOSED = "WAIT_BUYER_PAY", "TRADE_SUCCESS", "TRADE_FINISHED", "TRADE_CLOSED"
FINISHED_AFTER: Final = timedelta(days=90)
FULL_BASIS_POINTS: Final = 10_000
BUYER: Final = "2088000000000099"


@frozen(kw_only=True)
class GivenBack:
    """One refund, known by the merchant's number for it."""

    number: str
    amount_fen: int
    fee_back_fen: int
    at: datetime


@frozen(kw_only=True)
class Trade:
    """One payment from its opening on."""

    number: str
    trade_number: str
    subject: str
    amount_fen: int
    notify_url: str
    return_url: str
    certified: bool
    """Whether it was ordered in certificate mode, in which the merchant is then notified of it."""
    opened_at: datetime
    expires_at: datetime
    paid_at: datetime | None = None
    fee_fen: int = 0
    closed_at: datetime | None = None
    refunds: tuple[GivenBack, ...] = ()

    @property
    def refunded_fen(self) -> int:
        """The sum of all refunds."""
        return sum(refund.amount_fen for refund in self.refunds)

    def status(self, at: datetime) -> str:
        """Its state. One that was given back whole is closed, like one that nobody paid in time."""
        if self.paid_at is None:
            return CLOSED if self.closed_at is not None or at >= self.expires_at else WAITS
        if self.refunded_fen == self.amount_fen:
            return CLOSED
        return FINISHED if at >= self.paid_at + FINISHED_AFTER else PAID

    def opened_again(self, order: PaymentOrder, at: datetime) -> "Trade":
        """The same, if it is the same order and may still be paid; raises `AlipayError`."""
        if (order.amount_fen, order.subject) != (self.amount_fen, self.subject):
            raise AlipayError("ACQ.CONTEXT_INCONSISTENT")
        return self._payable(at)

    def paid(self, at: datetime, *, fee_basis_points: int) -> "Trade":
        """The payer pays, whole, and Alipay takes its fee, to the nearest fen; raises `AlipayError`."""
        fee_fen = (self.amount_fen * fee_basis_points + FULL_BASIS_POINTS // 2) // FULL_BASIS_POINTS
        return evolve(self._payable(at), paid_at=at, fee_fen=fee_fen)

    def closed(self, at: datetime) -> "Trade":
        """The merchant closes it; raises `AlipayError` where there is nothing to close."""
        if self.paid_at is not None:
            raise AlipayError("ACQ.TRADE_STATUS_ERROR")
        if self.status(at) == CLOSED:
            raise AlipayError("ACQ.TRADE_HAS_CLOSE")
        return evolve(self, closed_at=at)

    def refund(self, number: str) -> GivenBack | None:
        """The refund of that number."""
        return next((refund for refund in self.refunds if refund.number == number), None)

    def given_back(self, number: str, amount_fen: int, at: datetime) -> "Trade":
        """So much goes back to the payer; under the same number it already has. Raises `AlipayError`."""
        known = self.refund(number)
        if known is not None:
            if known.amount_fen != amount_fen:
                raise AlipayError("ACQ.DISCORDANT_REPEAT_REQUEST")
            return self
        if self.paid_at is None or self.status(at) == CLOSED:
            raise AlipayError("ACQ.TRADE_STATUS_ERROR")
        if self.status(at) == FINISHED:
            raise AlipayError("ACQ.TRADE_HAS_FINISHED")
        if amount_fen > self.amount_fen - self.refunded_fen:
            raise AlipayError("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
        back = self._fee_back(self.refunded_fen + amount_fen) - self._fee_back(self.refunded_fen)
        refund = GivenBack(number=number, amount_fen=amount_fen, fee_back_fen=back, at=at)
        return evolve(self, refunds=(*self.refunds, refund))

    def shown(self, at: datetime, *, more_fen: int = 0) -> dict[str, object]:
        """The payment as the answer to a query shows it, or as if it were of so much more."""
        told: dict[str, object] = {
            "trade_no": self.trade_number,
            "out_trade_no": self.number,
            "buyer_logon_id": "138****1234",
            "buyer_user_id": BUYER,
            "trade_status": self.status(at),
            "total_amount": yuan(self.amount_fen + more_fen),
            "receipt_amount": yuan(self.amount_fen if self.paid_at else 0),
            "buyer_pay_amount": yuan(self.amount_fen if self.paid_at else 0),
        }
        return told if self.paid_at is None else told | {"send_pay_date": written(self.paid_at)}

    def _payable(self, at: datetime) -> "Trade":
        if self.paid_at is not None:
            raise AlipayError("ACQ.TRADE_HAS_SUCCESS")
        if self.status(at) == CLOSED:
            raise AlipayError("ACQ.TRADE_HAS_CLOSE")
        return self

    def _fee_back(self, refunded_fen: int) -> int:
        """What of the fee comes back with that much: all of it with all of it."""
        return self.fee_fen * refunded_fen // self.amount_fen


def opened(order: PaymentOrder, *, trade_number: str, at: datetime) -> Trade:
    """The payment that begins with that order; raises `AlipayError` where its time has passed."""
    if at >= order.expires_at:
        raise AlipayError("ACQ.TRADE_HAS_CLOSE")
    return Trade(
        number=order.number,
        trade_number=trade_number,
        subject=order.subject,
        amount_fen=order.amount_fen,
        notify_url=order.notify_url,
        return_url=order.return_url,
        certified=order.certified,
        opened_at=at,
        expires_at=order.expires_at,
    )
