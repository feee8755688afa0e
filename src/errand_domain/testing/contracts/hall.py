"""The promises of `errand_domain.ports.hall`."""

from functools import partial
from random import Random

import pytest
from attrs import asdict, evolve

from errand_domain.campus import Gender
from errand_domain.ids import CampusId, MemberId
from errand_domain.member.member import Member
from errand_domain.order.order import Order
from errand_domain.order.terms import Handover
from errand_domain.place import Contact, Point
from errand_domain.ports.hall import HallEntry, HallQuery
from errand_domain.ports.transaction import Transaction
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import Database, commit

NEAR = 500
FAR = 20_000


def _query(campus_id: CampusId, *, viewer_id: MemberId | None = None, gender: Gender | None = None) -> HallQuery:
    return HallQuery(
        campus_id=campus_id,
        viewer_id=viewer_id or MemberId(examples.fresh()),
        gender=gender,
        around=examples.GATE,
        within_metres=NEAR,
        limit=50,
    )


class HallContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    @pytest.mark.parametrize("seed", range(4))
    async def test_every_order_within_the_radius_is_found_nearest_first(self, database: Database, seed: int) -> None:
        """Compared with looking at every order: recall is 1, at whatever radius."""
        random, campus_id = Random(seed), CampusId(examples.fresh())
        orders = [examples.order(campus_id=campus_id, wanted=examples.terms(pickup=_near(random))) for _ in range(60)]
        await commit(database, *(partial(_add, order) for order in orders))
        for within in (0, 50, 300, 1_000, 3_000, FAR):
            query = evolve(_query(campus_id), around=_near(random), within_metres=within, limit=100)
            entries = await database.hall.nearby(query)
            expected = {o.id for o in orders if query.around.metres_to(o.terms.pickup.point) <= within}
            assert {entry.order_id for entry in entries} == expected
            away = [entry.away_metres for entry in entries]
            assert away == sorted(away)
            assert away == [query.around.metres_to(entry.pickup_point) for entry in entries]

    @pytest.mark.parametrize("latitude", [-89.99, -60.0, 0.0, 60.0, 89.99])
    @pytest.mark.parametrize("longitude", [-179.999, 0.0, 179.999])
    async def test_it_finds_orders_wherever_on_earth_a_campus_is(
        self, database: Database, latitude: float, longitude: float
    ) -> None:
        campus_id, here = CampusId(examples.fresh()), Point(latitude=latitude, longitude=longitude)
        there = Point(latitude=latitude + 0.001, longitude=longitude)
        across = Point(latitude=latitude, longitude=(longitude + 180.001) % 360 - 180)
        orders = [examples.order(campus_id=campus_id, wanted=examples.terms(pickup=p)) for p in (there, across)]
        await commit(database, *(partial(_add, order) for order in orders))
        found = await database.hall.nearby(evolve(_query(campus_id), around=here))
        assert {entry.order_id for entry in found} == {order.id for order in orders}

    async def test_the_limit_keeps_the_nearest(self, database: Database) -> None:
        campus_id = CampusId(examples.fresh())
        pickups = [evolve(examples.GATE, latitude=examples.GATE.latitude + n / 10_000) for n in range(8)]
        orders = [examples.order(campus_id=campus_id, wanted=examples.terms(pickup=p)) for p in pickups]
        await commit(database, *(partial(_add, order) for order in orders[::-1]))
        entries = await database.hall.nearby(evolve(_query(campus_id), limit=3))
        assert [entry.order_id for entry in entries] == [order.id for order in orders[:3]]

    async def test_an_entry_says_what_is_public(self, database: Database) -> None:
        order = examples.order()
        await commit(database, lambda tx: tx.orders.add(order))
        (entry,) = await database.hall.nearby(_query(order.campus_id))
        state = examples.open_state()
        assert entry == HallEntry(
            order_id=order.id,
            category=order.terms.category,
            item=order.terms.item,
            reward=order.price.reward,
            goods_advance=order.price.goods_advance,
            weight_grams=order.terms.weight_grams,
            pickup_name=order.terms.pickup.name,
            pickup_point=order.terms.pickup.point,
            dropoff_name=order.terms.dropoff.name,
            dropoff_point=order.terms.dropoff.point,
            trip_metres=order.distance.metres,
            away_metres=0,
            window=order.terms.window,
            handover_place=order.terms.handover.place,
            opened_at=state.opened_at,
            expires_at=state.expires_at,
        )

    async def test_an_entry_says_nothing_that_is_not_public(self, database: Database) -> None:
        contact = Contact(name="私人姓名", phone="+8613812345678")
        terms = examples.terms()
        private = evolve(
            terms,
            pickup=evolve(terms.pickup, contact=contact, detail="货架甲"),
            dropoff=evolve(terms.dropoff, contact=contact, detail="房间乙"),
            pickup_code="取件码丙",
            note="备注丁",
        )
        order = evolve(examples.order(wanted=private), delivery_code="314159")
        await commit(database, lambda tx: tx.orders.add(order))
        (entry,) = await database.hall.nearby(_query(order.campus_id))
        told = repr(asdict(entry))
        for secret in (
            "私人姓名",
            "13812345678",
            "货架甲",
            "房间乙",
            "取件码丙",
            "备注丁",
            "314159",
            str(order.requester_id),
        ):
            assert secret not in told

    async def test_only_open_orders_of_the_campus_are_in_it(self, database: Database) -> None:
        campus_id = CampusId(examples.fresh())
        elsewhere = examples.order()
        taken = examples.order(campus_id=campus_id, state=examples.accepted_state(MemberId(examples.fresh())))
        await commit(database, lambda tx: tx.orders.add(elsewhere), lambda tx: tx.orders.add(taken))
        assert await database.hall.nearby(_query(campus_id)) == ()

    async def test_an_order_leaves_when_it_is_taken_and_returns_when_it_is_open_again(self, database: Database) -> None:
        order = examples.order()
        await commit(database, lambda tx: tx.orders.add(order))
        taken = evolve(order, state=examples.accepted_state(MemberId(examples.fresh())), version=2)
        await commit(database, lambda tx: tx.orders.save(taken, examples.tip()))
        assert await database.hall.nearby(_query(order.campus_id)) == ()
        reopened = evolve(order, version=3)
        await commit(database, lambda tx: tx.orders.save(reopened, examples.tip()))
        assert [entry.order_id for entry in await database.hall.nearby(_query(order.campus_id))] == [order.id]

    async def test_a_raised_tip_shows_at_once(self, database: Database) -> None:
        order, tip = examples.order(), examples.tip(250)
        await commit(database, lambda tx: tx.orders.add(order))
        await commit(database, lambda tx: tx.orders.save(order.apply(tip), tip))
        (entry,) = await database.hall.nearby(_query(order.campus_id))
        assert entry.reward == order.price.reward + tip.amount

    async def test_own_orders_are_left_out(self, database: Database) -> None:
        order = examples.order()
        await commit(database, lambda tx: tx.orders.add(order))
        assert await database.hall.nearby(_query(order.campus_id, viewer_id=order.requester_id)) == ()

    @pytest.mark.parametrize("gender", ["female", "male", None])
    async def test_handovers_that_ask_for_another_gender_are_left_out(
        self, database: Database, gender: Gender | None
    ) -> None:
        campus_id = CampusId(examples.fresh())
        handovers = (
            Handover(),
            Handover(runner_gender="female"),
            Handover(runner_gender="male"),
            Handover(place="door", admits="women"),
            Handover(place="door", admits="men"),
            Handover(place="gate", admits="women"),
            Handover(place="gate", admits="nobody"),
        )
        orders = [
            examples.order(campus_id=campus_id, wanted=evolve(examples.terms(), handover=handover))
            for handover in handovers
        ]
        await commit(database, *(partial(_add, order) for order in orders))
        found = await database.hall.nearby(_query(campus_id, gender=gender))
        assert {entry.order_id for entry in found} == {o.id for o in orders if o.terms.handover.allows(gender)}

    async def test_members_who_avoid_each_other_do_not_meet(self, database: Database) -> None:
        campus_id = CampusId(examples.fresh())
        viewer, avoided, avoiding, neutral = (examples.member() for _ in range(4))
        viewer = evolve(viewer, blocked=frozenset({avoided.id}))
        avoiding = evolve(avoiding, blocked=frozenset({viewer.id, MemberId(examples.fresh())}))
        orders = {m.id: examples.order(campus_id=campus_id, requester_id=m.id) for m in (avoided, avoiding, neutral)}
        await commit(
            database,
            *(partial(_join, member) for member in (viewer, avoided, avoiding, neutral)),
            *(partial(_add, order) for order in orders.values()),
        )
        found = await database.hall.nearby(_query(campus_id, viewer_id=viewer.id))
        assert [entry.order_id for entry in found] == [orders[neutral.id].id]
        everyone = await database.hall.nearby(_query(campus_id))
        assert len(everyone) == len(orders)


def _near(random: Random) -> Point:
    """Somewhere within a few kilometres of the gate, some of them in the very same place."""
    spread = random.choice((0, 1, 10, 100))
    north, east = (random.randint(-spread, spread) / 4_000 for _ in range(2))
    return Point(latitude=examples.GATE.latitude + north, longitude=examples.GATE.longitude + east)


def _add(order: Order, tx: Transaction) -> None:
    tx.orders.add(order)


def _join(member: Member, tx: Transaction) -> None:
    tx.members.add(member)
