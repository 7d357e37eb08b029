"""Polls of Bugzilla that fails: what is reported, how long it is left alone, and how the next poll catches up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.polling.results import NullProgress
from bot.sources.bugzilla.client import BugzillaClient
from bot.sources.errors import SourceError
from storage import comments, sources
from tests.support.bugzilla_polls import poll_bugzilla, request_count, stored_bugs
from tests.support.database import read
from tests.support.small_corpus import (
    FIRST_BUG,
    REPORT,
    announcements,
    build_app,
    file_bug,
    open_app,
    problems,
)


async def test_a_component_mistyped_from_the_start_is_reported(file_url, server):
    app = await open_app(build_app(file_url, server.url, BUGZILLA__COMPONENT="CA Certificate Complaints"))
    error = (await app.poll()).bugzilla.error
    assert "CA Program :: CA Certificate Complaints" in error
    assert "bugzilla.component" in error
    await app.close()
    app = build_app(file_url, server.url)
    await app.open()
    assert (await poll_bugzilla(app)).new == 12
    assert await announcements(app) == []
    await app.close()


FAULTS = {
    "503": ({"status": 503, "body": "html"}, "is down for now (503)"),
    "error in a 200": ({"status": 200, "body": "json"}, "reports an error of its own"),
    "empty": ({"status": 200, "body": "empty"}, "gave an empty answer"),
    "cut": ({"kind": "cut"}, "broke off in the middle of its answer"),
    "drop": ({"kind": "drop"}, "broke off in the middle of its answer"),
    "slow": ({"kind": "slow"}, "did not finish its answer within"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_one_sentence_and_the_next_poll_catches_up(quick_app, server, fault, monkeypatch):
    await poll_bugzilla(quick_app)
    monkeypatch.setattr("bot.sources.bugzilla.rest.RESPONSE_TIMEOUT_SECONDS", 0.2)
    new_bugs = [file_bug(server, text="long " * 900), file_bug(server)]
    options, sentence = FAULTS[fault]
    server.control(faults=[{"path": "/rest/bug", "times": 3, **options}])
    error = (await quick_app.poll()).bugzilla.error
    assert sentence in error
    assert error.endswith(".")
    assert "Traceback" not in error
    monkeypatch.setattr("bot.sources.bugzilla.rest.RESPONSE_TIMEOUT_SECONDS", 20)
    server.control(faults=[])
    server.control(advance=7200)
    await poll_bugzilla(quick_app)
    assert await announcements(quick_app) == new_bugs
    assert await stored_bugs(quick_app) == {*range(FIRST_BUG, FIRST_BUG + 12), *new_bugs}


async def test_retry_after_is_obeyed_by_a_second_program_on_the_same_database(app, database_url, server):
    await poll_bugzilla(app)
    server.control(faults=[{"path": "/rest/bug", "status": 429, "retry_after": 900, "times": 1}])
    assert (await app.poll()).bugzilla.error
    await app.close()
    count_before = request_count(server)
    second_app = build_app(database_url, server.url)
    await second_app.open()
    result = (await second_app.poll()).bugzilla
    assert "is not polled until" in result.error
    assert result.requests == 0
    assert request_count(server) == count_before
    async with second_app.database.transaction() as transaction:
        state = await read(second_app.database, sources.find_source, "bugzilla")
        assert timedelta(seconds=800) < state.not_before - datetime.now(UTC) < timedelta(seconds=901)
        await sources.save_source(transaction, replace(state, not_before=datetime.now(UTC)))
    await poll_bugzilla(second_app)
    await second_app.close()


async def test_a_blocked_address_is_left_alone_for_an_hour(quick_app, server):
    await poll_bugzilla(quick_app)
    server.control(faults=[{"path": "/rest", "status": 429, "body": "html", "times": 1}])
    assert "asks for fewer requests" in (await quick_app.poll()).bugzilla.error
    count_before = request_count(server)
    assert "not polled" in (await quick_app.poll()).bugzilla.error
    assert request_count(server) == count_before
    state = await read(quick_app.database, sources.find_source, "bugzilla")
    assert state.not_before - datetime.now(UTC) > timedelta(minutes=60)


async def test_a_failing_source_is_reported_once_and_once_when_it_works_again(app, server):
    await poll_bugzilla(app)
    server.control(faults=[{"path": "/rest", "status": 503, "body": "html", "times": 6}])
    for _ in range(2):
        assert (await app.poll()).bugzilla.error
    status = await app.use_cases.status.status()
    assert "is down for now (503)" in status.sources[0].error
    await poll_bugzilla(app)
    await poll_bugzilla(app)
    sentences = await problems(app)
    assert len(sentences) == 2
    assert "is down for now (503)" in sentences[0]
    assert "works again" in sentences[1]
    assert (await app.use_cases.status.status()).sources[0].error == ""


async def test_without_its_comments_a_bug_is_announced_all_the_same(app, server, monkeypatch):
    await poll_bugzilla(app)
    new = file_bug(server, text=REPORT)
    get_comments = BugzillaClient.get_comments

    async def fail(self, bugs):
        raise SourceError("The comments are not to be had.")
        yield {}

    monkeypatch.setattr(BugzillaClient, "get_comments", fail)
    assert (await app.poll()).bugzilla.error == "The comments are not to be had."
    assert await announcements(app) == [new]
    monkeypatch.setattr(BugzillaClient, "get_comments", get_comments)
    await poll_bugzilla(app)
    assert len(await read(app.database, comments.find_comments, new)) == 1
    assert await announcements(app) == [new]


async def test_a_server_whose_clock_was_once_wrong_is_read_again_and_loses_no_bug(app, server):
    await poll_bugzilla(app)
    state = await read(app.database, sources.find_source, "bugzilla")
    wrong = state.cursor + timedelta(days=2000)
    async with app.database.transaction() as transaction:
        await sources.save_source(transaction, replace(state, cursor=wrong, baseline_at=wrong))
    missed, _ = file_bug(server), server.control(advance=7200)
    new = file_bug(server)
    result = await app.poller.poll_bugzilla(NullProgress(), on_schedule=True, sweep=False)
    assert (result.error, result.new) == (None, 2)
    assert sorted(await announcements(app)) == [missed, new]
    state = await read(app.database, sources.find_source, "bugzilla")
    assert state.cursor < wrong
    assert state.baseline_at < wrong


async def test_a_lease_of_a_process_whose_clock_was_wrong_holds_nobody_up(app):
    lease = app.database.tables["lease"]
    wrong = datetime.now(UTC) + timedelta(days=2000)
    async with app.database.transaction() as transaction:
        row = {"name": "poll bugzilla", "holder": "host/1/abc", "token": 1, "expires": wrong}
        await transaction.execute(lease.insert().values(**row))
    await poll_bugzilla(app)


async def test_a_poll_of_another_process_stands_for_one_of_the_schedule(database_url, server):
    apps = [build_app(database_url, server.url) for _ in range(2)]
    for app in apps:
        await app.open()

    async def poll(app, **options):
        before = request_count(server)
        result = await app.poller.poll_bugzilla(NullProgress(), on_schedule=True, sweep=False, **options)
        assert result.error is None
        return request_count(server) - before

    assert await poll(apps[0]) > 0
    assert await poll(apps[1]) == 0
    assert await poll(apps[0]) > 0  # its own schedule says when
    long_ago = datetime.now(UTC) - timedelta(seconds=295)
    async with apps[0].database.transaction() as transaction:
        await transaction.execute(transaction.tables["source"].update().values(attempted_at=long_ago))
    assert await poll(apps[1]) > 0
    for app in apps:
        await app.close()
