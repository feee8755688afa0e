"""Public images in a bucket, where a content delivery network finds them."""

from typing import Final

from adapters.storage.bucket import Bucket
from adapters.storage.public_folder import checked
from errand_domain.member.picture import media_type_of
from errand_domain.ports.public_images import PublicImages

PREFIX: Final = "public/"
KEPT: Final = "public, max-age=2592000, immutable"


class BucketPublicImages(PublicImages):
    """An object per name under one prefix, which alone is public, or is read by the network alone."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    async def put(self, name: str, content: bytes) -> None:
        """Let everybody see it under that name, and keep it for long."""
        await self._bucket.put(f"{PREFIX}{checked(name)}", content, media_type=media_type_of(name), cache_control=KEPT)

    async def get(self, name: str) -> bytes:
        """The image; raises `Missing`."""
        return await self._bucket.get(f"{PREFIX}{checked(name)}")

    async def delete(self, name: str) -> None:
        """Remove it, if it is there."""
        await self._bucket.delete(f"{PREFIX}{checked(name)}")
