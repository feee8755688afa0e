"""The promises of `errand_domain.ports.public_images`."""

from uuid import UUID

import pytest

from errand_domain.errors import Missing
from errand_domain.member.picture import picture_name
from errand_domain.ports.public_images import PublicImages
from errand_domain.testing import examples


class PublicImagesContract:
    """Give a fixture `adapter`: where images are public; it may hold some."""

    pytestmark = pytest.mark.anyio

    @pytest.mark.parametrize("media_type", ["image/jpeg", "image/png"])
    async def test_a_public_image_is_seen_as_it_was_given(self, adapter: PublicImages, media_type: str) -> None:
        name, other = _name(examples.fresh(), media_type), _name(examples.fresh(), media_type)
        await adapter.put(name, b"first")
        await adapter.put(other, b"other")
        await adapter.put(name, bytes(range(256)))
        assert await adapter.get(name) == bytes(range(256))
        assert await adapter.get(other) == b"other"

    async def test_what_was_removed_or_never_there_is_missing(self, adapter: PublicImages) -> None:
        name, other = _name(examples.fresh()), _name(examples.fresh())
        await adapter.put(name, b"one")
        await adapter.put(other, b"other")
        await adapter.delete(name)
        await adapter.delete(name)
        assert await adapter.get(other) == b"other"
        for absent in (name, _name(examples.fresh())):
            with pytest.raises(Missing):
                await adapter.get(absent)

    @pytest.mark.parametrize(
        "name", ["", ".", "..", "../files", "a.jpg", f"{'0' * 64}.svg", f"{'0' * 64}.jpg\n", "/etc/passwd"]
    )
    async def test_what_is_no_name_of_a_picture_is_missing(self, adapter: PublicImages, name: str) -> None:
        with pytest.raises(Missing):
            await adapter.get(name)


def _name(identity: UUID, media_type: str = "image/jpeg") -> str:
    return picture_name(identity.hex * 2, media_type)
