"""The contract of a provider's bills, on the provider in memory."""

from datetime import timedelta

import pytest
from attrs import frozen

from adapters.memory.bills import MemoryBills
from adapters.memory.clock import MemoryClock
from adapters.memory.provider import MemoryProvider
from adapters.memory.provider_books import ProviderBooks
from errand_domain.payment.attempt import Attempt
from errand_domain.ports.payments import PayoutRequest
from errand_domain.testing import contracts, examples

FEE_BASIS_POINTS = 60


@frozen(kw_only=True)
class MemoryPartner:
    """A provider in memory, its bills, and the clock that both read."""

    clock: MemoryClock
    provider: MemoryProvider
    bills: MemoryBills


@frozen
class OutsideOfMemory:
    partner: MemoryPartner

    async def open(self, attempt: Attempt) -> None:
        assert attempt.number in {number for number, _, _ in self.partner.provider.open_payments()}

    async def pay(self, attempt: Attempt) -> None:
        self.partner.provider.pay(attempt.number)

    async def confirm(self, request: PayoutRequest) -> None:
        self.partner.provider.confirm_payout(request.number)

    async def close_day(self) -> None:
        self.partner.clock.advance(timedelta(days=1))


@pytest.fixture
def partner() -> MemoryPartner:
    clock, books = MemoryClock(examples.NOW), ProviderBooks()
    return MemoryPartner(
        clock=clock,
        provider=MemoryProvider(clock, books=books),
        bills=MemoryBills(books, clock, fee_basis_points=FEE_BASIS_POINTS),
    )


class TestBills(contracts.BillsContract):
    @pytest.fixture
    def adapter(self, partner: MemoryPartner) -> MemoryBills:
        return partner.bills

    @pytest.fixture
    def desks(self, partner: MemoryPartner) -> contracts.Desks:
        return contracts.Desks(payments=partner.provider, refunds=partner.provider, payouts=partner.provider)

    @pytest.fixture
    def outside(self, partner: MemoryPartner) -> OutsideOfMemory:
        return OutsideOfMemory(partner)
