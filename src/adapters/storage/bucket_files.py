"""Files in a bucket, which sees them sealed."""

from typing import Final

from adapters.storage.bucket import Bucket
from errand_domain.ids import FileId
from errand_domain.ports.files import FileStore

PREFIX: Final = "files/"


class BucketFileStore(FileStore):
    """An object per id under one prefix; the key is made of the id and of nothing that a person typed."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    async def put(self, file_id: FileId, content: bytes, *, media_type: str) -> None:
        """Store the bytes durably; the same id again replaces them."""
        await self._bucket.put(_key(file_id), content, media_type=media_type)

    async def get(self, file_id: FileId) -> bytes:
        """The bytes; raises `Missing`."""
        return await self._bucket.get(_key(file_id))

    async def delete(self, file_id: FileId) -> None:
        """Remove them, if they are there."""
        await self._bucket.delete(_key(file_id))


def _key(file_id: FileId) -> str:
    return f"{PREFIX}{file_id.hex}"
