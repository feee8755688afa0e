"""Notifications are carried by the partner's schedule until they are understood, to this machine alone."""

import asyncio
from datetime import datetime, timedelta

import pytest
from attrs import define

from entrypoints.sandbox.courier import AT_ONCE, Courier
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.store import Store
from errand_domain.testing.examples import NOW
from tests.sandbox.core.shop import PAUSES_SECONDS, Shop

SPEED = 10
PATIENCE_SECONDS = 10


@define
class Watch:
    """The wall's time, as a test turns it."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def turn(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def watch() -> Watch:
    return Watch()


def courier_of(outside: Outside, watch: Watch, *, speed: int = 1) -> Courier:
    """The sandbox's courier in another's place, with a watch of its own."""
    made = Courier(
        outside.store,
        outside.faults,
        lambda: outside.partners,
        pass_time=outside.pass_time,
        speed=speed,
        now=watch,
    )
    outside.courier = made
    return made


@pytest.fixture
def courier(outside: Outside, watch: Watch) -> Courier:
    return courier_of(outside, watch)


def outcomes(courier: Courier, number: str) -> list[str]:
    (found,) = [carried for carried in courier.all() if carried.letter.id == number]
    return [one.outcome for one in found.tries]


async def test_what_is_understood_is_told_once(courier, shop, listener):
    shop.tell("1", listener.url)
    for _ in range(2):
        await courier.deliver_due()
    assert (listener.heard, listener.targets) == (["1 was paid"], ["/notify?v=1"])
    assert [(one.understood, one.is_over) for one in courier.all()] == [(True, True)]
    assert outcomes(courier, "1") == ["200 ok"]


async def test_it_is_tried_by_the_schedule_and_then_no_more(courier, shop, listener, watch):
    listener.answers.extend(["200 what?"] * 9)
    shop.tell("1", listener.url)
    heard = list[int]()
    for _ in range(sum(PAUSES_SECONDS) + 100):
        await courier.deliver_due()
        heard.append(len(listener.heard))
        watch.turn(1)
    assert [heard.index(nth) for nth in (1, 2, 3)] == [0, 15, 45]
    assert heard[-1] == len(PAUSES_SECONDS)
    assert [(one.understood, one.is_over) for one in courier.all()] == [(False, True)]


async def test_speed_divides_the_pauses(outside, shop, listener, watch):
    courier = courier_of(outside, watch, speed=SPEED)
    listener.answers.extend(["500"] * 3)
    shop.tell("1", listener.url)
    for seconds, heard in ((0, 1), (1.4, 1), (0.1, 2), (2.9, 2), (0.1, 3)):
        watch.turn(seconds)
        await courier.deliver_due()
        assert len(listener.heard) == heard, seconds


async def test_everything_that_is_not_over_can_be_tried_at_once(courier, shop, listener):
    listener.answers.append("500 broken")
    for number in ("1", "2"):
        shop.tell(number, listener.url)
    await courier.deliver_due()
    (tried,) = await courier.deliver_due(everything=True)
    assert (tried.letter.id, tried.understood) == ("1", True)
    assert [one.outcome for one in tried.tries] == ["500 broken", "200 ok"]
    assert await courier.deliver_due(everything=True) == ()


async def test_a_letter_of_the_same_id_is_the_same_letter_even_when_it_is_over(courier, shop, listener):
    for _ in range(2):
        shop.tell("1", listener.url)
        shop.tell("1", listener.url)
        await courier.deliver_due()
    assert listener.heard == ["1 was paid"]


async def test_who_named_no_address_is_told_nothing(courier, shop):
    shop.tell("1", "")
    assert courier.all() == ()


async def test_what_is_told_while_nobody_listens_is_not_kept(courier, shop, listener):
    with courier.muted():
        shop.tell("1", listener.url)
    shop.tell("2", listener.url)
    await courier.deliver_due()
    assert listener.heard == ["2 was paid"]


async def test_the_newest_comes_first(courier, shop, watch):
    for number in ("2", "3", "1"):
        shop.tell(number, "http://127.0.0.1:1/")
        watch.turn(1)
    assert [one.letter.id for one in courier.all()] == ["1", "3", "2"]
    await courier.deliver_due()
    assert [one.letter.id for one in courier.all()] == ["1", "3", "2"]


async def test_two_who_deliver_at_once_do_not_tell_it_twice(courier, shop, listener):
    shop.tell("1", listener.url)
    await asyncio.gather(*(courier.deliver_due(everything=True) for _ in range(5)))
    assert listener.heard == ["1 was paid"]


@pytest.mark.parametrize(
    "url",
    [
        "http://203.0.113.9/notify",
        "http://127.0.0.1.example.com/notify",
        "http://127.0.0.1@example.com/notify",
        "http://example.com/?http://127.0.0.1/",
        "http://[/",
        "http://127.0.0.1:x/",
        "/notify",
        "nonsense",
    ],
)
async def test_nothing_leaves_this_machine(courier, shop, url):
    shop.tell("1", url)
    await courier.deliver_due()
    assert outcomes(courier, "1") == ["not an address on this machine"]


async def test_it_goes_nowhere_where_an_answer_sends_it(courier, shop, listener):
    listener.answers.append("302 http://203.0.113.9/")
    shop.tell("1", listener.url)
    await courier.deliver_due()
    assert outcomes(courier, "1")[0].startswith("302")
    assert not courier.all()[0].understood


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "ftp://127.0.0.1/", "http://127.0.0.1:99999/", "http://::1/"])
async def test_an_address_where_nobody_is_stops_nobody_else(courier, shop, listener, url):
    shop.tell("1", url)
    shop.tell("2", listener.url)
    await courier.deliver_due()
    assert listener.heard == ["2 was paid"]
    assert (len(outcomes(courier, "1")), courier.all()[1].is_over) == (1, False)


async def test_an_answer_that_breaks_off_is_none(courier, shop, listener):
    listener.answers.append("hang up")
    shop.tell("1", listener.url)
    await courier.deliver_due()
    assert outcomes(courier, "1") == ["RemoteProtocolError"]


async def test_proxies_of_the_environment_are_not_asked(courier, shop, listener, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    shop.tell("1", listener.url)
    await courier.deliver_due()
    assert listener.heard == ["1 was paid"]


async def test_it_goes_on_after_a_restart(courier, shop, listener, watch, tmp_path):
    listener.answers.extend(["500"] * 2)
    shop.tell("1", listener.url)
    await courier.deliver_due()
    with_new_books = Store(tmp_path / "books.sqlite3")
    again = Outside(with_new_books, make_partners=lambda outside: (Shop(outside),))
    after = courier_of(again, watch)
    for seconds, heard in ((14, 1), (1, 2), (29, 2), (1, 3)):
        watch.turn(seconds)
        await after.deliver_due()
        assert len(listener.heard) == heard, seconds
    assert outcomes(after, "1") == ["500", "500", "200 ok"]
    with_new_books.close()


async def test_it_carries_by_itself_until_it_is_stopped(outside, shop, listener):
    stopping = asyncio.Event()
    shop.tell("1", listener.url)
    carrying = asyncio.create_task(outside.courier.run(stopping))
    await asyncio.wait_for(listener.arrived.wait(), PATIENCE_SECONDS)
    stopping.set()
    await carrying
    assert listener.heard == ["1 was paid"]
    assert shop.counts["passed"] >= 1


async def test_a_partner_that_stumbles_does_not_end_it(outside, shop, listener):
    stopping = asyncio.Event()
    outside.store.table("shop.counts", str)["passed"] = "not a number"
    shop.tell("1", listener.url)
    carrying = asyncio.create_task(outside.courier.run(stopping))
    await asyncio.sleep(0)
    assert (carrying.done(), listener.heard) == (False, [])
    shop.counts["passed"] = 0
    await asyncio.wait_for(listener.arrived.wait(), PATIENCE_SECONDS)
    stopping.set()
    await carrying
    assert listener.heard == ["1 was paid"]


@pytest.mark.parametrize("kind", ["lost", "delay"])
async def test_what_is_lost_comes_with_the_next_try(courier, outside, shop, listener, kind):
    outside.faults.ask("shop.notify.payment", kind)
    shop.tell("1", listener.url)
    await courier.deliver_due()
    assert (listener.heard, outcomes(courier, "1")) == ([], [f"not sent ({kind})"])
    await courier.deliver_due(everything=True)
    assert listener.heard == ["1 was paid"]


async def test_a_duplicate_comes_ten_times_at_once(courier, outside, shop, listener):
    outside.faults.ask("shop.notify.payment", "duplicate")
    together = asyncio.Barrier(AT_ONCE)
    hear = listener.hear

    async def hear_together(reader, writer) -> None:
        await asyncio.wait_for(together.wait(), 5)
        await hear(reader, writer)

    async with await asyncio.start_server(hear_together, "127.0.0.1", 0) as server:
        shop.tell("1", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/notify")
        await courier.deliver_due()
    assert listener.heard == ["1 was paid"] * AT_ONCE
    assert outcomes(courier, "1") == ["200 ok (duplicate)"]
    assert courier.all()[0].understood


async def test_a_duplicate_is_understood_if_one_of_them_is(courier, outside, shop, listener):
    outside.faults.ask("shop.notify.payment", "duplicate")
    listener.answers.extend(["500"] * (AT_ONCE - 1))
    shop.tell("1", listener.url)
    await courier.deliver_due()
    assert outcomes(courier, "1")[0] in {"500, 200 ok (duplicate)", "200 ok, 500 (duplicate)"}
    assert courier.all()[0].understood


async def test_one_may_come_after_those_that_follow_it(courier, outside, shop, listener, watch):
    outside.faults.ask("shop.notify.payment", "reorder")
    for number in ("1", "2", "3"):
        shop.tell(number, listener.url)
        watch.turn(1)
    await courier.deliver_due()
    assert listener.heard == ["2 was paid", "3 was paid", "1 was paid"]


async def test_one_waits_for_another_to_follow_it(courier, outside, shop, listener, watch):
    outside.faults.ask("shop.notify.payment", "reorder")
    shop.tell("1", listener.url)
    await courier.deliver_due()
    assert outcomes(courier, "1") == ["not sent (reorder)"]
    shop.tell("2", listener.url)
    await courier.deliver_due()
    watch.turn(PAUSES_SECONDS[1])
    await courier.deliver_due()
    assert listener.heard == ["2 was paid", "1 was paid"]


@pytest.mark.parametrize("kind", ["bad_signature", "old_timestamp", "wrong_amount"])
async def test_what_is_spoilt_is_spoilt_by_the_partner_and_once(courier, outside, shop, listener, kind):
    outside.faults.ask("shop.notify.payment", kind)
    listener.answers.append("401 no")
    shop.tell("1", listener.url)
    await courier.deliver_due()
    await courier.deliver_due(everything=True)
    assert listener.heard == [f"1 was paid ({kind})", "1 was paid"]
    assert outcomes(courier, "1") == [f"401 no ({kind})", "200 ok"]


async def test_what_was_refused_is_kept_in_an_excerpt(courier, shop, listener):
    listener.answers.append("500 " + "x" * 5_000)
    shop.tell("1", listener.url)
    await courier.deliver_due()
    assert outcomes(courier, "1") == ["500 " + "x" * 200]
