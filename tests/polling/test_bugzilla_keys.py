"""Keys of accounts that see more than everybody: nothing restricted is read, and `check` says what a key does."""

import pytest

from bot.health import check
from bot.polling.results import NullProgress
from tests.support.bugzilla_polls import poll_bugzilla, request_count, stored_bugs
from tests.support.replay import replay
from tests.support.small_corpus import (
    FIRST_BUG,
    all_stored_text,
    announcements,
    build_app,
    file_bug,
    open_app,
    write_corpus,
)


async def build_with_key(database_url, url, monkeypatch, key="staff-key", **options):
    monkeypatch.setenv("BUGZILLA_API_KEY", key)
    from dataclasses import replace

    from bot.app import build
    from bot.config import Secret

    app = build_app(database_url, url, **options)
    return await open_app(build(replace(app.settings, bugzilla_api_key=Secret(key))))


@pytest.mark.parametrize("flavour", ["bmo", "5.2"])
async def test_a_restricted_bug_is_restricted_whoever_asks(file_url, tmp_path, monkeypatch, flavour):
    with replay(corpus=write_corpus(tmp_path), flavour=flavour) as server:
        app = await build_with_key(file_url, server.url, monkeypatch, BUGZILLA__KEY_IN_QUERY="true")
        server.control(hide=FIRST_BUG)
        await poll_bugzilla(app)
        assert FIRST_BUG not in await stored_bugs(app)
        secret = file_bug(server, "Entrust: Zanzibarquux", hidden=True)
        public = file_bug(server, "Entrust: Plughword")
        await poll_bugzilla(app)
        assert await announcements(app) == [public]
        assert "Zanzibarquux" not in await all_stored_text(app)
        server.control(hide=public, advance=60)
        # the bug is still found, so that no sweep is needed to see that it became restricted
        result = await app.poller.poll_bugzilla(NullProgress(), on_schedule=True, sweep=True)
        assert (result.error, result.missing) == (None, 1)
        assert "Plughword" not in await all_stored_text(app)
        server.control(show=secret, advance=60)
        await poll_bugzilla(app)
        assert secret in await stored_bugs(app)
        await app.close()


async def result_of_check(app):
    results = await check(app.settings, app.database, app.poller, app.open)
    return next(result for result in results if result.name == "bugzilla")


async def test_check_warns_of_a_key_that_sees_restricted_bugs(file_url, tmp_path, monkeypatch):
    with replay(corpus=write_corpus(tmp_path)) as server:
        server.control(hide=FIRST_BUG)
        app = await build_with_key(file_url, server.url, monkeypatch)
        result = await result_of_check(app)
        assert not result.ok
        assert "1 restricted bug" in result.message
        assert "without special permissions" in result.message
        await app.close()


async def test_check_warns_of_a_key_that_the_server_ignores(file_url, tmp_path, monkeypatch):
    with replay(corpus=write_corpus(tmp_path), flavour="5.2") as server:
        app = await build_with_key(file_url, server.url, monkeypatch, "replay-key")
        result = await result_of_check(app)
        assert not result.ok
        assert "ignores the API key" in result.message
        assert "bugzilla.key_in_query" in result.message
        await app.close()
        app = await build_with_key(file_url, server.url, monkeypatch, "replay-key", BUGZILLA__KEY_IN_QUERY="true")
        assert (await result_of_check(app)).ok
        await app.close()


async def test_check_accepts_a_key_that_sees_what_everybody_sees(file_url, tmp_path, monkeypatch):
    with replay(corpus=write_corpus(tmp_path)) as server:
        server.control(hide=FIRST_BUG)
        app = await build_with_key(file_url, server.url, monkeypatch, "replay-key")
        result = await result_of_check(app)
        assert (result.ok, "has 11 bugs" in result.message) == (True, True)
        await app.close()


async def test_a_change_is_read_once_and_not_again_through_the_overlap(file_url, tmp_path):
    with replay(corpus=write_corpus(tmp_path)) as server:
        app = await open_app(build_app(file_url, server.url))
        await poll_bugzilla(app)
        new = file_bug(server)
        counts = []
        for _ in range(4):
            before = request_count(server)
            await app.poller.poll_bugzilla(NullProgress(), on_schedule=True, sweep=False)
            counts.append(request_count(server) - before)
            server.control(advance=60)
        assert counts == [3, 2, 2, 2]
        server.control(comment={"id": new, "text": "More of it."})
        await app.poller.poll_bugzilla(NullProgress(), on_schedule=True, sweep=False)
        assert "More of it." in await all_stored_text(app)
        await app.close()


async def test_bugzilla_5_2_is_asked_again_until_no_comment_can_be_late(file_url, tmp_path):
    with replay(corpus=write_corpus(tmp_path), flavour="5.2") as server:
        app = await open_app(build_app(file_url, server.url))
        await poll_bugzilla(app)
        file_bug(server)
        counts = []
        for _ in range(4):
            before = request_count(server)
            await app.poller.poll_bugzilla(NullProgress(), on_schedule=True, sweep=False)
            counts.append(request_count(server) - before)
            server.control(advance=90)
        assert counts == [4, 4, 2, 2]
        await app.close()


@pytest.mark.parametrize("most", [1, 3, 7, 100])
async def test_a_server_with_a_lower_limit_is_read_whole(file_url, tmp_path, most):
    from tests.support.small_corpus import invented_bugs

    with replay(corpus=write_corpus(tmp_path, invented_bugs(30))) as server:
        server.control(max_results=most)
        app = await open_app(build_app(file_url, server.url))
        assert (await poll_bugzilla(app)).new == 30
        texts = await all_stored_text(app)
        assert all(f"Incident number {index}:" in texts for index in range(30))
        new = [file_bug(server) for _ in range(9)]
        assert (await poll_bugzilla(app)).new == 9
        assert await announcements(app) == new
        await app.close()
