"""Empty databases for benchmarks that run the real process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa


@contextmanager
def empty_database(server: str, folder: Path, name: str) -> Iterator[str]:
    """Yield the URL of an empty database: a new one on a PostgreSQL server, or without one an SQLite file."""
    if not server:
        yield f"sqlite:///{folder / 'rootwatch.db'}"
        return
    url = sa.make_url(server)
    engine = sa.create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    drop = f"DROP DATABASE IF EXISTS rootwatch_{name} WITH (FORCE)"
    with engine.connect() as connection:
        connection.exec_driver_sql(drop)
        connection.exec_driver_sql(f"CREATE DATABASE rootwatch_{name}")
        try:
            yield url.set(database=f"rootwatch_{name}").render_as_string(hide_password=False)
        finally:
            connection.exec_driver_sql(drop)
