"""The command line on an installation in memory, with a stage set."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import CliRunner, Result

from entrypoints.cli.main import main
from entrypoints.container import Container
from tests.stage import Stage, settings

T = TypeVar("T")


class Terminal:
    """Somebody who types commands, and what they see."""

    def __init__(self, container: Container) -> None:
        self.container = container

    def run(self, *words: object) -> Result:
        return CliRunner().invoke(main, [str(word) for word in words], obj=self.container)

    def done(self, *words: object) -> str:
        """What the command printed, having done what it was told."""
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        return result.stdout

    def told(self, *words: object) -> Any:
        """The JSON that the command printed."""
        return json.loads(self.done(*words, "--json"))

    def refused(self, *words: object) -> str:
        """The one line with which the command was refused."""
        result = self.run(*words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.count("\n") == 1
        return result.stderr


@pytest.fixture
def container(tmp_path: Path) -> Container:
    return Container(settings=settings("memory:", tmp_path))


@pytest.fixture
def stage(container: Container) -> Stage:
    return asyncio.run(Stage.build(container))


@pytest.fixture
def terminal(container: Container) -> Terminal:
    return Terminal(container)


@pytest.fixture
def wait() -> Callable[[Awaitable[T]], T]:
    """Commands bring a loop of their own, so their tests have none and borrow one for each act on the stage."""

    def run(act: Awaitable[T]) -> T:
        async def acting() -> T:
            return await act

        return asyncio.run(acting())

    return run
