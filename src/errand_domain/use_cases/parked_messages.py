"""Messages that could not be delivered and wait for somebody who looks.

The outbox serves all campuses: a role at any of them will do.
"""

from attrs import frozen

from errand_domain.ids import MessageId
from errand_domain.member.member import Member
from errand_domain.permissions import check_anywhere
from errand_domain.ports.outbox import Envelope, Relay
from errand_domain.ports.outside import Clock


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
    """Try a parked message again."""

    relay: Relay
    clock: Clock

    async def __call__(self, message_id: MessageId, operator: Member) -> None:
        """It is due now; raises `Missing` where no such message is parked."""
        check_anywhere("retry_messages", operator)
        await self.relay.unpark(message_id, now=self.clock.now())
