"""Bring the tables of a database up to date with Alembic."""

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

LOCK = 7_046_911  # any number, the same in all processes: two that start at once migrate one after the other


def upgrade(url: sa.URL) -> None:
    """Apply all steps that are missing; SQLite is set to write-ahead logging on the way.

    Raises SQLAlchemy's errors where the database cannot be reached or written.
    """
    plain = url.set(drivername="sqlite" if url.get_backend_name() == "sqlite" else url.drivername)
    engine = sa.create_engine(plain, poolclass=NullPool)
    try:
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA busy_timeout=10000")
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            sa.event.listen(engine, "connect", _manual_transactions)
            sa.event.listen(engine, "begin", _begin_immediate)
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            _apply(connection)
    finally:
        engine.dispose()


def _apply(connection: sa.Connection) -> None:
    if sa.inspect(connection).has_table("alembic_version"):
        held = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        if held == newest_revision():
            return  # Alembic itself takes a third of a second to import
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def newest_revision() -> str:
    """Name the newest step: its file's number."""
    from importlib.resources import files

    steps = [step.name for step in (files("storage") / "migrations" / "versions").iterdir()]
    return max(name.split("_")[0] for name in steps if name[0].isdigit())


def _manual_transactions(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]
    connection.execute("PRAGMA busy_timeout=10000")  # type: ignore[attr-defined]


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
