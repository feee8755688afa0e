"""What is to become of refunds and payouts at the provider in memory."""

from datetime import datetime, timedelta
from typing import Final, Literal

from errand_domain.ports.payments import (
    PayoutAnswer,
    PayoutDone,
    PayoutFailed,
    PayoutRequest,
    PayoutUnderWay,
    PayoutWaits,
    RefundDone,
    RefundImpossible,
    RefundNeedsPerson,
    RefundUnderWay,
)

RefundPlan = Literal["done", "under_way", "impossible", "needs_person"]
PayoutPlan = Literal["waits", "done", "under_way", "failed"]
RefundOutcome = RefundDone | RefundUnderWay | RefundImpossible | RefundNeedsPerson
CONFIRM_WITHIN: Final = timedelta(hours=24)


def refund_outcome(plan: RefundPlan, *, at: datetime) -> RefundOutcome:
    """What a new refund is told to be."""
    match plan:
        case "done":
            return RefundDone(at=at)
        case "under_way":
            return RefundUnderWay()
        case "impossible":
            return RefundImpossible()
        case "needs_person":
            return RefundNeedsPerson(advice="the payer's card was cancelled; arrange a transfer")


def payout_answer(plan: PayoutPlan, request: PayoutRequest, *, at: datetime) -> PayoutAnswer:
    """What a new payout is told to be."""
    match plan:
        case "waits":
            return PayoutWaits(package=f"P{request.number}", expires_at=at + CONFIRM_WITHIN)
        case "done":
            return PayoutDone(at=at, amount=request.amount)
        case "under_way":
            return PayoutUnderWay()
        case "failed":
            return PayoutFailed(reason="the account does not take it")
