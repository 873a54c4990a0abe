"""SQL, the truth: read and write transactions, and what is notified after a commit.

The only place that names an SQL dialect. SQLite in a file by default, PostgreSQL when it grows; every slice and
app defines its tables on `metadata`, in its own ``tables.py``. Rules that make the log and the calls right:

- A write transaction on SQLite starts with BEGIN IMMEDIATE, so it never has to upgrade a read lock (two that do
  would deadlock); writers of one process queue here, those of several processes at the file.
- On PostgreSQL it is READ COMMITTED, with row locks taken by ``select(...).with_for_update()`` (SQLite ignores it).
- A read transaction sees one snapshot.
- Nothing is retried here: the client repeats its command with the same client id.
"""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from signaling.errors import Refusal
from signaling.wire import Code

__all__ = ["Database", "Publish", "Transaction", "metadata", "sqlite_file_url"]

logger = logging.getLogger(__name__)

metadata = sqlalchemy.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Publish = Callable[[frozenset[str], dict[str, int]], Awaitable[None]]
"""Told, after a commit, the topics touched and the last seq of each log touched."""

LOCK_WAIT_S = 10.0
CONNECT_WAIT_S = 5.0
PUBLISH_WAIT_S = 2.0
SQLITE_READERS = 4
POSTGRESQL_CONNECTIONS = 10
SQLITE_AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
}
POSTGRESQL_AWAY = ("08", "40", "53", "55P03", "57P", "25P03")
"""Connection, serialization or deadlock, resources, lock wait, shutdown: nothing stored, worth another try."""
MIGRATION_LOCK = 0x7065726D
"""Any number that nobody else uses as an advisory lock."""


class Transaction:
    """One transaction; used inside ``async with`` of `Database.read` or `Database.write` only."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.topics: set[str] = set()
        self.logs: dict[str, int] = {}

    async def execute(
        self,
        statement: sqlalchemy.Executable,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> sqlalchemy.CursorResult[Any]:
        """Execute a statement of SQLAlchemy Core; the rows are already fetched."""
        return await self._connection.execute(statement, parameters)

    async def insert_new(self, table: sqlalchemy.Table, **values: Any) -> bool:  # noqa: ANN401 - columns
        """Insert a row unless a unique key is taken already; tell whether it was inserted."""
        insert = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        result = await self.execute(insert(table).values(**values).on_conflict_do_nothing())
        return result.rowcount == 1

    def touch(self, *topics: str) -> None:
        """Have these topics notified after the commit."""
        self.topics.update(topics)

    def touch_log(self, log_id: str, seq: int) -> None:
        """Have "the log is at seq" notified after the commit."""
        self.logs[log_id] = max(seq, self.logs.get(log_id, 0))


class Database:
    """The connections of one process. `close` when done.

    Args:
        url: SQLAlchemy URL with or without its driver: ``sqlite:///data/x.sqlite3``, ``postgresql://host/name``.
        publish: Awaited after each commit that touched something. When it fails or hangs, that is logged and
            the commit stands: clients find out by their heartbeat.
    """

    def __init__(self, url: str, publish: Publish) -> None:
        self._publish = publish
        self._writing: set[asyncio.Task[Any] | None] = set()
        parsed = sqlalchemy.make_url(url)
        family = parsed.get_backend_name()
        if family == "sqlite":
            self._writer, self._reader = _sqlite_engines(parsed)
        elif family in ("postgresql", "postgres"):
            self._writer, self._reader = _postgresql_engines(parsed)
        else:
            raise ValueError(f"{family} is not served: use sqlite or postgresql")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Open a transaction that sees one snapshot and cannot write.

        Raises:
            Refusal: `Code.UNAVAILABLE` when the database is away.
        """
        with _away_is_a_refusal():
            async with self._reader.begin() as connection:
                yield Transaction(connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """Open a transaction that commits at the end of the block, rolls back when the block raises.

        Raises:
            Refusal: `Code.UNAVAILABLE` when the database is away; nothing is known to be stored.
            RuntimeError: when this task is in a write transaction already: it would wait for itself.
        """
        task = asyncio.current_task()
        if task in self._writing:
            raise RuntimeError("a write transaction inside another one: pass the transaction on")
        self._writing.add(task)
        try:
            with _away_is_a_refusal():
                async with self._writer.begin() as connection:
                    transaction = Transaction(connection)
                    yield transaction
        finally:
            self._writing.discard(task)
        await self._notify(transaction)

    async def _notify(self, transaction: Transaction) -> None:
        if not transaction.topics and not transaction.logs:
            return
        try:
            async with asyncio.timeout(PUBLISH_WAIT_S):
                await self._publish(frozenset(transaction.topics), transaction.logs)
        except Exception as error:  # noqa: BLE001 - whatever the notifier's trouble is, the commit stands
            logger.warning("x notification after a commit: %s", type(error).__name__)

    async def change_schema(self, work: Callable[[sqlalchemy.Connection], None]) -> None:
        """Run schema work in one transaction, alone: other processes that come here wait for its end."""
        with _away_is_a_refusal():
            async with self._writer.begin() as connection:  # on SQLite, BEGIN IMMEDIATE is the lock
                if connection.dialect.name == "postgresql":
                    await connection.execute(
                        sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(MIGRATION_LOCK))
                    )
                await connection.run_sync(work)

    async def close(self) -> None:
        """Close all connections."""
        await self._reader.dispose()
        await self._writer.dispose()


def sqlite_file_url(path: Path) -> str:
    """Return the URL of a database in this file."""
    return f"sqlite:///{path}"


def _engine(url: sqlalchemy.URL, **options: Any) -> AsyncEngine:  # noqa: ANN401 - SQLAlchemy's own
    """Return an engine whose errors show no values: they are names and words of persons."""
    return create_async_engine(url, max_overflow=0, pool_timeout=LOCK_WAIT_S, hide_parameters=True, **options)


# --- SQLite -------------------------------------------------------------------------------------------------------


def _sqlite_engines(url: sqlalchemy.URL) -> tuple[AsyncEngine, AsyncEngine]:
    """Return a writer with one connection, whose users queue in order, and readers that never wait for it (WAL)."""
    if not url.database or url.database == ":memory:":
        raise ValueError("a SQLite database of this server is a file: several processes share it")
    url = url.set(drivername="sqlite+aiosqlite")
    writer = _engine(url, pool_size=1, connect_args={"timeout": LOCK_WAIT_S})
    reader = _engine(url, pool_size=SQLITE_READERS, connect_args={"timeout": LOCK_WAIT_S})
    _prepare_sqlite(writer, begin="BEGIN IMMEDIATE", query_only="OFF")
    _prepare_sqlite(reader, begin="BEGIN", query_only="ON")
    return writer, reader


def _prepare_sqlite(engine: AsyncEngine, *, begin: str, query_only: str) -> None:
    pragmas = (
        "journal_mode=WAL",
        "synchronous=FULL",  # acknowledged means on the disk, also after a power cut
        "foreign_keys=ON",
        "secure_delete=ON",  # what is purged is overwritten, not only forgotten
        f"query_only={query_only}",
    )

    @sqlalchemy.event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
        connection.isolation_level = None  # the driver shall not begin by itself
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sqlalchemy.event.listens_for(engine.sync_engine, "begin")
    def start(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql(begin)


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


def _postgresql_engines(url: sqlalchemy.URL) -> tuple[AsyncEngine, AsyncEngine]:
    engine = _engine(
        url.set(drivername="postgresql+asyncpg"),
        isolation_level="READ COMMITTED",
        pool_size=POSTGRESQL_CONNECTIONS,
        pool_pre_ping=True,
        connect_args={
            "timeout": CONNECT_WAIT_S,
            "command_timeout": 2 * LOCK_WAIT_S,
            "server_settings": {
                "lock_timeout": str(int(LOCK_WAIT_S * 1000)),
                # A process that hangs inside a transaction does not hold its row locks for ever.
                "idle_in_transaction_session_timeout": "30000",
            },
        },
    )
    return engine, engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


# --- errors -------------------------------------------------------------------------------------------------------


@contextmanager
def _away_is_a_refusal() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout, OSError) as error:
        if isinstance(error, DBAPIError) and not _means_away(error):
            raise
        logger.warning("x database away: %s", type(getattr(error, "orig", error)).__name__)
        raise Refusal(Code.UNAVAILABLE, "the database is away") from error


def _means_away(error: DBAPIError) -> bool:
    """Tell trouble of the server, the disk or a lock from a mistake in a statement."""
    if error.connection_invalidated or isinstance(error, sqlalchemy.exc.InterfaceError):
        return True
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in SQLITE_AWAY
    return str(getattr(error.orig, "sqlstate", "") or "").startswith(POSTGRESQL_AWAY)
