"""WeChat's check of texts: what is asked, and which answers count."""

import httpx
import pytest

from adapters.wechat.content import CHARACTERS_MOST, TEXT_PATH, WechatContentCheck, pieces
from errand_domain.ids import MemberId
from errand_domain.ports.content import SCENES, Utterance
from errand_domain.testing import examples

PASS = {"errcode": 0, "errmsg": "ok", "trace_id": "t", "result": {"suggest": "pass", "label": 100}, "detail": []}


def said(text="取快递", scene="order", identity="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"):
    return Utterance(text=text, scene=scene, author=MemberId(examples.fresh()), wechat_identity=identity)


async def test_it_is_asked_in_the_second_version_with_the_author_and_the_scene(wechat_pair):
    wechat_pair.wechat.script.extend(PASS for _ in SCENES)
    for scene in SCENES:
        assert await WechatContentCheck(wechat_pair.api).judge(said(scene=scene)) == "pass"
    asked = [call.body for call in wechat_pair.wechat.calls]
    assert [call.path for call in wechat_pair.wechat.calls] == [TEXT_PATH] * len(SCENES)
    assert asked[1] == {"version": 2, "openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "scene": 3, "content": "取快递"}
    assert [body["scene"] for body in asked] == [1, 3, 2, 4, 2]


@pytest.mark.parametrize(
    "answer",
    [
        {"errcode": -1, "errmsg": "system error"},
        {"errcode": 45009, "errmsg": "quota"},
        {"errcode": 61010, "errmsg": "user not active"},
        {"errcode": 0, "errmsg": "ok"},
        {"errcode": 0, "errmsg": "ok", "result": {"suggest": "perhaps"}},
        httpx.ReadTimeout("late"),
        b"<html>",
    ],
)
async def test_what_is_no_verdict_is_no_verdict(wechat_pair, answer):
    wechat_pair.wechat.script.append(answer)
    with pytest.raises(ConnectionError) as refused:
        await WechatContentCheck(wechat_pair.api).judge(said("不可以出现在错误里"))
    assert "不可以" not in str(refused.value)


async def test_nobody_is_asked_about_somebody_whom_wechat_does_not_know(wechat_pair):
    with pytest.raises(ConnectionError):
        await WechatContentCheck(wechat_pair.api).judge(said(identity=None))
    assert not wechat_pair.wechat.calls


@pytest.mark.parametrize("length", [1, 2499, 2500, 2501, 4950, 4951, 9000])
def test_a_long_text_is_cut_so_that_no_word_hides_at_a_cut(length: int):
    text = "".join(chr(0x4E00 + n) for n in range(length))
    cut = list(pieces(text))
    assert all(0 < len(piece) <= CHARACTERS_MOST for piece in cut)
    assert all(any(text[n : n + 8] in piece for piece in cut) for n in range(length))


def test_a_blank_text_is_not_asked_about():
    assert list(pieces("  \n")) == []
