"""Processes of `errand`, started as a person would start them, and killed as a machine would."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from tests.architecture.rules import PROJECT

START_SECONDS_MOST = 60
STOP_SECONDS_MOST = 30


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Ours, without settings of the person who runs the tests."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("ERRAND_")}
    return {**own, "PYTHONPATH": str(PROJECT / "src"), "PYTHONUNBUFFERED": "1", **more}


class Process:
    """One `errand …` with its log in a file."""

    def __init__(self, *words: str, log: Path, settings: Mapping[str, str], folder: Path | None = None) -> None:
        self._words, self._log, self._settings, self._folder = words, log, settings, folder or log.parent
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "entrypoints.cli", *self._words],
                env=environment(self._settings),
                cwd=self._folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        """As a power cut would, to the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> int:
        """As an operator would; the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(STOP_SECONDS_MOST)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8", errors="replace")

    def await_answer(self, url: str) -> None:
        """Wait until it answers, for as long as it lives."""
        self._await(lambda: _answers(url))

    def await_log(self, words: str) -> None:
        """Wait until it has written that."""
        self._await(lambda: words in self.log)

    def _await(self, condition: Callable[[], bool]) -> None:
        ends = time.monotonic() + START_SECONDS_MOST
        while not condition():
            assert self.is_running, self.log
            assert time.monotonic() < ends, self.log
            time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.TransportError:
        return False
