"""The promises of `errand_domain.ports.files.FileStore`."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.errors import Missing
from errand_domain.ids import FileId
from errand_domain.ports.files import FileStore
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import SOME_EXAMPLES
from errand_domain.testing.contracts.racing import all_at_once

MEBIBYTE = 1 << 20


class FileStoreContract:
    """Give a fixture `adapter`: an empty store for each test."""

    pytestmark = pytest.mark.anyio

    @given(content=st.binary())
    @SOME_EXAMPLES
    async def test_bytes_come_back_as_they_went(self, adapter: FileStore, content: bytes) -> None:
        file_id = FileId(examples.fresh())
        await adapter.put(file_id, content, media_type="application/octet-stream")
        assert await adapter.get(file_id) == content

    async def test_a_large_file_comes_back_whole(self, adapter: FileStore) -> None:
        file_id, content = FileId(examples.fresh()), bytes(range(256)) * (10 * MEBIBYTE // 256)
        await adapter.put(file_id, content, media_type="image/jpeg")
        assert await adapter.get(file_id) == content

    async def test_what_was_never_stored_is_missing(self, adapter: FileStore) -> None:
        with pytest.raises(Missing):
            await adapter.get(FileId(examples.fresh()))

    async def test_the_same_id_again_replaces_the_bytes(self, adapter: FileStore) -> None:
        file_id = FileId(examples.fresh())
        await adapter.put(file_id, b"a long first content", media_type="text/plain")
        await adapter.put(file_id, b"short", media_type="text/plain")
        assert await adapter.get(file_id) == b"short"

    async def test_a_deleted_file_is_missing(self, adapter: FileStore) -> None:
        file_id, other = FileId(examples.fresh()), FileId(examples.fresh())
        await adapter.put(file_id, b"one", media_type="text/plain")
        await adapter.put(other, b"other", media_type="text/plain")
        await adapter.delete(file_id)
        await adapter.delete(file_id)
        with pytest.raises(Missing):
            await adapter.get(file_id)
        assert await adapter.get(other) == b"other"

    async def test_a_reader_sees_one_content_whole_whoever_writes(self, adapter: FileStore) -> None:
        file_id = FileId(examples.fresh())
        contents = [bytes([n]) * MEBIBYTE for n in range(6)]
        await adapter.put(file_id, contents[0], media_type="image/jpeg")

        async def write_and_read(content: bytes) -> bytes:
            await adapter.put(file_id, content, media_type="image/jpeg")
            return await adapter.get(file_id)

        results = await all_at_once([partial(write_and_read, content) for content in contents])
        assert set(results) <= set(contents)
        assert await adapter.get(file_id) in contents
