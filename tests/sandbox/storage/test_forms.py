"""Forms of strangers are kept to the letter of what was signed, in S3's way and in COS's."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import httpx
import pytest

from adapters.storage.bucket_account import BucketAccount
from adapters.storage.cos_policy import cos_fields
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.storage.errors import StorageError
from entrypoints.sandbox.storage.forms import Form
from entrypoints.sandbox.storage.keys import BUCKET, REGION
from entrypoints.sandbox.storage.policies import check_form
from entrypoints.sandbox.storage.sigv4 import Signer
from tests.sandbox.serving import served
from tests.sandbox.storage.playing import account_of, boto, outside_of

FIVE_MINUTES = timedelta(minutes=5)
Way = Literal["s3", "cos"]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketAccount]:
    folder = tmp_path_factory.mktemp("storage")
    with served(lambda _: Sandbox(outside_of(folder))) as address:
        yield account_of(folder, address)


@pytest.fixture(params=["s3", "cos"])
def way(request: pytest.FixtureRequest) -> Way:
    return request.param


@pytest.fixture(scope="module")
def client(account: BucketAccount) -> Iterator[Any]:
    made = boto(account)
    yield made
    made.close()


@pytest.fixture
def fields(way: Way, account: BucketAccount, client: Any) -> dict[str, str]:
    """A form for an image of ten bytes at most, as boto3 signs it, or as ours does for COS."""
    if way == "cos":
        now = datetime.now(UTC)
        size = {"size_most": 10, "media_type": "image/jpeg"}
        return dict(cos_fields(account, "incoming/1", **size, start=now, end=now + FIVE_MINUTES))
    kind = {"Content-Type": "image/jpeg"}
    conditions = [kind, ["content-length-range", 1, 10]]
    return client.generate_presigned_post(BUCKET, "incoming/1", kind, conditions, 300)["fields"]


def answer(account: BucketAccount, fields: Mapping[str, str], content: bytes = b"a photo", *, last: bool = True) -> str:
    """The code of the refusal, or nothing."""
    parts = [(name, (None, value)) for name, value in fields.items()]
    file = ("file", ("photo", content))
    with httpx.Client(trust_env=False) as http:
        told = http.post(account.url, files=[*parts, file] if last else [file, *parts])
    return "" if told.status_code == 204 else told.text.partition("<Code>")[2].partition("</Code>")[0]


def test_what_was_signed_is_taken_as_it_was_signed(account, client, fields):
    client.delete_object(Bucket=BUCKET, Key="incoming/1")
    assert answer(account, fields) == ""
    found = client.get_object(Bucket=BUCKET, Key="incoming/1")
    assert (found["Body"].read(), found["ContentType"]) == (b"a photo", "image/jpeg")


def test_a_form_that_says_anything_else_is_refused(account, fields):
    assert answer(account, {**fields, "key": "files/1"}) == "AccessDenied"
    assert answer(account, {**fields, "Content-Type": "text/html"}) == "AccessDenied"
    assert answer(account, {**fields, "acl": "public-read"}) == "AccessDenied"
    assert answer(account, {**fields, "x-ignore-this": "yes"}) == ""
    for name in fields:
        assert answer(account, {k: v for k, v in fields.items() if k != name}) != "", name


def test_the_size_is_what_was_signed(account, fields):
    assert answer(account, fields, b"x" * 10) == ""
    assert answer(account, fields, b"x" * 11) == "EntityTooLarge"
    assert answer(account, fields, b"") == "EntityTooSmall"


def test_what_stands_behind_the_file_counts_for_nothing(account, fields):
    assert answer(account, fields, last=False) == "AccessDenied"


def test_a_form_without_a_file_or_that_is_none_is_refused(account, fields):
    with httpx.Client(trust_env=False) as http:
        parts = [(name, (None, value)) for name, value in fields.items()]
        assert "InvalidArgument" in http.post(account.url, files=parts).text
        assert "MalformedPOSTRequest" in http.post(account.url, data=fields).text
        assert "MalformedPOSTRequest" in http.post(account.url, content=b"x").text


def test_another_signature_is_refused(account, fields, way):
    name = "x-amz-signature" if way == "s3" else "q-signature"
    forged = fields[name][:-1] + ("0" if fields[name][-1] != "0" else "1")
    assert answer(account, {**fields, name: forged}) == "SignatureDoesNotMatch"
    wider = base64.b64decode(fields["policy"]).replace(b"10]", b"99]")
    assert answer(account, {**fields, "policy": base64.b64encode(wider).decode()}) == "SignatureDoesNotMatch"


def test_a_policy_is_over_when_it_says_so(account, fields):
    signer = Signer(key_id=account.key_id, secret=account.secret, region=REGION)
    form = Form(fields={name.lower(): value for name, value in fields.items()}, content=b"a photo")
    now = datetime.now(UTC)
    check_form(form, signer, now, bucket=BUCKET)
    with pytest.raises(StorageError) as refused:
        check_form(form, signer, now + FIVE_MINUTES, bucket=BUCKET)
    assert refused.value.code == "AccessDenied"
    with pytest.raises(StorageError):
        check_form(form, signer, now, bucket="another-1250000000")


def test_the_form_of_cos_is_signed_as_its_documentation_says(account):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    fields = cos_fields(
        account, "incoming/1", size_most=10, media_type="image/png", start=start, end=start + FIVE_MINUTES
    )
    policy = base64.b64decode(fields["policy"])
    times = "1767225540;1767225900"
    assert json.loads(policy) == {
        "expiration": "2026-01-01T00:05:00.000Z",
        "conditions": [
            {"bucket": BUCKET},
            ["eq", "$key", "incoming/1"],
            ["eq", "$Content-Type", "image/png"],
            ["content-length-range", 1, 10],
            {"q-sign-algorithm": "sha1"},
            {"q-ak": account.key_id},
            {"q-sign-time": times},
        ],
    }
    sign_key = hmac.new(account.secret.encode(), times.encode(), hashlib.sha1).hexdigest()
    text = hashlib.sha1(policy).hexdigest()  # noqa: S324 - COS's own algorithm, inside an HMAC
    assert fields["q-key-time"] == times
    assert fields["q-signature"] == hmac.new(sign_key.encode(), text.encode(), hashlib.sha1).hexdigest()
