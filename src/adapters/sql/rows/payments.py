"""Payment attempts and refunds as rows."""

from typing import Any, Final

from adapters.sql.documents import Document
from adapters.sql.statements import Row
from adapters.sql.tables.money import ATTEMPTS, REFUNDS
from errand_domain.money import Money
from errand_domain.payment.attempt import Attempt, AttemptState
from errand_domain.payment.refund import Refund, RefundState

ATTEMPT_STATE: Final = Document[AttemptState](AttemptState)
REFUND_STATE: Final = Document[RefundState](RefundState)

READ_ATTEMPT: Final = tuple(
    ATTEMPTS.c[name]
    for name in (
        "id",
        "order_id",
        "campus_id",
        "payer_id",
        "purpose",
        "provider",
        "amount_fen",
        "created_at",
        "query_at",
        "document",
        "version",
    )
)
READ_REFUND: Final = tuple(
    REFUNDS.c[name]
    for name in (
        "number",
        "attempt_id",
        "order_id",
        "campus_id",
        "provider",
        "amount_fen",
        "reason",
        "requested_at",
        "query_at",
        "document",
        "version",
    )
)
CHANGING: Final = ("query_at", "state", "document", "version")
CHANGING_ATTEMPT: Final = (*CHANGING, "open_key")


def attempt_from_row(row: Row) -> Attempt:
    """The attempt of a row of `READ_ATTEMPT`."""
    attempt_id, order_id, campus_id, payer_id, purpose, provider, fen, created_at, query_at, document, version = row
    return Attempt(
        id=attempt_id,
        order_id=order_id,
        campus_id=campus_id,
        payer_id=payer_id,
        purpose=purpose,
        provider=provider,
        amount=Money(fen),
        created_at=created_at,
        query_at=query_at,
        state=ATTEMPT_STATE.load(document),
        version=version,
    )


def new_attempt_row(attempt: Attempt) -> dict[str, Any]:
    """Every column of a new attempt."""
    return {
        "id": attempt.id,
        "order_id": attempt.order_id,
        "campus_id": attempt.campus_id,
        "payer_id": attempt.payer_id,
        "purpose": attempt.purpose,
        "provider": attempt.provider,
        "amount_fen": attempt.amount.fen,
        "created_at": attempt.created_at,
        **changing_attempt_columns(attempt),
    }


def changing_attempt_columns(attempt: Attempt) -> dict[str, Any]:
    """The columns that an event may change."""
    return {
        "query_at": attempt.query_at,
        "state": attempt.state_name,
        "open_key": f"{attempt.order_id}:{attempt.purpose}" if attempt.is_open else None,
        "document": ATTEMPT_STATE.dump(attempt.state),
        "version": attempt.version,
    }


def refund_from_row(row: Row) -> Refund:
    """The refund of a row of `READ_REFUND`."""
    number, attempt_id, order_id, campus_id, provider, fen, reason, requested_at, query_at, document, version = row
    return Refund(
        number=number,
        attempt_id=attempt_id,
        order_id=order_id,
        campus_id=campus_id,
        provider=provider,
        amount=Money(fen),
        reason=reason,
        requested_at=requested_at,
        query_at=query_at,
        state=REFUND_STATE.load(document),
        version=version,
    )


def new_refund_row(refund: Refund) -> dict[str, Any]:
    """Every column of a new refund."""
    return {
        "number": refund.number,
        "attempt_id": refund.attempt_id,
        "order_id": refund.order_id,
        "campus_id": refund.campus_id,
        "provider": refund.provider,
        "amount_fen": refund.amount.fen,
        "reason": refund.reason,
        "requested_at": refund.requested_at,
        **changing_refund_columns(refund),
    }


def changing_refund_columns(refund: Refund) -> dict[str, Any]:
    """The columns that an event may change."""
    return {
        "query_at": refund.query_at,
        "state": refund.state_name,
        "document": REFUND_STATE.dump(refund.state),
        "version": refund.version,
    }
