"""A small world on the memory adapters: one campus, people, a provider, a worker, and every use case by its class."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from attrs import evolve, fields, has

from adapters.crypto.authenticators import TotpAuthenticators
from adapters.crypto.link_seal import HmacLinkSeal
from adapters.crypto.quote_seal import HmacQuoteSeal
from adapters.crypto.secrets import SystemSecrets
from adapters.images.pillow import SIDE_PIXELS_MOST, cleaned
from adapters.memory.access import Pause
from adapters.memory.clock import MemoryClock
from adapters.memory.content import MemoryContentCheck
from adapters.memory.credentials import MemoryBreachedPasswords, MemoryPasswordHashes
from adapters.memory.database import MemoryDatabase
from adapters.memory.files import MemoryFileStore
from adapters.memory.ids import MemoryIds
from adapters.memory.image_check import MemoryImageCheck
from adapters.memory.mini_program import MemoryMiniProgram
from adapters.memory.outside import MemoryMaps, MemoryNotices
from adapters.memory.pauses import give_way
from adapters.memory.provider import MemoryProvider
from adapters.memory.public_images import MemoryPublicImages
from adapters.memory.rate_limits import MemoryRateLimits
from errand_domain.campus import Campus, Gender
from errand_domain.errors import DomainError
from errand_domain.ids import CampusId, FileId, MemberId, OrderId
from errand_domain.member.consent import DOCUMENTS, Documents
from errand_domain.member.member import Member, Way
from errand_domain.member.roles import Grant, Role
from errand_domain.money import NOTHING, Money
from errand_domain.order.order import Order
from errand_domain.order.states import Proof
from errand_domain.order.terms import Terms, Window
from errand_domain.payment.attempt import Attempt
from errand_domain.payment.refund import Refund
from errand_domain.policy import Policy
from errand_domain.ports.content import ContentCheck
from errand_domain.ports.credentials import Authenticators, BreachedPasswords, PasswordHashes
from errand_domain.ports.files import FilePurpose, FileStore
from errand_domain.ports.hall import Hall
from errand_domain.ports.image_check import ImageCheck
from errand_domain.ports.images import CleanImage, Images
from errand_domain.ports.link_seal import LinkAddress, LinkSeal
from errand_domain.ports.mini_program import MiniProgram
from errand_domain.ports.outbox import Relay
from errand_domain.ports.outside import Clock, Ids, Maps, Notices, QuoteSeal, Secrets
from errand_domain.ports.payments import PaymentReport
from errand_domain.ports.public_images import PublicImages
from errand_domain.ports.rate_limits import RateLimits
from errand_domain.ports.retained import Retained
from errand_domain.ports.timers import TIMER_KINDS
from errand_domain.ports.uploads import Incoming
from errand_domain.runner.runner import Runner, new_runner
from errand_domain.runner.verification import RunnerApproved
from errand_domain.settlement.accounts import Account
from errand_domain.settlement.ledger import balances
from errand_domain.use_cases.background.deliver_message import DeliverMessage
from errand_domain.use_cases.background.fire_timers import FireTimer
from errand_domain.use_cases.files.stored_files import UploadFile
from errand_domain.use_cases.money.pay_for_errand import PayForErrand
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.money.record_payment import RecordPayment
from errand_domain.use_cases.money.verify_ledger import VerifyLedger
from errand_domain.use_cases.money.withdraw_earnings import RequestWithdrawal
from errand_domain.use_cases.orders.accept_errand import AcceptErrand
from errand_domain.use_cases.orders.confirm_errand import ConfirmErrand
from errand_domain.use_cases.orders.deliver_item import DeliverItem
from errand_domain.use_cases.orders.pick_up_item import PickUpItem
from errand_domain.use_cases.orders.publish_errand import Publication, PublishErrand
from errand_domain.use_cases.orders.quote_errand import QuoteErrand, QuoteRequest
from tests.domain.examples import APPLICATION, AT_DORMITORY, CAMPUS, OPERATOR, TERMS
from tests.pictures import CLEAN_PNG

if TYPE_CHECKING:
    from errand_domain.ports.transaction import Begin

U = TypeVar("U")
IN_FORCE: Final[Documents] = tuple((document, "2026-01") for document in DOCUMENTS)
KEY: Final = b"a key for tests, and for nothing else"
PNG: Final = CLEAN_PNG
LEASE: Final = timedelta(seconds=30)


class ImagesAtOnce(Images):
    """Makes images anew in the task that asks: the simulation's scheduler knows no threads."""

    async def clean(self, content: bytes, *, side_most: int | None = None) -> CleanImage:
        return cleaned(content, side_most or SIDE_PIXELS_MOST)


class World:
    """Everything that a use case asks for, and the hands of those outside: payers, providers, a worker."""

    def __init__(self, *, pause: Pause = give_way, secrets: Secrets | None = None, campus: Campus = CAMPUS) -> None:
        self.campus = campus
        self.clock = MemoryClock()
        self.ids = MemoryIds()
        self.database = MemoryDatabase(pause=pause)
        self.begin: Begin = self.database.begin
        self.provider = MemoryProvider(self.clock, pause=pause)
        self.rival = MemoryProvider(self.clock, provider="rival", pause=pause)
        self.notices = MemoryNotices(pause=pause)
        self.content = MemoryContentCheck(pause=pause)
        self.image_check = MemoryImageCheck(pause=pause)
        self.secrets = secrets or SystemSecrets(KEY)
        self.rate_limits = MemoryRateLimits(pause=pause)
        self.password_hashes = MemoryPasswordHashes(pause=pause)
        self.authenticators = TotpAuthenticators()
        self.mini_program = MemoryMiniProgram(pause=pause)
        self.parts: dict[Any, Any] = {
            Clock: self.clock,
            Documents: IN_FORCE,
            Ids: self.ids,
            Secrets: self.secrets,
            RateLimits: self.rate_limits,
            PasswordHashes: self.password_hashes,
            BreachedPasswords: MemoryBreachedPasswords(),
            Authenticators: self.authenticators,
            MiniProgram: self.mini_program,
            Maps: MemoryMaps(pause=pause),
            Notices: self.notices,
            ContentCheck: self.content,
            ImageCheck: self.image_check,
            LinkAddress: LinkAddress("https://errand.example/api/v1/file-links"),
            LinkSeal: HmacLinkSeal(KEY),
            QuoteSeal: HmacQuoteSeal(KEY),
            FileStore: MemoryFileStore(pause=pause),
            PublicImages: MemoryPublicImages(pause=pause),
            Incoming | None: None,
            Images: ImagesAtOnce(),
            Hall: self.database.hall,
            Relay: self.database.relay,
            Retained: self.database.retained,
            Providers: Providers(
                payments={"memory": self.provider, "rival": self.rival},
                refunds={"memory": self.provider, "rival": self.rival},
                payouts={"memory": self.provider},
            ),
        }

    @classmethod
    async def built(cls, *, policy: Policy | None = None, **changes: Any) -> "World":
        """A world whose campus is there."""
        world = cls(campus=evolve(CAMPUS, policy=policy or CAMPUS.policy), **changes)
        async with world.begin() as tx:
            tx.campuses.add(world.campus)
            await tx.commit()
        return world

    def use(self, use_case: type[U]) -> U:
        """That use case, put together from what its attributes ask for."""
        asked: dict[str, Any] = {}
        for attribute in fields(use_case):  # type: ignore[arg-type,var-annotated]
            if attribute.name == "begin":
                asked["begin"] = self.begin
            elif attribute.type in self.parts:
                asked[attribute.name] = self.parts[attribute.type]
            elif has(attribute.type):
                asked[attribute.name] = self.use(attribute.type)
        return use_case(**asked)

    # -- People ----------------------------------------------------------------------------------------------

    async def member(self, *ways: Way, **changes: Any) -> Member:
        """Somebody who has signed in before."""
        member_id = MemberId(self.ids.new())
        ways = ways or (Way("phone", f"+86139{member_id.int % 10**8:08d}"), Way("wechat", f"openid-{member_id.hex}"))
        member = Member(id=member_id, ways=ways, joined_at=self.clock.now(), **changes)
        async with self.begin() as tx:
            tx.members.add(member)
            await tx.commit()
        return member

    async def operator(self, *roles: Role) -> Member:
        """Staff of the campus with those roles."""
        return await self.member(grants=frozenset(Grant(role, self.campus.id) for role in roles))

    async def runner(self, *, gender: Gender | None = None, **changes: Any) -> Member:
        """An approved runner on shift."""
        member = await self.member()
        shown = evolve(APPLICATION, student_number=str(member.id.int % 10**12), gender=gender)
        approval = RunnerApproved(
            at=self.clock.now(), reviewer_id=OPERATOR, lapses_at=self.clock.now() + timedelta(days=900)
        )
        runner = new_runner(member.id, shown, self.campus.policy.credit).apply(approval)
        async with self.begin() as tx:
            tx.runners.add(evolve(runner, on_shift=True, version=1, **changes))
            await tx.commit()
        return member

    async def move_to(self, runner: Member, campus_id: CampusId) -> None:
        """The runner studies at another campus."""
        async with self.begin() as tx:
            now = await tx.runners.get(runner.id)
            tx.runners.save(evolve(now.touched(), application=evolve(now.application, campus_id=campus_id)))
            await tx.commit()

    # -- Errands ---------------------------------------------------------------------------------------------

    def terms(self, **changes: Any) -> Terms:
        """A parcel to the gate of the women's dormitory, wanted within six hours from now."""
        now = self.clock.now()
        return evolve(TERMS, window=Window(earliest=now, latest=now + timedelta(hours=6)), **changes)

    async def published(
        self, requester: Member, *, tip: Money = NOTHING, provider: str = "memory", **changes: Any
    ) -> Order:
        """An order that awaits payment."""
        terms = self.terms(**changes)
        asked = QuoteRequest(member_id=requester.id, campus_id=self.campus.id, terms=terms, tip=tip)
        quoted = await self.use(QuoteErrand)(asked)
        publication = Publication(member_id=requester.id, sealed_quote=quoted.sealed, terms=terms, provider=provider)
        return await self.use(PublishErrand)(publication)

    async def report(self, order: Order, *, provider: str = "memory") -> PaymentReport:
        """The payer pays; the provider's report is returned and not yet told to us."""
        started = await self.use(PayForErrand)(order.id, order.requester_id, provider=provider)
        desk = self.provider if provider == "memory" else self.rival
        return desk.pay(started.attempt.number)

    async def tell(self, report: PaymentReport) -> Attempt:
        """The provider's report reaches us, verified."""
        return await self.use(RecordPayment)(report, self.provider.merchant)

    async def opened(self, requester: Member, **changes: Any) -> Order:
        """A paid order in the hall."""
        order = await self.published(requester, **changes)
        await self.tell(await self.report(order))
        return await self.order(order)

    async def accepted(self, requester: Member, runner: Member, **changes: Any) -> Order:
        """An order that the runner has taken."""
        order = await self.opened(requester, **changes)
        return await self.use(AcceptErrand)(order.id, runner.id)

    async def photo(self, order: Order, owner: Member, *, purpose: FilePurpose = "proof") -> FileId:
        """A photo that the owner uploaded for the order."""
        order_id = None if purpose == "student_card" else order.id
        return (await self.use(UploadFile)(owner.id, PNG, purpose=purpose, order_id=order_id)).id

    async def picked_up(self, requester: Member, runner: Member, *, cost: int = 0, **changes: Any) -> Order:
        """An order whose item the runner has."""
        order = await self.accepted(requester, runner, **changes)
        photo = await self.photo(order, runner)
        return await self.use(PickUpItem)(
            order.id, runner.id, photos=(photo,), goods_cost=Money(cost), receipt=photo if cost else None
        )

    async def delivered(self, requester: Member, runner: Member, **changes: Any) -> Order:
        """An order that was handed over with photo and position."""
        order = await self.picked_up(requester, runner, **changes)
        proof = Proof(photos=(await self.photo(order, runner),), position=AT_DORMITORY)
        return await self.use(DeliverItem)(order.id, runner.id, proof=proof, code=None)

    async def completed(self, requester: Member, runner: Member, **changes: Any) -> Order:
        """An order that the requester has confirmed."""
        order = await self.delivered(requester, runner, **changes)
        return await self.use(ConfirmErrand)(order.id, requester.id)

    async def complete(self, order: Order, runner: Member) -> Order:
        """That open order, taken, handed over with the requester's code and so completed."""
        for step in self.steps_to_the_end(order, runner):
            await step()
        return await self.order(order)

    def steps_to_the_end(self, order: Order, runner: Member) -> tuple[Callable[[], Awaitable[object]], ...]:
        """What the runner does with an open order, step by step."""

        async def pick_up() -> None:
            photo = await self.photo(order, runner)
            await self.use(PickUpItem)(order.id, runner.id, photos=(photo,), goods_cost=NOTHING, receipt=None)

        async def deliver() -> None:
            code = (await self.order(order)).delivery_code
            await self.use(DeliverItem)(order.id, runner.id, proof=Proof(), code=code)

        return (lambda: self.use(AcceptErrand)(order.id, runner.id)), pick_up, deliver

    async def earned(self, runner: Member, *, orders: int = 1) -> Money:
        """The runner completed that many orders and their earnings are free."""
        for _ in range(orders):
            await self.completed(await self.member(), runner)
        await self.pass_time(self.campus.policy.hold_earnings_for)
        return Money(await self.balance("runner_available", runner.id))

    async def withdraw(self, runner: Member, fen: int) -> None:
        """The runner takes that much out and confirms it."""
        withdrawal = await self.use(RequestWithdrawal)(runner.id, amount=Money(fen), provider="memory")
        await self.pass_time()
        self.provider.confirm_payout(withdrawal.part_number(1))
        await self.settle_outside()

    # -- What is so now --------------------------------------------------------------------------------------

    async def order(self, order: Order) -> Order:
        """The order as it stands."""
        async with self.begin() as tx:
            return await tx.orders.get(order.id)

    async def attempts(self, order: Order) -> tuple[Attempt, ...]:
        """Every payment for the order."""
        async with self.begin() as tx:
            return await tx.attempts.of_order(order.id)

    async def refunds(self, order: Order) -> tuple[Refund, ...]:
        """Every refund of the order."""
        async with self.begin() as tx:
            return await tx.refunds.of_order(order.id)

    async def standing(self, runner: Member) -> Runner:
        """The runner as they stand."""
        async with self.begin() as tx:
            return await tx.runners.get(runner.id)

    async def balance(self, kind: Any, owner: object) -> int:
        """A balance in fen."""
        async with self.begin() as tx:
            return await tx.ledger.balance(Account(kind, str(owner)))

    async def totals(self) -> dict[str, int]:
        """The balances of the whole journal by kind, without those at nothing."""
        async with self.begin() as tx:
            entries = await tx.ledger.journal(after=0, limit=1_000_000)
        found: dict[str, int] = {}
        for account, fen in balances(entry.transfer for entry in entries).items():
            found[account.kind] = found.get(account.kind, 0) + fen
        return {kind: fen for kind, fen in found.items() if fen}

    async def prove(self) -> None:
        """No fen has appeared or vanished, here or at the providers."""
        proof = await self.use(VerifyLedger)()
        assert proof.imbalances == ()
        for desk in (self.provider, self.rival):
            assert await self.balance("provider_clearing", desk.provider) == desk.totals.balance

    # -- Time and the worker ---------------------------------------------------------------------------------

    async def pass_time(self, by: timedelta = timedelta(0)) -> None:
        """Time passes, and the worker does what is due."""
        self.clock.advance(by)
        while await self._work():
            pass

    async def settle_outside(self) -> None:
        """A few minutes pass in which providers finish what is under way."""
        for _ in range(3):
            await self.pass_time(timedelta(minutes=1))

    async def _work(self) -> int:
        now, done = self.clock.now(), 0
        until = now + LEASE
        for envelope in await self.database.relay.take(now=now, leased_until=until, limit=100):
            done += 1
            try:
                await self.use(DeliverMessage)(envelope.message)
            except (DomainError, ConnectionError) as fault:
                await self.database.relay.postpone(envelope.id, until=until, fault=str(fault))
            else:
                await self.database.relay.done([envelope.id])
        for kind in TIMER_KINDS:
            for subject in await self.database.timers.take(kind, now=now, leased_until=until, limit=100):
                done += 1
                await self.use(FireTimer)(kind, subject)
        return done


def orders_of(found: Iterable[object]) -> list[OrderId]:
    """The ids of the orders among what came out."""
    return [order.id for order in found if isinstance(order, Order)]
