"""What must be so at the end of every life: everything is final, and every fen is explained."""

from collections import defaultdict

from errand_domain.payment.attempt import Succeeded
from errand_domain.payment.refund import Refunded
from errand_domain.settlement.withdrawal_states import Succeeded as PaidOut
from errand_domain.use_cases.money.verify_ledger import VerifyLedger
from tests.simulation.campus_life import CampusLife


def faults_of(life: CampusLife) -> list[str]:
    """Everything that is wrong with how it ended; nothing, in a sound program."""
    world = life.world
    found = life.unfinished()
    found += [f"{wrong.account}: {wrong.found}" for wrong in life.at_once(world.use(VerifyLedger)()).imbalances]
    for desk in life.desks:
        ours = life.at_once(world.balance("provider_clearing", desk.provider))
        if ours != desk.totals.balance:
            found.append(f"{desk.provider} holds {desk.totals.balance}, and we say {ours}")
    return found + unexplained(life) + payouts(life)


def unexplained(life: CampusLife) -> list[str]:
    """Order by order: what was paid is what went back and what was divided."""
    tables = life.world.database._tables
    came, back, divided = defaultdict[object, int](int), defaultdict[object, int](int), defaultdict[object, int](int)
    for attempt in tables.attempts:
        came[attempt.order_id] += attempt.amount.fen if isinstance(attempt.state, Succeeded) else 0
    for refund in tables.refunds:
        back[refund.order_id] += refund.amount.fen if isinstance(refund.state, Refunded) else 0
    for _, transfer in tables.transfers:
        for account, sign in ((transfer.credit, 1), (transfer.debit, -1)):
            if account.kind in ("runner_held", "runner_available", "campus_agent", "platform"):
                other = transfer.debit if sign == 1 else transfer.credit
                if other.kind == "escrow":
                    divided[other.owner] += sign * transfer.amount.fen
    return [
        f"order {order.id} ({order.state_name}) was paid {came[order.id]}, "
        f"gave back {back[order.id]} and divided {divided[str(order.id)]}"
        for order in tables.orders
        if came[order.id] != back[order.id] + divided[str(order.id)]
    ]


def payouts(life: CampusLife) -> list[str]:
    """What runners have is what their withdrawals say."""
    tables = life.world.database._tables
    told = sum(
        w.amount.fen if isinstance(w.state, PaidOut) else (w.amount - w.unpaid()).fen for w in tables.withdrawals
    )
    really = life.world.provider.totals.paid_out
    return [] if told == really else [f"withdrawals say {told} went out, the provider says {really}"]
