"""A fresh world for each test."""

import pytest

from tests.use_cases.world import World


@pytest.fixture
async def world() -> World:
    """A campus on the memory adapters, at noon."""
    return await World.built()
