"""The database: SQLite by default, PostgreSQL where one process is not enough.

On SQLite a writing transaction begins IMMEDIATE: the driver's own default loses updates silently, and a deferred
BEGIN fails as soon as two writers meet (sqlite.org/lang_transaction.html). Reads go through an engine of their own,
so that they never wait for a writer.
"""

import asyncio
import logging
import secrets
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.database_url import async_url, create_private_file, safe_url, without_passwords
from storage.engines import create_engine
from storage.failures import DatabaseTooNew, DatabaseUnavailable, describe_failure, is_unavailable
from storage.schema import build_tables

__all__ = ["Database", "DatabaseUnavailable", "Transaction"]

BATCH_SIZE = 500
MAX_CACHED = 200  # statements; each community has a few
PURGE_PENDING = "text to purge"  # the key of a stored setting: a token, and the tables from which text was removed
PURGE_LOCK = 7_046_913

Statement = TypeVar("Statement")

log = logging.getLogger(__name__)


class Transaction:
    """A transaction on one connection, with the tables of its database; queries take it alone.

    One from `Database.read` sees the data of one moment and cannot write. One from `Database.transaction` is committed
    at the end of its block.
    """

    def __init__(self, database: "Database", connection: AsyncConnection) -> None:
        self._database = database
        self._connection = connection
        self.tables = database.tables
        self.is_sqlite = database.is_sqlite
        self.execute = connection.execute
        self.scalar = connection.scalar
        self.scalars = connection.scalars
        self.purged_tables: set[str] = set()
        self._locks: set[tuple[int, bool]] = set()
        # of the CA owners asked for in this transaction: see `incident_filters.py`
        self.further_owners: dict[tuple[str, ...], bool] = {}

    async def now(self) -> datetime:
        """Return the time of the database's clock (UTC), which all processes on one database share."""
        if self.is_sqlite:
            return datetime.now(UTC)
        moment: datetime | None = await self.scalar(sa.select(sa.func.clock_timestamp()))
        assert moment is not None  # noqa: S101 - the function always returns a time
        return moment.astimezone(UTC)

    async def lock(self, number: int, *, shared: bool = False) -> None:
        """Hold a lock of this number until the end of the transaction: alone, or together with others that share it.

        On SQLite there is one writing transaction at a time anyway.
        """
        if not self.is_sqlite and (number, shared) not in self._locks:
            self._locks.add((number, shared))
            lock = sa.func.pg_advisory_xact_lock_shared if shared else sa.func.pg_advisory_xact_lock
            await self.execute(sa.select(lock(number)))

    def purge_after_commit(self, *tables: str) -> None:
        """Have what was deleted from these tables removed from the database's files too, once this is committed."""
        self.purged_tables.update(tables)

    def cached_statement(self, name: tuple[Hashable, ...], build: Callable[[], Statement]) -> Statement:
        """Cache a statement, or part of one, by name: building a large one costs more than running it."""
        return self._database.cached_statement(name, build)

    async def upsert(self, table: str, rows: list[dict[str, Any]], *, update: bool = True) -> None:
        """Insert rows, in batches; update existing ones (by primary key), or leave them with `update=False`."""
        target = self.tables[table]
        insert = sqlite.insert if self.is_sqlite else postgresql.insert
        keys = [column.name for column in target.primary_key]
        for start in range(0, len(rows), BATCH_SIZE):
            statement = insert(target)
            values = {name: statement.excluded[name] for name in rows[0] if name not in keys}
            if update and values:
                upsert = statement.on_conflict_do_update(index_elements=keys, set_=values)
            else:
                upsert = statement.on_conflict_do_nothing()
            await self.execute(upsert, rows[start : start + BATCH_SIZE])


Fence = Callable[[Transaction], Awaitable[None]]


class Database:
    """One database with its tables; `open` migrates and connects it, `close` disconnects it."""

    def __init__(self, url: str) -> None:
        self._url = async_url(url)
        self.tables = build_tables().tables
        self._reader: AsyncEngine | None = None
        self._writer: AsyncEngine | None = None
        # one writer at a time within this process: SQLite's own waiting for the lock is unfair
        self._write_lock = asyncio.Lock()
        self._statements: dict[tuple[Hashable, ...], Any] = {}
        self._fence: Fence | None = None
        self._task_fences: ContextVar[tuple[Fence, ...]] = ContextVar("fences", default=())

    def set_fence(self, fence: Fence | None) -> None:
        """Have every writing transaction begin with this check, which raises if this process may no longer write."""
        self._fence = fence

    @contextmanager
    def fenced(self, fence: Fence) -> Iterator[None]:
        """Have each writing transaction of this block, and of the tasks that it starts, begin with a check too."""
        reset_token = self._task_fences.set((*self._task_fences.get(), fence))
        try:
            yield
        finally:
            self._task_fences.reset(reset_token)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def safe_url(self) -> str:
        """The URL without its passwords, which may also stand in its query."""
        return safe_url(self._url)

    async def open(self) -> None:
        """Migrate the tables and connect; may be called twice.

        Raises DatabaseUnavailable.
        """
        if self._reader is not None:
            return
        from storage.migrations.upgrade import NewerDatabase, upgrade

        try:
            if self.is_sqlite and self._url.database and self._url.database != ":memory:":
                create_private_file(Path(self._url.database))
            await asyncio.to_thread(upgrade, self._url)
        except NewerDatabase as error:
            raise DatabaseTooNew(f"The database {self.safe_url} {error}") from error
        except (sa.exc.SQLAlchemyError, OSError) as error:
            raise DatabaseUnavailable(self._describe(error)) from error
        self._reader = create_engine(self._url, read_only=True)
        self._writer = create_engine(self._url, read_only=False)

    async def close(self) -> None:
        """Close all connections; may be called twice."""
        for engine in (self._reader, self._writer):
            if engine is not None:
                await engine.dispose()
        self._reader = self._writer = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Yield a read-only transaction that sees the data of one moment.

        Raises DatabaseUnavailable.
        """
        if self._reader is None:
            raise DatabaseUnavailable("The database is not open.")
        async with self._translated_errors(), self._reader.connect() as connection:
            if not self.is_sqlite:
                await connection.execution_options(postgresql_readonly=True)
            yield Transaction(self, connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Yield a writing transaction: committed at the end of the block, rolled back on an error.

        Raises DatabaseUnavailable.
        """
        async with self._translated_errors(), self._write_lock, self._begin() as connection:
            transaction = Transaction(self, connection)
            for fence in (self._fence, *self._task_fences.get()):
                if fence is not None:
                    await fence(transaction)
            yield transaction
            if transaction.purged_tables:
                await self._save_pending_purge(transaction)
        if transaction.purged_tables:
            await self.purge_removed_text()

    async def _save_pending_purge(self, transaction: Transaction) -> None:
        """Store what is to be purged, with the deletion itself: a crash before the purge only delays it.

        What earlier deletions left is kept, and each value is another one: a purge that runs now is of what was deleted
        before, and must not take this for done.
        """
        setting = transaction.tables["setting"]
        await transaction.lock(PURGE_LOCK)
        earlier: str = await transaction.scalar(sa.select(setting.c.value).where(setting.c.name == PURGE_PENDING)) or ""
        tables = sorted({*transaction.purged_tables, *self._tables_in(earlier)})
        value = " ".join([secrets.token_hex(8), *tables])
        await transaction.upsert("setting", [{"name": PURGE_PENDING, "value": value}])

    def _begin(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Begin a writing transaction; the database may have been closed while others wrote."""
        if self._writer is None:
            raise DatabaseUnavailable("The database is not open.")
        return self._writer.begin()

    async def purge_removed_text(self) -> bool:
        """Remove deleted text from the database's files, if any is pending; return whether none is left.

        SQLite: the write-ahead log is emptied, which readers may block for a while. PostgreSQL: the tables are
        vacuumed. What could not be done now is done by a later call, also after a restart. Raises nothing.
        """
        try:
            async with self.read() as transaction:
                setting = transaction.tables["setting"]
                query = sa.select(setting.c.value).where(setting.c.name == PURGE_PENDING)
                pending: str | None = await transaction.scalar(query)
            if pending is None:
                return True
            if not await (self._truncate_log() if self.is_sqlite else self._vacuum(self._tables_in(pending))):
                return False
            async with self.transaction() as transaction:
                # more may have been deleted meanwhile
                is_same = sa.and_(setting.c.name == PURGE_PENDING, setting.c.value == pending)
                await transaction.execute(setting.delete().where(is_same))
        except (DatabaseUnavailable, sa.exc.SQLAlchemyError, sqlite3.Error) as error:
            log.info("removed text is purged later: %s", error)
            return False
        return True

    def _tables_in(self, pending: str) -> list[str]:
        """Return the tables that a stored value names besides its token."""
        return [word for word in pending.split() if word in self.tables]

    async def _truncate_log(self) -> bool:
        """Copy the write-ahead log into the database and empty it; return whether no reader prevented that."""
        assert self._writer is not None  # noqa: S101 - `read` was possible
        async with self._write_lock, self._writer.connect() as connection:
            raw = await connection.get_raw_connection()
            cursor = await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
            busy, *_ = await cursor.fetchone()
            await cursor.close()
        return not busy

    async def _vacuum(self, tables: list[str]) -> bool:
        assert self._writer is not None  # noqa: S101 - `read` was possible
        async with self._writer.connect() as connection:
            autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
            for table in tables:
                await autocommit.exec_driver_sql(f"VACUUM {table}")
        return True

    def _describe(self, error: BaseException) -> str:
        return without_passwords(self._url, describe_failure(error, self.safe_url))

    @asynccontextmanager
    async def _translated_errors(self) -> AsyncIterator[None]:
        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            if not is_unavailable(error):
                raise
            raise DatabaseUnavailable(self._describe(error)) from error

    def cached_statement(self, name: tuple[Hashable, ...], build: Callable[[], Statement]) -> Statement:
        """Cache a statement, or part of one, by name: building a large one costs more than running it."""
        if name not in self._statements:
            if len(self._statements) >= MAX_CACHED:
                self._statements.clear()
            self._statements[name] = build()
        statement: Statement = self._statements[name]
        return statement
