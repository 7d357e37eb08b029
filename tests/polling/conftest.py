"""Fixtures for polls of Bugzilla: a replay of twelve invented incidents and programs that poll it."""

import pytest

from tests.support.replay import replay
from tests.support.small_corpus import build_app, open_app, write_corpus


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    """Retry after milliseconds, and let responses time out after a second."""
    monkeypatch.setattr("bot.sources.http.INITIAL_RETRY_DELAY_SECONDS", 0.001)
    monkeypatch.setattr("bot.sources.bugzilla.rest.RESPONSE_TIMEOUT_SECONDS", 1.0)


@pytest.fixture
def server(tmp_path):
    with replay(corpus=write_corpus(tmp_path)) as server:
        yield server


@pytest.fixture
def file_url(tmp_path):
    """Return the URL of an SQLite file, for tests that do not depend on the kind of database."""
    return f"sqlite:///{tmp_path / 'rootwatch.db'}"


@pytest.fixture
async def quick_app(file_url, server):
    app = await open_app(build_app(file_url, server.url))
    yield app
    await app.close()


@pytest.fixture
async def app(database_url, server):
    app = await open_app(build_app(database_url, server.url))
    yield app
    await app.close()
