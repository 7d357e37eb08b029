"""Clocks asked from the database: which incidents, what a reading in memory may show, pages, and missed clocks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers.actor import OPERATOR
from handlers.errors import UserError
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.parsing.owners import build_owner_directory
from handlers.queries.deadline_filters import DeadlineQuery, parse_deadline_query, parse_moment
from handlers.queries.deadlines import DeadlineQueries
from handlers.queries.missed_history import MissedClockQueries
from storage import comments, incidents, lives
from storage.values.incidents import Bug, BugLinks, Comment, Incident, Person
from storage.values.lives import Change
from tests.support.database import write

OPENED = datetime(2025, 5, 1, 9, tzinfo=UTC)
CA, STAFF = Person("ops", "entrust.com"), Person("ben", "mozilla.com")
WATCHED = "CA Certificate Compliance"
QUESTION = "How many customers were told of this, and when?"
REPORT = "## Full Incident Report\n\n### Summary\n\n- **Incident description**: Two had the wrong state.\n"
TEXTS = ((CA, 0, REPORT), (STAFF, 3, QUESTION))
AS_OF = OPENED + timedelta(days=20)


class Clocks:
    """Queries about clocks on a database that other programs may write to as well."""

    def __init__(self, database):
        self.database = database
        owners = build_owner_directory()
        self.indexes = IncidentIndexes(database, owners)
        self.queries = DeadlineQueries(database, owners, self.indexes, str)
        self.missed = MissedClockQueries(database, owners, self.indexes)

    async def store(self, number, ca="Entrust", texts=TEXTS, changes=(), **values):
        bug = Bug(
            number, f"{ca}: Wrong state", "[ca-compliance] [ov-misissuance]", "ASSIGNED", "", True, OPENED,
            OPENED, None, CA, CA, len(texts), BugLinks(),
        )  # fmt: skip
        bug = replace(bug, **values)
        await write(self.database, lives.save_component, WATCHED)
        tags = ("ca-compliance", "ov-misissuance")
        await write(self.database, incidents.save_incidents, [Incident(bug, ca, "Wrong state", tags, None, None)])
        await self.comment(number, texts)
        await write(self.database, lives.save_changes, {number: list(changes)})

    async def comment(self, number, texts, read_at=OPENED):
        rows = [
            Comment(number, index, number * 10 + index, author, OPENED + timedelta(days=day), text)
            for index, (author, day, text) in enumerate(texts)
        ]
        await write(self.database, comments.save_comments, {number: rows}, {number: OPENED}, read_at)

    async def list(self, text="", page=None, as_of=None):
        return await self.queries.list(OPERATOR, replace(parse_deadline_query(text), as_of=as_of), page)


@pytest.fixture
async def clocks(database):
    subject = Clocks(database)
    yield subject
    await subject.indexes.close()


def rules(listed):
    return [(row.incident.bug.id, row.deadline.rule.kind) for row in listed.rows]


async def test_what_counts_most_of_all_incidents_comes_first_with_its_cause(clocks):
    await clocks.store(7, texts=TEXTS[:1])
    await clocks.store(8)
    listed = await clocks.list("overdue")
    assert rules(listed)[0] == (8, "question")
    row = listed.rows[0]
    assert (row.subject, row.cause.comment, row.cause.time) == (QUESTION, 1, OPENED + timedelta(days=3))
    assert (row.deadline.last_word, row.last_word_at) == (0, OPENED)
    assert listed.counts.overdue == len(listed.rows)


async def test_a_ca_is_asked_for_under_any_name_and_a_bug_by_its_number(clocks):
    await clocks.store(7)
    await clocks.store(8, "DigiCert")
    assert {bug for bug, _ in rules(await clocks.list("affirmtrust"))} == {7}
    assert {bug for bug, _ in rules(await clocks.list("8"))} == {8}
    with pytest.raises(UserError, match="Nobody"):
        await clocks.list("Nobody CA")
    with pytest.raises(UserError, match="does not know bug 99"):
        await clocks.list("99")


async def test_closed_and_restricted_bugs_have_no_clocks(clocks):
    await clocks.store(7, status="RESOLVED", is_open=False)
    await clocks.store(8)
    await write(clocks.database, incidents.mark_unavailable, 8, "restricted")
    assert not (await clocks.list()).rows
    with pytest.raises(UserError, match="no longer public"):
        await clocks.list("8")


async def test_a_bug_without_its_history_is_counted_as_not_read(clocks):
    await clocks.store(7)
    bug = Bug(8, "Entrust: x", "", "NEW", "", True, OPENED, OPENED, None, CA, CA, 0, BugLinks())
    await write(clocks.database, incidents.save_incidents, [Incident(bug, "Entrust", "x", (), None, None)])
    assert (await clocks.list()).unread == 1
    detail = await clocks.queries.life(OPERATOR, 8)
    assert (detail.reading, detail.deadlines) == (None, ())


async def test_a_reading_is_kept_until_something_of_the_bug_changes(clocks):
    await clocks.store(7)
    await clocks.list()
    first = (await clocks.indexes.lives.current([7]))[7]
    assert (await clocks.indexes.lives.current([7]))[7] is first
    # as another process would: this one is not told of it
    answered = (*TEXTS, (CA, 5, f"> {QUESTION}\n\nAll 40 customers were told on 2 May."))
    await clocks.comment(7, answered, OPENED + timedelta(days=5))
    assert (7, "question") not in rules(await clocks.list("overdue"))


async def test_an_edited_comment_is_read_again(clocks):
    await clocks.store(7)
    assert (7, "question") in rules(await clocks.list("overdue"))
    await clocks.comment(7, (TEXTS[0], (STAFF, 3, "Thank you.")), OPENED + timedelta(days=4))
    assert (7, "question") not in rules(await clocks.list("overdue"))
    # at a moment before the edit was read, it counts as it stood then
    assert (7, "question") in rules(await clocks.list("7", as_of=OPENED + timedelta(days=3, hours=1)))


async def test_a_comment_that_another_program_edited_within_the_same_poll_is_read_again(clocks):
    await clocks.store(7)
    assert (7, "question") in rules(await clocks.list("overdue"))
    await clocks.comment(7, (TEXTS[0], (STAFF, 3, "[redacted]")))
    assert (7, "question") not in rules(await clocks.list("overdue"))


async def test_a_reading_is_dropped_at_once_when_a_bug_is_withdrawn(clocks):
    await clocks.store(7)
    await clocks.list()
    await clocks.indexes.evict([7])
    assert not clocks.indexes.lives.stored_bugs
    await clocks.list()
    await write(clocks.database, incidents.mark_unavailable, 7, "restricted")
    assert await clocks.indexes.lives.current([7]) == {}
    assert not clocks.indexes.lives.stored_bugs


async def test_a_page_has_six_rows_and_joins_the_questions_of_a_comment(clocks):
    three = "1. How many customers were told?\n2. When were they told of it?\n3. Why was that not done before?"
    for number in range(10, 18):
        await clocks.store(number, texts=(TEXTS[0], (STAFF, 3, three)))
    listed = await clocks.list("overdue", page=0)
    assert len(listed.rows) == 6
    assert listed.rows[0].count == 3
    assert (listed.page_count, listed.row_count) == (-(-listed.row_count // 6), listed.row_count)
    last = await clocks.list("overdue", page=99)
    assert last.page == last.page_count - 1


async def test_a_past_moment_finds_what_was_open_then(clocks):
    closed = Change(OPENED + timedelta(days=30), STAFF, "status", "ASSIGNED", "RESOLVED")
    fixed = Change(OPENED + timedelta(days=30), STAFF, "resolution", "", "FIXED")
    await clocks.store(7, changes=(closed, fixed), status="RESOLVED", resolution="FIXED", is_open=False)
    assert not (await clocks.list()).rows
    assert (7, "question") in rules(await clocks.list("overdue", as_of=AS_OF))
    assert not (await clocks.list(as_of=OPENED + timedelta(days=31))).rows
    assert not (await clocks.list(as_of=OPENED - timedelta(days=1))).rows


async def test_days_want_only_what_is_due_within_them(clocks):
    await clocks.store(7)
    as_of = OPENED + timedelta(days=4)
    listed = await clocks.queries.list(OPERATOR, DeadlineQuery(days=3, as_of=as_of))
    assert listed.rows
    assert all(row.deadline.state == "due" for row in listed.rows)
    assert all(row.deadline.due <= (as_of + timedelta(days=3)).date() for row in listed.rows)


async def test_missed_clocks_are_counted_by_year_and_rule_beside_all_cas(clocks):
    closed = Change(OPENED + timedelta(days=30), STAFF, "status", "ASSIGNED", "RESOLVED")
    fixed = Change(OPENED + timedelta(days=30), STAFF, "resolution", "", "FIXED")
    ended = {"changes": (closed, fixed), "status": "RESOLVED", "resolution": "FIXED", "is_open": False}
    await clocks.store(7, **ended)
    await clocks.store(8, "DigiCert", **ended)
    history = await clocks.missed.history(OPERATOR, "Entrust", 0)
    (year,) = history.years
    assert (year.year, year.incidents, year.rules["question-7d-3.0"]) == (2025, 1, 1)
    assert history.all_years[2025].rules["question-7d-3.0"] == 2
    assert {miss.incident.bug.id for miss in history.missed} == {7}
    assert await clocks.missed.history(OPERATOR, "Entrust", 0) == history
    await write(clocks.database, incidents.mark_unavailable, 8, "restricted")
    assert (await clocks.missed.history(OPERATOR, "Entrust")).all_years[2025].rules["question-7d-3.0"] == 1
    with pytest.raises(UserError, match="Say whose history"):
        await clocks.missed.history(OPERATOR, " ")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-06-17T12:00:00Z", datetime(2024, 6, 17, 12, tzinfo=UTC)),
        ("2024-06-17T12:00:00+02:00", datetime(2024, 6, 17, 10, tzinfo=UTC)),
        ("2024-06-17 12:00", datetime(2024, 6, 17, 12, tzinfo=UTC)),
        ("2024-06-17", datetime(2024, 6, 17, 23, 59, 59, 999999, tzinfo=UTC)),
    ],
)
def test_moments_are_utc_unless_they_say_otherwise(text, moment):
    assert parse_moment(text) == moment


@pytest.mark.parametrize("text", ["", "x", "2024-13-01", "2024-06-17T25:00", "0001-01-01T00:00:00+12:00"])
def test_what_is_no_moment_is_said(text):
    with pytest.raises(UserError, match="neither a day nor a moment"):
        parse_moment(text)


async def test_what_was_read_in_the_background_need_not_be_read_for_an_answer(clocks, monkeypatch):
    await clocks.store(7)
    await clocks.store(8, is_open=False, closed=OPENED + timedelta(days=40))
    assert await clocks.missed.read_all() == 2

    def read_again(*_):
        raise AssertionError("a life is read for the answer")

    monkeypatch.setattr("handlers.indexes.reading_cache.read_lives", read_again)
    history = await clocks.missed.history(OPERATOR, "Entrust")
    assert history.incident_count == 2
