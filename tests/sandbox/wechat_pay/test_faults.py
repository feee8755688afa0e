"""Every fault of every call, as the table offers them: what the merchant sees of it, and what was done nevertheless."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from attrs import evolve, frozen
from cryptography.exceptions import InvalidSignature

from adapters.memory.clock import MemoryClock
from entrypoints.sandbox.wechat_pay.partner import OPERATIONS
from tests.sandbox.serving import TLS
from tests.sandbox.wechat_pay.conftest import People
from tests.sandbox.wechat_pay.merchant import ORDERS, REFUNDS, TRANSFERS, Answer, Merchant

YESTERDAY = "2026-09-01"
Ask = Callable[[Merchant], Awaitable[Answer]]


async def nothing(_: Merchant, __: People) -> None:
    pass


async def ordered(merchant: Merchant, _: People) -> None:
    await merchant.post(f"{ORDERS}/jsapi", merchant.order("order001"))


async def paid_for(merchant: Merchant, people: People) -> None:
    await ordered(merchant, people)
    await people.pay("order001")


async def refunded(merchant: Merchant, people: People) -> None:
    await paid_for(merchant, people)
    await merchant.post(REFUNDS, merchant.refund("r-1", of="order001", fen=400))


async def sent(merchant: Merchant, _: People) -> None:
    await merchant.post(TRANSFERS, merchant.transfer("t1"))


async def fetched(merchant: Merchant) -> Answer:
    url = urlsplit((await merchant.get(f"/v3/bill/tradebill?bill_date={YESTERDAY}")).told["download_url"])
    return await merchant.get(f"{url.path}?{url.query}")


@frozen(kw_only=True)
class Call:
    """One operation, what must have been before, and how its work is seen afterwards by somebody else's eyes."""

    before: Callable[[Merchant, People], Awaitable[None]] = nothing
    ask: Ask
    done: Callable[[Merchant, People], Awaitable[bool]] | None = None


async def is_ordered(_: Merchant, people: People) -> bool:
    return await people.waiting() == ["order001"]


async def is_closed(_: Merchant, people: People) -> bool:
    return await people.waiting() == []


async def is_refunded(_: Merchant, people: People) -> bool:
    return await people.waiting() == ["r-1"]


async def is_sent(_: Merchant, people: People) -> bool:
    return await people.waiting() == ["t1"]


CALLS: dict[str, Call] = {
    "prepay": Call(ask=lambda m: m.post(f"{ORDERS}/jsapi", m.order("order001")), done=is_ordered),
    "query": Call(before=paid_for, ask=lambda m: m.get(f"{ORDERS}/out-trade-no/order001?mchid={m.mchid}")),
    "close": Call(
        before=ordered,
        ask=lambda m: m.post(f"{ORDERS}/out-trade-no/order001/close", {"mchid": m.mchid}),
        done=is_closed,
    ),
    "refund": Call(
        before=paid_for,
        ask=lambda m: m.post(REFUNDS, m.refund("r-1", of="order001", fen=400)),
        done=is_refunded,
    ),
    "query_refund": Call(before=refunded, ask=lambda m: m.get(f"{REFUNDS}/r-1")),
    "transfer": Call(ask=lambda m: m.post(TRANSFERS, m.transfer("t1")), done=is_sent),
    "query_transfer": Call(before=sent, ask=lambda m: m.get(f"{TRANSFERS}/out-bill-no/t1")),
    "cancel_transfer": Call(before=sent, ask=lambda m: m.post(f"{TRANSFERS}/out-bill-no/t1/cancel"), done=is_closed),
    "trade_bill": Call(before=paid_for, ask=lambda m: m.get(f"/v3/bill/tradebill?bill_date={YESTERDAY}")),
    "fund_bill": Call(before=paid_for, ask=lambda m: m.get(f"/v3/bill/fundflowbill?bill_date={YESTERDAY}")),
    "download": Call(before=paid_for, ask=fetched),
    "certificates": Call(ask=lambda m: m.get("/v3/certificates")),
}
UNDONE = ("drop_request", "server_error", "rate_limited", "not_enough")
PAIRS = [
    (operation.removeprefix("wechat_pay."), kind)
    for operation, kinds in OPERATIONS.items()
    if ".notify." not in operation
    for kind in kinds
]
IDS = [f"{operation}-{kind}" for operation, kind in PAIRS]


def test_every_operation_is_tried_here():
    assert CALLS.keys() == {operation for operation, _ in PAIRS}


async def test_the_table_of_faults_that_scripts_read_has_just_these(merchant: Merchant):
    async with httpx.AsyncClient(base_url=merchant.url, trust_env=False, verify=TLS) as client:
        told: dict[str, list[str]] = (await client.get("/sandbox/faults")).json()["operations"]
    calls = {(name.removeprefix("wechat_pay."), kind) for name, kinds in told.items() for kind in kinds}
    assert {pair for pair in calls if not pair[0].startswith("notify.")} == set(PAIRS)


async def outcome(ask: Ask, merchant: Merchant) -> str:
    """What the merchant sees, in a word."""
    try:
        answer = await ask(merchant)
    except httpx.TimeoutException:
        return "late"
    except httpx.TransportError:
        return "broken off"
    if answer.status >= 400:
        return f"{answer.status} {answer.code}"
    return _signature(merchant, answer) or _content(answer)


def _signature(merchant: Merchant, answer: Answer) -> str:
    """What is wrong with it; nothing is, where nothing is signed."""
    try:
        if "wechatpay-signature" in answer.headers:
            merchant.verify(answer.headers, answer.body)
    except InvalidSignature:
        return "forged"
    except AssertionError:
        return "old"
    return ""


def _content(answer: Answer) -> str:
    is_json = answer.headers["content-type"] == "application/json"
    told = answer.told if is_json and answer.body else {}
    amount = told.get("amount", {})
    found = (amount.get("refund", amount.get("total")), told.get("transfer_amount"), told.get("status"))
    right = {(None, None, None), (1_000, None, None), (400, None, "PROCESSING"), (None, 1_000, None)}
    if told.get("state") == "PROCESSING":
        return "takes time"
    return "fine" if found in right else "another amount"


SEEN = {
    "drop_request": "broken off",
    "drop_answer": "broken off",
    "delay": "late",
    "bad_signature": "forged",
    "old_timestamp": "old",
    "server_error": "500 SYSTEM_ERROR",
    "server_error_after": "500 SYSTEM_ERROR",
    "rate_limited": "429 FREQUENCY_LIMITED",
    "wrong_amount": "another amount",
    "not_enough": "403 NOT_ENOUGH",
    "takes_time": "takes time",
    "abnormal": "fine",
    "closed": "fine",
}


@pytest.mark.parametrize(("operation", "kind"), PAIRS, ids=IDS)
async def test_a_fault_is_seen_once_and_its_work_is_done_or_not_as_its_name_says(
    merchant: Merchant, people: People, clock: MemoryClock, operation: str, kind: str
):
    call, impatient = CALLS[operation], evolve(merchant, timeout_seconds=0.3)
    await call.before(merchant, people)
    if operation in ("trade_bill", "fund_bill", "download"):
        clock.advance(timedelta(days=1))
    await people.break_next(operation, kind)
    assert await outcome(call.ask, impatient if kind == "delay" else merchant) == SEEN[kind]
    if call.done is not None and kind != "takes_time":
        assert await call.done(merchant, people) is (kind not in UNDONE)
    assert await outcome(call.ask, merchant) == ("takes time" if kind == "takes_time" else "fine")
    if call.done is not None and kind != "takes_time":
        assert await call.done(merchant, people)


@pytest.mark.parametrize(("kind", "state"), [("abnormal", "ABNORMAL"), ("closed", "CLOSED")])
async def test_how_a_refund_ends_shows_when_it_ends(
    merchant: Merchant, people: People, clock: MemoryClock, kind: str, state: str
):
    await paid_for(merchant, people)
    await people.break_next("refund", kind)
    await CALLS["refund"].ask(merchant)
    clock.advance(timedelta(hours=1))
    assert (await CALLS["query_refund"].ask(merchant)).told["status"] == state


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("query", "not_enough"),
        ("download", "bad_signature"),
        ("prepay", "abnormal"),
        ("nothing", "delay"),
        ("query", "x"),
    ],
)
async def test_what_cannot_happen_there_cannot_be_asked_for(
    merchant: Merchant, people: People, operation: str, kind: str
):
    with pytest.raises(httpx.HTTPStatusError, match=re.compile("409")):
        await people.break_next(operation, kind)
    assert (await merchant.get("/v3/certificates")).status == 200


async def test_a_stranger_does_not_use_up_what_the_merchant_is_to_meet(merchant: Merchant, people: People):
    await people.break_next("certificates", "server_error")
    stranger: Any = evolve(merchant, mchid="1900000001")
    assert (await stranger.get("/v3/certificates")).status == 401
    assert (await merchant.get("/v3/certificates")).status == 500
