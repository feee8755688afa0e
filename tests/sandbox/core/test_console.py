"""The console: a page for people, JSON for scripts, and plain words for what cannot be."""

from collections.abc import AsyncIterator
from html.parser import HTMLParser

import httpx
import pytest

from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.console.words import ACTS
from entrypoints.sandbox.faults import ANY_CALL, MEANINGS, NEWS
from errand_domain.member.member import Way
from errand_domain.ports.outside import Notice

PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
NASTY = """<script>'"&</script>"""
NASTY_NUMBER = """a?b#c&d%41'"<i>"""
INBOX = [Notice(to=Way("phone", "+8613800000001"), text=NASTY, code=NASTY)]


class Read(HTMLParser):
    """What a browser makes of the page: its text, its forms, and what they would send."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags = list[str]()
        self.text = ""
        self.actions = list[str]()
        self.options = dict[str, list[str]]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            assert given["method"] == "post"
            self.actions.append(given["action"])
        elif tag == "option":
            self.options.setdefault(self.actions[-1], []).append(given["value"])

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
async def client(outside) -> AsyncIterator[httpx.AsyncClient]:
    app = Sandbox(outside, inbox=lambda: INBOX)
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 4711))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as made:
        yield made


async def shown(client: httpx.AsyncClient) -> Read:
    answer = await client.get("/sandbox", headers=PAGE)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Read(answer.text)


async def test_what_waits_is_told_in_json(client, shop):
    shop.owe("1", amount_fen=1234, what="论文")
    assert (await client.get("/sandbox/open")).json() == {
        "items": [
            {
                "partner": "corner-shop",
                "kind": "payments",
                "number": "1",
                "what": "论文",
                "amountFen": 1234,
                "acts": ["pay", "haggle"],
            }
        ]
    }


async def test_somebody_pays_and_the_merchant_hears_it_at_once(client, shop, listener):
    shop.owe("1", notify_url=listener.url)
    answer = await client.post("/sandbox/corner-shop/payments/1/pay")
    assert (answer.status_code, answer.json()) == (200, {"number": "1", "state": "paid"})
    assert listener.heard == ["1 was paid"]
    assert (await client.get("/sandbox/open")).json() == {"items": []}
    assert (await client.get("/sandbox/balances")).json() == {"corner-shop": 500}
    (letter,) = (await client.get("/sandbox/courier")).json()["items"]
    assert (letter["id"], letter["operation"], letter["understood"]) == ("1", "shop.notify.payment", True)
    assert [one["outcome"] for one in letter["tries"]] == ["200 ok"]


async def test_everything_is_delivered_on_request(client, shop, listener):
    listener.answers.append("500")
    shop.owe("1", notify_url=listener.url)
    await client.post("/sandbox/corner-shop/payments/1/pay")
    (tried,) = (await client.post("/sandbox/courier/deliver")).json()["items"]
    assert [one["outcome"] for one in tried["tries"]] == ["500", "200 ok"]
    assert (await client.post("/sandbox/courier/deliver")).json() == {"items": []}


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("nobody/payments/1/pay", "there is no such thing: nobody"),
        ("corner-shop/payments/7/pay", "there is no such thing: 7"),
        ("corner-shop/refunds/1/pay", "there is no such thing: refunds/pay"),
        ("corner-shop/payments/1/fly", "there is no such thing: payments/fly"),
        ("nonsense", "Not Found"),
    ],
)
async def test_what_is_not_there_is_not_found(client, shop, path, detail):
    shop.owe("1")
    answer = await client.post(f"/sandbox/{path}")
    assert (answer.status_code, answer.json()) == (404, {"code": "not_found", "detail": detail})


async def test_what_cannot_be_done_now_is_a_conflict_and_changes_nothing(client, shop):
    shop.owe("1")
    await client.post("/sandbox/corner-shop/payments/1/pay")
    answer = await client.post("/sandbox/corner-shop/payments/1/pay")
    assert (answer.status_code, answer.json()) == (409, {"code": "not_possible", "detail": "1 is paid"})
    assert shop.balance_fen() == 500


async def test_looking_changes_nothing(client, shop):
    shop.owe("1")
    answer = await client.get("/sandbox/corner-shop/payments/1/pay")
    assert (answer.status_code, answer.json()["code"]) == (405, "not_understood")
    assert not shop.bills["1"].is_paid


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"operation": "shop.count", "kind": "delay", "times": 2}},
        {"data": {"operation": "shop.count", "kind": "delay", "times": "2"}},
        {"data": {"fault": "shop.count delay", "times": "2"}},
    ],
    ids=["json", "form", "page"],
)
async def test_a_fault_is_asked_for(client, sent):
    answer = await client.post("/sandbox/faults", **sent)
    assert (answer.status_code, answer.json()) == (200, {"operation": "shop.count", "kind": "delay", "times": 2})
    told = (await client.get("/sandbox/faults")).json()
    assert told["waiting"] == [{"operation": "shop.count", "kind": "delay"}] * 2
    assert told["operations"] == {"shop.count": [*ANY_CALL], "shop.notify.payment": [*NEWS]}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"json": {"operation": "shop.count", "kind": "lost"}}, 409),
        ({"json": {"operation": "shop.close", "kind": "delay"}}, 409),
        ({"json": {"operation": "shop.count", "kind": "delay", "times": 0}}, 409),
        ({"json": {"operation": "shop.count", "kind": "delay", "times": 10**9}}, 409),
        ({"json": {"operation": "shop.count", "kind": "delay", "times": "2"}}, 400),
        ({"json": {"operation": "shop.count"}}, 400),
        ({"json": ["shop.count", "delay"]}, 400),
        ({"content": b"{"}, 400),
        ({"content": b""}, 400),
        ({"data": {"fault": "shop.count delay", "times": "two"}}, 400),
        ({"data": {"times": "1"}}, 400),
        ({"content": b"\xff", "headers": {"content-type": "application/x-www-form-urlencoded"}}, 400),
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(client, outside, sent, status):
    answer = await client.post("/sandbox/faults", **sent)
    assert answer.status_code == status
    assert answer.json()["code"] == {400: "not_understood", 409: "not_possible"}[status]
    assert outside.faults.waiting() == ()


@pytest.mark.parametrize(
    ("path", "sent", "place"),
    [
        ("corner-shop/payments/1/pay", {}, "/sandbox"),
        ("faults", {"data": {"fault": "shop.count delay", "times": "1"}}, "/sandbox#faults"),
        ("courier/deliver", {}, "/sandbox#letters"),
    ],
)
async def test_a_browser_is_sent_back_to_the_page(client, shop, path, sent, place):
    shop.owe("1")
    answer = await client.post(f"/sandbox/{path}", headers=PAGE, **sent)
    assert (answer.status_code, answer.headers["location"]) == (303, place)


async def test_a_browser_that_is_refused_sees_the_page_and_why(client, shop):
    shop.owe("1", what="论文")
    answer = await client.post("/sandbox/corner-shop/payments/7/pay", headers=PAGE)
    assert answer.status_code == 404
    page = Read(answer.text)
    assert "没有这个：there is no such thing: 7" in page.text
    assert "论文" in page.text


async def test_every_button_of_the_page_does_what_it_says(client, shop, outside):
    shop.owe(NASTY_NUMBER, amount_fen=1999, notify_url="http://127.0.0.1:1/")
    page = await shown(client)
    assert "¥19.99" in page.text
    assert ACTS["pay"] in page.text
    pay, haggle, fault = page.actions
    assert haggle.endswith("/haggle")
    assert page.options[fault] == [f"shop.count {kind}" for kind in ANY_CALL] + [
        f"shop.notify.payment {kind}" for kind in NEWS
    ]
    assert (await client.post(pay, headers=PAGE)).status_code == 303
    assert shop.bills[NASTY_NUMBER].is_paid
    for option in page.options[fault]:
        assert (await client.post(fault, data={"fault": option, "times": "1"}, headers=PAGE)).status_code == 303
    assert len(outside.faults.waiting()) == len(ANY_CALL) + len(NEWS)
    assert (await shown(client)).actions[0] == "/sandbox/courier/deliver"


async def test_what_others_wrote_is_shown_and_never_run(client, shop, listener):
    listener.answers.append(f"500 {NASTY}")
    shop.owe(NASTY_NUMBER, what=NASTY, notify_url=listener.url)
    shop.owe("2", what=NASTY)
    await client.post((await shown(client)).actions[-3])
    page = await shown(client)
    assert not {"script", "i"} & set(page.tags)
    assert page.text.count(NASTY) >= 4
    refused = Read((await client.post("/sandbox/%3Cscript%3E/a/b/c", headers=PAGE)).text)
    assert "没有这个：there is no such thing: <script>" in refused.text
    assert "script" not in refused.tags


async def test_the_page_says_what_became_of_each_notification(client, outside, shop, listener):
    outside.faults.ask("shop.notify.payment", "lost")
    for number in ("1", "2"):
        shop.owe(number, notify_url=listener.url)
        await client.post(f"/sandbox/corner-shop/payments/{number}/pay")
    text = (await shown(client)).text
    assert text.index("200 ok") < text.index("已接收") < text.index("not sent (lost)") < text.index("等待重试")


async def test_the_page_is_whole_when_there_is_nothing_to_show(client):
    page = await shown(client)
    assert "没有什么在等人" in page.text
    assert "还没有通知" in page.text
    assert page.actions == ["/sandbox/faults"]


async def test_the_page_shows_what_is_about_to_go_wrong_and_the_balances(client, outside, shop):
    outside.faults.ask("shop.count", "server_error")
    shop.owe("1", amount_fen=-205)
    await client.post("/sandbox/corner-shop/payments/1/pay")
    text = (await shown(client)).text
    assert f"shop.count：{MEANINGS['server_error']}" in text
    assert "−¥2.05" in text


async def test_the_page_needs_nobody_else(client):
    page = (await client.get("/sandbox")).text
    assert "http" not in page
    assert not {"script", "link", "img", "iframe"} & set(Read(page).tags)
