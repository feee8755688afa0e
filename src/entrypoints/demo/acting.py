"""How the demonstration's people act: through the use cases, each as far as a clerk, a phone or a button would."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from attrs import field, frozen

from entrypoints.container import Container
from entrypoints.demo.clock import MovableClock
from entrypoints.demo.enrolling import Keys, enrolled
from entrypoints.demo.hands import PeopleOutside
from entrypoints.demo.people import Person
from entrypoints.demo.picture import picture
from errand_domain.campus import Campus
from errand_domain.ids import FileId, OrderId
from errand_domain.member.member import Member, Way
from errand_domain.money import NOTHING, Money
from errand_domain.order.order import Order
from errand_domain.order.states import Proof
from errand_domain.order.terms import Handover, Terms, Window
from errand_domain.place import Contact, Stop
from errand_domain.policy import Category
from errand_domain.review.review import Tag
from errand_domain.use_cases.orders.publish_errand import Publication
from errand_domain.use_cases.orders.quote_errand import QuoteRequest
from errand_domain.use_cases.signing_in.entering import Arrival

if TYPE_CHECKING:
    from errand_domain.ports.transaction import Begin

PROVIDER: Final = "wechat_pay"


@frozen(kw_only=True)
class Wish:
    """An errand as somebody might want it."""

    item: str
    category: Category = "parcel"
    pickup: str = "东门快递驿站"
    dropoff: str = "海棠苑5号楼"
    room: str = "512 室"
    note: str = ""
    weight_grams: int = 800
    tip: Money = NOTHING
    goods: Money = NOTHING
    handover: Handover = Handover()
    code: str = ""
    hours: int = 24


@frozen(kw_only=True)
class Acting:
    """The people of one demonstration, and what they can do."""

    container: Container
    clock: MovableClock
    outside: PeopleOutside
    campus: Campus
    keys: list[Keys] = field(factory=list[Keys], repr=False)

    async def enter(self, person: Person) -> Member:
        """Sign in with the code from one's phone, consent, and choose a nickname.

        Operators are invited first. By phone they sign in like everybody, and have nobody's powers there but their own.
        """
        way = Way("phone", person.phone)
        if person.roles:
            member, keys = await enrolled(self.container, self.clock, self.campus, person)
            self.keys.append(keys)
            member = await self.container.link_way()(member.id, way, await self._code_sent_to(way))
        else:
            code = await self._code_sent_to(way)
            member = (await self.container.sign_in()(way, code, arrival=Arrival(device="demonstration"))).member
        for document, version in self.container.settings().documents[:2]:
            await self.container.give_consent()(member.id, document=document, version=version)
        await self.container.update_profile()(member.id, nickname=person.nickname, campus_id=self.campus.id)
        return await self._linked_to_wechat(await self.again(member), person)

    async def _code_sent_to(self, way: Way) -> str:
        await self.container.request_code()(way)
        return await self.outside.code_at(way.value)

    async def _linked_to_wechat(self, member: Member, person: Person) -> Member:
        """Nobody holds a phone with WeChat while the story is told, so its identity is put there."""
        linked = member.link(Way("wechat", f"openid-of-{person.extension}"))
        async with cast("Begin", self.container.begin())() as tx:
            if linked is not member:
                tx.members.save(linked)
                await tx.commit()
        return linked

    async def again(self, member: Member) -> Member:
        """The member as of now."""
        async with cast("Begin", self.container.begin())() as tx:
            return await tx.members.get(member.id)

    async def placed(self, requester: Member, wish: Wish) -> Order:
        """Ask for the price, and publish at it."""
        terms = self._terms(wish)
        asked = QuoteRequest(member_id=requester.id, campus_id=self.campus.id, terms=terms, tip=wish.tip)
        quoted = await self.container.quote_errand()(asked)
        publication = Publication(member_id=requester.id, sealed_quote=quoted.sealed, terms=terms, provider=PROVIDER)
        return await self.container.publish_errand()(publication)

    async def asked_to_pay(self, requester: Member, wish: Wish) -> Order:
        """An order whose payment waits in the provider's app."""
        order = await self.placed(requester, wish)
        await self.container.pay_for_errand()(order.id, requester.id, provider=PROVIDER)
        return order

    async def opened(self, requester: Member, wish: Wish) -> Order:
        """A paid order in the hall."""
        order = await self.placed(requester, wish)
        started = await self.container.pay_for_errand()(order.id, requester.id, provider=PROVIDER)
        await self.outside.pay(started.attempt.number)
        await self.container.query_payment()(started.attempt.id)
        return order

    async def accepted(self, requester: Member, runner: Member, wish: Wish) -> Order:
        """A runner takes it some minutes later."""
        order = await self.opened(requester, wish)
        self.clock.advance(minutes=4)
        return await self.container.accept_errand()(order.id, runner.id)

    async def at_pickup(self, requester: Member, runner: Member, wish: Wish) -> Order:
        """The runner stands at the pickup."""
        order = await self.accepted(requester, runner, wish)
        self.clock.advance(minutes=9)
        proof = Proof(position=order.terms.pickup.point)
        return await self.container.arrive_at_pickup()(order.id, runner.id, proof=proof)

    async def picked_up(self, requester: Member, runner: Member, wish: Wish, *, cost: Money = NOTHING) -> Order:
        """The runner has the item."""
        order = await self.at_pickup(requester, runner, wish)
        photo = await self.photo(order.id, runner)
        receipt = await self.photo(order.id, runner) if cost else None
        act = self.container.pick_up_item()
        return await act(order.id, runner.id, photos=(photo,), goods_cost=cost, receipt=receipt)

    async def delivered(self, requester: Member, runner: Member, wish: Wish, *, cost: Money = NOTHING) -> Order:
        """Handed over with a photo, at the place."""
        order = await self.picked_up(requester, runner, wish, cost=cost)
        self.clock.advance(minutes=12)
        proof = Proof(photos=(await self.photo(order.id, runner),), position=order.terms.dropoff.point)
        return await self.container.deliver_item()(order.id, runner.id, proof=proof, code=None)

    async def completed(self, requester: Member, runner: Member, wish: Wish, *, cost: Money = NOTHING) -> Order:
        """Handed over with the requester's code, which also completes it."""
        order = await self.picked_up(requester, runner, wish, cost=cost)
        self.clock.advance(minutes=12)
        act = self.container.deliver_item()
        return await act(order.id, runner.id, proof=Proof(), code=order.delivery_code)

    async def photo(self, order_id: OrderId, member: Member) -> FileId:
        """A proof that the member uploads."""
        upload = self.container.upload_file()
        return (await upload(member.id, picture(143, 188, 143), purpose="proof", order_id=order_id)).id

    async def said(self, order: Order, member: Member, stars: int, text: str, *tags: Tag) -> None:
        """One side's review."""
        review = self.container.review_order()
        await review(order.id, member.id, stars=stars, tags=tags, text=text)

    def _terms(self, wish: Wish) -> Terms:
        now = self.clock.now()
        return Terms(
            category=wish.category,
            pickup=self._stop(wish.pickup),
            dropoff=self._stop(wish.dropoff, room=wish.room),
            item=wish.item,
            weight_grams=wish.weight_grams,
            note=wish.note,
            window=Window(earliest=now, latest=now + timedelta(hours=wish.hours)),
            handover=wish.handover,
            pickup_code=wish.code,
            goods_advance=wish.goods,
        )

    def _stop(self, name: str, *, room: str = "") -> Stop:
        building = next(building for building in self.campus.buildings if building.name == name)
        contact = Contact(name="演示同学", phone="+8613800000999") if room else None
        return Stop(name=name, point=building.point, building_id=building.id, detail=room, contact=contact)
