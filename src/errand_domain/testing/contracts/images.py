"""The promises of `errand_domain.ports.images.Images`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.ports.images import Images, ImageTooLarge, NotAnImage
from errand_domain.testing.contracts.database import SOME_EXAMPLES

SIGNATURES = (
    b"",
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    b"\x89PNG\r\n\x1a\n",
    b"RIFF\xff\x00\x00\x00WEBPVP8 ",
    b"GIF89a",
)


class ImagesContract:
    """Give fixtures `adapter`, `picture`: a small image as bytes, and `marked`: the same with `MARKER` hidden in it."""

    pytestmark = pytest.mark.anyio

    async def test_a_picture_stays_a_picture(self, adapter: Images, picture: bytes) -> None:
        clean = await adapter.clean(picture)
        assert clean.media_type in ("image/jpeg", "image/png")
        assert clean.width > 0
        assert clean.height > 0
        assert (await adapter.clean(clean.content)).media_type == clean.media_type

    async def test_no_side_is_longer_than_was_asked_for(self, adapter: Images, picture: bytes) -> None:
        whole, small = await adapter.clean(picture), await adapter.clean(picture, side_most=7)
        assert max(small.width, small.height) == min(7, max(whole.width, whole.height))

    async def test_what_is_hidden_beside_the_picture_does_not_survive(self, adapter: Images, marked: bytes) -> None:
        assert MARKER in marked
        assert MARKER not in (await adapter.clean(marked)).content

    @given(head=st.sampled_from(SIGNATURES), rest=st.binary(max_size=200))
    @SOME_EXAMPLES
    async def test_whatever_else_comes_is_refused(self, adapter: Images, head: bytes, rest: bytes) -> None:
        with pytest.raises((NotAnImage, ImageTooLarge)):
            await adapter.clean(head + rest)

    @given(data=st.data())
    @SOME_EXAMPLES
    async def test_a_damaged_picture_is_refused_or_clean(
        self, adapter: Images, marked: bytes, data: st.DataObject
    ) -> None:
        damaged = bytearray(marked[: data.draw(st.integers(0, len(marked)))])
        for place in data.draw(st.lists(st.integers(0, len(marked) - 1), max_size=8)):
            damaged[place : place + 1] = data.draw(st.binary(min_size=1, max_size=1))
        try:
            clean = await adapter.clean(bytes(damaged))
        except (NotAnImage, ImageTooLarge):
            return
        assert clean.media_type in ("image/jpeg", "image/png")
        assert MARKER not in clean.content


MARKER = b"30.3062N 120.0950E of somebody"
