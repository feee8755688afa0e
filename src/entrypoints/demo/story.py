"""What has happened on the demonstration campus: errands in every state, told in the order in which they happened."""

from datetime import date, datetime, timedelta
from typing import Final

from attrs import frozen

from entrypoints.demo.acting import PROVIDER, Acting, Wish
from entrypoints.demo.people import APPLICANTS, EVERYBODY, RUNNERS, Person
from entrypoints.demo.picture import picture
from entrypoints.worker.worker import Worker
from errand_domain.dispute.dispute import Ruling
from errand_domain.member.member import Member
from errand_domain.money import Money
from errand_domain.order.order import Order
from errand_domain.order.states import Outcome
from errand_domain.order.terms import Handover
from errand_domain.use_cases.runners.apply_as_runner import RunnerApplication
from errand_domain.use_cases.runners.review_runner import Approve, Decision, Reject, Suspend, WantMore

BEGAN: Final = timedelta(days=4)
MEAL: Final = Wish(item="两份套餐饭", category="meal", pickup="一食堂", dropoff="研究生公寓", room="1203 室")
PARCEL: Final = Wish(item="一个中等纸箱", code="8-2-3041", note="驿站 8 号架，取件码见上。")
PRINT: Final = Wish(item="论文一份", category="print", pickup="学林打印社", dropoff="图书馆", room="三楼 A 区")
GROCERIES: Final = Wish(
    item="牛奶和水果", category="purchase", pickup="东湖超市", dropoff="梧桐苑3号楼", room="307 室", goods=Money(6_000)
)

HALL: Final = (
    ("立春", Wish(item="一个小纸箱", tip=Money(100))),
    ("雨水", Wish(item="两杯奶茶", category="meal", pickup="湖畔咖啡", dropoff="教学楼B座", room="B301")),
    ("惊蛰", Wish(item="打印讲义 40 页", category="print", pickup="学林打印社", dropoff="教学楼A座", room="A102")),
    ("春分", Wish(item="行李箱一个", category="carry", pickup="南门", dropoff="梧桐苑3号楼", weight_grams=15_000)),
    ("清明", Wish(item="感冒药", category="purchase", pickup="校医院", dropoff="海棠苑6号楼", goods=Money(3_000))),
    ("谷雨", Wish(item="窗口排队取号", category="queue", pickup="体育馆", dropoff="体育馆", room="售票窗口")),
    (
        "谷雨",
        Wish(
            item="一箱书",
            pickup="北门快递驿站",
            dropoff="梧桐苑1号楼",
            handover=Handover(place="door", admits="women"),
            weight_grams=6_500,
            code="3-1-8807",
        ),
    ),
)


@frozen(kw_only=True)
class Story:
    """Tells four days, ending now. Nothing is put into the database but by the use cases."""

    acting: Acting
    worker: Worker
    people: dict[str, Member]

    @classmethod
    async def begin(cls, acting: Acting, worker: Worker) -> "Story":
        """Everybody signs in for the first time."""
        people = {person.nickname: await acting.enter(person) for person in EVERYBODY}
        return cls(acting=acting, worker=worker, people=people)

    async def tell(self, now: datetime) -> None:
        """The whole of it, up to this moment."""
        await self._runners()
        await self._first_days()
        await self._troubles()
        self.acting.clock.reach(now - timedelta(hours=30))
        await self.worker.drain()
        await self._yesterday()
        self.acting.clock.reach(now - timedelta(hours=3))
        await self.worker.drain()
        await self._withdrawals()
        await self._today()
        self.acting.clock.reach(now)
        await self.worker.drain()

    async def _runners(self) -> None:
        for person in (*RUNNERS, *APPLICANTS):
            await self._apply(person)
        for person in RUNNERS:
            await self.acting.container.switch_shift()(self.people[person.nickname].id, on=True)

    async def _apply(self, person: Person) -> None:
        member, container = self.people[person.nickname], self.acting.container
        card = await container.upload_file()(member.id, picture(70, 130, 180), purpose="student_card")
        is_leaving = person.course == "lapsed"
        today = self.acting.clock.now().date()
        await container.apply_as_runner()(
            RunnerApplication(
                member_id=member.id,
                campus_id=self.acting.campus.id,
                real_name=f"演示{person.nickname}",
                student_number=f"20260{person.extension}",
                card_photo=card.id,
                study_until=today + timedelta(days=2) if is_leaving else date(today.year + 3, 6, 30),
                gender=person.gender,
                agreement_version=container.settings().runner_agreement_version,
            )
        )
        decisions: dict[str | None, tuple[Decision, ...]] = {
            "approved": (Approve(),),
            "lapsed": (Approve(),),
            "needs_more": (WantMore(wanted="照片不清晰，请重新拍摄学生证"),),
            "rejected": (Reject(reason="学号与学生证不一致"),),
            "suspended": (Approve(), Suspend(reason="多次投诉，等待核实")),
        }
        for decision in decisions.get(person.course, ()):
            by = self.people["小寒" if isinstance(decision, Suspend) else "冬至"]
            await container.review_runner()(member.id, by, decision)

    async def _first_days(self) -> None:
        """Errands that went well; their earnings are free by now."""
        act, people = self.acting, self.people
        for nickname, runner, wish in (
            ("立春", "立夏", PARCEL),
            ("雨水", "立夏", MEAL),
            ("惊蛰", "立夏", PRINT),
            ("春分", "立夏", PARCEL),
            ("清明", "小满", MEAL),
            ("谷雨", "小满", PARCEL),
            ("立春", "小满", PRINT),
            ("雨水", "小满", MEAL),
            ("惊蛰", "芒种", PARCEL),
            ("春分", "芒种", MEAL),
        ):
            order = await act.completed(people[nickname], people[runner], wish)
            await act.said(order, people[nickname], 5, "很快，谢谢！", "fast", "friendly")
            act.clock.advance(minutes=20)
        await act.completed(people["立春"], people["小满"], GROCERIES, cost=Money(4_415))
        bought = await act.completed(people["清明"], people["立夏"], GROCERIES, cost=Money(3_260))
        await act.said(bought, people["立夏"], 4, "说明清楚。", "clear_terms")
        slow = await act.delivered(people["谷雨"], people["夏至"], MEAL)
        await act.container.confirm_errand()(slow.id, people["谷雨"].id)
        await act.said(slow, people["谷雨"], 2, "饭凉了。", "slow")
        await self.worker.drain()

    async def _troubles(self) -> None:
        """Errands that went wrong and were settled."""
        act, people, container = self.acting, self.people, self.acting.container
        broken = await act.completed(people["立春"], people["夏至"], PARCEL)
        await self._dispute(broken, "立春", "夏至", "箱子被压坏了。", "取件时就是这样。")
        ruling = Ruling(refund=Money(200), runner=Money(80), runner_at_fault=True, reason="照片显示运送中受损")
        await self._rule(broken, ruling)
        back = await act.picked_up(people["雨水"], people["芒种"], PARCEL)
        await container.report_return()(back.id, people["芒种"].id, reason="unreachable")
        outcome = Outcome(refund=Money(100), runner=Money(150))
        await container.resolve_return()(back.id, people["小寒"], outcome=outcome)
        await self.worker.drain()

    async def _yesterday(self) -> None:
        """Errands that came to nothing: unpaid, not taken, called off, impossible."""
        act, people, container = self.acting, self.people, self.acting.container
        await act.asked_to_pay(people["清明"], MEAL)
        await act.opened(people["谷雨"], Wish(item="一束花", category="other", pickup="东门", hours=1))
        called_off = await act.opened(people["惊蛰"], PARCEL)
        await container.cancel_errand()(called_off.id, people["惊蛰"].id, reason="自己去取了")
        late = await act.accepted(people["春分"], people["夏至"], PARCEL)
        act.clock.advance(minutes=6)
        fee = await container.quote_cancellation()(late.id, people["春分"].id)
        await container.cancel_errand()(late.id, people["春分"].id, reason="不需要了", confirmed_fee=fee)
        missing = await act.at_pickup(people["立春"], people["芒种"], PARCEL)
        photo = await act.photo(missing.id, people["芒种"])
        impossible = container.report_pickup_impossible()
        await impossible(missing.id, people["芒种"].id, reason="wrong_code", photos=(photo,))
        stopped = await act.accepted(people["雨水"], people["小满"], MEAL)
        await container.cancel_by_operations()(stopped.id, people["小寒"], reason="食堂临时停业")
        act.clock.advance(hours=3)
        await self.worker.drain()

    async def _withdrawals(self) -> None:
        """One that arrived, one that waits for its runner, one that finance sent back, one that waits for finance."""
        act, people, container = self.acting, self.people, self.acting.container
        withdraw, decide = container.request_withdrawal(), container.decide_withdrawal()
        arrived = await withdraw(people["小满"].id, amount=Money(500), provider=PROVIDER)
        await withdraw(people["芒种"].id, amount=Money(300), provider=PROVIDER)
        sent_back = await withdraw(people["立夏"].id, amount=Money(1_600), provider=PROVIDER)
        await decide(sent_back.id, people["立冬"], approve=False, reason="请核对收款人后重新申请")
        await self.worker.drain()
        await act.outside.confirm(arrived.part_number(1))
        act.clock.advance(minutes=2)
        await self.worker.drain()
        await withdraw(people["小满"].id, amount=Money(2_000), provider=PROVIDER)

    async def _today(self) -> None:
        """Errands under way, one in each state, and a hall worth looking into."""
        act, people, container = self.acting, self.people, self.acting.container
        await self._dispute(await act.delivered(people["立春"], people["夏至"], MEAL), "立春", None, "少了一份饭。")
        dear = await act.delivered(people["清明"], people["小满"], GROCERIES, cost=Money(5_480))
        await self._dispute(dear, "清明", "小满", "水果有一半是坏的。", "小票和照片都在，店里当面检查过。")
        await self._rule(
            dear, Ruling(refund=Money(2_740), runner=Money(2_740), runner_at_fault=False, reason="各半承担")
        )
        back = await act.picked_up(people["雨水"], people["夏至"], PARCEL)
        await container.report_return()(back.id, people["夏至"].id, reason="wrong_address")
        await act.delivered(people["惊蛰"], people["芒种"], PRINT)
        await act.picked_up(people["春分"], people["小满"], PARCEL)
        await act.at_pickup(people["谷雨"], people["芒种"], MEAL)
        await act.accepted(people["立春"], people["小满"], PRINT)
        await act.asked_to_pay(people["雨水"], PARCEL)
        for nickname, wish in HALL:
            await act.opened(people[nickname], wish)

    async def _dispute(self, order: Order, opens: str, answers: str | None, text: str, answer: str = "") -> None:
        container, people = self.acting.container, self.people
        await container.open_dispute()(order.id, people[opens].id, reason="damaged", text=text)
        if answers is not None:
            self.acting.clock.advance(minutes=8)
            await container.state_case()(order.id, people[answers].id, text=answer)

    async def _rule(self, order: Order, ruling: Ruling) -> None:
        operator, container = self.people["小寒"], self.acting.container
        dispute = await container.view_dispute()(order.id, operator)
        await container.rule_dispute()(dispute.id, operator, ruling=ruling)
