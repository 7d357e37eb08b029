"""What needs a word of a moderator today: closings asked for, last calls, questions, tags, a first look."""

from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.actor import OPERATOR, Actor
from handlers.errors import UserError
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.parsing.owners import build_owner_directory
from handlers.queries.queue import QueueQueries
from storage import incidents
from storage.values.incidents import Person
from storage.values.lives import Change
from tests.support.database import write
from tests.support.sections import ALICE, MODERATOR
from tests.support.stored_lives import CA, OPENED, STAFF, store_life

REPORT = "## Full Incident Report\n\n### Summary\n\n- **Incident description**: Two had the wrong state.\n"
QUESTION = "How many customers were told of this, and when?"
READER = Person("watcher", "example.net")
QUIET = ((CA, 0, REPORT), (STAFF, 3, "Thank you."))


class Moderators:
    def __init__(self, database):
        self.database = database
        owners = build_owner_directory()
        self.indexes = IncidentIndexes(database, owners)
        self.queries = QueueQueries(database, owners, self.indexes)

    async def store(self, number, texts=QUIET, changes=(), **values):
        await store_life(self.database, number, "Entrust", texts, changes, **values)

    async def reasons(self):
        queue = await self.queries.list(OPERATOR)
        return [(entry.incident.bug.id, reason.why) for entry in queue.entries for reason in entry.reasons]


@pytest.fixture
async def moderators(database):
    subject = Moderators(database)
    yield subject
    await subject.indexes.close()


def at(day):
    return OPENED + timedelta(days=day)


def flag(day, *, cleared=False):
    name = "needinfo?(incident-reporting)"
    return Change(at(day), STAFF if cleared else CA, "flagtypes.name", name if cleared else "", "" if cleared else name)


async def test_what_waits_for_nobody_is_not_in_the_queue(moderators):
    await moderators.store(7)
    await moderators.store(8, status="RESOLVED", is_open=False, tags=("ca-compliance",))
    queue = await moderators.queries.list(OPERATOR, 0)
    assert (queue.entries, queue.counts, queue.page_count) == ((), (), 1)


async def test_a_closing_asked_for_by_flag_or_words_waits_until_somebody_answers(moderators):
    asks = (*QUIET, (CA, 10, "All action items are complete. We ask that this bug be closed."))
    await moderators.store(7, changes=(flag(9),))
    await moderators.store(8, changes=(flag(9), flag(11, cleared=True)))
    await moderators.store(9, texts=asks)
    await moderators.store(10, texts=(*asks, (STAFF, 12, "I will close this on or about 2025-05-20.")))
    await moderators.store(11, texts=(*asks, (READER, 11, QUESTION)))
    assert [entry for entry in await moderators.reasons() if entry[1] == "closure-asked"] == [
        (7, "closure-asked"),
        (9, "closure-asked"),
    ]
    queue = await moderators.queries.list(OPERATOR)
    by_bug = {entry.incident.bug.id: entry.reasons[0] for entry in queue.entries}
    assert (by_bug[7].since, by_bug[7].comment) == (at(9), None)
    assert (by_bug[9].since, by_bug[9].comment) == (at(10), 2)


async def test_a_last_call_takes_the_place_of_the_request(moderators):
    before, after = "[ca-compliance] [ov-misissuance]", "[ca-compliance] [ov-misissuance] [close on 2025-05-30]"
    change = Change(at(12), STAFF, "whiteboard", before, after)
    await moderators.store(7, changes=(flag(9), change), close_on=date(2025, 5, 30), whiteboard=after)
    (entry,) = (await moderators.queries.list(OPERATOR)).entries
    (reason,) = entry.reasons
    assert (reason.why, reason.since, reason.until) == ("last-call", at(12), date(2025, 5, 30))


async def test_questions_wait_once_their_days_are_over_those_of_a_comment_together(moderators):
    questions = "1. How many customers were told?\n2. When were they told of it?"
    await moderators.store(7, texts=(*QUIET, (STAFF, 4, questions)))
    (entry,) = (await moderators.queries.list(OPERATOR)).entries
    (reason,) = entry.reasons
    assert (reason.why, reason.comment, reason.count, reason.since) == ("question", 2, 2, at(4))
    assert reason.subject.startswith("How many customers")


async def test_no_tags_and_no_look_by_a_program_wait_since_the_opening(moderators):
    await moderators.store(7, texts=((CA, 0, REPORT), (READER, 1, "Interesting.")), tags=("ca-compliance",))
    tagged = Change(at(1), STAFF, "whiteboard", "[ca-compliance]", "[ca-compliance] [ov-misissuance]")
    await moderators.store(8, texts=((CA, 0, REPORT),), changes=(tagged,))
    assert await moderators.reasons() == [(7, "no-tags"), (7, "not-looked-at")]


async def test_what_waits_longest_comes_first_six_on_a_page(moderators):
    for number in range(10, 17):
        await moderators.store(number, changes=(flag(30 - number),))
    first, last = await moderators.queries.list(OPERATOR, 0), await moderators.queries.list(OPERATOR, 9)
    assert [entry.incident.bug.id for entry in first.entries] == [16, 15, 14, 13, 12, 11]
    assert (first.entry_count, first.page_count, last.page) == (7, 2, 1)
    assert [entry.incident.bug.id for entry in last.entries] == [10]


async def test_restricted_bugs_are_left_out_and_unread_ones_counted(moderators):
    await moderators.store(7, tags=("ca-compliance",))
    await write(moderators.database, incidents.mark_unavailable, 7, "restricted")
    await moderators.store(8, tags=("ca-compliance",))
    await moderators.store(8, tags=("ca-compliance",), changed=datetime(2025, 6, 1, tzinfo=UTC))
    assert [bug for bug, _ in await moderators.reasons()] == [8]


async def test_only_who_may_moderate_is_answered(moderators):
    with pytest.raises(UserError, match="Manage Messages in this server to see what waits"):
        await moderators.queries.list(ALICE)
    with pytest.raises(UserError, match="in one of its channels"):
        await moderators.queries.list(Actor(0, 5, 1, may_manage=False))
    assert not (await moderators.queries.list(MODERATOR)).entries
