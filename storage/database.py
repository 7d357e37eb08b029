"""The database: SQLite as it comes, PostgreSQL where one process is not enough.

On SQLite a writing transaction begins IMMEDIATE: the driver's own default loses updates without a word, and a
deferred BEGIN fails as soon as two writers meet (sqlite.org/lang_transaction.html). Reads go through an engine of
their own, so that they never wait for a writer.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.schema import build_tables

CHUNK = 500
MOST_BUILT = 200  # parts of statements; a community has a few

Part = TypeVar("Part")
Connection = AsyncConnection  # what a transaction is done on; handlers only pass it through


class DatabaseUnavailable(Exception):
    """The database cannot be used; the text is one sentence that says why, without its password."""


class Database:
    """One database with its tables; `open` migrates it, `close` lets go of it."""

    def __init__(self, url: str) -> None:
        self._url = _async_url(url)
        self.tables = build_tables().tables
        self._reader: AsyncEngine | None = None
        self._writer: AsyncEngine | None = None
        # one writer at a time within this process: SQLite's own queue for the lock is unfair
        self._turn = asyncio.Lock()
        self._built: dict[tuple[Hashable, ...], Any] = {}

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def shown_url(self) -> str:
        """The address without its password."""
        return self._url.set(drivername=self._url.get_backend_name()).render_as_string(hide_password=True)

    async def open(self) -> None:
        """Bring the tables up to date and connect; may be called twice.

        Raises DatabaseUnavailable.
        """
        if self._reader is not None:
            return
        from storage.migrations.upgrade import upgrade

        try:
            if self.is_sqlite and self._url.database and self._url.database != ":memory:":
                Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
            await asyncio.to_thread(upgrade, self._url)
        except (sa.exc.SQLAlchemyError, OSError) as error:
            why = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise DatabaseUnavailable(
                f"The database {self.shown_url} cannot be used: {why}. Check database.url in the configuration."
            ) from error
        self._reader = self._engine(reads_only=True)
        self._writer = self._engine(reads_only=False)

    async def close(self) -> None:
        """Let go of all connections; may be called twice."""
        for engine in (self._reader, self._writer):
            if engine is not None:
                await engine.dispose()
        self._reader = self._writer = None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that only reads."""
        if self._reader is None:
            raise DatabaseUnavailable("The database is not open.")
        async with self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection within one writing transaction, kept if the block ends well."""
        if self._writer is None:
            raise DatabaseUnavailable("The database is not open.")
        async with self._turn, self._writer.begin() as connection:
            yield connection

    def built(self, name: tuple[Hashable, ...], build: Callable[[], Part]) -> Part:
        """Give a part of statements by its name, built once: building a large one takes longer than asking it."""
        if name not in self._built:
            if len(self._built) >= MOST_BUILT:
                self._built.clear()
            self._built[name] = build()
        part: Part = self._built[name]
        return part

    async def upsert(
        self, connection: AsyncConnection, table: str, rows: list[dict[str, Any]], *, update: bool = True
    ) -> None:
        """Insert rows or update those that are there (by primary key), in statements of 500 rows."""
        target = self.tables[table]
        insert = sqlite.insert if self.is_sqlite else postgresql.insert
        keys = [column.name for column in target.primary_key]
        for start in range(0, len(rows), CHUNK):
            statement = insert(target)
            changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
            if update and changed:
                upserting = statement.on_conflict_do_update(index_elements=keys, set_=changed)
            else:
                upserting = statement.on_conflict_do_nothing()
            await connection.execute(upserting, rows[start : start + CHUNK])

    def _engine(self, *, reads_only: bool) -> AsyncEngine:
        # what was being stored or asked belongs into no log: it may hold a text that is no longer public
        build = partial(create_async_engine, self._url, hide_parameters=True)
        if not self.is_sqlite:
            if reads_only:
                return build(isolation_level="AUTOCOMMIT", pool_size=5, pool_pre_ping=True)
            return build(pool_size=2, pool_pre_ping=True)
        engine = build(pool_size=4, max_overflow=4) if reads_only else build(pool_size=1, max_overflow=0)
        sa.event.listen(engine.sync_engine, "connect", _pragmas_for(reads_only=reads_only))
        sa.event.listen(engine.sync_engine, "begin", _begin_read if reads_only else _begin_write)
        return engine


def _async_url(text: str) -> sa.URL:
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError as error:
        raise DatabaseUnavailable("database.url is no database address; write sqlite:///rootwatch.db, say.") from error
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
    driver = drivers.get(url.drivername.split("+")[0])
    if driver is None:
        raise DatabaseUnavailable(f"Rootwatch keeps its data in SQLite or PostgreSQL, not in {url.drivername}.")
    return url.set(drivername=driver)


def _pragmas_for(*, reads_only: bool) -> Any:
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin event says how a transaction begins
        cursor = connection.cursor()
        for pragma in ("busy_timeout=5000", "synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY"):
            cursor.execute(f"PRAGMA {pragma}")
        # what is deleted is overwritten: the text of a restricted bug must not stay in unused pages
        cursor.execute("PRAGMA query_only=ON" if reads_only else "PRAGMA secure_delete=ON")
        cursor.close()

    return set_up


def _begin_read(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_write(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
