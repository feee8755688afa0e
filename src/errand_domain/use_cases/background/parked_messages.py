"""Messages that could not be delivered and wait for somebody who looks.

The outbox serves all campuses: a role at any of them will do.
"""

from attrs import frozen

from errand_domain.ids import MessageId
from errand_domain.member.member import Member
from errand_domain.permissions import check_anywhere
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.outbox import Envelope, Relay
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin


@frozen(kw_only=True)
class ListParkedMessages:
    """What is parked, and why."""

    relay: Relay

    async def __call__(self, operator: Member, *, limit: int) -> tuple[Envelope, ...]:
        """The messages, oldest first."""
        check_anywhere("retry_messages", operator)
        return await self.relay.parked(limit=limit)


@frozen(kw_only=True)
class RetryMessage:
    """Try a parked message again. `operator` is `None` for the command line of the machine itself."""

    begin: Begin
    clock: Clock

    async def __call__(self, message_id: MessageId, operator: Member | None) -> None:
        """It is due now; audited in the same commit. Raises `Missing` where no such message is parked."""
        if operator is not None:
            check_anywhere("retry_messages", operator)
        now = self.clock.now()
        async with self.begin() as tx:
            tx.outbox.retry(message_id, at=now)
            tx.audit.record(
                AuditLine(
                    at=now,
                    actor_id=operator.id if operator else None,
                    campus_id=None,
                    action="message.retried",
                    subject=f"message:{message_id}",
                )
            )
            await tx.commit()
