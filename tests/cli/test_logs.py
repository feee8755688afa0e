"""What libraries and faults bring into the log: classes and places, and nothing that they quote."""

import json
import subprocess
import sys
from typing import Any, Final

from tests.demo.serving import environment

PLANTED: Final = "刘家寨 5-1-2086"
WRITING: Final = """
import asyncio, logging, sys
import structlog
from entrypoints.cli.logs import write_logs

PLANTED = sys.argv[1]

async def fall():
    raise ValueError(f"no room for {PLANTED}") from KeyError(PLANTED)

async def leave_behind():
    task = asyncio.ensure_future(fall())
    await asyncio.wait([task])

write_logs()
asyncio.run(leave_behind())
try:
    raise RuntimeError(PLANTED)
except RuntimeError:
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\\n", exc_info=True)
    logging.getLogger("somebody").warning("took %s seconds\\n%s", 3, PLANTED, stack_info=True)
    structlog.get_logger("own").exception("stumbled")
"""


def written() -> tuple[str, list[dict[str, Any]]]:
    done = subprocess.run(
        [sys.executable, "-c", WRITING, PLANTED], env=environment({}), capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    return done.stderr, [json.loads(line) for line in done.stderr.splitlines()]


def test_a_fault_is_logged_by_its_classes_and_places_whoever_logs_it():
    text, lines = written()
    assert PLANTED not in text
    assert "u5218" not in text, "escaped as JSON may be, it is the same"
    never_asked, uvicorns, somebodys, own = lines
    assert never_asked["event"] == "Task exception was never retrieved"
    assert never_asked["fault"] == ["ValueError", "KeyError"]
    assert any(place.endswith("fall") for place in never_asked["at"])
    assert (uvicorns["event"], uvicorns["fault"]) == ("Exception in ASGI application", ["RuntimeError"])
    assert somebodys["event"] == "took 3 seconds"
    assert (own["event"], own["fault"]) == ("stumbled", ["RuntimeError"])
