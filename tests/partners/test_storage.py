"""Where files lie, by configuration alone: what is missing or cannot be right is named at the start."""

import pytest

from adapters.storage.bucket_files import BucketFileStore
from adapters.storage.folder import FolderFileStore
from adapters.storage.incoming import CosIncoming, S3Incoming
from entrypoints.container.storage import bucket_account, check_storage, find_bucket, find_file_store, find_incoming
from entrypoints.settings import SettingsInvalid, read_settings

GIVEN = {
    "ERRAND_MODE": "development",
    "ERRAND_SECRET_KEY": "5e" * 32,
    "ERRAND_FILES": "s3",
    "ERRAND_S3_ENDPOINT": "https://minio.example.edu.cn:9000",
    "ERRAND_S3_REGION": "ap-guangzhou",
    "ERRAND_S3_BUCKET": "errand-1250000000",
    "ERRAND_S3_KEY_ID": "AKID0123456789abcdef",
    "ERRAND_S3_SECRET": "s3cret-key-of-thirty-two-letters",
}
PRODUCTION = {
    "ERRAND_MODE": "production",
    "ERRAND_MINI_PROGRAM": "wechat",
    "ERRAND_NOTICES": "smtp",
    "ERRAND_KEY_RING_FILE": "/nowhere/ring.json",
}


def refusal(**changes: str) -> str:
    with pytest.raises(SettingsInvalid) as refused:
        check_storage(read_settings(GIVEN | changes))
    return str(refused.value)


@pytest.mark.parametrize(
    ("changes", "store", "incoming"),
    [
        ({"ERRAND_FILES": "folder"}, FolderFileStore, type(None)),
        ({}, BucketFileStore, type(None)),
        ({"ERRAND_DIRECT_UPLOADS": "on"}, BucketFileStore, S3Incoming),
        ({"ERRAND_FILES": "cos", "ERRAND_DIRECT_UPLOADS": "on"}, BucketFileStore, CosIncoming),
    ],
)
def test_the_settings_choose_the_store_and_whether_anything_goes_past_us(changes, store, incoming):
    for mode in ({}, PRODUCTION):
        settings = read_settings(GIVEN | mode | changes)
        check_storage(settings)
        bucket = find_bucket(settings)
        assert type(find_file_store(settings, bucket)) is store
        assert type(find_incoming(settings, bucket)) is incoming


def test_a_store_of_an_embedder_that_cannot_be_loaded_is_named():
    assert refusal(ERRAND_FILES="adapters.memory.files:Nobody").startswith("ERRAND_FILES names 'adapters.memory.files")


def test_cos_is_found_by_its_region_alone():
    given = {name: value for name, value in GIVEN.items() if name != "ERRAND_S3_ENDPOINT"}
    account = bucket_account(read_settings(given | {"ERRAND_FILES": "cos"}))
    assert account.url == "https://errand-1250000000.cos.ap-guangzhou.myqcloud.com"


def test_the_secret_may_be_a_file(tmp_path):
    (tmp_path / "secret").write_text("s3cret-from-a-file\n", "utf-8")
    given = {name: value for name, value in GIVEN.items() if name != "ERRAND_S3_SECRET"}
    settings = read_settings(given | {"ERRAND_S3_SECRET_FILE": str(tmp_path / "secret")})
    assert bucket_account(settings).secret == "s3cret-from-a-file"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ERRAND_FILES", "attic", "ERRAND_FILES must be one of cos, folder, s3"),
        ("ERRAND_S3_ENDPOINT", "", "ERRAND_S3_ENDPOINT is not an address"),
        ("ERRAND_S3_REGION", "", "ERRAND_S3_REGION is not a region"),
        ("ERRAND_S3_BUCKET", "A", "ERRAND_S3_BUCKET is not the name of a bucket"),
        ("ERRAND_S3_KEY_ID", "", "ERRAND_S3_KEY_ID is not 3 to 128"),
        ("ERRAND_S3_SECRET", "a b", "ERRAND_S3_SECRET is not 8 to 128"),
        ("ERRAND_S3_ADDRESSING", "sideways", "ERRAND_S3_ADDRESSING is not one of path, virtual"),
        ("ERRAND_DIRECT_UPLOADS", "yes", "ERRAND_DIRECT_UPLOADS must be on or off"),
    ],
)
def test_what_cannot_be_right_is_named_in_one_line(name, value, said):
    line = refusal(**{name: value})
    assert line.startswith(said)
    assert "\n" not in line


def test_nothing_goes_past_us_into_a_folder():
    assert "ERRAND_DIRECT_UPLOADS must be off" in refusal(ERRAND_FILES="folder", ERRAND_DIRECT_UPLOADS="on")


def test_in_production_nothing_travels_in_the_open():
    plain = {"ERRAND_S3_ENDPOINT": "http://minio.example.edu.cn:9000"}
    check_storage(read_settings(GIVEN | plain))
    assert refusal(**PRODUCTION, **plain).startswith("ERRAND_S3_ENDPOINT is not an address that begins with https://")


def test_nothing_secret_is_shown():
    settings = read_settings(GIVEN)
    assert "s3cret" not in repr(settings) + repr(bucket_account(settings)) + repr(find_bucket(settings))
