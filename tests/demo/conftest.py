"""One demonstration for every test that only looks at it or adds to it."""

from collections.abc import Iterator

import pytest

from tests.demo.demonstration import Demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    served = Demo(tmp_path_factory.mktemp("demo"))
    yield served
    served.process.kill()
