"""What a provider tells us of its own accord, once it is proved to be its word.

Anybody can post anything to an address that is public: `read` believes nothing that it has not verified, and answers
with what the use cases then compare with our own records.
"""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Protocol

from attrs import field, frozen

from errand_domain.errors import Forbidden
from errand_domain.money import Money
from errand_domain.ports.content import Verdict
from errand_domain.ports.payments import PaymentReport, PayoutAnswer, RefundReport

Doubt = Literal["headers", "clock", "key", "signature", "content", "addressee"]


@frozen(str=False)
class NotificationRefused(Forbidden):
    """What came is not proved to be the provider's word, or is not meant for us."""

    code = "notification.refused"
    sentence = "通知未通过验证"

    doubt: Doubt
    """What is wrong with it, as far as a stranger may know."""


@frozen(kw_only=True)
class Delivery:
    """A notification as it came in. The body is kept byte for byte, for the signature is over its bytes.

    Names of headers are in lower case. `query` is what stands behind the question mark of the address.
    """

    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    body: bytes = field(repr=False)


@frozen(kw_only=True)
class PayoutReport:
    """What the provider says of one part of a withdrawal."""

    number: str
    amount: Money
    answer: PayoutAnswer


@frozen(kw_only=True)
class SettlementReport:
    """The provider has made the money of that payment available to us."""

    number: str
    provider: str
    at: datetime


@frozen(kw_only=True)
class ImageReport:
    """The verdict on the image that was submitted under that trace."""

    trace: str
    verdict: Verdict


@frozen(kw_only=True)
class NothingForUs:
    """Verified, and about something that changes nothing here."""

    about: str


Notification = PaymentReport | RefundReport | PayoutReport | SettlementReport | ImageReport | NothingForUs


class Notifications(Protocol):
    """One channel through which a provider notifies us: its verification, and its words for what happened."""

    channel: str

    @abstractmethod
    async def read(self, delivery: Delivery) -> Notification:
        """What is told, verified; raises `NotificationRefused`. Nothing is asked of anybody meanwhile."""

    async def greet(self, delivery: Delivery) -> str:  # noqa: ARG002 - most providers do not greet
        """What a provider wants to hear before it uses the address; raises `NotificationRefused` where none asks."""
        raise NotificationRefused("content")
