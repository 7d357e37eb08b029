"""The lives of incidents, from Bugzilla's answers to what is stored: at once, step by step, and in older databases."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.polling.results import NullProgress
from storage import lives
from storage.values.incidents import Person
from storage.values.lives import CommentVersion
from tests.support.bugzilla_polls import poll_bugzilla, request_count, stored_bugs
from tests.support.database import read
from tests.support.lives import LIVES, read_lives
from tests.support.replay import replay
from tests.support.small_corpus import FIRST_BUG, all_stored_text, build_app, open_app, rows, small_bugzilla

WATCHED = "CA Certificate Compliance"
ROOT_PROGRAM = "CA Certificate Root Program"
READ_FIELDS = {"whiteboard", "status", "resolution", "summary", "assigned_to", "component", "groups", "flags"}
EDITED, MOVED = 3000004, 3000013


def as_read_at_the_end(life):
    """Return a life as it is known to somebody who reads it for the first time after all that happened."""
    changes = tuple(change for change in life.changes if change.field in READ_FIELDS)
    comments = tuple(
        replace(comment, versions=(CommentVersion(comment.posted, comment.text),)) for comment in life.comments
    )
    return replace(life, component=WATCHED, changes=changes, comments=comments)


@pytest.fixture(params=["bmo", "5.2"])
def lives_server(request):
    with replay("2026-12-01", request.param, corpus=LIVES / "lives_dev.jsonl") as server:
        yield server


@pytest.fixture
def edited_server():
    with replay("2024-09-12", corpus=LIVES / "lives_dev.jsonl") as server:
        yield server


async def test_the_invented_lives_are_stored_as_they_happened(database_url, lives_server):
    app = await open_app(build_app(database_url, lives_server.url))
    await poll_bugzilla(app)
    stored = await read(app.database, lives.read_lives)
    assert stored == {bug: as_read_at_the_end(life) for bug, life in read_lives().items()}
    text = await all_stored_text(app)
    assert "@auroratrust" not in text
    assert "needinfo?(incident-reporting)" in text
    await app.close()


async def test_a_life_is_followed_by_polls_and_earlier_moments_stay_what_they_were(database_url):
    days = [f"2025-{month:02d}-{day:02d}T12:00:00Z" for month in (9, 10, 11) for day in (1, 10, 19, 28)]
    known = {}
    with replay(days[0], corpus=LIVES / "lives_dev.jsonl") as server:
        app = await open_app(build_app(database_url, server.url))
        for day in days:
            server.control(now=day)
            await poll_bugzilla(app)
            for bug, life in (await read(app.database, lives.read_lives)).items():
                known[bug, datetime.fromisoformat(day)] = life
        assert len(known) > 100
        latest = await read(app.database, lives.read_lives, bugs=[bug for bug, _ in known])
        await app.close()
    for (bug, moment), life in known.items():
        assert latest[bug].at(moment) == life


async def test_a_comment_that_was_edited_is_known_in_both_versions(database_url, edited_server):
    app = await open_app(build_app(database_url, edited_server.url))
    await poll_bugzilla(app)
    edited_server.control(now="2024-09-17T12:00:00Z")
    await app.poll()
    before = await read(app.database, lives.read_life, EDITED)
    await app.poller.recheck_comments()
    life = await read(app.database, lives.read_life, EDITED)
    first, second = life.comments[0].versions
    assert "26 EV certificates" in first.text
    assert "31 EV certificates" in second.text
    assert (first.known_since, second.known_since) == (
        life.comments[0].posted,
        datetime(2024, 9, 17, 12, tzinfo=UTC),
    )
    if len(before.comments[0].versions) == 1:  # the bug did not change, so only the rotation could find it
        assert life.at(datetime(2024, 9, 17, 11, tzinfo=UTC)).comments[0].text == first.text
    await app.close()


async def test_a_bug_that_becomes_restricted_leaves_nothing_of_its_life(database_url, edited_server):
    edited_server.control(now="2025-11-15")
    app = await open_app(build_app(database_url, edited_server.url))
    await poll_bugzilla(app)
    assert "Indigo Trust" in await all_stored_text(app)  # a former title, which only changes have
    for bug in (3000010, MOVED):
        edited_server.control(advance=60, hide=bug)
    await poll_bugzilla(app)
    text = await all_stored_text(app)
    assert "Indigo Trust: Delayed" not in text
    assert "Indigo Trust: Postal" not in text
    assert await read(app.database, lives.read_lives, bugs=[3000010, MOVED]) == {}
    edited_server.control(advance=60, show=MOVED)
    await poll_bugzilla(app)
    restored = await read(app.database, lives.read_life, MOVED)
    assert [change.added for change in restored.changes[:2]] == [ROOT_PROGRAM, WATCHED]
    await app.close()


async def empty_lives(app):
    """Leave the database as an earlier version of Rootwatch did."""
    async with app.database.transaction() as transaction:
        await transaction.execute(transaction.tables["bug_change"].delete())
        await transaction.execute(transaction.tables["incident"].update().values(history_as_of=None, flags=[]))


async def test_an_older_database_gets_its_histories_poll_by_poll(database_url, lives_server, monkeypatch):
    monkeypatch.setattr("bot.polling.bug_activity.HISTORIES_PER_POLL", 10)
    app = await open_app(build_app(database_url, lives_server.url))
    await poll_bugzilla(app)
    expected = await read(app.database, lives.read_lives)
    await empty_lives(app)
    pending = []
    for _ in range(4):
        before = request_count(lives_server)
        result = await app.poller.poll_bugzilla(NullProgress(), on_schedule=True, sweep=False)
        assert result.error is None
        assert request_count(lives_server) - before <= 4
        pending.append((await app.use_cases.status.status()).histories_pending)
    assert pending == [13, 3, 0, 0]
    assert await read(app.database, lives.read_lives) == expected
    await app.close()


async def test_histories_that_were_interrupted_go_on_where_they_stopped(file_url, lives_server, monkeypatch):
    monkeypatch.setattr("bot.sources.bugzilla.activity.BUGS_PER_BATCH", 10)
    app = await open_app(build_app(file_url, lives_server.url))
    await poll_bugzilla(app)
    await empty_lives(app)

    class FaultAfterABatch(NullProgress):
        def advance(self, task, done, total):
            if task == "histories" and done == 10:
                lives_server.control(faults=[{"path": "/rest/bug", "status": 503, "body": "html", "times": 3}])

    result = await app.poller.poll_bugzilla(FaultAfterABatch(), on_schedule=False, sweep=False)
    assert "is down for now (503)" in result.error
    assert (await app.use_cases.status.status()).histories_pending == 13
    await poll_bugzilla(app)
    assert (await app.use_cases.status.status()).histories_pending == 0
    await app.close()


async def test_by_hand_an_older_database_gets_all_histories_at_once(database_url, lives_server, monkeypatch):
    monkeypatch.setattr("bot.polling.bug_activity.HISTORIES_PER_POLL", 10)
    lives_server.control(now="2025-10-20T12:00:00Z")
    app = await open_app(build_app(database_url, lives_server.url))
    await poll_bugzilla(app)
    expected = await read(app.database, lives.read_lives)
    assert any(life.flags for life in expected.values())
    await empty_lives(app)
    result = await poll_bugzilla(app)
    assert await read(app.database, lives.read_lives) == expected
    # flags that an earlier version did not store are no changes that polls missed
    (source,) = (await app.use_cases.status.status()).sources
    assert (source.missed, result.new) == (0, 0)
    await app.close()


async def test_odd_changes_are_named_in_the_status_and_stop_no_poll(database_url):
    entry = {"when": "2024-12-31T11:00:00Z", "who": "staff@root.example"}
    good = {**entry, "changes": [{"field_name": "whiteboard", "removed": "", "added": "[ca-compliance]"}]}
    async with small_bugzilla() as (bugzilla, url):
        bugzilla.history = {
            FIRST_BUG: [None, good, {**entry, "when": "no time", "changes": []}, good],
            FIRST_BUG + 1: "none",
            FIRST_BUG + 99: [good],
        }
        app = await open_app(build_app(database_url, url))
        assert (await poll_bugzilla(app)).new == 12
        (source,) = (await app.use_cases.status.status()).sources
        assert sorted(source.unreadable) == [
            f"bug {FIRST_BUG + 1} (the history)",
            f"change 0 of bug {FIRST_BUG} (its shape)",
            f"change 2 of bug {FIRST_BUG} (a time)",
        ]
        stored = await read(app.database, lives.read_lives)
        assert sorted(stored) == list(range(FIRST_BUG, FIRST_BUG + 12))
        assert [change.who for change in stored[FIRST_BUG].changes] == [Person("staff", "root.example")]
        assert stored[FIRST_BUG + 1].changes == ()
        before = app.poller.bugzilla_client().request_count
        await app.poller.poll_bugzilla(NullProgress(), on_schedule=False, sweep=False)
        assert app.poller.bugzilla_client().request_count == before + 2
        await app.close()


async def test_histories_without_a_bug_and_a_bug_without_history_stop_no_poll(database_url):
    entry = {"when": "2024-12-31T11:00:00Z", "who": "staff@root.example"}
    good = {**entry, "changes": [{"field_name": "whiteboard", "removed": "", "added": "[ca-compliance]"}]}
    rows_of_bugs = [
        {"id": FIRST_BUG, "history": [good]}, {"id": 5, "history": [good]}, {"id": None}, None, {"id": FIRST_BUG + 1},
    ]  # fmt: skip
    async with small_bugzilla() as (bugzilla, url):
        bugzilla.histories = rows_of_bugs
        app = await open_app(build_app(database_url, url))
        assert (await poll_bugzilla(app)).new == 12
        stored = await read(app.database, lives.read_lives)
        assert {bug: len(life.changes) for bug, life in stored.items()} == {FIRST_BUG: 1, FIRST_BUG + 1: 0}
        status = await app.use_cases.status.status()
        assert status.histories_pending == 10
        assert len(status.sources[0].unreadable) == 3  # each name once
        new = bugzilla.file_bug("Entrust: Another one", "It went wrong.")
        await poll_bugzilla(app)
        assert new in await stored_bugs(app)
        before = app.poller.bugzilla_client().request_count
        await app.poller.poll_bugzilla(NullProgress(), on_schedule=False, sweep=False)
        assert app.poller.bugzilla_client().request_count == before + 2
        await app.close()


async def test_a_history_that_cannot_be_read_any_more_leaves_what_is_stored(database_url):
    good = {
        "when": "2024-12-31T11:00:00Z",
        "who": "staff@root.example",
        "changes": [{"field_name": "whiteboard", "removed": "", "added": "[ca-compliance]"}],
    }
    async with small_bugzilla() as (bugzilla, url):
        bugzilla.history = {FIRST_BUG: [good]}
        app = await open_app(build_app(database_url, url))
        await poll_bugzilla(app)
        for history in (None, 5):
            bugzilla.history = {FIRST_BUG: history}
            bugzilla.bugs[FIRST_BUG] |= {"whiteboard": f"[{history}]"}
            await poll_bugzilla(app)
            assert len((await read(app.database, lives.read_life, FIRST_BUG)).changes) == 1
        assert (await rows(app, "SELECT count(*) FROM bug_change"))[0][0] == 1
        await app.close()
