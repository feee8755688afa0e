"""Which transfers each movement of money is made of. The only place where accounts meet.

Keys name the order (or withdrawal) and the movement, so that booking again books nothing. What moves at a provider is
read back from its key here as well: `reference` and `fee_reference`.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from attrs import frozen

from errand_domain.ids import AttemptId, CampusId, MemberId, OrderId, WithdrawalId, compact
from errand_domain.money import NOTHING, Money
from errand_domain.settlement.accounts import Account
from errand_domain.settlement.ledger import Transfer
from errand_domain.settlement.split import Split

MovementKind = Literal["payment", "refund", "payout"]


@frozen
class Reference:
    """What a provider and we both call one movement: its kind, and our number there."""

    kind: MovementKind
    number: str


@frozen(kw_only=True)
class Purse:
    """What an order holds: its escrow and its goods advance."""

    service: Money
    goods: Money


def escrow(order_id: OrderId) -> Account:
    """The order's escrow."""
    return Account("escrow", str(order_id))


def goods_advance(order_id: OrderId) -> Account:
    """The order's goods advance."""
    return Account("goods_advance", str(order_id))


def refunds_in_transit(order_id: OrderId) -> Account:
    """What is on its way back to the order's payer."""
    return Account("refunds_in_transit", str(order_id))


def clearing(provider: str) -> Account:
    """What a provider holds for us."""
    return Account("provider_clearing", provider)


def runner_held(runner_id: MemberId) -> Account:
    """The runner's held earnings."""
    return Account("runner_held", str(runner_id))


def runner_available(runner_id: MemberId) -> Account:
    """The runner's free earnings."""
    return Account("runner_available", str(runner_id))


def runner_withdrawing(runner_id: MemberId) -> Account:
    """The runner's earnings on their way out."""
    return Account("runner_withdrawing", str(runner_id))


def accounts_of_runner(runner_id: MemberId) -> tuple[Account, Account, Account]:
    """All that is theirs and still here: held, free, and on its way out."""
    return runner_held(runner_id), runner_available(runner_id), runner_withdrawing(runner_id)


def _transfers(stem: str, at: datetime, *moves: tuple[str, Account, Account, Money]) -> tuple[Transfer, ...]:
    """The moves that move something, each under a key of its own."""
    return tuple(
        Transfer(key=f"{stem}:{name}", debit=debit, credit=credit, amount=amount, at=at)
        for name, debit, credit, amount in moves
        if amount
    )


def fund(
    order_id: OrderId, attempt_id: AttemptId, *, provider: str, service: Money, goods: Money, at: datetime
) -> tuple[Transfer, ...]:
    """A payment came: clearing → escrow and goods advance."""
    return _transfers(
        f"attempt:{attempt_id}",
        at,
        ("service", clearing(provider), escrow(order_id), service),
        ("goods", clearing(provider), goods_advance(order_id), goods),
    )


def refund_late(order_id: OrderId, attempt_id: AttemptId, *, amount: Money, at: datetime) -> tuple[Transfer, ...]:
    """A payment came for an order that is gone: escrow → refunds in transit, all of it."""
    return _transfers(f"attempt:{attempt_id}", at, ("late", escrow(order_id), refunds_in_transit(order_id), amount))


def return_advance(order_id: OrderId, *, left: Money, at: datetime) -> tuple[Transfer, ...]:
    """The goods cost less than was advanced: the rest goes back."""
    return _transfers(f"order:{order_id}", at, ("advance", goods_advance(order_id), refunds_in_transit(order_id), left))


def divide(
    order_id: OrderId,
    split: Split,
    *,
    purse: Purse,
    runner_id: MemberId | None,
    campus_id: CampusId,
    at: datetime,
    stem: str = "divide",
) -> tuple[Transfer, ...]:
    """An order's money finds its owners. Goods money is first joined to the escrow, which then empties."""
    if split.whole != purse.service + purse.goods:
        message = f"{split.whole} divided of {purse.service + purse.goods} held"
        raise ValueError(message)
    if runner_id is None and split.runner:
        message = "there is no runner to pay"
        raise ValueError(message)
    moves = [
        ("goods", goods_advance(order_id), escrow(order_id), purse.goods),
        ("refund", escrow(order_id), refunds_in_transit(order_id), split.refund),
        ("agent", escrow(order_id), Account("campus_agent", str(campus_id)), split.agent),
        ("platform", escrow(order_id), Account("platform", str(campus_id)), split.platform),
    ]
    if runner_id is not None:
        moves.append(("runner", escrow(order_id), runner_held(runner_id), split.runner))
    return _transfers(f"order:{order_id}:{stem}", at, *moves)


def take_back(
    order_id: OrderId, split: Split, *, runner_id: MemberId, campus_id: CampusId, released: bool, at: datetime
) -> tuple[Transfer, ...]:
    """An earlier settlement is undone before the money is divided anew.

    What was released to the runner comes out of the available balance, which may turn negative; future
    earnings pay it off.
    """
    source = runner_available(runner_id) if released else runner_held(runner_id)
    return _transfers(
        f"order:{order_id}:take_back",
        at,
        ("runner", source, escrow(order_id), split.runner),
        ("agent", Account("campus_agent", str(campus_id)), escrow(order_id), split.agent),
        ("platform", Account("platform", str(campus_id)), escrow(order_id), split.platform),
    )


def release(
    order_id: OrderId, runner_id: MemberId, *, earning_round: int, amount: Money, at: datetime
) -> tuple[Transfer, ...]:
    """Held earnings become available."""
    move = (f"release-{earning_round}", runner_held(runner_id), runner_available(runner_id), amount)
    return _transfers(f"order:{order_id}", at, move)


def refunded(number: str, order_id: OrderId, *, provider: str, amount: Money, at: datetime) -> tuple[Transfer, ...]:
    """The payer has it: refunds in transit → clearing."""
    return _transfers(f"refund:{number}", at, ("done", refunds_in_transit(order_id), clearing(provider), amount))


def withdraw(withdrawal_id: WithdrawalId, runner_id: MemberId, *, amount: Money, at: datetime) -> tuple[Transfer, ...]:
    """The runner asks for it: available → withdrawing, once."""
    return _transfers(
        f"withdrawal:{withdrawal_id}",
        at,
        ("freeze", runner_available(runner_id), runner_withdrawing(runner_id), amount),
    )


def paid_out(
    withdrawal_id: WithdrawalId, runner_id: MemberId, *, part: int, provider: str, amount: Money, at: datetime
) -> tuple[Transfer, ...]:
    """The runner has one part of it: withdrawing → clearing."""
    return _transfers(
        f"withdrawal:{withdrawal_id}",
        at,
        (f"part-{part}", runner_withdrawing(runner_id), clearing(provider), amount),
    )


def let_go(
    withdrawal_id: WithdrawalId, runner_id: MemberId, *, amount: Money = NOTHING, at: datetime
) -> tuple[Transfer, ...]:
    """It failed or expired: what was not paid out goes back, once."""
    return _transfers(
        f"withdrawal:{withdrawal_id}",
        at,
        ("let-go", runner_withdrawing(runner_id), runner_available(runner_id), amount),
    )


def fee(provider: str, movement: Reference, *, fee_fen: int, at: datetime) -> tuple[Transfer, ...]:
    """What a provider charged: clearing → its fees; the other way round where a refund brought a fee back."""
    fees, held = Account("provider_fees", provider), clearing(provider)
    debit, credit = (fees, held) if fee_fen > 0 else (held, fees)
    return _transfers(f"fee:{provider}:{movement.kind}", at, (movement.number, debit, credit, Money(abs(fee_fen))))


def reference(transfer: Transfer) -> Reference | None:
    """Which movement at its provider the transfer books; `None` for what moves at none, and for fees."""
    match transfer.key.split(":"):
        case ["attempt", attempt_id, "service" | "goods"]:
            return Reference("payment", compact(UUID(attempt_id)))
        case ["refund", number, "done"]:
            return Reference("refund", number)
        case ["withdrawal", withdrawal_id, step] if step.startswith("part-"):
            # The number is written as `Withdrawal.part_number` writes it; a test holds the two together.
            return Reference("payout", f"{compact(UUID(withdrawal_id))}{int(step.removeprefix('part-')):02d}")
        case _:
            return None


def fee_reference(transfer: Transfer) -> Reference | None:
    """For which movement the transfer books a fee; `None` for everything but fees."""
    match transfer.key.rsplit(":", 2):  # from the right: a provider of an embedder's own may have a colon in its name
        case [stem, "payment" | "refund" | "payout" as kind, number] if stem.startswith("fee:"):
            return Reference(kind, number)
        case _:
            return None
