"""The world that every route is asked in: one of everything, and one of everybody."""

from typing import Any, Final, get_args
from uuid import UUID

from attrs import evolve

from adapters.memory.mini_program import MemoryMiniProgram
from errand_domain.ids import CampusId, MemberId
from errand_domain.member.member import Member
from errand_domain.member.roles import ROLES, Grant
from errand_domain.member.session import Strength
from errand_domain.money import Money
from errand_domain.runner.runner import new_runner
from errand_domain.runner.verification import RunnerSuspended
from errand_domain.testing.examples import content_case
from tests.http.conftest import session_for
from tests.http.visitors import terms_on_the_wire
from tests.permissions.pictures import SQUARE
from tests.permissions.rows import ELSEWHERE
from tests.stage import Stage

_OF_RUNNERS: Final = {"order": "runner", "disputed": "runner", "withdrawal": "self", "card": "self", "session": "self"}
RELATIONS: Final = {
    "requester": {"order": "requester", "disputed": "requester"},
    "runner": _OF_RUNNERS,
    "suspended runner": _OF_RUNNERS,
    "offered": {"order": "offered"},
}
"""What each of them is to each thing; to all else they are nobody."""
RUNNERS: Final = frozenset({"runner", "offered", "blocked"})
PEOPLE: Final = (
    "newcomer",
    "stranger",
    "requester",
    "runner",
    "offered",
    "blocked",
    "suspended",
    "suspended runner",
    "applicant",
)
GONE: Final = ("signed out", "barred", "left")
ONE_FACTOR: Final = "chief with one factor"
"""Staff of every role whose session has not shown the second factor: there they are nobody's staff."""
STAFF: Final = tuple(f"{role} {where}" for role in ROLES for where in ("here", "elsewhere"))
EVERYBODY: Final = (*GONE, *PEOPLE, ONE_FACTOR, *STAFF)


class World:
    """The people with their tokens, the names to fill into paths, and all rows as they were."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.tokens, self.names = stage, {"signed out": ""}, dict[str, Any]()
        self._tables = stage.use.database()._tables
        self._kept = dict[str, dict[Any, Any]]()
        self.ids = dict[str, str]()
        self._of_their_own = dict[str, dict[str, str]]()

    @classmethod
    async def build(cls, stage: Stage) -> "World":
        world = cls(stage)
        people = await world._people()
        world.ids = {name: str(member.id) for name, member in people.items()}
        await world._things(people)
        await world._sign_in(people)
        world.keep()
        world.restore()
        return world

    def names_for(self, who: str) -> dict[str, Any]:
        """The things of the world as they are asked about by that person: some have their own."""
        return {**self.names, **self._of_their_own.get(who, {})}

    async def promote(self, who: str) -> None:
        """They are staff of every role at the campus from now on, until all is as it was."""
        member = await self.member(who)
        grants = frozenset(Grant(role, self.stage.campus.id) for role in ROLES)
        async with self.stage.begin() as tx:
            tx.members.save(evolve(member, grants=grants, version=member.version + 1))
            await tx.commit()

    def rows(self) -> dict[str, dict[Any, Any]]:
        """All that is stored, by table."""
        return {name: dict(table.items()) for name, table in vars(self._tables).items() if hasattr(table, "items")}

    def keep(self) -> None:
        """Take everything as it is for what it is to be made again."""
        self._kept = self.rows()

    async def member(self, who: str) -> Member:
        """That person as they are now."""
        async with self.stage.begin() as tx:
            return await tx.members.get(MemberId(UUID(self.ids[who])))

    def changed(self) -> list[str]:
        """The tables that are not as they were."""
        now = self.rows()
        return [name for name, rows in self._kept.items() if now[name] != rows]

    def restore(self) -> None:
        """Make everything as it was, with tickets that are good once more."""
        for name, rows in self._kept.items():
            getattr(self._tables, name)._rows = dict(rows)
        self._tables._undo.clear()
        platform = self.stage.use.mini_program()
        assert isinstance(platform, MemoryMiniProgram)
        self.names["wechat_ticket"] = platform.ticket_of("somebody-at-wechat")
        self.names["phone_ticket"] = platform.phone_ticket_of("+8613911113333")

    async def _people(self) -> dict[str, Member]:
        stage, elsewhere = self.stage, CampusId(self.stage.new_id())
        people = {name: await stage.member() for name in ("newcomer", "stranger", "requester", "applicant", *GONE[1:])}
        people |= {name: await stage.runner() for name in PEOPLE if name in RUNNERS or name.startswith("suspended")}
        people[ONE_FACTOR] = await stage.operator()
        for role in ROLES:
            people[f"{role} here"] = await stage.member(grants=frozenset({Grant(role, stage.campus.id)}))
            people[f"{role} elsewhere"] = await stage.member(grants=frozenset({Grant(role, elsewhere)}))
        async with stage.begin() as tx:
            requester = await tx.members.get(people["requester"].id)
            tx.members.save(requester.block(people["blocked"].id))
            await tx.commit()
        return people

    async def _suspend(self, runner: Member) -> None:
        async with self.stage.begin() as tx:
            standing = await tx.runners.get(runner.id)
            tx.runners.save(standing.apply(RunnerSuspended(at=self.stage.clock.now(), reason="?")))
            await tx.commit()

    async def _carried(self, requester: Member, runner: Member, offered: Member) -> dict[str, str]:
        """One of everything that a runner may have: an order under way, one in dispute, money, a card, a session."""
        stage, use = self.stage, self.stage.use
        await stage.earn(runner)
        withdrawal = await use.request_withdrawal()(runner.id, amount=Money(100), provider="memory")
        disputed = await stage.delivered(requester, runner)
        dispute = await use.open_dispute()(disputed.id, requester.id, reason="other", text="?")
        await use.state_case()(disputed.id, runner.id, text="?")
        card = await use.upload_file()(runner.id, SQUARE, purpose="student_card")
        order = await stage.accepted(requester, runner)
        await use.offer_errand()(order.id, runner.id, to=offered.id)
        proof = await use.upload_file()(runner.id, SQUARE, purpose="proof", order_id=order.id)
        return {
            "order_id": str(order.id),
            "disputed_id": str(disputed.id),
            "dispute_id": str(dispute.id),
            "withdrawal_id": str(withdrawal.id),
            "proof_id": str(proof.id),
            "card_id": str(card.id),
        }

    async def _things(self, people: dict[str, Member]) -> None:
        stage, use = self.stage, self.stage.use
        requester, offered = people["requester"], people["offered"]
        refunded = await stage.opened(requester)
        await use.cancel_errand()(refunded.id, requester.id, reason="?")
        async with stage.begin() as tx:
            (refund,) = await tx.refunds.of_order(refunded.id)
            (attempt,) = await tx.attempts.of_order(refunded.id)
        self.names = dict(await self._carried(requester, people["runner"], offered))
        suspended = people["suspended runner"]
        self._of_their_own["suspended runner"] = await self._carried(requester, suspended, offered)
        for runner in (people["suspended"], suspended):
            await self._suspend(runner)
        await self._apply(people["applicant"].id)
        case = evolve(content_case(campus_id=stage.campus.id), author_id=requester.id)
        image_case = evolve(
            content_case(campus_id=stage.campus.id),
            author_id=people["runner"].id,
            kind="image",
            subject=UUID(self.names["proof_id"]),
        )
        async with stage.begin() as tx:
            tx.content_cases.add(case)
            tx.content_cases.add(image_case)
            await tx.commit()
        self.names |= {
            "campus_id": str(stage.campus.id),
            "refund_number": refund.number,
            "attempt_number": attempt.number,
            "case_id": str(case.id),
            "image_case_id": str(image_case.id),
            "offered_id": str(offered.id),
            "applicant_id": str(people["applicant"].id),
            "other_id": str(people["blocked"].id),
            "admin_id": str(people["admin here"].id),
            "message_id": ELSEWHERE,
            "channel": "nobody",
            "path": "swagger",
            "terms": terms_on_the_wire(stage),
        }

    async def _apply(self, member_id: MemberId) -> None:
        approved = self.stage.approved(member_id)
        async with self.stage.begin() as tx:
            tx.runners.add(new_runner(member_id, approved.application, self.stage.campus.policy.credit))
            await tx.commit()

    async def _sign_in(self, people: dict[str, Member]) -> None:
        stage = self.stage
        for name, member in people.items():
            one, two = get_args(Strength)
            self.tokens[name] = await session_for(stage, member, strength=one if name == ONE_FACTOR else two)
        async with stage.begin() as tx:
            newcomer = await tx.members.get(people["newcomer"].id)
            tx.members.save(evolve(newcomer, consents=(), version=newcomer.version + 1))
            for who, names in (("runner", self.names), *self._of_their_own.items()):
                (session,) = await tx.sessions.of_member(people[who].id, at=stage.clock.now())
                names["session_id"] = str(session.id)
            await tx.commit()
        await stage.use.close_account()(people["left"].id)
        await stage.use.bar_member()(people["barred"].id, None, campus_id=stage.campus.id, barred=True, reason="?")
