"""A life that cannot be read stops neither answers about others nor the events of others."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.jobs.life_events import LifeEventJob
from handlers.actor import OPERATOR
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.ingest.life_events import LifeEventRecorder
from handlers.parsing.owners import build_owner_directory
from handlers.queries.commitment_filters import parse_commitment_query
from handlers.queries.commitments import CommitmentQueries
from handlers.queries.deadline_filters import parse_deadline_query
from handlers.queries.deadlines import DeadlineQueries
from handlers.queries.missed_history import MissedClockQueries
from handlers.queries.queue import QueueQueries
from storage import life_events, sources
from storage.values.sources import SourceState
from tests.support.database import read, write
from tests.support.stored_lives import CA, OPENED, STAFF, store_life

FAULTY, READABLE = 8, 7
TEXTS = (
    (CA, 0, "## Full Incident Report\n\nWe will revoke all 40 certificates by 2025-05-10."),
    (STAFF, 3, "How many customers were told?"),
)


class FaultySpellings(dict):
    """Spellings that fail on one CA's name: a fault of the program that only one life meets."""

    def get(self, key, default=None):
        if key == "faultyca":
            raise ArithmeticError(key)
        return super().get(key, default)


@pytest.fixture
def owners():
    directory = build_owner_directory()
    return replace(directory, spellings=FaultySpellings(directory.spellings))


@pytest.fixture
async def indexes(database, owners):
    await store_life(database, READABLE, "Entrust", TEXTS)
    await store_life(database, FAULTY, "Faulty CA", TEXTS)
    indexes = IncidentIndexes(database, owners)
    yield indexes
    await indexes.close()


async def test_clocks_of_the_others_are_told(database, owners, indexes):
    queries = DeadlineQueries(database, owners, indexes, str)
    listed = await queries.list(OPERATOR, parse_deadline_query(""))
    assert {row.incident.bug.id for row in listed.rows} == {READABLE}
    assert listed.unread == 1
    earlier = await queries.list(OPERATOR, replace(parse_deadline_query(""), as_of=datetime(2025, 5, 20, tzinfo=UTC)))
    assert {row.incident.bug.id for row in earlier.rows} == {READABLE}
    assert (await queries.life(OPERATOR, FAULTY)).reading is None
    assert await queries.read_open() == 1


async def test_promises_missed_clocks_and_the_queue_of_the_others_too(database, owners, indexes):
    listed = await CommitmentQueries(database, owners, indexes, str).list(OPERATOR, parse_commitment_query(""))
    assert {row.incident.bug.id for row in listed.rows} == {READABLE}
    assert listed.unread == 1
    missed_clocks = MissedClockQueries(database, owners, indexes)
    assert await missed_clocks.read_all() == 1
    history = await missed_clocks.history(OPERATOR, "Entrust")
    assert {miss.incident.bug.id for miss in history.missed} == {READABLE}
    faulty = await MissedClockQueries(database, build_owner_directory(), indexes).history(OPERATOR, "Faulty CA")
    assert (faulty.incident_count, faulty.unread, faulty.all_incident_count) == (0, 1, 1)
    queue = await QueueQueries(database, owners, indexes).list(OPERATOR)
    assert READABLE in {entry.incident.bug.id for entry in queue.entries}
    assert queue.unread == 1


async def test_events_of_the_others_are_recorded_and_the_bug_is_named_once(database, owners, indexes):
    before = OPENED - timedelta(days=1)
    state = SourceState(sources.BUGZILLA, baseline_at=before, cursor=datetime(2025, 6, 1, tzinfo=UTC))
    await write(database, sources.save_source, replace(state, initial_sync_done=True))
    problems = []

    async def record_problem(sentence):
        problems.append(sentence)

    job = LifeEventJob(LifeEventRecorder(database, owners, indexes), record_problem)
    for _ in range(2):
        await job.run_pending()
    events = await read(database, life_events.find_life_events)
    assert {event.bug for event in events} == {READABLE}
    assert "question-asked" in {event.kind for event in events}
    assert problems == [f"The life of bug {FAULTY} cannot be read, so its events are not recorded."]
    waiting = await read(database, life_events.find_changed_lives)
    assert [entry.bug for entry in waiting] == [FAULTY]
