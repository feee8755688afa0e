"""When the time of everything is over, whoever has the database, the files and the keys reads nothing of anybody."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from attrs import evolve
from sqlalchemy import select

from adapters.sql.database import SqlDatabase
from adapters.sql.statements import Statement
from adapters.sql.tables import METADATA
from adapters.sql.tables.personal import BOUND_TO, SEALED
from entrypoints.worker.worker import make_worker
from errand_domain.content.case import QUOTE_KEPT_FOR
from errand_domain.dispute.dispute import Ruling
from errand_domain.member.member import Member
from errand_domain.money import NOTHING
from errand_domain.order.order import Order
from errand_domain.order.states import Proof
from errand_domain.place import Contact, Point, Stop
from errand_domain.retention import SESSIONS_KEPT_FOR
from errand_domain.use_cases.runners.apply_as_runner import RunnerApplication
from errand_domain.use_cases.runners.review_runner import Reject
from errand_domain.use_cases.signing_in.entering import Arrival
from tests.databases import container_on
from tests.pictures import CLEAN_PNG
from tests.stage import DORMITORY, NORTH_GATE, Stage

pytestmark = pytest.mark.anyio

STOOD_AT: Final = Point(latitude=NORTH_GATE.latitude + 0.0001234, longitude=NORTH_GATE.longitude)
PLANTED: Final = {
    "room": "梅园三栋四零二",
    "contact": "诸葛若兰",
    "phone": "+8613912340987",
    "note": "请放在鞋柜第二格",
    "pickup code": "QX-77-3141",
    "item": "一盒处方药",
    "typed place": "图书馆后门的长椅",
    "statement": "封条被人撕开过",
    "answer": "我没有打开过",
    "position": str(STOOD_AT.latitude),
    "real name": "欧阳修远",
    "student number": "2026990417",
    "refused name": "慕容听雪",
    "refused number": "2026990418",
    "refusal": "照片上是另一位同学",
    "device": "鹿的紫色手机",
    "doubt": "加微信聊",
    "reason": "含有联系方式请改",
}


@pytest.fixture
async def stage(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    async with container_on(sqlite_url, tmp_path / "files") as container:
        yield await Stage.build(container)


async def uploaded(stage: Stage, member: Member, order: Order) -> Proof:
    file = await stage.use.upload_file()(member.id, CLEAN_PNG, purpose="proof", order_id=order.id)
    return Proof(photos=(file.id,), position=STOOD_AT)


async def lived(stage: Stage) -> None:
    """A disputed and decided order, an application that nobody decides, a session, a doubt that was removed."""
    use, requester, runner, operator = stage.use, await stage.member(), await stage.runner(), await stage.operator()
    dropoff = Stop(
        name=PLANTED["typed place"],
        point=DORMITORY,
        detail=PLANTED["room"],
        contact=Contact(name=PLANTED["contact"], phone=PLANTED["phone"]),
    )
    words = {"note": PLANTED["note"] + PLANTED["doubt"], "item": PLANTED["item"], "pickup_code": PLANTED["pickup code"]}
    order = await stage.accepted(requester, runner, dropoff=dropoff, **words)
    await use.arrive_at_pickup()(order.id, runner.id, proof=await uploaded(stage, runner, order))
    photos = (await uploaded(stage, runner, order)).photos
    await use.pick_up_item()(order.id, runner.id, photos=photos, goods_cost=NOTHING, receipt=None)
    handed_over = evolve(await uploaded(stage, runner, order), position=DORMITORY)
    await use.deliver_item()(order.id, runner.id, proof=handed_over, code=None)
    dispute = await use.open_dispute()(order.id, requester.id, reason="damaged", text=PLANTED["statement"])
    await use.state_case()(order.id, runner.id, text=PLANTED["answer"])
    ruling = Ruling(refund=order.price.reward, runner=NOTHING, runner_at_fault=True, reason="以照片为准")
    await use.rule_dispute()(dispute.id, operator, ruling=ruling)
    card = await use.upload_file()(requester.id, CLEAN_PNG, purpose="student_card")
    await use.apply_as_runner()(
        RunnerApplication(
            member_id=requester.id,
            campus_id=stage.campus.id,
            real_name=PLANTED["real name"],
            student_number=PLANTED["student number"],
            card_photo=card.id,
            study_until=(stage.clock.now() + timedelta(days=900)).date(),
            agreement_version="2026-11-01",
        )
    )
    refused = await stage.member()
    card = await use.upload_file()(refused.id, CLEAN_PNG, purpose="student_card")
    await use.apply_as_runner()(
        RunnerApplication(
            member_id=refused.id,
            campus_id=stage.campus.id,
            real_name=PLANTED["refused name"],
            student_number=PLANTED["refused number"],
            card_photo=card.id,
            study_until=(stage.clock.now() + timedelta(days=900)).date(),
            agreement_version="2026-11-01",
        )
    )
    await use.review_runner()(refused.id, operator, Reject(reason=PLANTED["refusal"]))
    await use.entrance().let_in(requester.ways[0], arrival=Arrival(device=PLANTED["device"]))
    async with stage.begin() as tx:
        cases = await tx.content_cases.at_campus(stage.campus.id, states=("open",), limit=5)
    for case in cases:
        await use.decide_content().remove(case.id, operator, reason=PLANTED["reason"])


async def opened(database: SqlDatabase) -> str:
    """Everything that is sealed in any column of any row, opened with the keys."""
    told = list[str]()
    for name, columns in SEALED.items():
        table = METADATA.tables[name]
        wanted = [table.c[column] for column in (*BOUND_TO[name], *columns)]
        told += [str(row) for row in await database._sealed.fetch(Statement(select(*wanted)), {})]
    return "\n".join(told)


def left_of(text: str) -> set[str]:
    return {name for name, value in PLANTED.items() if value in text}


def stored_files(stage: Stage) -> list[Path]:
    folder = stage.use.settings().files_folder
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_nothing_of_anybody_is_left_when_its_time_is_over(stage: Stage):
    await lived(stage)
    database, worker = stage.use.database(), make_worker(stage.use)
    assert isinstance(database, SqlDatabase)
    assert left_of(await opened(database)) == set(PLANTED), "the keys open all of it while it is kept"
    assert len(stored_files(stage)) == 5
    for passes in (timedelta(0), stage.campus.policy.keep_order_details_for, QUOTE_KEPT_FOR, SESSIONS_KEPT_FOR * 2):
        stage.clock.advance(passes)
        await worker.drain()
        await worker.upkeep.forget()
    assert left_of(await opened(database)) == {"reason", "refusal"}, "in the audit record alone, which is not erased"
    assert stored_files(stage) == []
    assert {found.due for found in (await stage.use.count_what_is_due()()).values()} == {0}
    await stage.assert_sound()
