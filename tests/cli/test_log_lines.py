"""What a process writes to its log: a line of JSON for each event, on standard error, whatever stands in it."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta

from tests.architecture.rules import PROJECT

SCRIPT = """
import logging, structlog
from structlog.contextvars import bound_contextvars
from entrypoints.cli.logs import write_logs
write_logs()
log = structlog.get_logger("errand.security")
with bound_contextvars(request_id="0198c0de-1234-7000-8000-123456789012"):
    log.info("sign_in.succeeded", route="POST /sessions", session="0198c0de-1234-7000-8000-123456789013")
    log.warning("odd", said='x\\n{"event": "sign_in.succeeded", "level": "info"}\\r\\u2028\\u0085\\x1b[2Jy')
    logging.getLogger("library").error('line one\\n{"event": "forged"}')
"""


def written() -> tuple[str, str]:
    """What that process writes to its output and to its log; there is no terminal."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT / "src"), "TZ": "Asia/Shanghai"}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, check=True)
    return done.stdout.decode(), done.stderr.decode()


def test_each_event_is_a_line_with_when_what_and_who_and_nothing_in_it_starts_another():
    output, log = written()
    assert output == ""
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["event"] for line in lines] == ["sign_in.succeeded", "odd", "line one"]
    assert [line["level"] for line in lines] == ["info", "warning", "error"]
    for line in lines:
        assert line["request_id"] == "0198c0de-1234-7000-8000-123456789012"
        assert line["timestamp"].endswith("Z")
        assert datetime.fromisoformat(line["timestamp"]).utcoffset() == timedelta()
    assert (lines[0]["route"], lines[0]["session"][-2:]) == ("POST /sessions", "13")
    assert "\x1b" not in log
