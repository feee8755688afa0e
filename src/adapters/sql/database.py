"""One database behind one address; what dialect it speaks is known here and below."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy import URL, make_url

from adapters.crypto.vault import Vault
from adapters.sql.answers import SqlAnswers
from adapters.sql.audit_chain import SqlAuditChain
from adapters.sql.campuses import CampusCopies
from adapters.sql.drivers.driver import Driver, OnStatement
from adapters.sql.drivers.mariadb import MariadbDriver
from adapters.sql.drivers.postgres import PostgresDriver
from adapters.sql.drivers.sqlite import SqliteDriver
from adapters.sql.hall import SqlHall
from adapters.sql.outbox import SqlRelay
from adapters.sql.retained import SqlRetained
from adapters.sql.sealing import SealedDriver
from adapters.sql.timers import SqlTimers
from adapters.sql.transaction import SqlTransaction


class SqlDatabase:
    """An open database: `begin` for use cases, `answers` and `hall` for the edge, and the rest for workers."""

    def __init__(self, driver: Driver, vault: Vault) -> None:
        self._driver = driver
        self._vault = vault
        self._sealed = sealed = SealedDriver(driver, vault)
        self._copies = CampusCopies()
        self.timers = SqlTimers(sealed)
        self.relay = SqlRelay(sealed)
        self.answers = SqlAnswers(sealed, vault)
        self.retained = SqlRetained(sealed)
        self.hall = SqlHall(sealed)
        self.audit_chain = SqlAuditChain(driver, vault)

    @staticmethod
    async def connect(url: str, vault: Vault) -> "SqlDatabase":
        """Open `postgresql://…`, `mysql://…` (or `mariadb://…`) or `sqlite:///path`; raises `Unavailable`.

        The vault seals what is personal: the database itself never sees it.
        """
        return SqlDatabase(await open_driver(make_url(url)), vault)

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[SqlTransaction]:
        """A transaction; leaving the block without `commit()` writes nothing."""
        yield SqlTransaction(self._sealed, self._copies, self._vault)

    def listen(self, on_statement: OnStatement | None) -> None:
        """Tell of every statement sent from now on, or of none: tests pin how many a request needs."""
        self._driver.on_statement = on_statement

    async def close(self) -> None:
        """Let go of every connection."""
        await self._driver.close()


async def open_driver(url: URL) -> Driver:
    """The driver that the address asks for, which seals nothing by itself; raises `Unavailable`."""
    match url.get_backend_name():
        case "postgresql":
            return await PostgresDriver.connect(url)
        case "mysql" | "mariadb":
            return await MariadbDriver.connect(url)
        case "sqlite":
            return await SqliteDriver.connect(url)
        case other:
            raise ValueError(f"no database speaks {other!r} here")
