"""A transfer from the merchant's account to somebody's: it arrives at once, unless Alipay is asked to take its time."""

from datetime import datetime, timedelta
from typing import Final, Literal

from attrs import evolve, field, frozen

from entrypoints.sandbox.alipay.errors import AlipayError
from entrypoints.sandbox.alipay.orders import TransferOrder
from entrypoints.sandbox.words import written, yuan

TransferStatus = Literal["SUCCESS", "DEALING", "FAIL"]
Course = Literal["at_once", "takes_time", "fails"]
LONG: Final = timedelta(minutes=2)
ACCOUNT_BARRED: Final = "收款账户状态异常"


@frozen(kw_only=True)
class Transfer:
    """One transfer. While it is under way its money has left the account; one that failed has brought it back."""

    number: str
    order_number: str
    amount_fen: int
    payee: str = field(repr=False)
    payee_name: str = field(repr=False)
    title: str
    status: TransferStatus
    fails: bool = False
    ordered_at: datetime
    paid_at: datetime | None = None
    fail_reason: str = ""

    @property
    def spent_fen(self) -> int:
        """What it takes from the account."""
        return 0 if self.status == "FAIL" else self.amount_fen

    def ordered_again(self, order: TransferOrder) -> "Transfer":
        """The same, if it is the same order; raises `AlipayError`."""
        if (order.amount_fen, order.payee, order.payee_name) != (self.amount_fen, self.payee, self.payee_name):
            raise AlipayError("PAYMENT_INFO_INCONSISTENCY")
        return self

    def passed(self, at: datetime) -> "Transfer":
        """What time has made of it."""
        if at < self.ordered_at + LONG:
            return self
        return self.failed(ACCOUNT_BARRED) if self.fails else self.arrived(at)

    def arrived(self, at: datetime) -> "Transfer":
        """It arrives, if it is still under way."""
        return evolve(self, status="SUCCESS", paid_at=at) if self.status == "DEALING" else self

    def failed(self, reason: str) -> "Transfer":
        """It comes back, if it is still under way."""
        return evolve(self, status="FAIL", fail_reason=reason) if self.status == "DEALING" else self

    def taken(self) -> dict[str, object]:
        """The answer to its order."""
        told: dict[str, object] = {
            "out_biz_no": self.number,
            "order_id": self.order_number,
            "pay_fund_order_id": self.order_number,
            "status": self.status,
        }
        return told if self.paid_at is None else told | {"trans_date": written(self.paid_at)}

    def shown(self, *, more_fen: int = 0) -> dict[str, object]:
        """The transfer as the answer to a query shows it, or as if it were of so much more."""
        told: dict[str, object] = {
            "out_biz_no": self.number,
            "order_id": self.order_number,
            "pay_fund_order_id": self.order_number,
            "status": self.status,
            "trans_amount": yuan(self.amount_fen + more_fen),
        }
        if self.paid_at is not None:
            told["pay_date"] = written(self.paid_at)
        if self.fail_reason:
            told |= {"error_code": "PAYEE_ACCOUNT_STATUS_ERROR", "fail_reason": self.fail_reason}
        return told


def ordered(order: TransferOrder, *, order_number: str, at: datetime, course: Course) -> Transfer:
    """The transfer that begins with that order, and will take that course."""
    return Transfer(
        number=order.number,
        order_number=order_number,
        amount_fen=order.amount_fen,
        payee=order.payee,
        payee_name=order.payee_name,
        title=order.title,
        status="SUCCESS" if course == "at_once" else "DEALING",
        fails=course == "fails",
        ordered_at=at,
        paid_at=at if course == "at_once" else None,
    )
