"""What the tests share: a database of each kind, empty and of its own."""

import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import hypothesis
import pytest
import sqlalchemy as sa

from storage.database import Database
from tests.support.fake_queries import Around

# how long one example takes says nothing on a machine that does other things meanwhile
hypothesis.settings.register_profile("rootwatch", deadline=None)
hypothesis.settings.load_profile("rootwatch")

POSTGRES = os.environ.get("ROOTWATCH_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


def _postgres_absence() -> str:
    """Say why PostgreSQL cannot be used here, "" if it can."""
    engine = sa.create_engine(
        sa.make_url(POSTGRES).set(drivername="postgresql+psycopg"), connect_args={"connect_timeout": 2}
    )
    try:
        with engine.connect():
            return ""
    except sa.exc.SQLAlchemyError as error:
        return f"no PostgreSQL at {POSTGRES}: {str(error.__cause__ or error).splitlines()[0]}"
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def postgres_absence() -> str:
    return _postgres_absence()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, postgres_absence: str):
    """The address of an empty database: a file, and a schema of its own in PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'rootwatch.db'}"
        return
    if postgres_absence:
        if os.environ.get("CI"):
            pytest.fail(f"CI must run these tests, but there is {postgres_absence}")
        pytest.skip(postgres_absence)
    schema = f"rootwatch_{secrets.token_hex(6)}"
    engine = sa.create_engine(sa.make_url(POSTGRES).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    yield f"{POSTGRES}?options=-csearch_path%3D{schema}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    engine.dispose()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await database.open()
    yield database
    await database.close()


# The chat of one server, with a bot that answers from `around`; tests of the real answers have bots of their own.


@pytest.fixture
def around() -> Around:
    return Around()


@pytest.fixture
def simcord_bot(around: Around):
    return around.bot()


@pytest.fixture
def env(simcord_env):
    return simcord_env


@pytest.fixture
def guild(env):
    return env.create_guild()


@pytest.fixture
def channel(guild):
    return guild.create_text_channel("alerts")


@pytest.fixture
def member(env, guild):
    return guild.add_member(env.create_user("alice"))


@pytest.fixture
def manager(env, guild):
    role = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    return guild.add_member(env.create_user("mallory"), roles=[role])
