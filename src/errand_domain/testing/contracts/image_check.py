"""The promises of the port of the check of images."""

import re
from collections.abc import Callable
from typing import get_args

import pytest

from errand_domain.content.screening import TRACE_LENGTH_MOST
from errand_domain.ids import FileId, MemberId
from errand_domain.ports.content import SCENES, VERDICTS, Scene
from errand_domain.ports.image_check import ImageCheck, Judged, Submitted, SubmittedImage, Unjudged
from errand_domain.testing import examples

Submission = Submitted | Judged | Unjudged
Silence = Callable[[], None]
KNOWN = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"


class ImageCheckContract:
    """Give fixtures `adapter`, `url`: where an image can be fetched, and `silence`: make nobody answer the next call.

    An adapter that asks nobody overrides the test of silence.
    """

    pytestmark = pytest.mark.anyio

    @pytest.mark.parametrize("scene", SCENES)
    async def test_an_image_is_judged_now_or_later_or_left_to_a_person(
        self, adapter: ImageCheck, url: str, scene: Scene
    ) -> None:
        self.check(await adapter.submit(image(url, scene=scene)))

    async def test_whoever_is_known_nowhere_is_answered_as_well(self, adapter: ImageCheck, url: str) -> None:
        self.check(await adapter.submit(image(url, identity=None)))

    async def test_no_two_submissions_have_one_trace(self, adapter: ImageCheck, url: str) -> None:
        same = image(url)
        answers = [await adapter.submit(same) for _ in range(3)]
        traces = [answer.trace for answer in answers if isinstance(answer, Submitted)]
        assert len(set(traces)) == len(traces)

    async def test_where_nobody_answers_the_connection_has_failed(
        self, adapter: ImageCheck, url: str, silence: Silence
    ) -> None:
        silence()
        with pytest.raises(ConnectionError) as failed:
            await adapter.submit(image(url))
        assert url not in str(failed.value)
        self.check(await adapter.submit(image(url)))

    def check(self, answer: Submission) -> None:
        """An answer that there can be."""
        assert isinstance(answer, get_args(Submission))
        if isinstance(answer, Submitted):
            assert re.fullmatch(rf"[!-~]{{1,{TRACE_LENGTH_MOST}}}", answer.trace)
        if isinstance(answer, Judged):
            assert answer.verdict in VERDICTS


def image(url: str, *, scene: Scene = "order", identity: str | None = KNOWN) -> SubmittedImage:
    """Somebody's image at that address."""
    return SubmittedImage(
        file_id=FileId(examples.fresh()),
        url=url,
        scene=scene,
        author=MemberId(examples.fresh()),
        wechat_identity=identity,
    )
