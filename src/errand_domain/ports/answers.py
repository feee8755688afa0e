"""Stored answers: a request that is repeated with its key gets the answer that it got."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from attrs import field, frozen

from errand_domain.errors import Conflict
from errand_domain.ids import MemberId


@frozen(str=False)
class KeyForOther(Conflict):
    """The idempotency key was used for another request."""

    code = "request.key_reused"
    sentence = "请求标识已用于其他请求"


@frozen(str=False)
class StillWorking(Conflict):
    """The first request with this key is still being worked on."""

    code = "request.in_progress"
    sentence = "请求正在处理，请稍候"


@frozen(kw_only=True)
class Answer:
    """What was answered."""

    status: int
    media_type: str
    body: bytes = field(repr=False)


class Answers(Protocol):
    """One answer per member and key. Each call takes effect at once."""

    @abstractmethod
    async def reserve(
        self, member_id: MemberId, key: str, *, request_digest: str, now: datetime, leased_until: datetime
    ) -> Answer | None:
        """Take the key: `None` says go on, an answer says that it was done before.

        Raises `KeyForOther` where the key came with another request, and `StillWorking` while the first one holds its
        lease; a lease that ran out is taken over.
        """

    @abstractmethod
    async def keep(self, member_id: MemberId, key: str, answer: Answer) -> None:
        """Store the answer for repeats."""
