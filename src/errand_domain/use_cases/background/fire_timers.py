"""What is due happens: each kind of timer has its use case."""

from typing import Literal, assert_never
from uuid import UUID

from attrs import frozen

from errand_domain.ids import AttemptId, ContentCaseId, FileId, MemberId, OrderId, WithdrawalId
from errand_domain.ports.timers import TimerKind
from errand_domain.use_cases.files.erase_file import EraseUnfinishedFile, EraseUnusedFile
from errand_domain.use_cases.files.screen_images import MissVerdict
from errand_domain.use_cases.moderation.erase_content_case import EraseContentCase
from errand_domain.use_cases.money.advance_withdrawal import AdvanceWithdrawal
from errand_domain.use_cases.money.query_payment import QueryPayment
from errand_domain.use_cases.money.refunding import AdvanceRefund
from errand_domain.use_cases.money.release_earning import ReleaseEarning
from errand_domain.use_cases.orders.erase_order import EraseOrderDetails
from errand_domain.use_cases.orders.watch_order import WatchOrder
from errand_domain.use_cases.runners.watch_runner import WatchRunner


@frozen(kw_only=True)
class FireTimer:
    """Act on one due subject. Firing a timer that is stale changes nothing."""

    orders: WatchOrder
    attempts: QueryPayment
    refunds: AdvanceRefund
    earnings: ReleaseEarning
    withdrawals: AdvanceWithdrawal
    runners: WatchRunner
    images: MissVerdict
    details: EraseOrderDetails
    files: EraseUnusedFile
    expected: EraseUnfinishedFile
    cases: EraseContentCase

    async def __call__(self, kind: TimerKind, subject: str) -> None:
        """Do what the timer of that kind is there for."""
        match kind:
            case "order":
                await self.orders(OrderId(UUID(subject)))
            case "attempt":
                await self.attempts(AttemptId(UUID(subject)))
            case "refund":
                await self.refunds(subject)
            case "earning":
                order_id, _, earning_round = subject.partition(":")
                await self.earnings(OrderId(UUID(order_id)), int(earning_round))
            case "withdrawal":
                await self.withdrawals(WithdrawalId(UUID(subject)))
            case "runner":
                await self.runners(MemberId(UUID(subject)))
            case "image":
                await self.images(FileId(UUID(subject)))
            case "order_details" | "file" | "expected_file" | "content_case":
                await self._erase(kind, UUID(subject))
            case _:
                assert_never(kind)

    async def _erase(
        self, kind: Literal["order_details", "file", "expected_file", "content_case"], subject: UUID
    ) -> None:
        match kind:
            case "order_details":
                await self.details(OrderId(subject))
            case "file":
                await self.files(FileId(subject))
            case "expected_file":
                await self.expected(FileId(subject))
            case "content_case":
                await self.cases(ContentCaseId(subject))
            case _:
                assert_never(kind)
