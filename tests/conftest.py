"""Fixtures of all tests: an empty SQLite and an empty PostgreSQL database for each test.

Migrations take longer than most tests, so each worker migrates one template of each kind and every test gets a copy.
"""

import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa

from storage.database import Database
from storage.migrations.upgrade import upgrade

# no deadline: the duration of an example means nothing on a machine that runs other things too
hypothesis.settings.register_profile("rootwatch", deadline=None)
hypothesis.settings.load_profile("rootwatch")

POSTGRES = os.environ.get("ROOTWATCH_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


SETTLE_SECONDS = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest tests first, so that the other workers do not wait for them at the end; be patient with them."""
    items.sort(key=lambda item: "test_killed" not in item.nodeid)
    for item in items:
        # simcord waits for 5 s by default, which a busy machine needs for a search in the corpus
        marker = item.get_closest_marker("simcord")
        options = {"settle_timeout": SETTLE_SECONDS} | (marker.kwargs if marker else {})
        item.add_marker(pytest.mark.simcord(**options))


def _postgres_url(name: str | None = None) -> sa.URL:
    url = sa.make_url(POSTGRES).set(drivername="postgresql+psycopg")
    return url.set(database=name) if name else url


@pytest.fixture(scope="session")
def postgres() -> Iterator[sa.Engine]:
    """Return an engine of the PostgreSQL server that can create and drop databases."""
    engine = sa.create_engine(_postgres_url(), isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5})
    try:
        engine.connect().close()
    except sa.exc.SQLAlchemyError as error:
        reason = f"no PostgreSQL at {POSTGRES}: {str(error.__cause__ or error).splitlines()[0]}"
        if os.environ.get("CI"):
            pytest.fail(f"CI must run these tests, but there is {reason}")
        pytest.skip(reason)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "rootwatch.db"
    upgrade(sa.make_url(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: sa.Engine) -> Iterator[str]:
    name = f"rootwatch_template_{secrets.token_hex(6)}"
    with postgres.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    upgrade(_postgres_url(name))
    yield name
    with postgres.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of an empty database with all tables: an SQLite file, or a new PostgreSQL database."""
    if request.param == "sqlite":
        path = tmp_path / "rootwatch.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server, template = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template")
    name = f"rootwatch_{secrets.token_hex(6)}"
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _postgres_url(name).set(drivername="postgresql").render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await database.open()
    yield database
    await database.close()
