"""What providers tell us: every channel keeps the same promises."""

import pytest

from adapters.memory.notifications import MemoryNotifications
from errand_domain.ports.notifications import Delivery, NothingForUs, SettlementReport
from errand_domain.testing import contracts, examples


class TestMemory(contracts.NotificationsContract):
    @pytest.fixture
    def adapter(self) -> MemoryNotifications:
        return MemoryNotifications()

    @pytest.fixture
    def genuine(self, adapter: MemoryNotifications) -> tuple[Delivery, ...]:
        settled = SettlementReport(number="n", provider="memory", at=examples.NOW)
        return tuple(map(adapter.written, (settled, NothingForUs(about="weather"))))
