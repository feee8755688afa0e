"""The payments of WeChat Pay, as WeChat's shipping management sees them: only what was paid, and never changed here."""

from typing import Final
from urllib.parse import urljoin

from entrypoints.sandbox.store import Store
from entrypoints.sandbox.wechat.orders import Paid
from entrypoints.sandbox.wechat_pay.keys import MERCHANT
from entrypoints.sandbox.wechat_pay.payments import Payment

TABLE: Final = "wechat_pay.payments"
PUSHES_BESIDE: Final = "wechat"


class PaidPayments:
    """What WeChat Pay keeps of the merchant, looked at from WeChat."""

    def __init__(self, store: Store) -> None:
        self._payments = store.table(TABLE, Payment)

    def of_number(self, merchant: str | None, number: str | None) -> Paid | None:
        """The payment under the merchant's own number."""
        payment = self._payments.get(number or "")
        return _paid(payment) if merchant == MERCHANT and payment is not None else None

    def of_transaction(self, transaction_id: str) -> Paid | None:
        """The payment under WeChat Pay's number."""
        found = (payment for payment in self._payments.values() if payment.transaction_id == transaction_id)
        return next((_paid(payment) for payment in found), None)


def _paid(payment: Payment) -> Paid | None:
    if payment.paid_at is None:
        return None
    return Paid(
        number=payment.number,
        transaction_id=payment.transaction_id,
        merchant=MERCHANT,
        openid=payment.openid,
        amount_fen=payment.amount_fen,
        description=payment.description,
        paid_at=payment.paid_at,
        is_refunded=payment.refunded_fen >= payment.amount_fen,
        push_url=urljoin(payment.notify_url, PUSHES_BESIDE),
    )
