"""A demonstration that is served in a process of its own."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from entrypoints.cli.main import main
from entrypoints.demo.folder import DemoFolder
from tests.demo.serving import Process, free_port


class Demo:
    """A demonstration that is served."""

    def __init__(self, folder: Path) -> None:
        self.folder = DemoFolder(folder / "demo")
        self.port = free_port()
        words = ("demo", "--folder", str(self.folder.path), "--port", str(self.port))
        self.process = Process(*words, log=folder / "demo.log", settings={})
        self.process.start()
        self.process.await_answer(f"{self.url}/health/ready")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return self.folder.addresses.sandbox

    def told(self, *words: str) -> Any:
        """What `errand … --json` says of this demonstration, beside it."""
        done = CliRunner(env=self.folder.environment).invoke(main, [*words, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)
