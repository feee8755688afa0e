"""One bucket over HTTP: objects that are put, read and removed with a signature, and forms that strangers post."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from attrs import field, frozen

from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Partner
from entrypoints.sandbox.storage.errors import StorageError
from entrypoints.sandbox.storage.forms import read_form
from entrypoints.sandbox.storage.keys import BUCKET, REGION, StorageKeys
from entrypoints.sandbox.storage.policies import check_form
from entrypoints.sandbox.storage.sigv4 import Signer, check_request
from entrypoints.sandbox.wire import DROPPED, Asked, Reply

OBJECTS: Final = "storage.objects"
FORMS: Final = "storage.forms"
FAULTS: Final[tuple[Kind, ...]] = (
    "drop_request",
    "drop_answer",
    "delay",
    "bad_signature",
    "old_timestamp",
    "server_error",
    "server_error_after",
    "rate_limited",
)
REFUSALS: Final[Mapping[Kind, str]] = {
    "bad_signature": "SignatureDoesNotMatch",
    "old_timestamp": "RequestTimeTooSkewed",
    "server_error": "InternalError",
    "rate_limited": "SlowDown",
}
STATUSES_OF_FORMS: Final[Mapping[str, int]] = {"200": 200, "201": 201}
ADDRESS: Final = f"/{BUCKET}"


@frozen(kw_only=True)
class StoredObject:
    """What lies under a key."""

    content_base64: str = field(repr=False)
    media_type: str
    at: datetime

    @property
    def content(self) -> bytes:
        """The bytes."""
        return b64decode(self.content_base64)


def wall_time() -> datetime:
    """The time of signatures, which is always the machine's own."""
    return datetime.now(UTC)


class Storage(Partner):
    """One private bucket, addressed by its path."""

    name = "storage"
    operations: Mapping[str, tuple[Kind, ...]] = {OBJECTS: FAULTS, FORMS: FAULTS}
    schedule: tuple[timedelta, ...] = ()

    def __init__(self, outside: Outside, keys: StorageKeys) -> None:
        self._outside = outside
        self._keys = keys
        self._objects = outside.store.table("storage.objects", StoredObject)

    def owns(self, path: str) -> bool:
        """The bucket itself, and what lies in it."""
        return path == ADDRESS or path.startswith(f"{ADDRESS}/")

    def serve(self, asked: Asked) -> Reply:
        """Do what is asked, with the fault that waits for it."""
        key = asked.path.removeprefix(ADDRESS).lstrip("/")
        fault = self._outside.faults.take(FORMS if asked.method == "POST" else OBJECTS)
        if fault == "drop_request":
            return DROPPED
        if fault is not None and fault in REFUSALS:
            return StorageError(REFUSALS[fault]).reply(asked.path)
        try:
            reply = self._served(asked, key)
        except StorageError as refused:
            reply = refused.reply(asked.path)
        if fault == "server_error_after":
            return StorageError("InternalError").reply(asked.path)
        if fault == "drop_answer":
            return DROPPED
        return reply.late(self._outside.manners.answer_late_seconds) if fault == "delay" else reply

    @property
    def _signer(self) -> Signer:
        return Signer(key_id=self._keys.key_id, secret=self._keys.secret, region=REGION)

    def _served(self, asked: Asked, key: str) -> Reply:
        if asked.method == "POST" and not key:
            return self._posted(asked)
        if not key or asked.method not in {"GET", "HEAD", "PUT", "DELETE"}:
            raise StorageError("MethodNotAllowed")
        check_request(asked, self._signer, wall_time())
        match asked.method:
            case "PUT":
                self._put(key, asked.body, asked.headers.get("content-type", ""))
                return Reply(headers={"etag": _tag(asked.body)})
            case "DELETE":
                self._objects.pop(key, None)
                return Reply(status=204)
            case _:
                return self._got(key)

    def _posted(self, asked: Asked) -> Reply:
        form = read_form(asked)
        check_form(form, self._signer, wall_time(), bucket=BUCKET)
        if not form.fields.get("key"):
            raise StorageError("InvalidArgument", "Bucket POST must contain a field named 'key'.")
        self._put(form.fields["key"], form.content, form.fields.get("content-type", ""))
        status = STATUSES_OF_FORMS.get(form.fields.get("success_action_status", ""), 204)
        return Reply(status=status, headers={"etag": _tag(form.content)})

    def _got(self, key: str) -> Reply:
        found = self._objects.get(key)
        if found is None:
            raise StorageError("NoSuchKey", "The specified key does not exist.")
        headers = {
            "content-type": found.media_type,
            "etag": _tag(found.content),
            "last-modified": f"{found.at:%a, %d %b %Y %H:%M:%S GMT}",
        }
        return Reply(headers=headers, body=found.content)

    def _put(self, key: str, content: bytes, media_type: str) -> None:
        self._objects[key] = StoredObject(
            content_base64=b64encode(content).decode(),
            media_type=media_type or "binary/octet-stream",
            at=wall_time(),
        )


def _tag(content: bytes) -> str:
    """Different for different contents; real buckets take another digest, which clients must not rely on either."""
    return f'"{sha256(content).hexdigest()[:32]}"'
