"""A provider's own account of one day, to be compared with ours line by line."""

from abc import abstractmethod
from datetime import date, datetime
from typing import Literal, Protocol

from attrs import frozen

from errand_domain.money import Money
from errand_domain.ports.payments import Lost

LineKind = Literal["payment", "refund", "payout"]


@frozen(kw_only=True)
class BillLine:
    """One movement, as the provider booked it.

    `number` is ours, `provider_id` theirs. `fee_fen` is what they charge for it: negative where a refund brings part
    of a fee back, which is why it is no `Money`.
    """

    kind: LineKind
    number: str
    provider_id: str
    amount: Money
    fee_fen: int = 0
    at: datetime


@frozen(kw_only=True)
class Bill:
    """Everything that the provider booked for us on one day of its own calendar (UTC+8)."""

    provider: str
    day: date
    lines: tuple[BillLine, ...]


@frozen(kw_only=True)
class BillNotReady:
    """The provider has not closed that day yet, or is still writing its bill: ask later."""

    why: str


class Bills(Protocol):
    """The daily bills of one provider."""

    provider: str

    @abstractmethod
    async def of_day(self, day: date) -> Bill | BillNotReady | Lost:
        """The bill of that day, without lines where nothing moved; `Lost` where none came that can be trusted.

        Where the provider gives a digest, it was compared.
        """
