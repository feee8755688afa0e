"""Jobs for the scripts of this folder: independent client libraries, in Node."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import anyio
import pytest

FOLDER: Final = Path(__file__).parent
INSTALLED: Final = FOLDER / "node_modules/.installed"
SECONDS_MOST: Final = 30


def _missing() -> str:
    """Why no script can run here; nothing where all can."""
    if not shutil.which("node"):
        return "Node is not installed"
    return "" if INSTALLED.exists() else "`make test` has not installed the libraries in tests/interop"


async def node(script: str, job: Mapping[str, object]) -> Any:
    """What the script makes of the job. It is told of no proxy: all that it may ask is on this machine.

    Without Node a person's machine skips the test; where the suite must be whole, it fails.
    """
    if missing := _missing():
        if os.environ.get("CI") == "true":
            pytest.fail(f"the suite must ask every client library: {missing}")
        pytest.skip(missing)
    with anyio.fail_after(SECONDS_MOST):
        done = await anyio.run_process(
            ["node", FOLDER / script],
            input=json.dumps(job).encode(),
            env={"PATH": os.environ["PATH"], "NO_PROXY": "*"},
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode()
    return json.loads(done.stdout)
