"""The engines of a database: how its connections are made, and how their transactions begin."""

import sqlite3
from contextlib import suppress
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

# A server that vanishes without a word (a pulled cable) ends a connection within about a minute, not after two hours.
POSTGRES_CONNECTION = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 50_000,
}
# A process that is suspended, or cut off, within a writing transaction keeps its rows locked, those of leases among
# them; the server then undoes it before the lease ends, so that others can take over.
SUSPENDED_WRITE = "SET idle_in_transaction_session_timeout = '30s'"
# Whoever waits for what another process has locked holds locks too, that of the lease to run the bot among them.
LONG_WAIT = "SET lock_timeout = '10s'"


def create_engine(url: sa.URL, *, read_only: bool) -> AsyncEngine:
    """Create the engine that reads, or the one that writes."""
    # parameters must not reach a log: they may contain text that is no longer public
    build = partial(create_async_engine, url, hide_parameters=True)
    if url.get_backend_name() != "sqlite":
        defaults = {name: value for name, value in POSTGRES_CONNECTION.items() if name not in url.query}
        build = partial(build, connect_args=defaults, pool_pre_ping=True)
        # one answer sees one moment, as it does on SQLite
        if read_only:
            return build(isolation_level="REPEATABLE READ", pool_size=5)
        engine = build(pool_size=2)
        sa.event.listen(engine.sync_engine, "connect", _limit_waits)
        return engine
    build = partial(build, connect_args={"factory": RollingBackConnection})
    engine = build(pool_size=4, max_overflow=4) if read_only else build(pool_size=1, max_overflow=0)
    sa.event.listen(engine.sync_engine, "connect", _set_pragmas(read_only=read_only))
    sa.event.listen(engine.sync_engine, "begin", _begin_read if read_only else _begin_write)
    return engine


class RollingBackConnection(sqlite3.Connection):
    """A connection that gives up its locks when it is closed.

    A cursor with rows left, which the traceback of a cancelled task may hold, keeps SQLite's own connection alive, and
    with it the transaction and its lock on the file (sqlite.org/c3ref/close.html).
    """

    def close(self) -> None:
        """Roll back what was not committed, then close."""
        with suppress(sqlite3.Error):
            self.rollback()
        super().close()


def _limit_waits(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(SUSPENDED_WRITE)
    cursor.execute(LONG_WAIT)
    cursor.close()
    connection.commit()


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
