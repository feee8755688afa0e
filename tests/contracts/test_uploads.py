"""The contracts of buckets: files, and what clients send by forms, in the sandbox's bucket over sockets."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.crypto.key_ring import GivenRing, new_ring
from adapters.crypto.ticket_seal import HmacTicketSeal
from adapters.crypto.vault import Vault
from adapters.memory.incoming import MemoryIncoming
from adapters.memory.public_images import MemoryPublicImages
from adapters.storage.bucket import Bucket
from adapters.storage.bucket_files import BucketFileStore
from adapters.storage.incoming import CosIncoming, S3Incoming
from adapters.storage.public_bucket import BucketPublicImages
from adapters.storage.public_folder import FolderPublicImages
from adapters.storage.sealed import SealedFileStore
from adapters.system.clock import SystemClock
from entrypoints.sandbox.app import Sandbox
from errand_domain.ports.files import FileStore
from errand_domain.ports.public_images import PublicImages
from errand_domain.ports.uploads import Incoming, UploadForm
from errand_domain.testing import contracts
from tests.sandbox.serving import served
from tests.sandbox.storage.playing import account_of, outside_of, posted


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("storage")
    with served(lambda _: Sandbox(outside_of(folder))) as address:
        yield folder, address


@pytest.fixture
async def bucket(place: tuple[Path, str]) -> AsyncIterator[Bucket]:
    bucket = Bucket(account_of(*place))
    yield bucket
    await bucket.close()


class TestFileStoreInABucket(contracts.FileStoreContract):
    @pytest.fixture(params=["bucket", "sealed bucket"])
    def adapter(self, request: pytest.FixtureRequest, bucket: Bucket) -> FileStore:
        store = BucketFileStore(bucket)
        return store if request.param == "bucket" else SealedFileStore(store, Vault(GivenRing(new_ring())))


class TestPublicImages(contracts.PublicImagesContract):
    @pytest.fixture(params=["memory", "folder", "bucket"])
    def adapter(self, request: pytest.FixtureRequest, bucket: Bucket, tmp_path: Path) -> PublicImages:
        if request.param == "memory":
            return MemoryPublicImages()
        return FolderPublicImages(tmp_path / "public") if request.param == "folder" else BucketPublicImages(bucket)


class TestTicketSeal(contracts.TicketSealContract):
    @pytest.fixture
    def adapter(self) -> HmacTicketSeal:
        return HmacTicketSeal(b"one key of thirty-two bytes or more")

    @pytest.fixture
    def stranger(self) -> HmacTicketSeal:
        return HmacTicketSeal(b"another key, just as long as that one")


class TestIncomingInABucket(contracts.IncomingContract):
    @pytest.fixture(params=["s3", "cos"])
    def adapter(self, request: pytest.FixtureRequest, bucket: Bucket) -> Incoming:
        return S3Incoming(bucket) if request.param == "s3" else CosIncoming(bucket, clock=SystemClock())

    @pytest.fixture
    def post(self) -> contracts.Post:
        async def post(form: UploadForm, content: bytes) -> bool:
            return (await posted(form, content)).status_code == 204

        return post


class TestIncomingInMemory(contracts.IncomingContract):
    @pytest.fixture
    def adapter(self) -> MemoryIncoming:
        return MemoryIncoming()

    @pytest.fixture
    def post(self, adapter: MemoryIncoming) -> contracts.Post:
        async def post(form: UploadForm, content: bytes) -> bool:
            return adapter.arrive(form, content)

        return post
