"""A stage for tests: one campus with people on it, whose errands are brought to any state by the real use cases.

People are put there directly; whatever an errand goes through, it goes through the use cases of the container.
"""

from collections.abc import Awaitable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from attrs import evolve
from dependency_injector.providers import Object

from adapters.crypto.key_ring import GivenRing, ring_from
from adapters.crypto.vault import Vault
from adapters.memory.clock import MemoryClock
from adapters.memory.credentials import MemoryPasswordHashes
from adapters.memory.provider import MemoryProvider
from entrypoints.container import Container
from entrypoints.settings import Settings
from errand_domain.campus import Building, Campus
from errand_domain.errors import DomainError
from errand_domain.ids import BuildingId, CampusId, FileId, MemberId
from errand_domain.member.member import Member, Way
from errand_domain.member.roles import ROLES, Grant
from errand_domain.money import NOTHING, Money
from errand_domain.order.order import Order
from errand_domain.order.states import Proof
from errand_domain.order.terms import Terms, Window
from errand_domain.place import Contact, Point, Stop
from errand_domain.policy import Policy
from errand_domain.ports.files import StoredFile
from errand_domain.ports.payments import PaymentReport
from errand_domain.runner.runner import Runner, new_runner
from errand_domain.runner.verification import Application, RunnerApproved
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.orders.publish_errand import Publication
from errand_domain.use_cases.orders.quote_errand import QuoteRequest

T = TypeVar("T")
SECRET: Final = b"a key for tests, and for nothing else"
NORTH_GATE: Final = Point(latitude=30.3080, longitude=120.0860)
DORMITORY: Final = Point(latitude=30.3050, longitude=120.0850)
PHONE_ROOM_AND_CODE: Final = ("+8613800001234", "Room 512", "8-2-3041")


def vault() -> Vault:
    """What seals personal data in a test, as in an installation with those settings."""
    return Vault(GivenRing(ring_from(SECRET)))


def settings(database_url: str, folder: Path) -> Settings:
    """Settings of a small installation for one test."""
    return Settings(
        mode="development", database_url=database_url, secret_key=SECRET, files_folder=folder, rate_limits=False
    )


def played_by(provider: MemoryProvider) -> Providers:
    """The provider that tests play, in the place of real ones."""
    name = provider.provider
    return Providers(payments={name: provider}, refunds={name: provider}, payouts={name: provider})


async def outcome(act: Awaitable[T]) -> T | str:
    """What came of it: the result, or the code of the refusal."""
    try:
        return await act
    except DomainError as refusal:
        return refusal.code


class Stage:
    """One campus, its people, and the use cases by name (`stage.use.accept_errand()`)."""

    def __init__(self, container: Container, campus: Campus) -> None:
        self.use = container
        self.campus = campus
        self.begin = container.begin()
        self.clock = cast("MemoryClock", container.clock())
        self.provider = cast("MemoryProvider", container.payment_providers().payments["memory"])

    @classmethod
    async def build(cls, container: Container, *, policy: Policy | None = None) -> "Stage":
        """Set a campus up; the clock stands still until the test moves it."""
        container.clock.override(MemoryClock())
        container.password_hashes.override(MemoryPasswordHashes())
        if "memory" not in container.payment_providers().payments:
            container.payment_providers.override(Object(played_by(MemoryProvider(container.clock()))))
        new = container.ids().new
        corners = ((30.30, 120.08), (30.30, 120.10), (30.32, 120.10), (30.32, 120.08))
        campus = Campus(
            id=CampusId(new()),
            name="紫金校区",
            boundary=tuple(Point(latitude=a, longitude=b) for a, b in corners),
            buildings=(
                Building(id=BuildingId(new()), name="北门驿站", kind="parcel_station", point=NORTH_GATE),
                Building(id=BuildingId(new()), name="丹阳 3 舍", kind="dormitory", point=DORMITORY, admits="women"),
            ),
            policy=policy or Policy(),
        )
        await container.add_campus()(campus)
        return cls(container, campus)

    def new_id(self) -> Any:
        """A fresh identity."""
        return self.use.ids().new()

    async def member(self, **changes: Any) -> Member:
        """Somebody who has signed in before."""
        member_id = MemberId(self.new_id())
        way = Way("phone", f"+86138{member_id.int % 10**8:08d}")
        member = evolve(Member(id=member_id, ways=(way,), joined_at=self.clock.now()), **changes)
        async with self.begin() as tx:
            tx.members.add(member)
            await tx.commit()
        return member

    async def operator(self) -> Member:
        """Somebody with every role at the campus."""
        return await self.member(grants=frozenset(Grant(role, self.campus.id) for role in ROLES))

    async def runner(self, **changes: Any) -> Member:
        """An approved runner on shift."""
        member = await self.member()
        async with self.begin() as tx:
            tx.runners.add(evolve(self.approved(member.id), **changes))
            await tx.commit()
        return member

    def approved(self, member_id: MemberId) -> Runner:
        """A member as an approved runner on shift, not stored yet."""
        now = self.clock.now()
        shown = Application(
            campus_id=self.campus.id,
            real_name="王小明",
            student_number=str(member_id.int % 10**12),
            card_photo=FileId(self.new_id()),
            study_until=date(2029, 6, 30),
            agreement_version="2026-11-01",
            submitted_at=now,
        )
        approval = RunnerApproved(at=now, reviewer_id=MemberId(self.new_id()), lapses_at=now + timedelta(days=900))
        runner = new_runner(member_id, shown, self.campus.policy.credit).apply(approval)
        return evolve(runner, on_shift=True, version=1)

    def terms(self, **changes: Any) -> Terms:
        """A parcel from the station to the dormitory, with a phone, a room and a pickup code."""
        phone, room, code = PHONE_ROOM_AND_CODE
        now = self.clock.now()
        terms = Terms(
            category="parcel",
            pickup=Stop(name="北门驿站", point=NORTH_GATE),
            dropoff=Stop(name="丹阳 3 舍", point=DORMITORY, detail=room, contact=Contact(name="李雷", phone=phone)),
            item="一箱书",
            window=Window(earliest=now, latest=now + timedelta(hours=3)),
            pickup_code=code,
        )
        return evolve(terms, **changes)

    async def published(self, requester: Member, *, tip: Money = NOTHING, **changes: Any) -> Order:
        """An order that awaits payment."""
        terms = self.terms(**changes)
        request = QuoteRequest(member_id=requester.id, campus_id=self.campus.id, terms=terms, tip=tip)
        quoted = await self.use.quote_errand()(request)
        publication = Publication(member_id=requester.id, sealed_quote=quoted.sealed, terms=terms, provider="memory")
        return await self.use.publish_errand()(publication)

    async def report(self, order: Order) -> PaymentReport:
        """The payer pays; the provider's report is returned and not yet delivered."""
        started = await self.use.pay_for_errand()(order.id, order.requester_id, provider="memory")
        return self.provider.pay(started.attempt.number)

    async def opened(self, requester: Member, **changes: Any) -> Order:
        """A paid order in the hall."""
        order = await self.published(requester, **changes)
        await self.use.record_payment()(await self.report(order), self.provider.merchant)
        return await self.order(order)

    async def accepted(self, requester: Member, runner: Member, **changes: Any) -> Order:
        """An order that the runner has taken."""
        order = await self.opened(requester, **changes)
        return await self.use.accept_errand()(order.id, runner.id)

    async def photo(self, order: Order, owner: Member) -> FileId:
        """A proof that the owner uploaded for the order; its bytes do not matter here."""
        file = StoredFile(
            id=FileId(self.new_id()),
            owner_id=owner.id,
            order_id=order.id,
            purpose="proof",
            media_type="image/png",
            size_bytes=1,
            sha256="0" * 64,
            at=self.clock.now(),
        )
        async with self.begin() as tx:
            tx.files.add(file)
            await tx.commit()
        return file.id

    async def picked_up(self, requester: Member, runner: Member, **changes: Any) -> Order:
        """An order whose item the runner has."""
        order = await self.accepted(requester, runner, **changes)
        photo = await self.photo(order, runner)
        return await self.use.pick_up_item()(order.id, runner.id, photos=(photo,))

    async def delivered(self, requester: Member, runner: Member, **changes: Any) -> Order:
        """An order that was handed over with photo and position."""
        order = await self.picked_up(requester, runner, **changes)
        proof = Proof(photos=(await self.photo(order, runner),), position=DORMITORY)
        return await self.use.deliver_item()(order.id, runner.id, proof=proof, code=None)

    async def completed(self, requester: Member, runner: Member, **changes: Any) -> Order:
        """An order that the requester has confirmed."""
        order = await self.delivered(requester, runner, **changes)
        return await self.use.confirm_errand()(order.id, requester.id)

    async def order(self, order: Order) -> Order:
        """The order as it stands now."""
        async with self.begin() as tx:
            return await tx.orders.get(order.id)

    async def earn(self, runner: Member) -> Money:
        """Bring the runner available earnings, and say how much."""
        requester = await self.member()
        order = await self.completed(requester, runner)
        self.clock.advance(self.campus.policy.hold_earnings_for)
        earning = await self.use.release_earning()(order.id, 1)
        return earning.amount

    async def assert_sound(self) -> None:
        """The ledger proves itself."""
        proof = await self.use.verify_ledger()()
        assert proof.transfers
        assert proof.imbalances == ()
