"""The payment provider, as the domain sees it. Every answer here has been verified by the adapter.

An answer that did not arrive or did not verify is `Lost`: the outcome is unknown, and is asked for again.
"""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from attrs import field, frozen

from errand_domain.ids import MemberId
from errand_domain.member.member import WayKind
from errand_domain.money import Money
from errand_domain.payment.attempt import Attempt
from errand_domain.payment.refund import Refund


@frozen(kw_only=True)
class Lost:
    """No trustworthy answer. What was asked may have happened."""

    why: str


@frozen(kw_only=True)
class Started:
    """The provider waits for the payer, whose app needs these parameters (JSON)."""

    client_parameters: str = field(repr=False)


@frozen(kw_only=True)
class Declined:
    """The provider refused; nothing happened there."""

    reason: str


@frozen(kw_only=True)
class PaymentReport:
    """What the provider says of a payment: to be compared with ours before it is believed."""

    number: str
    provider: str
    merchant: str
    app: str
    amount: Money
    currency: str
    transaction_id: str
    paid_at: datetime
    payer: str = field(default="", repr=False)
    """Who paid, as the provider knows them; empty where it does not say."""


@frozen(kw_only=True)
class NotPaid:
    """It may still be paid, and nobody has paid it yet."""


@frozen(kw_only=True)
class NoLonger:
    """It is closed at the provider, or was never known there: it cannot be paid."""


@frozen(kw_only=True)
class RefundReport:
    """What the provider says of a refund."""

    number: str
    amount: Money
    refund_id: str
    outcome: "RefundDone | RefundUnderWay | RefundImpossible | RefundNeedsPerson"
    accepted_at: datetime | None = None
    """When the provider took the request: the day in whose bill it stands."""


@frozen(kw_only=True)
class RefundDone:
    """The payer has it."""

    at: datetime


@frozen(kw_only=True)
class RefundUnderWay:
    """The provider is working on it."""


@frozen(kw_only=True)
class RefundImpossible:
    """It will not happen under this number; a new number may be tried."""


@frozen(kw_only=True)
class RefundNeedsPerson:
    """The payer's account does not take it."""

    advice: str


@frozen(kw_only=True)
class Merchant:
    """Who we are to the provider, to compare reports with."""

    merchant: str
    app: str
    currency: str


class Payments(Protocol):
    """One provider's side of collecting money. Every call is idempotent under the attempt's number.

    `payer_way` is how the provider knows payers: the way to sign in whose value `start` needs, or `None` where anybody
    may pay.
    """

    provider: str
    merchant: Merchant
    payer_way: WayKind | None

    @abstractmethod
    async def start(
        self, attempt: Attempt, *, description: str, payer: str, expires_at: datetime
    ) -> Started | Declined | Lost:
        """Ask the provider to collect. `payer` is who pays, as the provider knows them (an openid), or empty."""

    @abstractmethod
    async def query(self, number: str) -> PaymentReport | NotPaid | NoLonger | Lost:
        """What became of the payment of that number.

        A provider that hears of a payment only when the payer opens it answers `NotPaid` until then.
        """

    @abstractmethod
    async def close(self, number: str) -> PaymentReport | NoLonger | Lost:
        """Make it unpayable; a report if it was paid already."""


class RefundDesk(Protocol):
    """One provider's side of giving money back. Idempotent under the refund's number."""

    provider: str

    @abstractmethod
    async def refund(self, refund: Refund, *, paid: Money, payment_number: str) -> RefundReport | Declined | Lost:
        """Ask for it. `paid` is what the payment of that number had been in all."""

    @abstractmethod
    async def query_refund(self, number: str, *, payment_number: str) -> RefundReport | Declined | Lost:
        """What became of it; `Declined` where the provider has never heard of it."""


@frozen(kw_only=True)
class PayoutWaits:
    """The provider waits for the runner's confirmation, for which their app needs the package."""

    package: str = field(repr=False)
    expires_at: datetime


@frozen(kw_only=True)
class PayoutDone:
    """The runner has it: so much, which is compared with what was asked for."""

    at: datetime
    amount: Money


@frozen(kw_only=True)
class PayoutUnderWay:
    """The provider is working on it."""


@frozen(kw_only=True)
class PayoutFailed:
    """It will not be paid under this number."""

    reason: str


@frozen(kw_only=True)
class PayoutExpired:
    """The runner did not confirm in time."""


PayoutAnswer = PayoutWaits | PayoutDone | PayoutUnderWay | PayoutFailed | PayoutExpired | Lost


@frozen(kw_only=True)
class PayoutRequest:
    """One part of a withdrawal, as it is asked for: repeated unchanged under the same number."""

    number: str
    runner_id: MemberId
    payee: str = field(repr=False)
    payee_name: str = field(default="", repr=False)
    amount: Money
    remark: str


class Payouts(Protocol):
    """One provider's side of paying runners. Idempotent under the part's number.

    `payee_way` is how the provider knows payees: the way to sign in whose value it pays to, or `None` where it asks
    for none.
    """

    provider: str
    payee_way: WayKind | None
    needs_payee_name: bool = False
    """Whether the provider compares the payee's real name."""

    @abstractmethod
    async def send(self, request: PayoutRequest) -> PayoutAnswer | Declined:
        """Ask for it, or ask again: the same number is the same payout.

        `Declined` says that nothing is known under that number, so that it may still be paid when it is asked for
        again; `PayoutFailed` and `PayoutExpired` say that it never will be. Asking again for one that waits answers
        with a package that opens.
        """

    @abstractmethod
    async def query_payout(self, number: str) -> PayoutAnswer | Declined:
        """What became of it; `Declined` where the provider has never heard of it."""

    @abstractmethod
    async def cancel(self, number: str) -> PayoutAnswer | Declined:
        """Take back a payout that waits for its payee: the answer is its state now, which may be that it is too late.

        `Declined` where the provider has never heard of it, or lets nothing be taken back.
        """
