"""A bucket of the sandbox, and whoever comes to it: boto3 as anybody uses it, and clients that post forms."""

from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.config import Config

from adapters.storage.bucket_account import BucketAccount
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.manners import Manners
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.storage.keys import BUCKET, REGION, StorageKeys
from entrypoints.sandbox.storage.partner import Storage
from entrypoints.sandbox.store import Store
from errand_domain.ports.uploads import UploadForm

LATE_SECONDS = 0.6


def outside_of(folder: Path) -> Outside:
    """A world with nothing but the bucket in it."""
    return Outside(
        Store(folder / "sandbox.sqlite3"),
        manners=Manners(answer_late_seconds=LATE_SECONDS),
        make_partners=lambda outside: (Storage(outside, keys_of(folder)),),
    )


def keys_of(folder: Path) -> StorageKeys:
    return StorageKeys(Keys(folder / "keys"))


def account_of(folder: Path, address: str) -> BucketAccount:
    keys = keys_of(folder)
    return BucketAccount(
        endpoint=address,
        region=REGION,
        bucket=BUCKET,
        key_id=keys.key_id,
        secret=keys.secret,
        addressing="path",
        plain_http_allowed=True,
    )


def boto(account: BucketAccount, **changes: str) -> Any:
    """boto3's own client, which shares nothing with ours but the library."""
    given = {"aws_access_key_id": account.key_id, "aws_secret_access_key": account.secret, "region_name": REGION}
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        retries={"total_max_attempts": 1},
        request_checksum_calculation="when_required",
        proxies={},
    )
    return boto3.session.Session().client("s3", endpoint_url=account.endpoint, config=config, **(given | changes))


async def posted(form: UploadForm, content: bytes) -> httpx.Response:
    """What a mini-program does: all fields as they are, and then the file."""
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.post(form.url, data=dict(form.fields), files={form.file_field: ("photo", content)})
