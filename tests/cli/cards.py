"""Student cards that lie in the store of the installation whose settings are in the environment."""

from attrs import evolve

from entrypoints.container import running
from entrypoints.settings import read_settings
from errand_domain.ports.files import StoredFile
from errand_domain.testing import examples


async def stored_card(content: bytes) -> StoredFile:
    """A card that lies in the store, and is known."""
    card = evolve(examples.stored_file(), size_bytes=len(content))
    async with running(read_settings()) as container:
        await container.file_store().put(card.id, content, media_type=card.media_type)
        async with container.begin()() as tx:
            tx.files.add(card)
            await tx.commit()
    return card


async def content_of(card: StoredFile) -> bytes:
    """What the store gives back."""
    async with running(read_settings()) as container:
        return await container.file_store().get(card.id)
