"""Events within incidents as stored: each once, deleted with a restricted bug, and what waits to be looked through."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage import incidents, life_events, lives, settings, sources
from storage.database import Database
from storage.values.life_events import LifeEvent
from storage.values.sources import SourceState
from tests.storage.test_lives import build_bug, change, store, store_texts
from tests.support.database import read, write
from tests.support.older_database import bring_to, take_back_to

NOON = datetime(2024, 5, 19, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ASKED = LifeEvent(7, "question-asked", "c1q1", NOON)


async def pending(database: Database) -> list[int]:
    return [entry.bug for entry in await read(database, life_events.find_changed_lives)]


async def store_complete(database: Database, *bugs: int) -> None:
    """Store incidents with their comments and histories."""
    for bug in bugs:
        await store(database, build_bug(bug))
        await store_texts(database, "A text", bug=bug)
    await write(database, lives.save_changes, {bug: [change()] for bug in bugs})


async def complete(database: Database, until: datetime = NOON + HOUR) -> None:
    progress = await read(database, life_events.find_changed_lives)
    await write(database, life_events.save_progress, {entry.bug: entry.requested for entry in progress}, until)


async def test_an_event_is_stored_once_for_ever(database: Database) -> None:
    await store_complete(database, 7)
    answered = LifeEvent(7, "question-answered", "c1q1 c2", NOON + HOUR, "full", ambiguous=True)
    first = await write(database, life_events.insert_life_events, [ASKED, answered, ASKED], NOON + HOUR)
    assert first == (replace(ASKED, recorded_at=NOON + HOUR), replace(answered, recorded_at=NOON + HOUR))
    again = replace(ASKED, happened=NOON + HOUR)
    assert await write(database, life_events.insert_life_events, [again, answered], NOON + 2 * HOUR) == ()
    assert tuple(await read(database, life_events.find_life_events, 7)) == first
    assert await read(database, life_events.find_life_events, 8) == []


async def test_a_time_in_the_future_counts_as_now(database: Database) -> None:
    await store_complete(database, 7)
    (event,) = await write(database, life_events.insert_life_events, [replace(ASKED, happened=NOON + 9 * HOUR)], NOON)
    assert event.happened == NOON


async def test_whatever_stores_a_part_of_a_life_marks_it(database: Database) -> None:
    await store_complete(database, 7, 8)
    assert await pending(database) == [8, 7]
    await complete(database)
    assert await pending(database) == []
    await store_texts(database, "Another text", bug=7)
    assert await pending(database) == [7]
    await complete(database)
    await write(database, lives.save_changes, {7: [change()], 8: [change(), change("status")]})
    assert await pending(database) == [8]  # the history of the other one was the same


async def test_what_changes_while_it_is_looked_through_stays_marked(database: Database) -> None:
    await store_complete(database, 7)
    (before,) = await read(database, life_events.find_changed_lives)
    await store_texts(database, "Meanwhile another text")
    await write(database, life_events.save_progress, {7: before.requested}, NOON)
    (after,) = await read(database, life_events.find_changed_lives)
    assert (after.requested, after.recorded_until) == (before.requested + 1, NOON)
    await write(database, life_events.save_progress, {7: after.requested}, NOON - HOUR)
    assert await pending(database) == []
    (stored,) = await read(database, life_events.find_open_lives, NOON + HOUR)
    assert stored.recorded_until == NOON


async def test_a_life_that_lacks_comments_or_history_waits(database: Database) -> None:
    await store(database, build_bug(), build_bug(8), build_bug(9))
    await store_texts(database, "A text", bug=7)
    await write(database, lives.save_changes, {8: [change()], 9: None})
    assert await pending(database) == []
    await write(database, lives.save_changes, {7: []})
    assert await pending(database) == [7]


async def test_open_lives_are_looked_at_again_after_a_time(database: Database) -> None:
    await store_complete(database, 7, 8, 9)
    await store(database, build_bug(8, is_open=False))
    assert await read(database, life_events.find_open_lives, NOON + 9 * HOUR) == []  # none was looked through yet
    await complete(database)
    await store_texts(database, "Another text", bug=9)
    behind = await read(database, life_events.find_open_lives, NOON + 2 * HOUR)
    assert [entry.bug for entry in behind] == [7]
    assert await read(database, life_events.find_open_lives, NOON) == []


async def test_a_restricted_bug_keeps_no_event_but_how_far_it_was_looked_through(database: Database) -> None:
    await store_complete(database, 7, 8)
    await write(database, life_events.insert_life_events, [ASKED, replace(ASKED, bug=8)], NOON)
    await complete(database, NOON)
    await write(database, incidents.mark_unavailable, 7, "restricted")
    assert [event.bug for event in await read(database, life_events.find_life_events)] == [8]
    assert await pending(database) == []
    await store_complete(database, 7)
    (entry,) = await read(database, life_events.find_changed_lives)
    assert (entry.bug, entry.recorded_until) == (7, NOON)


async def test_an_upgrade_begins_at_the_last_poll(database_url: str) -> None:
    for cursor in (NOON, None):
        database = Database(database_url)
        await database.open()
        await write(database, sources.save_source, SourceState(sources.BUGZILLA, cursor=cursor))
        await database.close()
        take_back_to(database_url, "0014")
        bring_to(database_url, "0015")
        database = Database(database_url)
        await database.open()
        since = await read(database, settings.find_setting, life_events.RECORDED_SINCE)
        assert (datetime.fromisoformat(since) if since else None) == cursor
        await database.close()
