"""People on campus and at the providers' apps. They insist: who does not learn what became of it asks again."""

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from attrs import evolve
from httpx import AsyncClient

from errand_domain.errors import DomainError
from errand_domain.ids import FileId, MemberId
from errand_domain.member.member import Member, Way
from errand_domain.money import NOTHING, Money
from errand_domain.order.order import Order
from errand_domain.order.states import Proof
from errand_domain.order.terms import Terms, Window
from errand_domain.payment.attempt import PaymentRefused, PaymentUnknown
from errand_domain.ports.files import StoredFile
from errand_domain.runner.runner import new_runner
from errand_domain.runner.verification import RunnerApproved
from errand_domain.settlement.withdrawal import Withdrawal, WithdrawalUnknown
from errand_domain.settlement.withdrawal_states import WaitingForUser
from errand_domain.use_cases.money.pay_for_errand import PaymentStarted
from errand_domain.use_cases.orders.publish_errand import Publication
from errand_domain.use_cases.orders.quote_errand import QuoteRequest
from tests.domain.examples import APPLICATION, CAMPUS, DAY, MINUTE, OPERATOR, TERMS
from tests.faults.books import PARTNERS

if TYPE_CHECKING:
    from tests.faults.world import World

T = TypeVar("T")
TRIES_MOST: Final = 10


class People:
    """Requesters, payers and runners of one world."""

    def __init__(self, world: "World", browser: AsyncClient) -> None:
        self.orders = list[Order]()
        self.runners = list[Member]()
        self._world = world
        self._browser = browser

    async def member(self, **changes: Any) -> Member:
        """Somebody whom every provider knows."""
        member_id = MemberId(self._world.use.ids().new())
        ways = (Way("phone", f"+86139{member_id.int % 10**8:08d}"), Way("wechat", f"openid-{member_id.hex}"))
        member = Member(id=member_id, ways=ways, joined_at=self._world.clock.now(), **changes)
        async with self._world.begin() as tx:
            tx.members.add(member)
            await tx.commit()
        return member

    async def runner(self) -> Member:
        """An approved runner on shift."""
        member, now = await self.member(), self._world.clock.now()
        shown = evolve(APPLICATION, student_number=str(member.id.int % 10**12))
        approval = RunnerApproved(at=now, reviewer_id=OPERATOR, lapses_at=now + 900 * DAY)
        runner = new_runner(member.id, shown, CAMPUS.policy.credit).apply(approval)
        async with self._world.begin() as tx:
            tx.runners.add(evolve(runner, on_shift=True, version=1))
            await tx.commit()
        self.runners.append(member)
        return member

    async def insist(self, act: Callable[[], Awaitable[T]]) -> T | None:
        """Ask again after a minute where nobody knows; nothing where it is refused, or too late."""
        for _ in range(TRIES_MOST):
            try:
                return await act()
            except (PaymentUnknown, PaymentRefused, WithdrawalUnknown):
                await self._world.passes(MINUTE)
            except DomainError:
                break
        return None

    # -- Requesters ------------------------------------------------------------------------------------------

    async def publish(self, terms: Terms = TERMS) -> Order:
        """An order that awaits payment."""
        now, requester = self._world.clock.now(), await self.member()
        terms = evolve(terms, window=Window(earliest=now, latest=now + 6 * DAY))
        asked = QuoteRequest(member_id=requester.id, campus_id=CAMPUS.id, terms=terms, tip=NOTHING)
        quoted = await self._world.use.quote_errand()(asked)
        publication = Publication(
            member_id=requester.id, sealed_quote=quoted.sealed, terms=terms, provider=self._world.provider
        )
        order = await self._world.use.publish_errand()(publication)
        self.orders.append(order)
        return order

    async def ask_to_pay(self, order: Order) -> PaymentStarted | None:
        """What the payer's app needs; nothing where the order is gone before anybody can pay it."""
        act, provider = self._world.use.pay_for_errand(), self._world.provider
        return await self.insist(lambda: act(order.id, order.requester_id, provider=provider))

    async def ask_to_tip(self, order: Order, amount: Money) -> PaymentStarted | None:
        """The same for a tip."""
        act, provider = self._world.use.raise_tip(), self._world.provider
        return await self.insist(lambda: act(order.id, order.requester_id, amount=amount, provider=provider))

    async def pay(self, started: PaymentStarted | None) -> None:
        """The payer pays in the provider's app, where there is something to pay and it can still be paid."""
        if started is None or not await self.look(started):
            return
        partner = self._world.outside.partners[PARTNERS[self._world.provider]]
        if started.attempt.number in {one.number for one in partner.waiting()}:
            partner.act("payments", started.attempt.number, "pay")

    async def look(self, started: PaymentStarted) -> bool:
        """The payer opens what the app was given: Alipay hears of a payment only by that."""
        if self._world.provider == "alipay":
            url = json.loads(started.client_parameters)["wap"]
            return (await self._browser.get(url)).is_success
        return True

    async def open(self, terms: Terms = TERMS) -> Order:
        """A paid order in the hall."""
        order = await self.publish(terms)
        await self.pay(await self.ask_to_pay(order))
        await self._world.until(lambda: self._world.is_decided(order))
        return await self._world.order(order)

    async def cancel(self, order: Order, *, fee: Money = NOTHING) -> None:
        """The requester calls it off, where it can be."""
        cancel = self._world.use.cancel_errand()
        await self.insist(lambda: cancel(order.id, order.requester_id, reason="不需要了", confirmed_fee=fee))

    # -- Runners ---------------------------------------------------------------------------------------------

    async def accept(self, runner: Member, terms: Terms = TERMS) -> Order:
        """A paid order that the runner has taken."""
        order = await self.open(terms)
        return await self._world.use.accept_errand()(order.id, runner.id)

    async def pick_up(self, order: Order, runner: Member, *, cost: Money = NOTHING) -> Order:
        """The runner has the item."""
        photo = await self._photo(order, runner)
        act = self._world.use.pick_up_item()
        return await act(order.id, runner.id, photos=(photo,), goods_cost=cost, receipt=photo if cost else None)

    async def deliver(self, order: Order, runner: Member) -> None:
        """Handed over with the requester's code, which also completes it."""
        await self._world.use.deliver_item()(order.id, runner.id, proof=Proof(), code=order.delivery_code)

    async def earn(self, runner: Member) -> Money:
        """The runner has completed an order, and what it brought is free."""
        order = await self.pick_up(await self.accept(runner), runner)
        await self.deliver(order, runner)
        await self._world.until(lambda: self._world.is_free(order))
        return Money(await self._world.balance("runner_available", runner.id))

    async def withdraw(self, runner: Member, amount: Money) -> Withdrawal:
        """The runner asks for it."""
        return await self._world.use.request_withdrawal()(runner.id, amount=amount, provider=self._world.provider)

    async def confirm(self, withdrawal: Withdrawal) -> None:
        """The runner, to whom the app shows that it waits for them, opens its page and confirms there."""
        if not isinstance(withdrawal.state, WaitingForUser):
            return
        reopen = self._world.use.reopen_confirmation()
        await self.insist(lambda: reopen(withdrawal.id, withdrawal.runner_id))
        partner, number = self._world.outside.partners["wechat-pay"], withdrawal.part_number(withdrawal.state.part)
        if number in {one.number for one in partner.waiting()}:
            partner.act("transfers", number, "confirm")

    async def _photo(self, order: Order, owner: Member) -> FileId:
        file = StoredFile(
            id=FileId(self._world.use.ids().new()),
            owner_id=owner.id,
            order_id=order.id,
            purpose="proof",
            media_type="image/png",
            size_bytes=1,
            sha256="0" * 64,
            at=self._world.clock.now(),
        )
        async with self._world.begin() as tx:
            tx.files.add(file)
            await tx.commit()
        return file.id
