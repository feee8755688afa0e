"""Every database that a test may be run on, clean, behind the same container."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from entrypoints.container import Container
from tests.stage import settings

DATABASES: Final = ("memory",)


@asynccontextmanager
async def database_container(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Container]:
    """A container on the database that the fixture's parameter names, empty and migrated."""
    kind = request.param
    if kind == "memory":
        yield Container(settings=settings("memory:", tmp_path))
