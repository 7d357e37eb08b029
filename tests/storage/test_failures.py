"""A database that cannot be used is reported with the real reason, and used again when that is over."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.problem_log import ProblemLog
from storage import error_log, settings
from storage.database import Database, DatabaseUnavailable
from storage.failures import describe_failure, is_unavailable
from tests.support.database import read, write


def error(message: str) -> sa.exc.OperationalError:
    return sa.exc.OperationalError("INSERT", {}, Exception(message))


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("database is locked", "another program has locked the file"),
        ("database or disk is full", "the disk is full"),
        ('could not extend file "base/1": No space left on device', "the disk is full"),
        ("attempt to write a readonly database", "read-only for this user"),
        ("cannot execute UPDATE in a read-only transaction", "read-only for this user"),
        ("unable to open database file", "its folder exists"),
        ("terminating connection due to administrator command", "is being restarted"),
        ("the database system is starting up", "is being restarted"),
        ("file is not a database", "restore a backup"),
        ("something nobody has seen", "something nobody has seen. Check database.url"),
    ],
)
def test_the_reason_is_the_real_one(message: str, reason: str) -> None:
    sentence = describe_failure(error(message), "sqlite:///x.db")
    assert reason in sentence
    assert ("database.url" in sentence) == (message.startswith(("something", "unable", "file is")))


def test_drivers_raise_other_classes_for_a_database_that_cannot_be_used() -> None:
    def raised(kind: type[sa.exc.DBAPIError], message: str) -> bool:
        return is_unavailable(kind("INSERT", {}, Exception(message)))

    assert raised(sa.exc.InternalError, "cannot execute SELECT FOR SHARE in a read-only transaction")
    assert raised(sa.exc.DatabaseError, "database disk image is malformed")
    assert not raised(sa.exc.ProgrammingError, 'column "a" does not exist')
    assert not raised(sa.exc.DataError, 'invalid input syntax for type integer: "read-only"')


def test_a_full_disk_while_the_file_is_created() -> None:
    assert "the disk is full" in describe_failure(OSError(28, "No space left on device"), "sqlite:///x.db")


async def test_a_locked_file_is_said_to_be_locked_and_works_again(tmp_path: Path, monkeypatch) -> None:
    database = Database(f"sqlite:///{tmp_path / 'db.sqlite'}")
    await database.open()
    problems = ProblemLog(database)
    other = sqlite3.connect(tmp_path / "db.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseUnavailable, match="another program has locked the file"):
        await write(database, settings.save_setting, "a", "b")
    await problems.record("It broke while the file was locked.")
    other.execute("COMMIT")
    other.close()
    await problems.record("It broke afterwards.")
    assert [sentence for _, sentence in await read(database, error_log.find_problems)] == [
        "It broke afterwards.",
        "It broke while the file was locked.",
    ]
    assert await problems.flush()
    await database.close()


async def test_a_server_that_drops_its_connections_is_used_again(database: Database, postgres) -> None:
    if database.is_sqlite:
        return
    name = sa.make_url(database.safe_url).database

    async def busy() -> None:
        async with database.transaction() as transaction:
            await transaction.execute(sa.text("SELECT pg_sleep(5)"))

    working = asyncio.create_task(busy())
    await asyncio.sleep(0.3)
    with postgres.connect() as connection:
        connection.execute(
            sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
        )
    with pytest.raises(DatabaseUnavailable, match="is being restarted"):
        await working
    await write(database, settings.save_setting, "a", "b")
    assert await read(database, settings.find_setting, "a") == "b"


async def test_a_database_of_a_newer_version_is_refused_in_a_sentence(database: Database, database_url: str) -> None:
    async with database.transaction() as transaction:
        await transaction.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnavailable, match="was used by a newer Rootwatch"):
        await Database(database_url).open()
