"""The sandbox over HTTP: it acts for people outside, on this machine, in development."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import evolve

from entrypoints.container import Container
from entrypoints.sandbox.web import create_sandbox
from entrypoints.settings import SettingsInvalid
from entrypoints.worker.worker import make_worker
from errand_domain.member.member import Way
from errand_domain.money import Money
from tests.stage import Stage, settings


@pytest.fixture
async def stage(tmp_path: Path) -> Stage:
    return await Stage.build(Container(settings=settings("memory:", tmp_path)))


def visitor(stage: Stage, address: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_sandbox(stage.use), client=(address, 4711))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://sandbox")


async def test_a_code_is_found_in_the_inbox_of_its_address(stage: Stage):
    for phone in ("+8613800000001", "+8613800000002"):
        await stage.use.request_code()(Way("phone", phone))
    async with visitor(stage) as browser:
        items = (await browser.get("/sandbox/inbox", params={"to": "+8613800000001"})).json()["items"]
        every = (await browser.get("/sandbox/inbox")).json()["items"]
    assert [item["to"] for item in items] == ["+8613800000001"]
    assert items[0]["code"] in items[0]["text"]
    assert len(every) == 2


async def test_a_payment_is_made_once_however_often_it_is_made(stage: Stage):
    requester = await stage.member()
    order = await stage.published(requester)
    started = await stage.use.pay_for_errand()(order.id, requester.id, provider="memory")
    path = f"/sandbox/payments/{started.attempt.number}/pay"
    async with visitor(stage) as browser:
        (waiting,) = (await browser.get("/sandbox/open")).json()["payments"]
        answers = [await browser.post(path) for _ in range(2)]
    assert waiting == {"number": started.attempt.number, "what": "一箱书", "amountFen": order.price.payable.fen}
    assert [(a.status_code, a.json()["state"]) for a in answers] == [(200, "succeeded")] * 2
    assert (await stage.order(order)).state_name == "open"
    await stage.assert_sound()


async def test_a_withdrawal_in_parts_is_confirmed_part_by_part(stage: Stage):
    runner, worker = await stage.runner(), make_worker(stage.use)
    for _ in range(2):
        await stage.earn(runner)
    limits = evolve(stage.campus.policy.withdrawals, most_per_transfer=Money(200))
    change = stage.use.change_policy()
    await change(stage.campus.id, None, change=lambda policy: evolve(policy, withdrawals=limits), summary="parts")
    withdrawal = await stage.use.request_withdrawal()(runner.id, amount=Money(400), provider="memory")
    await worker.drain()
    states: list[str] = []
    async with visitor(stage) as browser:
        for part in (1, 2):
            answer = await browser.post(f"/sandbox/payouts/{withdrawal.part_number(part)}/confirm")
            states.append(answer.json()["state"])
    assert states == ["waiting_for_user", "succeeded"]
    assert stage.provider.totals.paid_out == 400
    await stage.assert_sound()


async def test_a_refund_arrives_when_the_sandbox_says_so(stage: Stage):
    requester, worker = await stage.member(), make_worker(stage.use)
    order = await stage.opened(requester)
    await stage.use.cancel_errand()(order.id, requester.id, reason="不需要了")
    await worker.drain()
    async with visitor(stage) as browser:
        (waiting,) = (await browser.get("/sandbox/open")).json()["refunds"]
        answer = await browser.post(f"/sandbox/refunds/{waiting['number']}/finish")
    assert answer.json()["state"] == "succeeded"
    assert stage.provider.totals.balance == 0
    await stage.assert_sound()


async def test_the_page_shows_what_waits_and_leads_back_to_itself(stage: Stage):
    requester = await stage.member()
    order = await stage.published(requester, item="<b>一箱书</b>")
    started = await stage.use.pay_for_errand()(order.id, requester.id, provider="memory")
    async with visitor(stage) as browser:
        page = (await browser.get("/sandbox")).text
        path = f"/sandbox/payments/{started.attempt.number}/pay"
        paid = await browser.post(path, headers={"Accept": "text/html"})
    assert path in page
    assert "&lt;b&gt;一箱书" in page
    assert "<b>一箱书" not in page
    assert (paid.status_code, paid.headers["location"]) == (303, "/sandbox")


@pytest.mark.parametrize("path", ["payments/x/pay", "payouts/x/confirm", "refunds/x/finish"])
async def test_what_is_not_there_cannot_be_acted_upon(stage: Stage, path: str):
    async with visitor(stage) as browser:
        answer = await browser.post(f"/sandbox/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_from_another_machine_there_is_no_sandbox(stage: Stage):
    async with visitor(stage, "192.0.2.7") as browser:
        answers: list[Any] = [await browser.get("/sandbox"), await browser.get("/sandbox/inbox")]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_in_production_there_is_no_sandbox(tmp_path: Path):
    production = evolve(settings("memory:", tmp_path), mode="production")
    with pytest.raises(SettingsInvalid):
        create_sandbox(Container(settings=production))
