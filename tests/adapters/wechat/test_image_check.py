"""WeChat's check of images: what is asked, and which answers count."""

import httpx
import pytest

from adapters.wechat.image_check import IMAGE_PATH, WechatImageCheck
from errand_domain.ports.content import SCENES
from errand_domain.ports.image_check import Submitted, Unjudged
from errand_domain.testing.contracts.image_check import KNOWN, image

URL = "https://errand.example/api/v1/file-links/abc"


def taken(trace: object) -> dict[str, object]:
    return {"errcode": 0, "errmsg": "ok", "trace_id": trace}


async def test_it_is_asked_in_the_second_version_for_an_image_with_its_author_and_scene(wechat_pair):
    wechat_pair.wechat.script.extend(taken(f"t-{scene}") for scene in SCENES)
    for scene in SCENES:
        submitted = await WechatImageCheck(wechat_pair.api).submit(image(URL, scene=scene))
        assert submitted == Submitted(trace=f"t-{scene}")
    calls = wechat_pair.wechat.calls
    assert {call.path for call in calls} == {IMAGE_PATH}
    assert calls[1].body == {"media_url": URL, "media_type": 2, "version": 2, "scene": 3, "openid": KNOWN}
    assert [call.body["scene"] for call in calls] == [1, 3, 2, 4, 2]


async def test_an_image_of_somebody_whom_wechat_does_not_know_is_left_to_a_person(wechat_pair):
    assert await WechatImageCheck(wechat_pair.api).submit(image(URL, identity=None)) == Unjudged()
    assert not wechat_pair.wechat.calls


@pytest.mark.parametrize(
    "answer", [{"errcode": 61010, "errmsg": "not active"}, {"errcode": 40003}, taken(""), taken("x" * 129)]
)
async def test_what_wechat_will_not_judge_is_left_to_a_person(wechat_pair, answer):
    wechat_pair.wechat.script.append(answer)
    assert await WechatImageCheck(wechat_pair.api).submit(image(URL)) == Unjudged()


@pytest.mark.parametrize(
    "answer",
    [{"errcode": -1}, {"errcode": 45009}, taken(7), {"errcode": 0}, httpx.ReadTimeout("late"), b"<html>"],
)
async def test_where_wechat_gives_no_answer_it_may_be_asked_again(wechat_pair, answer):
    wechat_pair.wechat.script.append(answer)
    with pytest.raises(ConnectionError) as failed:
        await WechatImageCheck(wechat_pair.api).submit(image(URL))
    assert "file-links" not in str(failed.value)
