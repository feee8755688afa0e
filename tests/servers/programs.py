"""The three servers: what each needs, how its data is laid out, and when it is ready."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.certificates import write_certificate
from tests.servers.server import Server, answer, program


class PostgresServer(Server):
    """PostgreSQL as it runs in production, only smaller: every commit reaches the disk."""

    name = "PostgreSQL"
    debian_package = "postgresql"
    account = "postgres"
    stop_signal = signal.SIGINT  # the fast shutdown: roll back, check point, leave

    @classmethod
    def programs(cls) -> tuple[Path, ...]:
        folders = tuple(debian_postgres_folders())
        return (program("initdb", *folders), program("postgres", *folders))

    def lay_out(self) -> None:
        initdb, _ = self.programs()
        self._run_once(
            initdb, "--pgdata", self.folder / "data", "--username", "errand", "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C.UTF-8",
        )  # fmt: skip

    def command(self) -> list[str]:
        _, postgres = self.programs()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "shared_buffers": "64MB",
            "max_wal_size": "256MB",
            "max_connections": 200,
            "fsync": "on",
            "synchronous_commit": "on",
            "timezone": "UTC",
            "lc_messages": "C",
        }
        words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return [str(postgres), "-D", str(self.folder / "data"), *words]

    def is_ready(self) -> bool:
        # An SSLRequest is answered with one letter as soon as connections are served.
        return answer(self.port, b"\x00\x00\x00\x08\x04\xd2\x16\x2f") in {b"N", b"S"} and self._accepts()

    def _accepts(self) -> bool:
        """A start-up packet is refused while recovery runs; an authentication request means yes."""
        body = b"\x00\x03\x00\x00user\x00errand\x00database\x00postgres\x00\x00"
        return answer(self.port, (len(body) + 4).to_bytes(4, "big") + body) == b"R"

    @property
    def url(self) -> str:
        return f"postgresql+asyncpg://errand@127.0.0.1:{self.port}/postgres"


class MariadbServer(Server):
    """MariaDB with InnoDB writing every commit through, in the character set that holds every name.

    It speaks TLS to whoever asks for it; the other two do not.
    """

    name = "MariaDB"
    debian_package = "mariadb-server"
    account = "mysql"
    stop_signal = signal.SIGTERM

    @classmethod
    def programs(cls) -> tuple[Path, ...]:
        system = (Path("/usr/sbin"), Path("/usr/bin"))
        return (program("mariadb-install-db", *system), program("mariadbd", *system))

    def lay_out(self) -> None:
        install, _ = self.programs()
        self._run_once(
            install, "--no-defaults", f"--datadir={self.folder / 'data'}", "--skip-test-db",
            "--auth-root-authentication-method=normal",
        )  # fmt: skip
        welcome = self.folder / "welcome.sql"
        welcome.write_text(
            "CREATE USER IF NOT EXISTS 'errand'@'127.0.0.1' IDENTIFIED BY 'errand';\n"
            "GRANT ALL ON *.* TO 'errand'@'127.0.0.1' WITH GRANT OPTION;\n",
        )
        welcome.chmod(0o644)
        write_certificate(self.folder, "127.0.0.1")

    def command(self) -> list[str]:
        _, mariadbd = self.programs()
        return [
            str(mariadbd),
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            f"--socket={self.folder / 'mariadb.sock'}",
            f"--pid-file={self.folder / 'mariadb.pid'}",
            f"--init-file={self.folder / 'welcome.sql'}",
            f"--ssl-cert={self.folder / '127.0.0.1.pem'}",
            f"--ssl-key={self.folder / '127.0.0.1.key'}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--max-connections=200",
            "--innodb-buffer-pool-size=64M",
            "--innodb-log-file-size=64M",
            "--innodb-flush-log-at-trx-commit=1",
            "--character-set-server=utf8mb4",
            "--default-time-zone=+00:00",
        ]

    def is_ready(self) -> bool:
        # The server speaks first, and only after the welcome file has been carried out.
        return answer(self.port, b"") != b""

    @property
    def url(self) -> str:
        return f"mysql+asyncmy://errand:errand@127.0.0.1:{self.port}/mysql"


class RedisServer(Server):
    """Redis without persistence: what it carries may be lost."""

    name = "Redis"
    debian_package = "redis-server"
    account = "redis"
    stop_signal = signal.SIGTERM

    @classmethod
    def programs(cls) -> tuple[Path, ...]:
        return (program("redis-server"),)

    def lay_out(self) -> None:
        """Nothing is kept, so nothing is laid out."""

    def command(self) -> list[str]:
        (redis,) = self.programs()
        return [
            str(redis), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder),
            "--save", "", "--appendonly", "no", "--daemonize", "no",
        ]  # fmt: skip

    def is_ready(self) -> bool:
        return answer(self.port, b"PING\r\n") == b"+"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


SERVERS: Final[dict[str, type[Server]]] = {
    "postgres": PostgresServer,
    "mariadb": MariadbServer,
    "redis": RedisServer,
}


def debian_postgres_folders() -> Iterator[Path]:
    """Debian keeps each version in its own folder, off the path; the newest first."""
    versions = Path("/usr/lib/postgresql")
    found = [folder for folder in versions.glob("*/bin") if folder.parent.name.isdigit()]
    yield from sorted(found, key=lambda folder: int(folder.parent.name), reverse=True)
