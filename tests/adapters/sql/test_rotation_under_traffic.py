"""Keys are rotated while people go on with everything that they do: nothing is lost, and what was erased stays erased.

The resealing reads a page and replaces it; between the two, each time, others act on the very rows that were read.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import evolve
from dependency_injector.providers import Object
from sqlalchemy import make_url, select

from adapters.crypto.key_ring import KeyRingFile, new_ring
from adapters.crypto.vault import Vault
from adapters.sql.database import open_driver
from adapters.sql.drivers.driver import Driver, Lease
from adapters.sql.reindexing import Reindexing
from adapters.sql.resealing import Resealing
from adapters.sql.sealing import SealedDriver
from adapters.sql.statements import Parameters, Row, Statement
from adapters.sql.tables import METADATA
from adapters.sql.tables.personal import BOUND_TO, SEALED
from adapters.sql.writes import Plan
from adapters.storage.folder import FolderFileStore
from adapters.storage.sealed import SealedFileStore
from entrypoints.container import running
from entrypoints.container.keys import Sealed
from entrypoints.worker.outbox import OutboxRelay
from errand_domain.errors import Missing
from errand_domain.ids import FileId
from errand_domain.order.states import Proof
from errand_domain.ports.answers import Answer
from errand_domain.ports.audit import Sound
from errand_domain.ports.files import FileStore
from errand_domain.use_cases.runners.review_runner import Suspend
from tests.databases import emptied
from tests.pictures import CLEAN_PNG
from tests.stage import DORMITORY, Stage, settings

pytestmark = pytest.mark.anyio

KEPT: Final = Answer(status=201, media_type="application/json", body=b'{"room":"512"}')
Act = Callable[[], Awaitable[object]]
PAGE_ASKED: Final = "text_head"
"""A parameter of the question for a page, and of no other."""


class InterruptedDriver(Driver):
    """Another driver; whenever the resealing has read a page, others act on its table before it goes on."""

    def __init__(self, driver: Driver, meanwhile: dict[str, Act]) -> None:
        self.dialect, self.on_statement = driver.dialect, None
        self._driver, self._meanwhile = driver, meanwhile

    async def fetch(self, statement: Statement, parameters: Parameters) -> list[Row]:
        rows = await self._driver.fetch(statement, parameters)
        if rows and PAGE_ASKED in parameters:
            table = statement.text(self.dialect).sources[0].partition(".")[0]
            act = self._meanwhile.pop(table, None)
            if act is not None:
                await act()
        return rows

    async def change(self, statement: Statement, parameters: Parameters) -> int:
        return await self._driver.change(statement, parameters)

    async def take(self, lease: Lease, parameters: Parameters) -> list[Row]:
        return await self._driver.take(lease, parameters)

    async def commit(self, plan: Plan) -> None:
        await self._driver.commit(plan)

    async def close(self) -> None:
        await self._driver.close()


class InterruptedStore(FileStore):
    """Another store; once a file is read to be sealed anew, others erase it."""

    def __init__(self, inner: FileStore) -> None:
        self._inner, self.meanwhile = inner, dict[FileId, Act]()

    async def put(self, file_id: FileId, content: bytes, *, media_type: str) -> None:
        await self._inner.put(file_id, content, media_type=media_type)

    async def get(self, file_id: FileId) -> bytes:
        content = await self._inner.get(file_id)
        if act := self.meanwhile.pop(file_id, None):
            await act()
        return content

    async def delete(self, file_id: FileId) -> None:
        await self._inner.delete(file_id)


class Campus:
    """Errands of every kind under way, and what people do with them while the keys are rotated."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.use = stage, stage.use
        self.expected = dict[str, Any]()
        self.lease = {
            "request_digest": "a",
            "now": stage.clock.now(),
            "leased_until": stage.clock.now() + timedelta(days=9),
        }

    async def settle(self) -> None:
        """Everything that is there before."""
        stage, use = self.stage, self.use
        self.one, self.other, *self.leavers = [await stage.member() for _ in range(4)]
        self.runner, self.suspended = await stage.runner(), await stage.runner()
        await stage.earn(self.runner)
        self.done = await stage.completed(self.other, self.runner)
        self.waiting, self.carried = await stage.opened(self.one), await stage.picked_up(self.one, self.runner)
        self.unpaid, self.undone = await stage.published(self.other), await stage.opened(self.other)
        self.paid = await stage.report(self.unpaid)
        await use.cancel_errand()(self.undone.id, self.other.id, reason="不需要了")
        self.quarrel = await stage.delivered(self.other, self.runner)
        await use.open_dispute()(self.quarrel.id, self.other.id, reason="damaged", text="盒子压坏了")
        await use.review_order()(self.done.id, self.other.id, stars=4, tags=(), text="很快")
        self.cards = list[FileId]()
        for leaver in self.leavers:
            await use.update_profile()(leaver.id, nickname="要走的人", campus_id=None)
            self.cards.append((await use.upload_file()(leaver.id, CLEAN_PNG, purpose="student_card")).id)
        for key in ("before", "meanwhile"):
            assert await use.answers().reserve(self.one.id, key, **self.lease) is None
        await use.answers().keep(self.one.id, "before", KEPT)

    def meanwhile(self) -> dict[str, Act]:
        """What is done to the rows of each table between their reading and their replacing."""
        return {
            "members": self._people,
            "orders": self._orders,
            "order_events": self._events,
            "disputes": self._disputes,
            "reviews": self._reviews,
            "runners": self._runners,
            "attempts": self._attempts,
            "refunds": self._refunds,
            "outbox": self.work,
            "answers": lambda: self.use.answers().keep(self.one.id, "meanwhile", KEPT),
        }

    async def _people(self) -> None:
        await self.use.update_profile()(self.one.id, nickname="新名字", campus_id=None)
        await self.use.close_account()(self.leavers[0].id)

    async def _orders(self) -> None:
        self.expected["waiting"] = await self.use.accept_errand()(self.waiting.id, self.runner.id)
        proof = Proof(photos=(await self.stage.photo(self.carried, self.runner),), position=DORMITORY)
        delivered = await self.use.deliver_item()(self.carried.id, self.runner.id, proof=proof, code=None)
        self.expected["carried"] = delivered
        self.expected["placed"] = await self.stage.published(self.one, note="新的")

    async def _events(self) -> None:
        self.expected["carried"] = await self.use.confirm_errand()(self.carried.id, self.one.id)

    async def _disputes(self) -> None:
        said = self.use.state_case()(self.quarrel.id, self.runner.id, text="送到时是好的")
        self.expected["dispute"] = await said

    async def _reviews(self) -> None:
        said = self.use.review_order()(self.done.id, self.runner.id, stars=5, tags=(), text="谢谢")
        self.expected["review"] = await said

    async def _runners(self) -> None:
        chief = await self.stage.operator()
        self.expected["suspended"] = await self.use.review_runner()(self.suspended.id, chief, Suspend(reason="投诉"))

    async def _attempts(self) -> None:
        self.expected["attempt"] = await self.use.record_payment()(self.paid, self.stage.provider.merchant)

    async def _refunds(self) -> None:
        async with self.stage.begin() as tx:
            (refund,) = await tx.refunds.of_order(self.undone.id)
        self.expected["refund"] = await self.use.advance_refund()(refund.number)

    async def work(self) -> None:
        """The worker delivers what waits."""
        await OutboxRelay(relay=self.use.relay(), deliver=self.use.deliver_message(), clock=self.stage.clock).drain()

    async def leave(self) -> None:
        """Somebody leaves, and the bytes of their card are erased."""
        await self.use.close_account()(self.leavers[1].id)
        await self.work()

    async def check(self, stage: Stage) -> None:
        """Everything is as it was told to those who did it, and what was erased is gone."""
        expected = self.expected
        async with stage.begin() as tx:
            assert (await tx.members.get(self.one.id)).nickname == "新名字"
            for name in ("waiting", "carried", "placed"):
                assert await tx.orders.get(expected[name].id) == expected[name], name
            assert await tx.disputes.get(expected["dispute"].id) == expected["dispute"]
            assert expected["review"] in await tx.reviews.of_order(expected["review"].order_id)
            assert await tx.runners.get(self.suspended.id) == expected["suspended"]
            assert await tx.attempts.of_order(expected["attempt"].order_id) == (expected["attempt"],)
            refund = await tx.refunds.get(expected["refund"].number)
            assert (refund.state_name, refund.version) == ("succeeded", expected["refund"].version + 1)
            left = [await tx.members.get(leaver.id) for leaver in self.leavers]
        assert [(member.nickname, member.ways) for member in left] == [("", ())] * 2
        for key in ("before", "meanwhile"):
            assert await stage.use.answers().reserve(self.one.id, key, **self.lease) == KEPT
        for card in self.cards:
            with pytest.raises(Missing):
                await stage.use.file_store().get(card)
        assert isinstance(await stage.use.verify_audit()(), Sound)
        await stage.assert_sound()


@pytest.fixture
async def driver(address: str) -> AsyncIterator[Driver]:
    await emptied(address)
    opened = await open_driver(make_url(address))
    yield opened
    await opened.close()


async def test_rotating_while_people_go_on_loses_nothing(address: str, driver: Driver, tmp_path: Path) -> None:
    rings = KeyRingFile(tmp_path / "ring.json")
    rings.replace(new_ring())
    old = rings.current().current
    installed = evolve(settings(address, tmp_path / "files"), key_ring_file=tmp_path / "ring.json")
    async with running(installed) as container:
        campus = Campus(await Stage.build(container))
        await campus.settle()
        meanwhile = campus.meanwhile()
        vault = Vault(rings)
        store = InterruptedStore(FolderFileStore(installed.files_folder))
        rows = Resealing(InterruptedDriver(driver, meanwhile), vault)
        indices = Reindexing(driver, vault)
        sealed = Sealed(rows=rows, indices=indices, store=SealedFileStore(store, vault), current=lambda: vault.current)
        store.meanwhile[campus.cards[1]] = campus.leave
        rings.replace(rings.current().with_new_key())
        await sealed.reseal(lambda _table, _done: None)
        assert not meanwhile, "nobody acted on these tables"
        assert not store.meanwhile, "nobody left"
        assert set().union(*map(set, (await sealed.used()).values())) == {rings.current().current}
    rings.replace(rings.current().without(old))
    assert await every_value(driver, Vault(KeyRingFile(tmp_path / "ring.json"))) > 50
    async with running(installed) as container:
        await campus.check(Stage(overridden(container, campus), campus.stage.campus))


def overridden(container: Any, campus: Campus) -> Any:
    """The same clock and the same provider as before."""
    container.clock.override(campus.stage.clock)
    container.payment_providers.override(Object(campus.stage.use.payment_providers()))
    return container


async def every_value(driver: Driver, vault: Vault) -> int:
    """Open every sealed value there is with that ring; how many rows they stand in."""
    opened, count = SealedDriver(driver, vault), 0
    for name, columns in SEALED.items():
        table = METADATA.tables[name]
        count += len(
            await opened.fetch(Statement(select(*(table.c[part] for part in (*BOUND_TO[name], *columns)))), {})
        )
    return count
