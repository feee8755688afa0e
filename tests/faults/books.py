"""What the providers' own books say of us, and the proof that ours say the same."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from attrs import frozen

from entrypoints.sandbox.alipay.trades import Trade
from entrypoints.sandbox.alipay.transfers import Transfer as AlipayTransfer
from entrypoints.sandbox.store import Store
from entrypoints.sandbox.wechat_pay.payments import Payment
from entrypoints.sandbox.wechat_pay.refunds import Refund
from entrypoints.sandbox.wechat_pay.transfers import Transfer
from errand_domain.settlement.reconciliation import day_of
from errand_domain.use_cases.money.reconcile_day import Reconciled

if TYPE_CHECKING:
    from tests.faults.world import World

BILLS_ARE_WRITTEN_AFTER: Final = timedelta(hours=11)
PARTNERS: Final = {"wechat_pay": "wechat-pay", "alipay": "alipay"}


@frozen
class Totals:
    """What a provider collected, gave back and paid out, each as single sums in fen: twice is seen as twice."""

    collected: tuple[int, ...] = ()
    given_back: tuple[int, ...] = ()
    paid_out: tuple[int, ...] = ()


def totals(store: Store, provider: str) -> Totals:
    """The sums of what really happened, largest first."""
    if provider == "alipay":
        trades = tuple(store.table("alipay.trades", Trade).values())
        transfers = tuple(store.table("alipay.transfers", AlipayTransfer).values())
        return Totals(
            _sums(one.amount_fen for one in trades if one.paid_at),
            _sums(back.amount_fen for one in trades for back in one.refunds),
            _sums(one.amount_fen for one in transfers if one.status == "SUCCESS"),
        )
    return Totals(
        _sums(one.amount_fen for one in store.table("wechat_pay.payments", Payment).values() if one.paid_at),
        _sums(one.amount_fen for one in store.table("wechat_pay.refunds", Refund).values() if one.state == "SUCCESS"),
        _sums(
            one.amount_fen for one in store.table("wechat_pay.transfers", Transfer).values() if one.state == "SUCCESS"
        ),
    )


def _sums(found: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(found, reverse=True))


async def prove(world: "World") -> None:
    """No fen has appeared or vanished: here, there, and between the two, on every day of the world."""
    await _nothing_is_left_over(world)
    proof = await world.use.verify_ledger()()
    assert proof.imbalances == ()
    for day in await _days(world):
        reconciled = await world.use.reconcile_day()(world.provider, day)
        assert isinstance(reconciled, Reconciled), reconciled
        assert reconciled.found.is_clean, reconciled.found.differences
    held = world.outside.partners[PARTNERS[world.provider]].balance_fen()
    assert held is not None
    assert await world.balance("provider_clearing", world.provider) == held - world.outside.manners.balance_before_fen
    assert (await world.use.verify_ledger()()).imbalances == ()


async def _days(world: "World") -> list[date]:
    """Every day since the world began, whose bills are written by the time that this returns."""
    first, last = day_of(world.began_at), day_of(world.clock.now())
    world.clock.reach(world.clock.now() + timedelta(days=1) + BILLS_ARE_WRITTEN_AFTER)
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]


async def _nothing_is_left_over(world: "World") -> None:
    """Nobody waits for an answer, for a person, or for a message; nothing that was told is still being told."""
    assert not [one for one in await world.attempts() if one.is_open]
    assert {one.state_name for one in await world.refunds()} <= {"succeeded", "closed"}
    assert not [one for one in await world.withdrawals() if one.is_open]
    assert await world.relay.pending() == 0
    assert await world.relay.parked(limit=1) == ()
