"""A far side, and a gateway to it: made once, since reading keys takes longer than anything else here."""

import pytest

from tests.adapters.wechat_pay.far_side import FarSide


@pytest.fixture(scope="session")
def _connected():
    far_side = FarSide()
    return far_side, far_side.gateway()


@pytest.fixture
def far_side(_connected) -> FarSide:
    """Has seen nothing yet."""
    far_side, _ = _connected
    far_side.forget()
    return far_side


@pytest.fixture(scope="session")
def gateway(_connected):
    _, gateway = _connected
    return gateway
