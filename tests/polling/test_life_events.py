"""Events within incidents, from Bugzilla's answers to what is recorded: each once, and none of the time before."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.polling.results import NullProgress
from handlers.lives.events import events_in
from handlers.lives.reading import read_life
from handlers.parsing.owners import build_owner_directory
from storage import life_events
from tests.support.bugzilla_polls import poll_bugzilla
from tests.support.database import read
from tests.support.lives import LIVES, read_lives
from tests.support.older_database import take_back_to
from tests.support.replay import replay
from tests.support.small_corpus import all_stored_text, build_app, open_app, rows

WATCHED = "CA Certificate Compliance"
READ_FIELDS = {"whiteboard", "status", "resolution", "summary", "assigned_to", "component", "groups", "flags"}
LIFE_VALUES = tuple(read_lives().values())
START, END = datetime(2025, 9, 1, 12, tzinfo=UTC), datetime(2025, 10, 20, 12, tzinfo=UTC)
EDITED, MADE_PUBLIC = 3000004, 3000014


def iso(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def server():
    with replay(iso(START), corpus=LIVES / "lives_dev.jsonl") as server:
        yield server


async def recorded(app):
    return await read(app.database, life_events.find_life_events)


def keys(events):
    return {(event.bug, event.kind, event.reference) for event in events}


def read_at(moment):
    """Return what polls know of the lives at a moment: of public bugs in the component, the fields that are read."""
    lives = [replace(life, changes=tuple(c for c in life.changes if c.field in READ_FIELDS)) for life in LIFE_VALUES]
    known = [life.at(moment) for life in lives if life.created <= moment]
    return [life for life in known if not life.restricted and life.component == WATCHED]


def expected_events(after, *moments):
    """Return what the lives say happened after a moment, read as a whole at each of these moments."""
    owners = build_owner_directory({})
    events = {}
    for moment in moments:
        for life in read_at(moment):
            for event in events_in(read_life(life, owners, moment), moment, WATCHED):
                if event.happened > after:
                    events.setdefault((event.bug, event.kind, event.reference), event)
    return list(events.values())


async def poll_daily(app, server, start=START, until=END, days=3):
    moments = [start + timedelta(days=day) for day in range(days, (until - start).days + days, days)]
    for moment in moments:
        server.control(now=iso(moment))
        await poll_bugzilla(app)
    return moments


async def test_the_first_fill_records_nothing(database_url, server):
    app = await open_app(build_app(database_url, server.url))
    await poll_bugzilla(app)
    await poll_bugzilla(app)
    assert await recorded(app) == []
    await app.close()


async def test_what_happens_later_is_recorded_once_with_its_time(database_url, server):
    app = await open_app(build_app(database_url, server.url))
    await poll_bugzilla(app)
    moments = await poll_daily(app, server)
    events = await recorded(app)
    expected = {(event.bug, event.kind, event.reference): event for event in expected_events(START, *moments)}
    assert keys(events) == expected.keys()
    assert len(events) == len(expected) > 30
    for event in events:
        assert event.happened == expected[event.bug, event.kind, event.reference].happened
        assert event.recorded_at is not None
    assert {"full-report", "question-asked", "question-answered", "became-overdue"} <= {event.kind for event in events}
    # another poll, a restart, and a second program on the same database change nothing
    await poll_bugzilla(app)
    await app.close()
    first, second = [await open_app(build_app(database_url, server.url)) for _ in range(2)]
    await asyncio.gather(first.poll(), second.poll())
    assert await recorded(first) == events
    await first.close()
    await second.close()


async def test_an_event_of_a_life_is_delivered_to_no_channel(database_url, server):
    app = await open_app(build_app(database_url, server.url))
    await poll_bugzilla(app)
    await poll_daily(app, server, days=10)
    assert await recorded(app)
    kinds = await rows(app, "SELECT DISTINCT kind FROM event JOIN delivery ON delivery.event = event.id")
    assert [kind for (kind,) in kinds] == ["filed"]
    await app.close()


async def test_a_clock_runs_out_without_anything_that_happens(database_url, server):
    app = await open_app(build_app(database_url, server.url))
    await poll_bugzilla(app)
    await poll_daily(app, server, days=1)
    overdue = [event for event in await recorded(app) if event.kind == "became-overdue"]
    changed = {life.bug: {comment.posted.date() for comment in life.comments} for life in LIFE_VALUES}
    silent = [event for event in overdue if event.happened.date() not in changed[event.bug]]
    assert silent
    await app.close()


async def test_an_edit_found_by_the_rotation_is_an_event(database_url):
    with replay("2024-09-12", corpus=LIVES / "lives_dev.jsonl") as server:
        app = await open_app(build_app(database_url, server.url))
        await poll_bugzilla(app)
        server.control(now="2024-09-17T07:00:00Z")
        await poll_bugzilla(app)
        server.control(now="2024-09-17T09:00:00Z")
        await app.poller.recheck_comments()
        await poll_bugzilla(app)
        await poll_bugzilla(app)
        edits = [event for event in await recorded(app) if event.kind == "comment-edited"]
        assert [(event.bug, event.reference, event.detail) for event in edits] == [(EDITED, "c0v2", "2.0")]
        await app.close()


async def test_a_restricted_bug_leaves_no_events_and_brings_no_old_ones_back(database_url, server):
    app = await open_app(build_app(database_url, server.url))
    await poll_bugzilla(app)
    *_, end = await poll_daily(app, server, days=10)
    bug = max(event.bug for event in await recorded(app))
    others = [event for event in await recorded(app) if event.bug != bug]
    server.control(advance=60, hide=bug)
    await poll_bugzilla(app)
    assert await recorded(app) == others
    server.control(advance=60, show=bug)
    await poll_bugzilla(app)
    assert [event for event in await recorded(app) if event.happened < end - timedelta(minutes=30)] == others
    await app.close()


async def test_an_older_database_begins_with_its_last_poll(database_url, server):
    app = await open_app(build_app(database_url, server.url))
    await poll_bugzilla(app)
    await app.close()
    take_back_to(database_url, "0014")
    server.control(now=iso(END))
    app = await open_app(build_app(database_url, server.url))
    await poll_bugzilla(app)
    assert keys(await recorded(app)) == keys(expected_events(START, END))
    assert "life events since" in await all_stored_text(app)
    await app.close()


async def test_events_wait_for_a_life_that_is_not_read_completely(database_url):
    with replay(iso(START), "5.2", corpus=LIVES / "lives_dev.jsonl") as server:
        app = await open_app(build_app(database_url, server.url))
        await poll_bugzilla(app)
        server.control(now=iso(END), faults=[{"path": "/rest/bug/", "status": 500, "times": 99}])
        assert (await app.poll()).bugzilla.error
        assert await recorded(app) == []
        server.control(faults=[])
        await poll_bugzilla(app)
        assert keys(await recorded(app)) == keys(expected_events(START, END))
        await app.close()


async def test_a_bug_that_becomes_public_is_news_only_from_then_on(database_url, server):
    app = await open_app(build_app(database_url, server.url))
    server.control(now="2025-11-10T11:00:00Z")
    await poll_bugzilla(app)
    server.control(now="2025-12-02T11:00:00Z")
    await poll_bugzilla(app)
    events = [event for event in await recorded(app) if event.bug == MADE_PUBLIC]
    assert events
    assert min(event.happened for event in events) >= datetime(2025, 11, 10, 12, tzinfo=UTC)
    await app.close()


async def test_what_was_stored_before_a_crash_is_recorded_after_it(database_url, server):
    app = await open_app(build_app(database_url, server.url))
    await poll_bugzilla(app)
    server.control(now=iso(END))
    await app.poller.poll_bugzilla(NullProgress(), on_schedule=True, sweep=False)
    assert await recorded(app) == []  # reading lives is no part of the poll itself
    await app.close()
    app = await open_app(build_app(database_url, server.url))
    await poll_bugzilla(app)
    assert keys(await recorded(app)) == keys(expected_events(START, END))
    await app.close()
