"""Migrate the tables of a database with Alembic."""

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

LOCK = 7_046_911  # advisory lock, the same number in all processes: two that start at once migrate one after the other


class NewerDatabase(Exception):
    """The database was migrated by a newer version; the text continues a sentence about it."""


def upgrade(url: sa.URL) -> None:
    """Apply all missing migrations; SQLite is also switched to write-ahead logging.

    Raises SQLAlchemy's errors if the database cannot be reached or written, and NewerDatabase.
    """
    sync_url = url.set(drivername="sqlite" if url.get_backend_name() == "sqlite" else url.drivername)
    engine = sa.create_engine(sync_url, poolclass=NullPool)
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
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        if revision == newest_revision():
            return  # importing Alembic takes a third of a second
        if revision is not None and revision not in known_revisions():
            raise NewerDatabase(
                f"was used by a newer Rootwatch (its revision is {revision}, this version knows those up to "
                f"{newest_revision()}): install that version again, or restore a backup from before the upgrade."
            )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def known_revisions() -> list[str]:
    """Return all revisions, oldest first: the numbers at the start of their files' names."""
    from importlib.resources import files

    names = [file.name for file in (files("storage") / "migrations" / "versions").iterdir()]
    return sorted(name.split("_")[0] for name in names if name[0].isdigit())


def newest_revision() -> str:
    """Return the newest revision."""
    return known_revisions()[-1]


def _manual_transactions(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]
    connection.execute("PRAGMA busy_timeout=10000")  # type: ignore[attr-defined]


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
