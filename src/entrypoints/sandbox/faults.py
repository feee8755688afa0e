"""What may go wrong on request: at which operation, in which way, how often."""

from collections import deque
from collections.abc import Mapping
from itertools import repeat
from typing import Final, Literal

CallFault = Literal[
    "drop_request",
    "drop_answer",
    "delay",
    "bad_signature",
    "old_timestamp",
    "wrong_amount",
    "server_error",
    "server_error_after",
    "rate_limited",
    "not_enough",
    "abnormal",
    "closed",
    "takes_time",
    "fails",
    "user_refused",
    "not_published",
]
NewsFault = Literal["lost", "duplicate", "reorder", "delay", "bad_signature", "old_timestamp", "wrong_amount"]
Kind = CallFault | NewsFault

ANY_CALL: Final[tuple[Kind, ...]] = (
    "drop_request",
    "drop_answer",
    "delay",
    "bad_signature",
    "old_timestamp",
    "server_error",
    "server_error_after",
    "rate_limited",
)
"""What may befall every call: on its way there, in the work, and on its way back."""
NEWS: Final[tuple[Kind, ...]] = (
    "lost",
    "duplicate",
    "reorder",
    "delay",
    "bad_signature",
    "old_timestamp",
    "wrong_amount",
)
"""What may befall every notification about money."""

MEANINGS: Final[Mapping[Kind, str]] = {
    "drop_request": "请求未到达就断开",
    "drop_answer": "事情办了，回答丢失",
    "delay": "回答来得太晚",
    "bad_signature": "签名不对",
    "old_timestamp": "时间戳过旧",
    "wrong_amount": "金额不符",
    "server_error": "服务器出错，什么也没做",
    "server_error_after": "服务器出错，但事情已办",
    "rate_limited": "请求太频繁",
    "not_enough": "商户余额不足",
    "abnormal": "退款异常",
    "closed": "退款关闭",
    "takes_time": "处理时间很长",
    "fails": "最终失败",
    "user_refused": "用户被判为高风险",
    "not_published": "页面未发布",
    "lost": "通知丢失",
    "duplicate": "通知同时来十次",
    "reorder": "通知晚于后面的通知",
}

TIMES_MOST: Final = 100


class Faults:
    """Faults in waiting: each is met once, by the next call or notification of its operation."""

    def __init__(self, operations: Mapping[str, tuple[Kind, ...]]) -> None:
        self.operations = operations
        self._waiting: dict[str, deque[Kind]] = {}

    def ask(self, operation: str, kind: Kind, *, times: int = 1) -> None:
        """The next ones of that operation meet it; raises `ValueError` where that cannot happen there."""
        if kind not in self.operations.get(operation, ()):
            raise ValueError(f"{kind} cannot happen at {operation}")
        if not 1 <= times <= TIMES_MOST:
            raise ValueError(f"a fault may be asked for 1 to {TIMES_MOST} times at once")
        self._waiting.setdefault(operation, deque()).extend(repeat(kind, times))

    def take(self, operation: str) -> Kind | None:
        """What this one meets."""
        waiting = self._waiting.get(operation)
        return waiting.popleft() if waiting else None

    def waiting(self) -> tuple[tuple[str, Kind], ...]:
        """What has been asked for and not been met yet."""
        return tuple((operation, kind) for operation, kinds in self._waiting.items() for kind in kinds)

    def clear(self) -> None:
        """Nothing more goes wrong."""
        self._waiting.clear()
