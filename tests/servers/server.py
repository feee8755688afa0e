"""One private server: how it is started, known to be ready, taken away and stopped."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO, ClassVar, Final

READY_SECONDS_MAX: Final = 60
STOP_SECONDS_MAX: Final = 20
STARTS_MAX: Final = 3
POLL_SECONDS: Final = 0.02


class Missing(Exception):
    """This machine does not have the server's programs; the message says which."""


class NotStarted(Exception):
    """The server is here and did not come up; the message ends with what it said."""


class Server(ABC):
    """One private server in a folder of its own, listening on a free port of 127.0.0.1."""

    name: ClassVar[str]
    debian_package: ClassVar[str]
    # Databases refuse to run as root: then they run as the account that Debian's package made for them.
    account: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    @abstractmethod
    def programs(cls) -> tuple[Path, ...]:
        """Every program that is needed, found; raises `Missing` naming the first that is not there."""

    @abstractmethod
    def lay_out(self) -> None:
        """Make the data folder. Called once."""

    @abstractmethod
    def command(self) -> list[str]:
        """What to run, in the foreground."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it answers on its port."""

    @property
    @abstractmethod
    def url(self) -> str:
        """Where it is, as SQLAlchemy or redis-py wants it."""

    def start(self) -> str:
        """Lay out, start, wait until it answers, and say where it is."""
        self.programs()
        self.folder.mkdir(mode=0o755, parents=True)
        if account := self._account():
            shutil.chown(self.folder, account, account)
        self.lay_out()
        for _ in range(STARTS_MAX):
            # The port is free when we look and may be taken when the server does: hence several attempts.
            self.port = free_port()
            self.resume()
            if self.came_up():
                return self.url
            self.kill()
        raise NotStarted(f"{self.name} did not start: {self._last_words()}")

    def resume(self) -> None:
        """Start the process again on the port and folder that it had, for tests that take it away."""
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._as_account(), *self.command()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )

    def stop(self) -> None:
        """End it in good order, or by force if it takes too long."""
        if self._process is None:
            return
        self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def came_up(self) -> bool:
        """Wait until it answers; false if it ended instead, or took too long."""
        process = self._process
        deadline = time.monotonic() + READY_SECONDS_MAX
        while process is not None and process.poll() is None and time.monotonic() < deadline:
            if self.is_ready():
                return True
            time.sleep(POLL_SECONDS)
        return False

    @property
    def _log_path(self) -> Path:
        return self.folder.with_suffix(".log")

    def _last_words(self) -> str:
        lines = self._log_path.read_text(errors="replace").splitlines() if self._log_path.exists() else []
        return " / ".join(lines[-5:]) or "it said nothing"

    def _account(self) -> str | None:
        return self.account if os.geteuid() == 0 else None

    def _as_account(self) -> list[str]:
        """Words in front of the command: drop root, and die with the supervisor even if it is killed."""
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            return []
        words = [setpriv, "--pdeathsig", self.stop_signal.name.removeprefix("SIG")]
        if account := self._account():
            words += ["--reuid", account, "--regid", account, "--init-groups"]
        return [*words, "--"]

    def _run_once(self, *command: str | Path) -> None:
        """Run a preparing program to its end, as the server's account."""
        account = self._account()
        with self._log_path.open("ab") as log:
            status = run_as(account, [str(word) for word in command], log, self.folder)
        if status != 0:
            raise NotStarted(f"{self.name} could not be laid out: {self._last_words()}")


def program(name: str, *folders: Path) -> Path:
    """Find a program in these folders or on the path."""
    path = os.pathsep.join([*(str(folder) for folder in folders), os.environ.get("PATH", os.defpath)])
    found = shutil.which(name, path=path)
    if found is None:
        raise Missing(f"no program `{name}` on this machine")
    return Path(found)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answer(port: int, question: bytes) -> bytes:
    """The first byte that comes back, or nothing."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(question)
            return connection.recv(1)
    except OSError:
        return b""


def run_as(account: str | None, command: list[str], log: IO[bytes], folder: Path) -> int:
    """Run to the end under an account, with that account's groups and a home that it may read."""
    entry = pwd.getpwnam(account) if account else None
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=folder,
        check=False,
        user=entry.pw_uid if entry else None,
        group=entry.pw_gid if entry else None,
        extra_groups=[] if entry else None,
        env={**os.environ, "HOME": str(folder)},
    ).returncode
