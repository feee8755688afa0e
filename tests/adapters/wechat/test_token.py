"""The access token: fetched once for all, renewed in time, never forced, and asked for anew where it is refused."""

from datetime import timedelta

import pytest
from httpx import ReadTimeout

from adapters.wechat.answers import Nothing, Ok, Refused, Unknown
from errand_domain.testing.contracts.racing import all_at_once
from tests.adapters.wechat.scripted import APP, SECRET

STALE = (40001, 42001, 40014)


async def ask(pair):
    return await pair.api.post("/wxa/x", {"a": 1}, Nothing)


def refusal(errcode):
    return {"errcode": errcode, "errmsg": "no rid: 1-2"}


async def test_a_token_is_fetched_with_the_secret_and_is_not_forced(wechat_pair):
    await ask(wechat_pair)
    (fetched,) = wechat_pair.wechat.token_calls
    assert fetched.token is None
    assert fetched.body == {
        "grant_type": "client_credential",
        "appid": APP,
        "secret": SECRET,
        "force_refresh": False,
    }


async def test_ten_calls_at_once_share_one_token(wechat_pair):
    answers = await all_at_once([lambda: ask(wechat_pair) for _ in range(10)])
    assert {type(answer) for answer in answers} == {Ok}
    assert len(wechat_pair.wechat.token_calls) == 1
    assert [call.token for call in wechat_pair.wechat.calls] == ["t1"] * 10


async def test_a_token_is_renewed_when_less_than_five_minutes_are_left(wechat_pair):
    await ask(wechat_pair)
    wechat_pair.clock.advance(timedelta(seconds=7_200 - 300))
    await ask(wechat_pair)
    wechat_pair.clock.advance(timedelta(microseconds=1))
    await ask(wechat_pair)
    assert [call.token for call in wechat_pair.wechat.calls] == ["t1", "t1", "t2"]


@pytest.mark.parametrize("errcode", STALE)
async def test_a_token_that_is_refused_is_asked_for_anew_and_the_call_repeated_once(wechat_pair, errcode):
    wechat_pair.wechat.script.append(refusal(errcode))
    assert isinstance(await ask(wechat_pair), Ok)
    assert [call.token for call in wechat_pair.wechat.calls] == ["t1", "t2"]
    assert not any(call.body["force_refresh"] for call in wechat_pair.wechat.token_calls)


async def test_a_token_that_is_refused_twice_is_a_refusal(wechat_pair):
    wechat_pair.wechat.script.extend([refusal(40001)] * 2)
    assert await ask(wechat_pair) == Refused(errcode=40001, errmsg="no", rid="1-2")
    assert len(wechat_pair.wechat.calls) == 2


async def test_of_many_calls_whose_token_is_refused_one_fetches_another(wechat_pair):
    wechat_pair.wechat.refused_tokens.add("t1")
    answers = await all_at_once([lambda: ask(wechat_pair) for _ in range(5)])
    assert {type(answer) for answer in answers} == {Ok}
    assert len(wechat_pair.wechat.token_calls) == 2


async def test_a_secret_that_is_refused_is_a_refusal_and_nothing_else_is_asked(wechat_pair):
    wechat_pair.wechat.token_script.append(refusal(40125))
    answer = await ask(wechat_pair)
    assert isinstance(answer, Refused)
    assert answer.errcode == 40125
    assert wechat_pair.wechat.calls == []


async def test_a_refusal_of_the_token_itself_is_not_repeated(wechat_pair):
    wechat_pair.wechat.token_script.append(refusal(40001))
    assert isinstance(await ask(wechat_pair), Refused)
    assert len(wechat_pair.wechat.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        ReadTimeout("slow"),
        {},
        {"access_token": "", "expires_in": 7_200},
        {"access_token": "t", "expires_in": 0},
        {"access_token": "t", "expires_in": 7_201},
        {"access_token": "t"},
    ],
)
async def test_a_token_that_does_not_come_leaves_the_call_unmade(wechat_pair, answer):
    wechat_pair.wechat.token_script.append(answer)
    assert isinstance(await ask(wechat_pair), Unknown)
    assert wechat_pair.wechat.calls == []
    assert isinstance(await ask(wechat_pair), Ok)


async def test_a_token_that_cannot_be_renewed_after_a_refusal_leaves_the_outcome_open(wechat_pair):
    await ask(wechat_pair)
    wechat_pair.wechat.script.append(refusal(42001))
    wechat_pair.wechat.token_script.append(ReadTimeout("slow"))
    assert isinstance(await ask(wechat_pair), Unknown)
