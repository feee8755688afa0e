"""What clients send into a bucket by a form that we signed."""

from datetime import timedelta
from typing import Final

from adapters.storage.bucket import Bucket
from adapters.storage.cos_policy import cos_fields
from errand_domain.ids import TicketId
from errand_domain.ports.outside import Clock
from errand_domain.ports.uploads import ImageType, Incoming, UploadForm

PREFIX: Final = "incoming/"
"""An operator has the bucket forget what lies there for a day: docs/how-to/store-files-in-a-bucket.md."""


class S3Incoming(Incoming):
    """Objects under one prefix, stored by the presigned POST of S3: exactly that key, type and size, in that time."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    async def form(self, ticket_id: TicketId, *, size_most: int, media_type: ImageType, lasts: timedelta) -> UploadForm:
        """The form that stores one content for that ticket."""
        fields = await self._bucket.form(_key(ticket_id), size_most=size_most, media_type=media_type, lasts=lasts)
        return UploadForm(url=self._bucket.account.url, fields=tuple(fields.items()))

    async def fetch(self, ticket_id: TicketId, *, most: int) -> bytes:
        """What was sent, or that much of it; raises `Missing`."""
        return await self._bucket.get(_key(ticket_id), most=most)

    async def discard(self, ticket_id: TicketId) -> None:
        """Remove it, if it is there."""
        await self._bucket.delete(_key(ticket_id))


class CosIncoming(S3Incoming, Incoming):
    """The same in Tencent Cloud COS, whose forms are signed in its own way; all else goes by its S3 endpoint."""

    def __init__(self, bucket: Bucket, *, clock: Clock) -> None:
        super().__init__(bucket)
        self._clock = clock

    async def form(self, ticket_id: TicketId, *, size_most: int, media_type: ImageType, lasts: timedelta) -> UploadForm:
        """The form that stores one content for that ticket."""
        now = self._clock.now()
        fields = cos_fields(
            self._bucket.account,
            _key(ticket_id),
            size_most=size_most,
            media_type=media_type,
            start=now,
            end=now + lasts,
        )
        return UploadForm(url=f"{self._bucket.account.url}/", fields=tuple(fields.items()))


def _key(ticket_id: TicketId) -> str:
    return f"{PREFIX}{ticket_id.hex}"
