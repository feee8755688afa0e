"""A bucket, through boto3: any service that speaks S3, MinIO, or COS at its S3 endpoint."""

from asyncio import Semaphore, get_running_loop, timeout, wrap_future
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import timedelta
from http import HTTPStatus
from threading import Lock
from typing import Any, Final, TypeAlias, TypeVar, cast

import boto3  # pyright: ignore[reportMissingTypeStubs] - it ships none
from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs] - it ships none
from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none
from botocore.session import Session  # pyright: ignore[reportMissingTypeStubs] - it ships none

from adapters.outside.breaker import Breaker, NotAsked, Silence
from adapters.storage.bucket_account import BucketAccount
from errand_domain.errors import Missing
from errand_domain.ports.files import StoreUnreachable

CONNECT_SECONDS: Final = 3
READ_SECONDS: Final = 5
WAIT_SECONDS: Final = 2
"""For one of the threads; whoever gets none is refused, so that a slow bucket gathers no crowd."""
TRIES_MOST: Final = 2
"""All of it takes less than a worker gives a message: a thread that goes on alone could undo what came after."""
CONNECTIONS_MOST: Final = 20
_NOT_THERE: Final = frozenset({"NoSuchKey", "NotFound", "404"})
_OF_THE_MACHINE: Final = ("profile", "config_file", "credentials_file", "ca_bundle")
"""What botocore would read from the environment of whoever started us."""
Client: TypeAlias = Any
"""boto3 makes its clients' methods when it runs."""
T = TypeVar("T")

# Threads of their own: a bucket that is slow must not hold up what else runs in threads, such as looking up names.
_POOL: Final = ThreadPoolExecutor(max_workers=CONNECTIONS_MOST, thread_name_prefix="bucket")


class Bucket:
    """Objects by key. boto3 knows no asyncio: every call runs in a thread. The client is made when first used.

    At most `CONNECTIONS_MOST` calls are under way. Whoever is cancelled while waiting for a thread has asked nothing; a
    thread that has begun goes on to its end, keeps its place until then, and nobody hears of what it did.

    What is wrong is `Missing`, or `StoreUnreachable` with the service's code behind it; no key, address or signature
    is told. A call that was not answered is repeated: putting and deleting twice is the same as once.
    """

    def __init__(
        self,
        account: BucketAccount,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
        wait_seconds: float = WAIT_SECONDS,
        breaker: Breaker | None = None,
    ) -> None:
        self.account = account
        self._config = Config(
            signature_version="s3v4",
            s3={"addressing_style": account.addressing},
            connect_timeout=connect_seconds,
            read_timeout=read_seconds,
            retries={"mode": "standard", "total_max_attempts": TRIES_MOST},
            max_pool_connections=CONNECTIONS_MOST,
            proxies={},
            # Checksums in trailers are Amazon's own: others refuse the body that has one behind it.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        self._wait_seconds = wait_seconds
        self._breaker = breaker or Breaker("bucket")
        self._room = Semaphore(CONNECTIONS_MOST)
        self._making = Lock()
        self._made: Client | None = None

    async def put(self, key: str, content: bytes, *, media_type: str, cache_control: str = "private") -> None:
        """Store the object durably; the same key again replaces it."""
        told = {"ContentType": media_type, "CacheControl": cache_control}
        await self._call(lambda client: client.put_object(Bucket=self.account.bucket, Key=key, Body=content, **told))

    async def get(self, key: str, *, most: int | None = None) -> bytes:
        """The object, or no more than that many bytes of it; raises `Missing`."""

        def read(client: Client) -> bytes:
            answer = client.get_object(Bucket=self.account.bucket, Key=key)
            with closing(answer["Body"]) as body:
                return cast("bytes", body.read(most))

        return await self._call(read)

    async def delete(self, key: str) -> None:
        """Remove it, if it is there."""
        await self._call(lambda client: client.delete_object(Bucket=self.account.bucket, Key=key))

    async def form(self, key: str, *, size_most: int, media_type: str, lasts: timedelta) -> Mapping[str, str]:
        """The fields of a form that stores one object of that size at most under exactly that key. Asks nobody."""
        content_type = {"Content-Type": media_type}

        def sign(client: Client) -> Mapping[str, str]:
            post = client.generate_presigned_post(
                self.account.bucket,
                key,
                Fields=dict(content_type),
                Conditions=[content_type, ["content-length-range", 1, size_most]],
                ExpiresIn=int(lasts.total_seconds()),
            )
            return cast("Mapping[str, str]", post["fields"])

        try:
            return await self._in_thread(sign)
        except NotAsked as fault:
            raise StoreUnreachable from fault

    async def close(self) -> None:
        """Let go of the connections; a later call opens new ones."""
        with self._making:
            client, self._made = self._made, None
        if client is not None:
            await get_running_loop().run_in_executor(_POOL, client.close)

    async def _call(self, ask: Callable[[Client], T]) -> T:
        try:
            with self._breaker.guard():
                return await self._in_thread(ask)
        except ConnectionError as fault:
            raise StoreUnreachable from fault

    async def _in_thread(self, ask: Callable[[Client], T]) -> T:
        try:
            async with timeout(self._wait_seconds):
                await self._room.acquire()
        except TimeoutError:
            raise NotAsked("every thread was busy for too long") from None
        loop = get_running_loop()

        def leave(_: Future[T]) -> None:
            with suppress(RuntimeError):  # the loop is over, and nobody waits any more
                loop.call_soon_threadsafe(self._room.release)

        running = _POOL.submit(self._asked, ask)
        running.add_done_callback(leave)
        return await wrap_future(running)

    def _asked(self, ask: Callable[[Client], T]) -> T:
        try:
            return ask(self._client())
        except ClientError as refused:
            answer = cast("Any", refused).response
            code = str(answer.get("Error", {}).get("Code", ""))
            if code in _NOT_THERE:
                raise Missing("file") from None
            is_well = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) < HTTPStatus.INTERNAL_SERVER_ERROR
            raise (ConnectionError if is_well else Silence)(f"refused with {code[:60]}") from None
        except BotoCoreError as fault:
            raise Silence(type(fault).__name__) from None

    def _client(self) -> Client:
        with self._making:
            if self._made is None:
                session = Session(session_vars=dict.fromkeys(_OF_THE_MACHINE, (None, None, None, None)))
                self._made = cast("Any", boto3.Session)(botocore_session=session).client(
                    "s3",
                    endpoint_url=self.account.endpoint,
                    region_name=self.account.region,
                    aws_access_key_id=self.account.key_id,
                    aws_secret_access_key=self.account.secret,
                    config=self._config,
                )
            return self._made
