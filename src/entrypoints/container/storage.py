"""Where files lie, and whether clients may send them past us: the settings choose."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, cast

from adapters.storage.bucket_account import Addressing, BucketAccount
from adapters.storage.folder import FolderFileStore
from adapters.storage.public_folder import FolderPublicImages
from entrypoints.choosing import Make, choose
from entrypoints.partners import Given
from entrypoints.settings import Settings, SettingsInvalid
from errand_domain.ports.files import FileStore
from errand_domain.ports.public_images import PublicImages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.storage.bucket import Bucket
    from errand_domain.ports.uploads import Incoming

PREFIX: Final = "ERRAND_S3_"
BUCKETS: Final = frozenset({"s3", "cos"})
COS_ENDPOINT: Final = "https://cos.{region}.myqcloud.com"


def bucket_account(settings: Settings) -> BucketAccount:
    """The bucket that the settings name; raises `SettingsInvalid` with the variable that is wrong."""
    given = Given(settings, PREFIX)
    region = given.value("REGION")
    usual = COS_ENDPOINT.format(region=region) if settings.files == "cos" else ""
    try:
        return BucketAccount(
            endpoint=given.value("ENDPOINT") or usual,
            region=region,
            bucket=given.value("BUCKET"),
            key_id=given.value("KEY_ID"),
            secret=given.value("SECRET"),
            addressing=cast("Addressing", given.value("ADDRESSING") or "virtual"),
            plain_http_allowed=not given.is_production,
        )
    except ValueError as fault:
        name, _, wrong = str(fault).partition(" ")
        raise SettingsInvalid(f"{PREFIX}{name.upper()} {wrong}") from None


def find_bucket(settings: Settings) -> "Bucket | None":
    """The bucket, where files lie in one."""
    if settings.files not in BUCKETS:
        return None
    from adapters.storage.bucket import Bucket  # noqa: PLC0415 - boto3 is loaded only where it is used

    return Bucket(bucket_account(settings))


def find_file_store(settings: Settings, bucket: "Bucket | None") -> FileStore:
    """The store that the settings name; what it is given is sealed already."""

    def in_bucket(_: Settings) -> FileStore:
        from adapters.storage.bucket_files import BucketFileStore  # noqa: PLC0415 - see above

        return BucketFileStore(cast("Bucket", bucket))

    ours: Mapping[str, Make[FileStore]] = {
        "folder": lambda given: FolderFileStore(given.files_folder),
        **dict.fromkeys(BUCKETS, in_bucket),
    }
    return choose("ERRAND_FILES", settings.files, ours, settings)


def find_public_images(settings: Settings, bucket: "Bucket | None") -> PublicImages:
    """Where the pictures of members are public: beside the files."""
    from adapters.storage.public_bucket import BucketPublicImages  # noqa: PLC0415 - see above

    return FolderPublicImages(settings.files_folder / "public") if bucket is None else BucketPublicImages(bucket)


def find_incoming(settings: Settings, bucket: "Bucket | None") -> "Incoming | None":
    """Where clients send images past us, if they may."""
    if bucket is None or not settings.direct_uploads:
        return None
    from adapters.storage.incoming import CosIncoming, S3Incoming  # noqa: PLC0415 - see above

    if settings.files == "cos":
        return CosIncoming(bucket, clock=Given(settings, PREFIX).clock)
    return S3Incoming(bucket)


def check_storage(settings: Settings) -> None:
    """Raise `SettingsInvalid` unless files could be stored with them: what is wrong is found at the start."""
    if settings.files in BUCKETS:
        bucket_account(settings)
    else:
        find_file_store(settings, None)
    if settings.direct_uploads and settings.files not in BUCKETS:
        raise SettingsInvalid("ERRAND_DIRECT_UPLOADS must be off where ERRAND_FILES is neither s3 nor cos")


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncGenerator[FileStore]:
    """The store of these settings, whose connections are closed at the end."""
    bucket = find_bucket(settings)
    try:
        yield find_file_store(settings, bucket)
    finally:
        if bucket is not None:
            await bucket.close()
