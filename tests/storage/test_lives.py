"""The lives of incidents: stored and read as a whole, at any moment, and deleted with all their texts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from storage import comments, incidents, lives
from storage.comment_versions import StoredVersion, comment_versions, takes_away
from storage.database import Database
from storage.values.incidents import Bug, BugLinks, Comment, Flag, Incident, Person
from storage.values.lives import Change, CommentVersion, Life, LifeComment
from tests.support.database import read, write
from tests.support.lives import read_lives

NOON = datetime(2024, 5, 19, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WATCHED = "CA Certificate Compliance"
STAFF, ALICE, BOB = Person("staff", "root.example"), Person("alice", "ca.example"), Person("bob", "ca.example")
SECRET = "plughword-that-must-go"
NEEDINFO = Flag("needinfo", "?", ALICE, STAFF, NOON)


def build_bug(number: int = 7, **values) -> Bug:
    bug = Bug(number, "Example CA: x", "", "NEW", "", True, NOON, NOON, None, ALICE, ALICE, 1, BugLinks())
    return replace(bug, **values)


def change(
    field: str = "whiteboard", removed: str = "", added: str = "[x]", after: timedelta = HOUR, **values
) -> Change:
    return Change(NOON + after, STAFF, field, removed, added, **values)


def comment(text: str, number: int = 0, bug: int = 7) -> Comment:
    return Comment(bug, number, 70 + number, ALICE, NOON, text)


async def store(database: Database, *bugs: Bug, ca: str = "Example CA") -> None:
    await write(database, lives.save_component, WATCHED)
    await write(database, incidents.save_incidents, [Incident(bug, ca, bug.summary, (), None, None) for bug in bugs])


async def store_texts(database: Database, *texts: str, read_at: datetime = NOON, bug: int = 7) -> None:
    rows = [comment(text, number, bug) for number, text in enumerate(texts)]
    await write(database, comments.save_comments, {bug: rows}, {bug: NOON}, read_at)


async def store_life(database: Database, life: Life) -> None:
    """Store a life as polls would have read it: each text of a comment at the time of its edit."""
    bug = Bug(
        life.bug, life.summary, life.whiteboard, life.status, life.resolution, not life.resolution, life.created,
        life.created, None, life.creator, life.assignee, len(life.comments), flags=life.flags,
    )  # fmt: skip
    await store(database, bug)
    moments = sorted({version.known_since for comment in life.comments for version in comment.versions})
    for moment in moments:
        texts = [
            Comment(life.bug, comment.number, comment.number, comment.author, comment.posted, comment.text)
            for comment in life.at(moment).comments
        ]
        await write(database, comments.save_comments, {life.bug: texts}, {life.bug: life.created}, moment)
    await write(database, lives.save_changes, {life.bug: life.changes})


async def test_the_invented_lives_come_out_as_they_went_in(database: Database) -> None:
    expected = {bug: replace(life, component=WATCHED) for bug, life in read_lives().items()}
    for life in expected.values():
        await store_life(database, life)
    assert await read(database, lives.read_lives) == expected
    assert await read(database, lives.read_life, 3000004) == expected[3000004]
    assert len((await read(database, lives.read_life, 3000004)).comments[0].versions) == 2


async def test_lives_are_found_by_ca_owner_and_by_bug_with_few_queries(database: Database) -> None:
    await store(database, *(build_bug(number) for number in range(1, 601)))
    await store(database, *(build_bug(number) for number in range(601, 603)), ca="Other CA")
    await write(database, lives.save_changes, {number: [change()] for number in range(1, 603)})
    assert list(await read(database, lives.read_lives, ca="Other CA")) == [601, 602]
    assert list(await read(database, lives.read_lives, bugs=[5, 601, 9999])) == [5, 601]
    statements: list[str] = []
    async with database.read() as transaction:
        engine = transaction._connection.sync_engine
        sa.event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
        assert len(await lives.read_lives(transaction)) == 602
    assert len(statements) <= 8


async def test_a_life_is_unknown_until_its_history_was_read(database: Database) -> None:
    await store(database, build_bug(), build_bug(8))
    assert await read(database, lives.read_life, 7) is None
    assert await read(database, lives.find_without_history) == [8, 7]
    await write(database, lives.save_changes, {7: ()})
    await write(database, lives.save_changes, {8: None})
    assert (await read(database, lives.read_life, 7)).changes == ()
    assert (await read(database, lives.read_life, 8)).changes == ()
    assert await read(database, lives.count_without_history) == 0
    await store(database, build_bug(changed=NOON + HOUR))
    assert await read(database, lives.find_without_history) == [7]


async def test_changes_are_stored_once_in_order_and_an_unreadable_history_leaves_them(database: Database) -> None:
    await store(database, build_bug())
    late, first, second = change(added="[late]", after=2 * HOUR), change(added="[b]"), change(added="[a]")
    for _ in range(2):
        await write(database, lives.save_changes, {7: [late, first, second, first]})
    assert (await read(database, lives.read_life, 7)).changes == (first, second, late)
    await write(database, lives.save_changes, {7: None})
    assert (await read(database, lives.read_life, 7)).changes == (first, second, late)
    await write(database, lives.save_changes, {7: [first]})
    assert (await read(database, lives.read_life, 7)).changes == (first,)


async def test_persons_and_flags_are_stored_with_their_domains(database: Database) -> None:
    assigned = change("assigned_to", "alice", "bob", person=BOB, removed_person=ALICE)
    asked = change("flags", "", "needinfo?(alice)", 2 * HOUR, person=ALICE)
    await store(database, build_bug(assignee=BOB, flags=(NEEDINFO,)))
    await write(database, lives.save_changes, {7: [assigned, asked]})
    life = await read(database, lives.read_life, 7)
    assert (life.changes, life.flags, life.assignee) == ((assigned, asked), (NEEDINFO,), BOB)
    assert life.at(NOON).assignee == ALICE


async def test_an_edited_comment_keeps_the_text_that_was_read_before(database: Database) -> None:
    await store(database, build_bug())
    await store_texts(database, "26 certificates", read_at=NOON + HOUR)
    await store_texts(database, "26 certificates", read_at=NOON + 2 * HOUR)
    await store_texts(database, "31 certificates", "Another comment", read_at=NOON + 5 * HOUR)
    await write(database, lives.save_changes, {7: ()})
    life = await read(database, lives.read_life, 7)
    assert life.comments[0].versions == (
        CommentVersion(NOON, "26 certificates"),
        CommentVersion(NOON + 5 * HOUR, "31 certificates"),
    )
    assert life.at(NOON + 4 * HOUR).comments[0].text == "26 certificates"
    assert life.at(NOON + 5 * HOUR).comments[0].text == "31 certificates"


@pytest.mark.parametrize("redacted", ["", "(redacted)", "The key is [removed by a moderator]."])
async def test_of_a_redacted_comment_nothing_stays(database: Database, redacted: str) -> None:
    await store(database, build_bug())
    await write(database, lives.save_changes, {7: ()})
    await store_texts(database, f"The key is {SECRET}.")
    await store_texts(database, f"The key of the server is {SECRET}.")
    await store_texts(database, redacted, read_at=NOON + HOUR)
    assert await texts_with(database, SECRET) == []
    life = await read(database, lives.read_life, 7)
    assert [version.text for version in life.comments[0].versions] == [redacted] * 3


async def test_of_a_hidden_comment_nothing_stays(database: Database) -> None:
    await store(database, build_bug())
    await store_texts(database, "First", SECRET)
    await store_texts(database, "First", f"Another {SECRET}")
    await store_texts(database, "First")
    assert await texts_with(database, SECRET) == []


async def test_of_a_restricted_bug_no_part_of_its_life_stays(database: Database) -> None:
    flag = replace(NEEDINFO, requestee=Person(SECRET))
    await store(database, build_bug(flags=(flag,)), build_bug(8))
    await store_texts(database, f"First {SECRET}")
    await store_texts(database, f"Second {SECRET}")
    history = [
        change("summary", SECRET, "Example CA: x"),
        change("flags", "", f"needinfo?({SECRET})", person=Person(SECRET)),
        change("assigned_to", SECRET, "x", person=ALICE, removed_person=Person(SECRET)),
    ]
    await write(database, lives.save_changes, {7: history, 8: [change()]})
    await write(database, incidents.mark_unavailable, 7, "restricted")
    assert await texts_with(database, SECRET) == []
    assert await read(database, lives.read_life, 7) is None
    assert list(await read(database, lives.read_lives, bugs=[7, 8])) == [8]


async def test_a_bug_that_moved_keeps_its_life_and_is_in_no_list(database: Database) -> None:
    await store(database, build_bug(), build_bug(8))
    moved = change("component", WATCHED, "Root Program")
    await write(database, lives.save_changes, {7: [change()], 8: [moved]})
    for bug in (7, 8):
        await write(database, incidents.mark_unavailable, bug, "moved")
    assert await read(database, lives.read_lives) == {}
    assert (await read(database, lives.read_life, 7)).component == ""
    life = await read(database, lives.read_life, 8)
    assert (life.component, life.at(NOON).component) == ("Root Program", WATCHED)
    assert await read(database, lives.find_without_history) == []


async def texts_with(database: Database, word: str) -> list[str]:
    """Return the tables that hold a word anywhere."""
    names = []
    async with database.read() as transaction:
        for table in database.tables.values():
            if any(word in str(value) for row in await transaction.execute(sa.select(table)) for value in row):
                names.append(table.name)
    return names


@pytest.mark.parametrize("life", read_lives().values(), ids=lambda life: str(life.bug))
def test_the_past_of_an_invented_life_is_what_its_changes_made_of_it(life: Life) -> None:
    moments = sorted({life.created, *(change.time for change in life.changes)})
    for moment in [moments[0] - HOUR, *moments]:
        past = life.at(moment)
        last = {change.field: change.added for change in past.changes}
        first = {change.field: change.removed for change in reversed(life.changes)}
        for field in ("whiteboard", "status", "resolution", "summary", "component"):
            assert getattr(past, field) == last.get(field, first.get(field, getattr(life, field)))
        assert past.restricted == bool(last.get("groups", first.get("groups", "")))
        assert past.assignee.name == last.get("assigned_to", first.get("assigned_to", life.assignee.name))
        assert {flag.text for flag in past.flags} == standing_flags(past.changes)
    assert life.at(moments[-1]).at(moments[0]) == life.at(moments[0])


def standing_flags(changes) -> set[str]:
    standing: set[str] = set()
    for flag_change in changes:
        if flag_change.field == "flags":
            standing -= {flag_change.removed}
            standing |= {flag_change.added} - {""}
    return standing


def test_a_flag_of_the_past_has_its_setter_and_one_set_at_the_filing_the_filer() -> None:
    filed = change("flags", "needinfo?(alice)", "", HOUR, person=ALICE)
    asked = change("flags", "", "needinfo?(bob)", 2 * HOUR, person=BOB)
    cleared = change("flags", "needinfo?(bob)", "", 4 * HOUR, person=BOB)
    life = Life(7, "", "", "", "", WATCHED, False, NOON, ALICE, ALICE, (filed, asked, cleared), ())
    assert life.at(NOON).flags == (Flag("needinfo", "?", ALICE, ALICE, NOON),)
    assert life.at(NOON + 3 * HOUR).flags == (Flag("needinfo", "?", BOB, STAFF, NOON + 2 * HOUR),)
    assert life.at(NOON + 4 * HOUR).flags == ()


TIMES = st.integers(0, 20).map(lambda hours: NOON + hours * HOUR)
VERSIONS = st.lists(st.tuples(st.one_of(st.none(), TIMES), st.one_of(st.none(), st.text(max_size=5))), max_size=5)


@given(VERSIONS, TIMES, st.text(max_size=5))
def test_the_versions_of_a_comment_are_in_order_and_end_with_the_newest(earlier, read_at, text) -> None:
    versions = comment_versions(NOON, [StoredVersion(*version) for version in earlier], StoredVersion(read_at, text))
    assert (versions[0].known_since, versions[-1].text) == (NOON, text)
    assert all(before.known_since <= after.known_since for before, after in pairwise(versions))
    comment = LifeComment(0, ALICE, NOON, versions)
    assert comment.text == text


@given(st.text(), st.text())
def test_any_two_texts_can_be_compared_and_nothing_takes_away_what_it_keeps(old: str, new: str) -> None:
    assert takes_away(old, old) is False
    assert takes_away(old, new) in (True, False)
    assert takes_away(f"{old} plugh", old) is True


@pytest.mark.parametrize(
    "new",
    ["Ask about it.", "Ask [redacted] about it.", "Ask REDACTED about it.", "Ask <removed> about it.",
     "Ask XXXXX about it.", "Ask ***** about it.", "Ask ____ about it."],
)  # fmt: skip
def test_a_word_that_was_blotted_out_is_taken_away(new: str) -> None:
    assert takes_away(f"Ask {SECRET} about it.", new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("This entry was moved", "This entry was removed today"),
        ("26 certificates were issued", "31 certificates"),
        ("We revoke by the 2024-06-01", "We revoke by 2024-06-02"),
        ("One (two) three", "One (two, corrected) three"),
        ("", "Any text"),
    ],
)
def test_a_correction_is_not_taken_for_a_redaction(old: str, new: str) -> None:
    assert not takes_away(old, new)
