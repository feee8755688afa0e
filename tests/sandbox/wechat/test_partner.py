"""WeChat as the sandbox plays it: tokens, deliveries and settlements, as WeChat documents them."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from attrs import evolve

from adapters.memory.clock import MemoryClock
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.courier import wall_time
from entrypoints.sandbox.wechat.partner import CALL_FAULTS, OPERATIONS, ORDER_PATH, TOKEN_PATH, UPLOAD_PATH
from entrypoints.sandbox.wechat.tokens import Token, Tokens
from entrypoints.sandbox.wechat_pay.keys import APP, MERCHANT
from errand_domain.testing import examples
from tests.sandbox.serving import TLS, served
from tests.sandbox.wechat.playing import NUMBER, Play, outside_of, playing

DAY = timedelta(days=1)


@pytest.fixture
async def play(tmp_path: Path):
    async with playing(tmp_path) as made:
        yield made


async def test_a_token_is_given_for_the_secret_and_stays_the_same(play: Play):
    first, again = await play.token(), await play.token()
    assert first["access_token"] == again["access_token"]
    assert 7_195 <= first["expires_in"] <= 7_200
    assert "errcode" not in first


async def test_a_forced_token_takes_the_old_one_away(play: Play):
    old = (await play.token())["access_token"]
    new = (await play.token(force_refresh=True))["access_token"]
    assert new != old
    assert (await play.post(ORDER_PATH, {}, old))["errcode"] == 40001


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"grant_type": "authorization_code"}, 40002),
        ({"appid": "wx0"}, 40013),
        ({"secret": "0" * 32}, 40125),
        ({"secret": "é"}, 40125),
        ({"force_refresh": "true"}, 47001),
        ({"secret": None}, 47001),
    ],
)
async def test_nobody_else_gets_a_token(play: Play, changes, errcode):
    answer = await play.token(**changes)
    assert answer["errcode"] == errcode
    assert " rid: " in answer["errmsg"]
    assert "access_token" not in answer


async def test_an_empty_request_is_not_answered_with_a_token(play: Play):
    assert (await play.http.post(TOKEN_PATH)).json()["errcode"] == 44002


@pytest.mark.parametrize("path", [UPLOAD_PATH, ORDER_PATH])
async def test_nothing_is_done_without_a_token_that_counts(play: Play, path):
    ended = Tokens(given=(Token(text="ended", expires_at=wall_time()),))
    play.outside.store.table("wechat.tokens", Tokens)[APP] = ended
    answers = [(await play.post(path, {}, token))["errcode"] for token in ("", "invented", "ended")]
    assert answers == [41001, 40001, 42001]


async def test_answers_call_themselves_text(play: Play):
    answer = await play.http.post(UPLOAD_PATH)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain")


@pytest.mark.parametrize(("method", "path", "errcode"), [("POST", "/wxa/other", 40066), ("GET", TOKEN_PATH, 43002)])
async def test_what_is_not_there_is_refused_in_wechats_words(play: Play, method, path, errcode):
    assert (await play.http.request(method, path)).json()["errcode"] == errcode


async def test_a_payment_is_shipped_received_and_settled(play: Play):
    play.pay()
    assert await play.state() == 1
    assert await play.upload() == {"errcode": 0, "errmsg": "ok"}
    assert await play.state() == 2
    assert (await play.confirm()).json() == {"number": NUMBER, "state": 4}
    assert await play.state() == 4


async def test_a_payment_is_found_by_either_of_its_numbers(play: Play):
    paid = play.pay()
    by_theirs = {"order_number_type": 2, "transaction_id": paid.transaction_id}
    assert (await play.upload(order_key=by_theirs))["errcode"] == 0
    answer = await play.post(ORDER_PATH, {"transaction_id": paid.transaction_id})
    assert answer["order"]["merchant_trade_no"] == NUMBER
    assert answer["order"]["paid_amount"] == 500


async def test_an_upload_about_a_payment_is_checked_against_it(play: Play):
    play.pay()
    play.pay("20260901unpaid", paid_at=None)
    play.pay("20260901refunded", refunded_fen=500, refunds=1)
    elsewhere = {"order_number_type": 1, "mchid": "1900000001", "out_trade_no": NUMBER}
    answers = [
        await play.upload("20260901never"),
        await play.upload("20260901unpaid"),
        await play.upload(order_key=elsewhere),
        await play.upload(payer={"openid": "o_2"}),
        await play.upload("20260901refunded"),
        await play.upload(shipping_list={"item_desc": "一箱书"}),
    ]
    assert [answer["errcode"] for answer in answers] == [10060001, 10060001, 10060001, 10060031, 10060004, 47001]
    assert await play.state() == 1


async def test_a_delivery_is_told_anew_once_and_only_in_other_words(play: Play):
    play.pay()
    times = ["2026-09-01T12:00:00.000+08:00", *(f"2026-09-01T12:00:0{n}.000+08:00" for n in range(3))]
    answers = [await play.upload(upload_time=time) for time in times]
    assert [answer["errcode"] for answer in answers] == [0, 10060023, 0, 10060003]


async def test_a_query_for_nothing_that_is_there_is_refused(play: Play):
    play.pay()
    asked = [{}, {"merchant_id": MERCHANT, "merchant_trade_no": "20260901"}, {"merchant_trade_no": NUMBER}]
    assert [(await play.post(ORDER_PATH, body))["errcode"] for body in asked] == [10060001] * 3
    assert (await play.post(ORDER_PATH, []))["errcode"] == 47001


async def test_what_nobody_confirms_counts_as_received_after_a_day(play: Play):
    play.pay()
    await play.upload()
    play.clock.advance(DAY - timedelta(microseconds=1))
    assert await play.state() == 2
    play.clock.advance(timedelta(microseconds=1))
    assert await play.state() == 4
    news, settled = play.letters()
    assert news[0] == "wechat.notify.delivery"
    assert settled[0] == "wechat.notify.settlement"
    assert settled[1]["confirm_receive_method"] == 1
    assert settled[1]["settlement_time"] == int((examples.NOW + DAY).timestamp())


async def test_a_settlement_is_told_once_however_often_the_payer_confirms(play: Play):
    play.pay()
    await play.upload()
    for _ in range(3):
        assert (await play.confirm()).status_code == 200
    play.clock.advance(DAY)
    await play.state()
    assert [operation for operation, _ in play.letters()].count("wechat.notify.settlement") == 1


async def test_what_was_given_back_is_settled_with_nobody(play: Play):
    paid = play.pay()
    await play.upload()
    play.payments[NUMBER] = evolve(paid, refunded_fen=500, refunds=1)
    assert (await play.confirm()).status_code == 409
    play.clock.advance(DAY)
    assert await play.state() == 5
    assert [operation for operation, _ in play.letters()] == ["wechat.notify.delivery"]


async def test_what_was_given_back_in_part_is_settled(play: Play):
    paid = play.pay()
    await play.upload()
    play.payments[NUMBER] = evolve(paid, refunded_fen=499, refunds=1)
    assert (await play.confirm()).status_code == 200


async def test_pushes_go_beside_the_address_that_the_payment_named(play: Play):
    play.pay()
    await play.upload()
    (carried,) = play.outside.courier.all()
    assert carried.letter.url == "http://127.0.0.1:1/notifications/wechat"


async def test_the_console_shows_what_payers_could_confirm(play: Play):
    play.pay()
    await play.upload()
    (waiting,) = (await play.http.get("/sandbox/open")).json()["items"]
    assert waiting == {
        "partner": "wechat",
        "kind": "orders",
        "number": NUMBER,
        "what": "一箱书",
        "amountFen": 500,
        "acts": ["confirm-receipt"],
    }
    page = (await play.http.get("/sandbox")).text
    assert f"/sandbox/wechat/orders/{NUMBER}/confirm-receipt" in page
    await play.confirm()
    assert (await play.http.get("/sandbox/open")).json()["items"] == []


@pytest.mark.parametrize("path", [f"orders/{NUMBER}/confirm-receipt", f"orders/{NUMBER}/pay", f"x/{NUMBER}/y"])
async def test_nobody_confirms_what_was_not_shipped(play: Play, path):
    play.pay()
    assert (await play.http.post(f"/sandbox/wechat/{path}")).status_code == 404


async def test_tokens_and_deliveries_survive_a_restart(play: Play, tmp_path: Path):
    play.pay()
    await play.upload()
    token = (await play.token())["access_token"]
    async with playing(tmp_path) as again:
        assert (await again.token())["access_token"] == token
        assert await again.state() == 2
        assert (await again.upload())["errcode"] == 10060023


async def test_every_secret_has_a_file_that_the_service_reads(play: Play):
    named = play.keys.environment("http://127.0.0.1:8001")
    assert set(named) == {
        "ERRAND_WECHAT_APP",
        "ERRAND_WECHAT_SECRET_FILE",
        "ERRAND_WECHAT_PUSH_TOKEN_FILE",
        "ERRAND_WECHAT_PUSH_KEY_FILE",
        "ERRAND_WECHAT_GATEWAY",
    }
    files = [Path(path) for name, path in named.items() if name.endswith("_FILE")]
    assert [len(file.read_text()) for file in files] == [32, 24, 43]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory):
    """The same over real sockets, which can break."""
    outsides = []

    def make(_: str) -> Sandbox:
        outsides.append(outside_of(tmp_path_factory.mktemp("sandbox"), MemoryClock(examples.NOW)))
        return Sandbox(outsides[0])

    with served(make) as address:
        yield address, outsides[0]


@pytest.mark.parametrize("path", OPERATIONS)
@pytest.mark.parametrize("kind", CALL_FAULTS)
async def test_every_fault_of_a_call_is_seen_by_who_calls(address, path, kind):
    url, outside = address
    outside.faults.ask(OPERATIONS[path], kind)
    async with httpx.AsyncClient(base_url=url, timeout=5, verify=TLS) as http:
        try:
            answer = (await http.post(path)).json()["errcode"]
        except httpx.RemoteProtocolError:
            answer = "broken off"
        after = (await http.post(path)).json()["errcode"]
    seen = {
        "drop_request": "broken off",
        "drop_answer": "broken off",
        "delay": after,
        "server_error": -1,
        "server_error_after": -1,
        "rate_limited": 45009,
    }
    assert answer == seen[kind]
    assert after > 0
    assert outside.faults.waiting() == ()


UNDONE = ("drop_request", "server_error", "rate_limited")


@pytest.mark.parametrize("kind", CALL_FAULTS)
async def test_a_fault_leaves_the_work_done_or_undone(play: Play, kind):
    play.pay()
    token = (await play.token())["access_token"]
    play.outside.faults.ask("wechat.upload_shipping", kind)
    body = {
        "order_key": {"order_number_type": 1, "mchid": MERCHANT, "out_trade_no": NUMBER},
        "logistics_type": 2,
        "delivery_mode": 1,
        "shipping_list": [{"item_desc": "一箱书"}],
        "upload_time": "2026-09-01T12:00:00.000+08:00",
        "payer": {"openid": play.payments[NUMBER].openid},
    }
    try:
        await play.http.post(UPLOAD_PATH, params={"access_token": token}, json=body)
    except AssertionError:
        assert kind.startswith("drop")  # without a socket there is nothing that could break
    assert await play.state() == (1 if kind in UNDONE else 2)
