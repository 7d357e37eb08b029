"""Text of a restricted bug is not left over in the database's own files."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import comments, incidents, lives
from storage.database import PURGE_PENDING, Database
from storage.settings import find_setting
from storage.values.incidents import Bug, BugLinks, Comment, Incident, Person
from storage.values.lives import Change
from tests.support.database import read, write

NOON = datetime(2024, 5, 19, 12, tzinfo=UTC)
SECRET = "plughword-that-must-go"


async def store(database: Database) -> None:
    nobody = Person("ca")
    bug = Bug(7, "Example CA: x", "", "NEW", "", True, NOON, NOON, None, nobody, nobody, 1, BugLinks())
    await write(database, incidents.save_incidents, [Incident(bug, "Example CA", "x", (), None, None)])
    texts = [Comment(7, number, 70 + number, nobody, NOON, SECRET) for number in range(50)]
    await write(database, comments.save_comments, {7: texts}, {7: NOON})
    edited = [replace(text, text=f"Another {SECRET}, and more of it") for text in texts]
    await write(database, comments.save_comments, {7: edited}, {7: NOON})
    titles = [Change(NOON, nobody, "summary", f"{SECRET} {number}", "Example CA: x") for number in range(50)]
    await write(database, lives.save_changes, {7: titles})


def files_with_secret(database_url: str) -> list[str]:
    path = Path(database_url.removeprefix("sqlite:///"))
    return [file.name for file in path.parent.glob(f"{path.name}*") if SECRET.encode() in file.read_bytes()]


async def test_nothing_is_left_in_the_files_while_the_database_stays_open(
    database: Database, database_url: str
) -> None:
    await store(database)
    await write(database, incidents.mark_unavailable, 7, "restricted")
    if database.is_sqlite:
        assert files_with_secret(database_url) == []
    else:
        async with database.read() as transaction:
            for table in ("comment", "comment_version", "bug_change"):
                pages = f"SELECT pg_relation_size('{table}')"
                assert await transaction.scalar(sa.text(pages)) == 0  # vacuumed: its only pages held deleted rows
    assert await read(database, find_setting, PURGE_PENDING) is None


async def test_a_reader_delays_the_purge_and_does_not_prevent_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'db.sqlite'}"
    database = Database(url)
    await database.open()
    await store(database)
    reader = sqlite3.connect(tmp_path / "db.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM comment").fetchone()
    await write(database, incidents.mark_unavailable, 7, "restricted")
    assert files_with_secret(url) != []
    assert await read(database, find_setting, PURGE_PENDING) is not None
    await database.close()
    database = Database(url)  # after a restart
    await database.open()
    assert not await database.purge_removed_text()
    reader.close()
    assert await database.purge_removed_text()
    assert files_with_secret(url) == []
    await database.close()


LOCKED = sa.exc.OperationalError("VACUUM", {}, Exception("database is locked"))
FULL = sqlite3.OperationalError("database or disk is full")


@pytest.mark.parametrize(("fails", "error"), [("_truncate_log", LOCKED), ("_vacuum", LOCKED), ("_truncate_log", FULL)])
async def test_a_purge_that_fails_is_done_later(
    database: Database, monkeypatch: pytest.MonkeyPatch, fails: str, error: Exception
) -> None:
    async def broken(*_args: object) -> bool:
        raise error

    await store(database)
    with monkeypatch.context() as patched:
        patched.setattr(database, fails, broken)
        await write(database, incidents.mark_unavailable, 7, "restricted")
    assert await database.purge_removed_text()
    assert await read(database, find_setting, PURGE_PENDING) is None


async def delete_text(database: Database, *tables: str) -> None:
    async with database.transaction() as transaction:
        transaction.purge_after_commit(*tables)


@pytest.fixture
def purges(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The tables of each purge, all of which fail."""
    asked: list[list[str]] = []

    async def fail(tables: list[str] | None = None) -> bool:
        asked.append(tables or [])
        return False

    monkeypatch.setattr(database, "_truncate_log", fail)
    monkeypatch.setattr(database, "_vacuum", fail)
    return asked


async def test_what_an_earlier_deletion_left_is_purged_with_the_next(
    database: Database, purges: list[list[str]]
) -> None:
    await delete_text(database, "comment", "model")
    await delete_text(database, "comment", "incident")
    pending = (await read(database, find_setting, PURGE_PENDING) or "").split()[1:]
    assert pending == ["comment", "incident", "model"]
    if not database.is_sqlite:
        assert purges[-1] == pending


async def test_what_is_deleted_during_a_purge_is_purged_too(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = 0

    async def purge(_tables: list[str] | None = None) -> bool:
        nonlocal runs
        runs += 1
        if runs == 1:
            with monkeypatch.context() as patched:
                patched.setattr(database, "purge_removed_text", nothing)
                await delete_text(database, "comment")
        return True

    async def nothing() -> bool:
        return True

    monkeypatch.setattr(database, "_truncate_log", purge)
    monkeypatch.setattr(database, "_vacuum", purge)
    await delete_text(database, "comment")
    assert await read(database, find_setting, PURGE_PENDING) is not None
    assert await database.purge_removed_text()
    assert runs == 2
    assert await read(database, find_setting, PURGE_PENDING) is None
