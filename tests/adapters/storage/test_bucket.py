"""A bucket over sockets: what is repeated, what becomes of faults, and what is told of them."""

import socket
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from attrs import evolve

from adapters.outside.breaker import Breaker, NotAsked, Silence
from adapters.storage.bucket import CONNECT_SECONDS, READ_SECONDS, TRIES_MOST, WAIT_SECONDS, Bucket
from adapters.storage.bucket_account import BucketAccount
from adapters.storage.bucket_files import BucketFileStore
from adapters.storage.folder import FolderFileStore
from adapters.storage.incoming import CosIncoming, S3Incoming
from adapters.storage.sealed import SealedFileStore
from adapters.system.clock import SystemClock
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.storage.keys import BUCKET
from entrypoints.sandbox.storage.partner import StoredObject
from entrypoints.worker.outbox import MESSAGE_SECONDS_MOST
from errand_domain.errors import Missing
from errand_domain.ids import FileId, TicketId
from errand_domain.ports.files import StoreUnreachable
from errand_domain.testing import examples
from tests.pictures import JPEG
from tests.sandbox.serving import served
from tests.sandbox.storage.playing import LATE_SECONDS, account_of, outside_of
from tests.stage import vault

Place = tuple[Outside, BucketAccount]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("storage")
    outside = outside_of(folder)
    with served(lambda _: Sandbox(outside)) as address:
        yield outside, account_of(folder, address)


@pytest.fixture
def outside(place: Place) -> Outside:
    return place[0]


@pytest.fixture
async def bucket(place: Place) -> AsyncIterator[Bucket]:
    bucket = Bucket(place[1], read_seconds=LATE_SECONDS / 2)
    yield bucket
    await bucket.close()


def objects(outside: Outside) -> dict[str, StoredObject]:
    return dict(outside.store.table("storage.objects", StoredObject).items())


def lying_in(folder: Path) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in folder.rglob("*") if path.is_file()]


async def test_the_bucket_holds_no_part_of_the_picture(bucket: Bucket, outside: Outside) -> None:
    file_id = FileId(examples.fresh())
    await SealedFileStore(BucketFileStore(bucket), vault()).put(file_id, JPEG, media_type="image/jpeg")
    kept = objects(outside)[f"files/{file_id.hex}"]
    assert kept.media_type == "application/octet-stream"
    assert len(kept.content) > len(JPEG)
    assert not {JPEG[at : at + 8] for at in range(len(JPEG) - 8) if JPEG[at : at + 8] in kept.content}


async def test_what_lay_sealed_in_a_folder_opens_from_the_bucket_it_was_copied_to(
    bucket: Bucket, tmp_path: Path
) -> None:
    file_id = FileId(examples.fresh())
    await SealedFileStore(FolderFileStore(tmp_path), vault()).put(file_id, JPEG, media_type="image/jpeg")
    ((name, sealed),) = lying_in(tmp_path)
    await bucket.put(f"files/{name}", sealed, media_type="application/octet-stream")
    assert await SealedFileStore(BucketFileStore(bucket), vault()).get(file_id) == JPEG


@pytest.mark.parametrize("fault", ["server_error", "server_error_after", "rate_limited", "drop_answer", "delay"])
async def test_what_was_not_answered_once_is_asked_again(bucket: Bucket, outside: Outside, fault: str) -> None:
    outside.faults.ask("storage.objects", fault)
    await bucket.put(fault, b"kept", media_type="text/plain")
    assert outside.faults.waiting() == ()
    assert await bucket.get(fault) == b"kept"


async def test_a_bucket_that_is_not_well_is_left_alone_and_one_that_refuses_is_not(
    place: Place, outside: Outside
) -> None:
    bucket = Bucket(place[1], breaker=Breaker("this bucket", silent_most=1))
    for _ in range(2):
        with pytest.raises(Missing):
            await bucket.get("never")
    for _ in range(TRIES_MOST):
        outside.faults.ask("storage.objects", "server_error")
    for why in (Silence, NotAsked):
        with pytest.raises(StoreUnreachable) as refused:
            await bucket.put("files/1", b"x", media_type="text/plain")
        assert type(refused.value.__cause__) is why
    await bucket.close()
    stranger = Bucket(evolve(place[1], secret="another-secret-of-ours"), breaker=Breaker("another", silent_most=1))
    for _ in range(2):
        with pytest.raises(StoreUnreachable) as refused:
            await stranger.get("files/1")
        assert type(refused.value.__cause__) is ConnectionError
    await stranger.close()


async def test_what_is_refused_is_unreachable_and_says_why_without_the_key(place: Place) -> None:
    account = evolve(place[1], secret="another-secret-of-ours")
    bucket = Bucket(account)
    with pytest.raises(StoreUnreachable) as refused:
        await bucket.get("files/1")
    await bucket.close()
    assert str(refused.value.__cause__) == "refused with SignatureDoesNotMatch"
    assert "another-secret" not in repr(account) + repr(refused.value)


async def test_where_nobody_listens_the_store_is_unreachable(place: Place) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        bucket = Bucket(evolve(place[1], endpoint=f"http://127.0.0.1:{nobody.getsockname()[1]}"), connect_seconds=0.2)
        with pytest.raises(StoreUnreachable) as refused:
            await bucket.put("files/1", b"x", media_type="text/plain")
        await bucket.close()
    assert "127.0.0.1" not in str(refused.value.__cause__)


async def test_nothing_is_taken_from_the_environment_of_whoever_started_us(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "aws"
    config.write_text("[default]\nregion = elsewhere\ns3 =\n  addressing_style = virtual\n", "utf-8")
    for name, value in {
        "AWS_PROFILE": "somebody",
        "AWS_CONFIG_FILE": str(config),
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_CA_BUNDLE": "/nowhere",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "HTTP_PROXY": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    bucket = Bucket(place[1])
    await bucket.put("files/2", b"two", media_type="text/plain")
    assert await bucket.get("files/2") == b"two"
    await bucket.close()


async def test_a_form_is_for_one_key_and_one_type_for_its_minutes(bucket: Bucket) -> None:
    ticket_id = TicketId(examples.fresh())
    for incoming in (S3Incoming(bucket), CosIncoming(bucket, clock=SystemClock())):
        form = await incoming.form(ticket_id, size_most=9, media_type="image/png", lasts=timedelta(minutes=5))
        fields = dict(form.fields)
        assert fields["key"] == f"incoming/{ticket_id.hex}"
        assert fields["Content-Type"] == "image/png"
        async with httpx.AsyncClient(trust_env=False) as http:
            files = {form.file_field: ("x", b"a photo")}
            assert (await http.post(form.url, data=fields, files=files)).status_code == 204
            assert (await http.post(form.url, data={**fields, "key": "files/1"}, files=files)).status_code == 403


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({}, f"https://{BUCKET}.cos.ap-guangzhou.myqcloud.com"),
        ({"addressing": "path"}, f"https://cos.ap-guangzhou.myqcloud.com/{BUCKET}"),
        (
            {"endpoint": "https://minio.example.edu.cn:9000/", "addressing": "path"},
            f"https://minio.example.edu.cn:9000/{BUCKET}",
        ),
    ],
)
async def test_the_name_of_the_bucket_stands_before_the_host_or_in_the_path(changes, url):
    account = BucketAccount(
        endpoint="https://cos.ap-guangzhou.myqcloud.com",
        region="ap-guangzhou",
        bucket=BUCKET,
        key_id="AKID0123456789",
        secret="s3cret-of-some-length",
    )
    bucket = Bucket(evolve(account, **changes))
    assert bucket.account.url == url
    assert bucket._client().generate_presigned_post(BUCKET, "k")["url"].rstrip("/") == url
    await bucket.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("endpoint", "http://cos.ap-guangzhou.myqcloud.com"),
        ("endpoint", "https://user@host"),
        ("endpoint", "https://host/path"),
        ("endpoint", "https://host:99999"),
        ("endpoint", ""),
        ("region", "Guangzhou!"),
        ("bucket", "No_Bucket"),
        ("key_id", ""),
        ("secret", "short"),
        ("addressing", "sideways"),
    ],
)
def test_what_cannot_be_right_is_named_and_not_shown(name, value):
    right = {
        "endpoint": "https://cos.ap-guangzhou.myqcloud.com",
        "region": "ap-guangzhou",
        "bucket": BUCKET,
        "key_id": "AKID0123456789",
        "secret": "s3cret-of-some-length",
    }
    with pytest.raises(ValueError, match=f"^{name} is not") as refused:
        BucketAccount(**(right | {name: value}))
    assert not value or value not in str(refused.value)


def test_a_silent_bucket_is_given_up_before_the_worker_gives_up_its_message() -> None:
    """A thread cannot be cancelled: a late `put` of a picture would come after the removal that followed it."""
    pauses_seconds = sum(2**retry for retry in range(TRIES_MOST - 1))  # botocore's standard mode, at the longest
    asking_seconds = TRIES_MOST * (CONNECT_SECONDS + READ_SECONDS) + pauses_seconds
    assert WAIT_SECONDS + asking_seconds < MESSAGE_SECONDS_MOST
