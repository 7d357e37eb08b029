"""A database as an earlier version of Rootwatch left it."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.pool import NullPool


@contextmanager
def connect(database_url: str) -> Iterator[sa.Connection]:
    """Yield a synchronous connection in a transaction of its own."""
    url = sa.make_url(database_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    # a running bot writes often, and SQLite's waiting for the lock is unfair
    arguments = {"timeout": 30} if is_sqlite else {}
    driver = "sqlite" if is_sqlite else "postgresql+psycopg"
    engine = sa.create_engine(url.set(drivername=driver), poolclass=NullPool, connect_args=arguments)
    with engine.begin() as connection:
        yield connection


def take_back_to(database_url: str, revision: str) -> None:
    """Revert all migrations after this one; data that only they can store is lost."""
    with connect(database_url) as connection:
        command.downgrade(_config(connection), revision)


def bring_to(database_url: str, revision: str) -> None:
    """Apply the migrations up to this one."""
    with connect(database_url) as connection:
        command.upgrade(_config(connection), revision)


def create_anew_at(database_url: str, revision: str) -> None:
    """Drop all tables and create those of this revision, empty."""
    with connect(database_url) as connection:
        command.downgrade(_config(connection), "base")
        command.upgrade(_config(connection), revision)


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    return config
