"""A bucket that takes its time: only so many wait for it, and those who gave up leave nothing behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import pytest

from adapters.outside.breaker import NotAsked
from adapters.storage.bucket import CONNECTIONS_MOST, Bucket
from adapters.storage.bucket_account import BucketAccount
from errand_domain.ports.files import StoreUnreachable

MINUTE = timedelta(minutes=1)


class Slow:
    """Takes every request, and answers when it is told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.has_many = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.lines = list[asyncio.Task[None]]()

    def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines.append(asyncio.create_task(self._answer(reader, writer)))

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                self.asked += 1
                if self.asked == CONNECTIONS_MOST:
                    self.has_many.set()
                await self.may_answer.wait()
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@pytest.fixture
async def slow() -> Slow:
    return Slow()


@pytest.fixture
async def account(slow: Slow) -> AsyncIterator[BucketAccount]:
    async with await asyncio.start_server(slow, "127.0.0.1", 0) as server:
        yield BucketAccount(
            endpoint=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}",
            region="ap-guangzhou",
            bucket="errand-1250000000",
            key_id="AKID0123456789",
            secret="s3cret-of-some-length",
            addressing="path",
            plain_http_allowed=True,
        )
        await asyncio.gather(*slow.lines)


async def test_a_slow_bucket_gathers_no_crowd_and_whoever_gave_up_makes_no_room(slow: Slow, account: BucketAccount):
    bucket = Bucket(account, read_seconds=60, wait_seconds=0.01)
    under_way = [asyncio.create_task(bucket.delete(f"files/{n}")) for n in range(CONNECTIONS_MOST)]
    await slow.has_many.wait()
    for give_up in (False, True):
        if give_up:
            for task in under_way[1:]:
                task.cancel()
            await asyncio.wait(under_way[1:])
        for ask in (bucket.delete("files/more"), bucket.form("k", size_most=9, media_type="image/png", lasts=MINUTE)):
            with pytest.raises(StoreUnreachable) as refused:
                await ask
            assert isinstance(refused.value.__cause__, NotAsked)
    assert slow.asked == CONNECTIONS_MOST
    slow.may_answer.set()
    await under_way[0]
    await bucket.close()


async def test_there_is_room_again_when_it_answers_and_whoever_gave_up_waiting_has_asked_nothing(
    slow: Slow, account: BucketAccount
):
    bucket = Bucket(account, read_seconds=60, wait_seconds=60)
    under_way = [asyncio.create_task(bucket.delete(f"files/{n}")) for n in range(CONNECTIONS_MOST)]
    await slow.has_many.wait()
    waiting = [asyncio.create_task(bucket.delete(f"files/more/{n}")) for n in range(3)]
    await asyncio.sleep(0)
    for task in (*under_way[1:], waiting[0]):
        task.cancel()
    await asyncio.wait((*under_way[1:], waiting[0]))
    slow.may_answer.set()
    await asyncio.gather(under_way[0], *waiting[1:])
    assert slow.asked == CONNECTIONS_MOST + 2
    await bucket.close()
