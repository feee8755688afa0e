"""Files sealed before they reach their store: whoever holds the folder or the bucket without the key ring has noise."""

from typing import Final

from adapters.crypto.vault import Vault, key_of_bytes
from errand_domain.errors import Missing
from errand_domain.ids import FileId
from errand_domain.ports.files import FileStore

SEALED_MEDIA_TYPE: Final = "application/octet-stream"


class SealedFileStore(FileStore):
    """Another store, which sees sealed bytes alone; each is bound to its id, so that none opens in another's place.

    What lies there unsealed, or was changed, is not handed out: `get` raises `NotSealed`, which is a fault and no
    refusal. An image is about a megabyte, which is sealed in a millisecond: not worth a thread.
    """

    def __init__(self, inner: FileStore, vault: Vault) -> None:
        self._inner = inner
        self._vault = vault

    async def put(self, file_id: FileId, content: bytes, *, media_type: str) -> None:  # noqa: ARG002 - told to nobody
        """Seal the bytes and store them durably; the same id again replaces them."""
        sealed = self._vault.seal_bytes(content, about=_about(file_id))
        await self._inner.put(file_id, sealed, media_type=SEALED_MEDIA_TYPE)

    async def get(self, file_id: FileId) -> bytes:
        """The bytes; raises `Missing`."""
        return self._vault.open_bytes(await self._inner.get(file_id), about=_about(file_id))

    async def delete(self, file_id: FileId) -> None:
        """Remove them, if they are there."""
        await self._inner.delete(file_id)

    async def key_of(self, file_id: FileId) -> str:
        """The name of the key that the file is sealed with; nothing where it is not there."""
        try:
            return key_of_bytes(await self._inner.get(file_id))
        except Missing:
            return ""

    async def reseal(self, file_id: FileId) -> bool:
        """Seal it with the current key; `False` where it was so already, or is not there.

        An erasure at the very same moment may be undone by this: whoever reseals looks afterwards whether the file is
        still known, and deletes the bytes where it is not.
        """
        try:
            sealed = await self._inner.get(file_id)
        except Missing:
            return False
        if key_of_bytes(sealed) == self._vault.current:
            return False
        content = self._vault.open_bytes(sealed, about=_about(file_id))
        await self.put(file_id, content, media_type=SEALED_MEDIA_TYPE)
        return True


def _about(file_id: FileId) -> str:
    return f"files:{file_id}"
