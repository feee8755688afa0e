"""A far side, and a gateway to it."""

import pytest

from tests.adapters.alipay.far_side import FarSide


@pytest.fixture
def far_side() -> FarSide:
    return FarSide()


@pytest.fixture
def gateway(far_side: FarSide):
    return far_side.gateway()
