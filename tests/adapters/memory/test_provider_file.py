"""The provider whose books are in a file keeps the contracts of the one in memory, and two processes share it."""

from pathlib import Path

import pytest

from adapters.memory.clock import MemoryClock
from adapters.memory.provider import MemoryProvider
from adapters.memory.provider_file import books_in_file
from errand_domain.testing import contracts, examples
from tests.contracts.test_outside import OutsideOfMemory


def opened(path: Path) -> MemoryProvider:
    return MemoryProvider(MemoryClock(examples.NOW), books=books_in_file(path, "memory"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "provider.sqlite3"


@pytest.fixture
def adapter(path: Path) -> MemoryProvider:
    return opened(path)


@pytest.fixture
def outside(path: Path) -> OutsideOfMemory:
    """People act through another connection than ours: in a demonstration, through another process."""
    return OutsideOfMemory(opened(path))


class TestPayments(contracts.PaymentsContract):
    pass


class TestRefundDesk(contracts.RefundDeskContract):
    pass


class TestPayouts(contracts.PayoutsContract):
    pass


def test_the_file_is_readable_by_this_user_alone(adapter: MemoryProvider, path: Path):
    assert adapter.totals.balance == 0
    assert path.stat().st_mode & 0o777 == 0o600
