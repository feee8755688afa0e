"""Messages that could not be delivered and wait for somebody who looks."""

from attrs import frozen

from errand_domain.errors import NotPermitted
from errand_domain.ids import MessageId
from errand_domain.member.member import Member
from errand_domain.ports.outbox import Envelope, Relay
from errand_domain.ports.outside import Clock


def _require(operator: Member) -> None:
    """The outbox serves all campuses: a grant at any of them will do."""
    if not any(operator.may("retry_messages", grant.campus_id) for grant in operator.grants):
        raise NotPermitted("retry_messages")


@frozen(kw_only=True)
class ListParkedMessages:
    """What is parked, and why."""

    relay: Relay

    async def __call__(self, operator: Member, *, limit: int) -> tuple[Envelope, ...]:
        """The messages, oldest first."""
        _require(operator)
        return await self.relay.parked(limit=limit)


@frozen(kw_only=True)
class RetryMessage:
    """Try a parked message again."""

    relay: Relay
    clock: Clock

    async def __call__(self, message_id: MessageId, operator: Member) -> None:
        """It is due now; raises `Missing` where no such message is parked."""
        _require(operator)
        await self.relay.unpark(message_id, now=self.clock.now())
