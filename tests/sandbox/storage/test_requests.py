"""What is signed is done, and nothing else: boto3 is the oracle of what a right signature is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from attrs import evolve
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from adapters.storage.bucket_account import BucketAccount
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.storage.errors import StorageError
from entrypoints.sandbox.storage.keys import BUCKET, REGION
from entrypoints.sandbox.storage.sigv4 import Signer, check_request
from entrypoints.sandbox.wire import Asked
from tests.sandbox.serving import served
from tests.sandbox.storage.playing import account_of, boto, outside_of

MINUTE = timedelta(minutes=1)
SIGNER = Signer(key_id="AKID", secret="a secret of some length", region=REGION)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Outside, BucketAccount]]:
    folder = tmp_path_factory.mktemp("storage")
    outside = outside_of(folder)
    with served(lambda _: Sandbox(outside)) as address:
        yield outside, account_of(folder, address)


@pytest.fixture(scope="module")
def account(place: tuple[Outside, BucketAccount]) -> BucketAccount:
    return place[1]


@pytest.fixture(scope="module")
def client(account: BucketAccount) -> Iterator[Any]:
    made = boto(account)
    yield made
    made.close()


def code_of(refused: pytest.ExceptionInfo[ClientError]) -> str:
    return refused.value.response["Error"]["Code"]


def test_boto3_puts_reads_looks_and_removes(client):
    key = "files/a b+c~é"
    client.put_object(Bucket=BUCKET, Key=key, Body=b"a photo", ContentType="image/jpeg")
    found = client.get_object(Bucket=BUCKET, Key=key)
    assert (found["Body"].read(), found["ContentType"]) == (b"a photo", "image/jpeg")
    looked = client.head_object(Bucket=BUCKET, Key=key)
    assert (looked["ContentLength"], looked["ETag"]) == (7, found["ETag"])
    client.delete_object(Bucket=BUCKET, Key=key)
    with pytest.raises(ClientError) as refused:
        client.get_object(Bucket=BUCKET, Key=key)
    assert code_of(refused) == "NoSuchKey"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aws_secret_access_key": "another secret"}, "SignatureDoesNotMatch"),
        ({"aws_access_key_id": "somebody"}, "InvalidAccessKeyId"),
        ({"region_name": "ap-beijing"}, "AuthorizationHeaderMalformed"),
    ],
)
def test_whoever_else_signs_is_refused(account, changes, code):
    client = boto(account, **changes)
    with pytest.raises(ClientError) as refused:
        client.get_object(Bucket=BUCKET, Key="files/1")
    client.close()
    assert code_of(refused) == code


def test_an_address_that_was_signed_is_read_without_a_header_and_for_nothing_else(client):
    client.put_object(Bucket=BUCKET, Key="files/2", Body=b"two")
    address = client.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "files/2"}, ExpiresIn=60)
    with httpx.Client(trust_env=False) as http:
        assert http.get(address).content == b"two"
        assert "SignatureDoesNotMatch" in http.get(address.replace("files/2", "files/1")).text
        assert "SignatureDoesNotMatch" in http.get(address.replace("Expires=60", "Expires=61")).text
        assert http.put(address, content=b"three").status_code == 403
        assert "<Code>AccessDenied</Code>" in http.get(address.partition("?")[0]).text


def test_nothing_is_done_that_the_sandbox_does_not_know(account):
    with httpx.Client(trust_env=False) as http:
        assert http.get(account.url).status_code == 405
        assert http.patch(f"{account.url}/files/1").status_code == 405
        assert http.get(f"{account.endpoint}/another-bucket/files/1").status_code == 404


def signed(method: str, path: str, body: bytes = b"") -> Asked:
    """A request as botocore signs it, now."""
    request = AWSRequest(method=method, url=f"http://127.0.0.1{path}", data=body, headers={"Host": "127.0.0.1"})
    S3SigV4Auth(Credentials(SIGNER.key_id, SIGNER.secret), "s3", REGION).add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    parts = urlsplit(request.url)
    return Asked(method=method, path=parts.path, query=parts.query, headers=headers, body=body)


def refusal(asked: Asked, now: datetime) -> str:
    with pytest.raises(StorageError) as refused:
        check_request(asked, SIGNER, now)
    return refused.value.code


def test_a_signature_is_of_one_request_and_of_its_time():
    now, asked = datetime.now(UTC), signed("PUT", "/b/k?tagging", b"body")
    for later in (-14 * MINUTE, 0 * MINUTE, 14 * MINUTE):
        check_request(asked, SIGNER, now + later)
    for later in (-16 * MINUTE, 16 * MINUTE):
        assert refusal(asked, now + later) == "RequestTimeTooSkewed"
    assert refusal(evolve(asked, body=b"other"), now) == "XAmzContentSHA256Mismatch"
    for changed in (
        evolve(asked, path="/b/other"),
        evolve(asked, query="tagging=1"),
        evolve(asked, method="DELETE"),
        evolve(asked, headers={**asked.headers, "host": "elsewhere"}),
    ):
        assert refusal(changed, now) == "SignatureDoesNotMatch"
    assert refusal(evolve(asked, headers={**asked.headers, "x-amz-acl": "public-read"}), now) == "AccessDenied"
    assert refusal(evolve(asked, headers={}), now) == "AccessDenied"


def test_an_address_that_is_over_is_refused(client):
    address = client.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "files/2"}, ExpiresIn=60)
    parts, credentials = urlsplit(address), client._request_signer._credentials
    signer = Signer(key_id=credentials.access_key, secret=credentials.secret_key, region=REGION)
    asked = Asked(method="GET", path=parts.path, query=parts.query, headers={"host": parts.netloc})
    now = datetime.now(UTC)
    check_request(asked, signer, now)
    with pytest.raises(StorageError) as refused:
        check_request(asked, signer, now + 2 * MINUTE)
    assert refused.value.code == "AccessDenied"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("bad_signature", "SignatureDoesNotMatch"),
        ("old_timestamp", "RequestTimeTooSkewed"),
        ("server_error", "InternalError"),
        ("server_error_after", "InternalError"),
        ("rate_limited", "SlowDown"),
    ],
)
def test_what_was_asked_to_go_wrong_does(place, client, fault, code):
    client.put_object(Bucket=BUCKET, Key=f"files/{fault}", Body=b"before")
    place[0].faults.ask("storage.objects", fault)
    with pytest.raises(ClientError) as refused:
        client.put_object(Bucket=BUCKET, Key=f"files/{fault}", Body=b"after")
    assert code_of(refused) == code
    found = client.get_object(Bucket=BUCKET, Key=f"files/{fault}")["Body"].read()
    assert found == (b"after" if fault == "server_error_after" else b"before")
