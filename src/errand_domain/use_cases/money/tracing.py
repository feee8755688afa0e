"""Trace a number in a provider's bill to what we know of it."""

from collections.abc import Iterable
from typing import Final, assert_never

from errand_domain.errors import Missing
from errand_domain.payment.attempt import Succeeded as AttemptSucceeded
from errand_domain.payment.refund import Abnormal, Processing, RefundClosed, Refunded, Requested
from errand_domain.ports.transaction import Transaction
from errand_domain.settlement import recipes
from errand_domain.settlement.accounts import Account
from errand_domain.settlement.ledger import Transfer
from errand_domain.settlement.matching import movements
from errand_domain.settlement.recipes import Reference
from errand_domain.settlement.reconciliation import Record
from errand_domain.settlement.withdrawal import Withdrawal
from errand_domain.settlement.withdrawal_states import Expired, Failed, Sending, Succeeded, WaitingForUser
from errand_domain.use_cases.money.record_payment import attempt_of

PAGE: Final = 100


async def trace(tx: Transaction, provider: str, reference: Reference) -> Record | None:
    """What we know of that number at that provider; `None` where it is none of ours."""
    try:
        match reference.kind:
            case "payment":
                return await _payment(tx, provider, reference)
            case "refund":
                return await _refund(tx, provider, reference)
            case "payout":
                return await _payout(tx, provider, reference)
    except Missing:
        return None
    assert_never(reference.kind)


async def _payment(tx: Transaction, provider: str, reference: Reference) -> Record | None:
    attempt = await tx.attempts.get(attempt_of(reference.number))
    if attempt.provider != provider:
        return None
    if not isinstance(attempt.state, AttemptSucceeded):
        return Record(amount=attempt.amount, state=attempt.state_name, standing="not_recorded")
    purse = (recipes.escrow(attempt.order_id), recipes.goods_advance(attempt.order_id))
    record = Record(amount=attempt.amount, state=attempt.state_name, standing="not_booked")
    return await _booked(tx, reference, purse) or record


async def _refund(tx: Transaction, provider: str, reference: Reference) -> Record | None:
    refund = await tx.refunds.get(reference.number)
    if refund.provider != provider:
        return None
    match refund.state:
        case Requested() | Processing() | Abnormal():
            return Record(amount=refund.amount, state=refund.state_name, standing="under_way")
        case RefundClosed():
            return Record(amount=refund.amount, state=refund.state_name, standing="given_up")
        case Refunded():
            record = Record(amount=refund.amount, state=refund.state_name, standing="not_booked")
            return await _booked(tx, reference, (recipes.refunds_in_transit(refund.order_id),)) or record
    assert_never(refund.state)


async def _payout(tx: Transaction, provider: str, reference: Reference) -> Record | None:
    try:
        withdrawal_id, part = Withdrawal.part_of(reference.number)
    except ValueError:
        return None
    withdrawal = await tx.withdrawals.get(withdrawal_id)
    if withdrawal.provider != provider or not 1 <= part <= len(withdrawal.parts):
        return None
    amount, state = withdrawal.part_amount(part), withdrawal.state_name
    if isinstance(withdrawal.state, Sending | WaitingForUser) and withdrawal.current_part == part:
        return Record(amount=amount, state=state, standing="under_way")
    if not _is_paid(withdrawal, part):
        return Record(amount=amount, state=state, standing="not_recorded")
    record = Record(amount=amount, state=state, standing="not_booked")
    return await _booked(tx, reference, (recipes.runner_withdrawing(withdrawal.runner_id),)) or record


def _is_paid(withdrawal: Withdrawal, part: int) -> bool:
    """Whether the provider has told us that the runner has this part."""
    if withdrawal.current_part is not None:
        return part < withdrawal.current_part
    ended = isinstance(withdrawal.state, Succeeded | Failed | Expired)
    return ended and part <= withdrawal.parts_paid


async def _booked(tx: Transaction, reference: Reference, accounts: Iterable[Account]) -> Record | None:
    """What the journal has of a movement, read from the accounts of whom it concerns.

    It may have been booked a moment ago, or so long after the movement that nobody looked for it there.
    """
    found = movements([transfer for account in accounts for transfer in await _of_account(tx, account, reference)])
    movement = found.get(reference)
    return Record(amount=movement.amount, state="booked", standing="booked") if movement else None


async def _of_account(tx: Transaction, account: Account, reference: Reference) -> list[Transfer]:
    found, before = list[Transfer](), None
    while page := await tx.ledger.of_account(account, before=before, limit=PAGE):
        found += [entry.transfer for entry in page if recipes.reference(entry.transfer) == reference]
        before = page[-1].sequence
    return found
