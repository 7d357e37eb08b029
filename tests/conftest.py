"""What the tests share: a database of each kind, empty and of its own.

Migrating takes longer than most tests, so each worker migrates one template of each kind and every test gets a copy.
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

# how long one example takes says nothing on a machine that does other things meanwhile
hypothesis.settings.register_profile("rootwatch", deadline=None)
hypothesis.settings.load_profile("rootwatch")

POSTGRES = os.environ.get("ROOTWATCH_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


def _postgres_url(name: str | None = None) -> sa.URL:
    url = sa.make_url(POSTGRES).set(drivername="postgresql+psycopg")
    return url.set(database=name) if name else url


@pytest.fixture(scope="session")
def postgres() -> Iterator[sa.Engine]:
    """A connection to the PostgreSQL server that creates and drops databases."""
    engine = sa.create_engine(_postgres_url(), isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5})
    try:
        engine.connect().close()
    except sa.exc.SQLAlchemyError as error:
        absence = f"no PostgreSQL at {POSTGRES}: {str(error.__cause__ or error).splitlines()[0]}"
        if os.environ.get("CI"):
            pytest.fail(f"CI must run these tests, but there is {absence}")
        pytest.skip(absence)
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
    """The address of an empty database with all tables: a file, or a PostgreSQL database of its own."""
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
