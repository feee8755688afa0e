"""Everything that is held about a member, for the member."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from uuid import UUID

from attrs import AttrsInstance, asdict, frozen

from errand_domain.ids import MemberId
from errand_domain.member.roles import Role
from errand_domain.money import Money
from errand_domain.order.order import Order
from errand_domain.order.states import EVERY_PHASE
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.runner import verification
from errand_domain.settlement import withdrawal_states
from errand_domain.settlement.recipes import accounts_of_runner
from errand_domain.use_cases.orders.view_order import seen_by

if TYPE_CHECKING:
    from attrs import Attribute

PAGE: Final = 100
CREDIT_LINES_MOST: Final = 10_000
STAFF_BY_ROLE: Final[Mapping[tuple[type, str], Role]] = {
    (verification.Approved, "approved_by"): "reviewer",
    (verification.Rejected, "rejected_by"): "reviewer",
    (withdrawal_states.Approved, "approved_by"): "finance",
}
"""Where something names who decided as staff: the member is told in which role, and not by whom."""
T = TypeVar("T")


@frozen(kw_only=True)
class ExportMember:
    """A member takes along all that is held about them, as plain mappings, lists, texts and numbers of fen."""

    begin: Begin
    clock: Clock

    async def __call__(self, member_id: MemberId) -> Mapping[str, Any]:
        """The whole of it. Of somebody else's order it tells what its runner may see now; of a file, its facts."""
        now = self.clock.now()
        async with self.begin() as tx:
            member = await tx.members.get(member_id)
            placed = await _every(
                lambda last: tx.orders.placed_by(member_id, phases=EVERY_PHASE, before=last, limit=PAGE)
            )
            run = await _every(lambda last: tx.orders.run_by(member_id, phases=EVERY_PHASE, before=last, limit=PAGE))
            runner = await tx.runners.find(member_id)
            return {
                "exported_at": now.isoformat(),
                "member": plain(member),
                "sessions": [_without(plain(s), "token_hash") for s in await tx.sessions.of_member(member_id, at=now)],
                "orders_placed": [_told(order) for order in placed],
                "orders_run": [_told(seen_by(order, "runner")) for order in run],
                "runner": {**plain(runner), "verification_name": runner.verification_name} if runner else None,
                "credit_lines": [
                    plain(line) for line in await tx.runners.credit_lines(member_id, limit=CREDIT_LINES_MOST)
                ],
                "money": await _money(tx, member_id),
                **await _words(tx, member_id, (*placed, *run)),
                "reports": await _reports(tx, member_id),
                "files": [
                    plain(file)
                    for file in await _every(lambda last: tx.files.of_owner(member_id, before=last, limit=PAGE))
                ],
            }


async def _money(tx: Transaction, member_id: MemberId) -> dict[str, Any]:
    accounts = accounts_of_runner(member_id)
    balances = await tx.ledger.balances(accounts)
    earnings = await _every(
        lambda last: tx.earnings.of_runner(member_id, before=last, limit=PAGE), identity=lambda e: e.order_id
    )
    withdrawals = await _every(lambda last: tx.withdrawals.of_runner(member_id, before=last, limit=PAGE))
    return {
        "balances_fen": {account.kind: balances.get(account, 0) for account in accounts},
        "earnings": [plain(earning) for earning in earnings],
        "withdrawals": [{**plain(w), "state_name": w.state_name} for w in withdrawals],
    }


async def _words(tx: Transaction, member_id: MemberId, orders: tuple[Order, ...]) -> dict[str, Any]:
    about = await _every(lambda last: tx.reviews.of_subject(member_id, before=last, limit=PAGE))
    written, said = list[Any](), list[Any]()
    for order in orders:
        written += [plain(r) for r in await tx.reviews.of_order(order.id) if r.author_id == member_id]
        dispute = await tx.disputes.of_order(order.id)
        said += [plain(s) for s in dispute.statements if s.author_id == member_id] if dispute else []
    return {
        "reviews_of_the_member": [_without(plain(review), "author_id", "order_id") for review in about],
        "reviews_by_the_member": written,
        "statements": said,
    }


async def _reports(tx: Transaction, member_id: MemberId) -> list[dict[str, Any]]:
    """What the member reported; what was reported of them is nobody's to know."""
    found = list[dict[str, Any]]()
    for report in await _every(lambda last: tx.reports.of_reporter(member_id, before=last, limit=PAGE)):
        case = await tx.content_cases.get(report.case_id)
        told = {"kind": case.kind, "reason": report.reason, "text": report.text, "at": report.at.isoformat()}
        found.append(told)
    return found


async def _every(
    read: Callable[[Any], Awaitable[tuple[T, ...]]], *, identity: Callable[[Any], Any] = lambda row: row.id
) -> list[T]:
    found, last = list[T](), None
    while page := await read(last):
        found += page
        last = identity(page[-1])
    return found


def _told(order: Order) -> dict[str, Any]:
    return {**plain(order), "state_name": order.state_name}


def _without(told: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in names}


def plain(value: AttrsInstance) -> dict[str, Any]:
    """The attributes of a value of the domain, all the way down: money as fen, moments and identities as text.

    Of staff, their role.
    """
    return asdict(value, value_serializer=_plain)


def _plain(holder: object, attribute: "Attribute[Any] | None", value: object) -> object:
    role = STAFF_BY_ROLE.get((type(holder), attribute.name)) if attribute else None
    if role is not None and value is not None:
        return role
    match value:
        case Money():
            return value.fen
        case UUID():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case frozenset():
            return sorted(cast("Iterable[Any]", value))
        case _:
            return value
