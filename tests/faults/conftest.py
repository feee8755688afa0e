"""The ground that every process stands on, and the matrix in few lines at the end of the run."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest

from entrypoints.sandbox.keys import Keys
from tests.faults.ground import Ground, prepared
from tests.faults.summary import MATRIX, table


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory, worker_name: str) -> Keys:
    """Made once for a run, by whichever process comes first: that takes longer than twenty stories."""
    own = tmp_path_factory.getbasetemp()
    return Keys((own if worker_name == "main" else own.parent) / "keys-of-faults")


@pytest.fixture(scope="module")
async def ground(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    """One for all the worlds of this process."""
    async with prepared(keys, tmp_path_factory.mktemp("faults")) as made:
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How often each story was told with a fault, and who brought it to its end."""
    passed = terminalreporter.stats.get("passed", [])
    found = [value for report in passed for name, value in report.user_properties if name == MATRIX]
    if found:
        terminalreporter.write_sep("=", "fault matrix")
        terminalreporter.write_line(table(Counter((story, by) for story, by in found)))
