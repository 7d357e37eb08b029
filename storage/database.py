"""The database: SQLite by default, PostgreSQL where one process is not enough.

On SQLite a writing transaction begins IMMEDIATE: the driver's own default loses updates silently, and a deferred
BEGIN fails as soon as two writers meet (sqlite.org/lang_transaction.html). Reads go through an engine of their own,
so that they never wait for a writer.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.schema import build_tables

BATCH_SIZE = 500
MAX_CACHED = 200  # statements; each community has a few
SECRET_PARAMETER = re.compile(r"passw|secret|token|key\Z", re.IGNORECASE)

Statement = TypeVar("Statement")


class DatabaseUnavailable(Exception):
    """The database cannot be used; the message is one sentence with the reason and without the password."""


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


class Database:
    """One database with its tables; `open` migrates and connects it, `close` disconnects it."""

    def __init__(self, url: str) -> None:
        self._url = _async_url(url)
        self.tables = build_tables().tables
        self._reader: AsyncEngine | None = None
        self._writer: AsyncEngine | None = None
        # one writer at a time within this process: SQLite's own waiting for the lock is unfair
        self._write_lock = asyncio.Lock()
        self._statements: dict[tuple[Hashable, ...], Any] = {}

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def safe_url(self) -> str:
        """The URL without its passwords, which may also stand in its query."""
        query = {name: "***" if SECRET_PARAMETER.search(name) else value for name, value in self._url.query.items()}
        url = self._url.set(drivername=self._url.get_backend_name(), query=query)
        return url.render_as_string(hide_password=True)

    async def open(self) -> None:
        """Migrate the tables and connect; may be called twice.

        Raises DatabaseUnavailable.
        """
        if self._reader is not None:
            return
        from storage.migrations.upgrade import upgrade

        try:
            if self.is_sqlite and self._url.database and self._url.database != ":memory:":
                _create_private_file(Path(self._url.database))
            await asyncio.to_thread(upgrade, self._url)
        except (sa.exc.SQLAlchemyError, OSError) as error:
            reason = self._without_passwords(str(getattr(error, "orig", None) or error).splitlines()[0])
            raise DatabaseUnavailable(
                f"The database {self.safe_url} cannot be used: {reason}. Check database.url in the configuration."
            ) from error
        self._reader = self._create_engine(read_only=True)
        self._writer = self._create_engine(read_only=False)

    async def close(self) -> None:
        """Close all connections; may be called twice."""
        for engine in (self._reader, self._writer):
            if engine is not None:
                await engine.dispose()
        self._reader = self._writer = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Yield a read-only transaction that sees the data of one moment."""
        if self._reader is None:
            raise DatabaseUnavailable("The database is not open.")
        async with self._reader.connect() as connection:
            if not self.is_sqlite:
                await connection.execution_options(postgresql_readonly=True)
            yield Transaction(self, connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Yield a writing transaction: committed at the end of the block, rolled back on an error."""
        if self._writer is None:
            raise DatabaseUnavailable("The database is not open.")
        async with self._write_lock, self._writer.begin() as connection:
            yield Transaction(self, connection)

    def cached_statement(self, name: tuple[Hashable, ...], build: Callable[[], Statement]) -> Statement:
        """Cache a statement, or part of one, by name: building a large one costs more than running it."""
        if name not in self._statements:
            if len(self._statements) >= MAX_CACHED:
                self._statements.clear()
            self._statements[name] = build()
        statement: Statement = self._statements[name]
        return statement

    def _without_passwords(self, text: str) -> str:
        """Return a driver's message without the passwords of the URL."""
        values = [value for name, value in self._url.query.items() if SECRET_PARAMETER.search(name)]
        for value in (self._url.password, *values):
            for secret in (value,) if isinstance(value, str) else value or ():
                text = text.replace(secret, "***") if secret else text
        return text

    def _create_engine(self, *, read_only: bool) -> AsyncEngine:
        # parameters must not reach a log: they may contain text that is no longer public
        build = partial(create_async_engine, self._url, hide_parameters=True)
        if not self.is_sqlite:
            if read_only:
                # one answer sees one moment, as it does on SQLite
                return build(isolation_level="REPEATABLE READ", pool_size=5, pool_pre_ping=True)
            return build(pool_size=2, pool_pre_ping=True)
        engine = build(pool_size=4, max_overflow=4) if read_only else build(pool_size=1, max_overflow=0)
        sa.event.listen(engine.sync_engine, "connect", _set_pragmas(read_only=read_only))
        sa.event.listen(engine.sync_engine, "begin", _begin_read if read_only else _begin_write)
        return engine


def _create_private_file(path: Path) -> None:
    """Create an SQLite file that only its owner can read; SQLite's own files beside it get the same permissions.

    An existing file keeps its permissions.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if str(path).startswith("file:"):  # a URI, which SQLite reads itself
        return
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _async_url(text: str) -> sa.URL:
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError as error:
        raise DatabaseUnavailable(
            "database.url is not a database URL; write for example sqlite:///rootwatch.db."
        ) from error
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
    driver = drivers.get(url.drivername.split("+")[0])
    if driver is None:
        raise DatabaseUnavailable(f"Rootwatch stores its data in SQLite or PostgreSQL, not in {url.drivername}.")
    return url.set(drivername=driver)


def _set_pragmas(*, read_only: bool) -> Any:
    def set_pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin event starts the transactions
        cursor = connection.cursor()
        for pragma in ("busy_timeout=5000", "synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY"):
            cursor.execute(f"PRAGMA {pragma}")
        # deleted data is overwritten: the text of a restricted bug must not remain in unused pages
        cursor.execute("PRAGMA query_only=ON" if read_only else "PRAGMA secure_delete=ON")
        cursor.close()

    return set_pragmas


def _begin_read(connection: sa.Connection) -> None:
    # by the driver itself: its thread is called once instead of three times, and a deferred BEGIN cannot fail
    driver: Any = connection.connection.dbapi_connection
    driver.run_async(lambda raw: raw.execute("BEGIN"))


def _begin_write(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
