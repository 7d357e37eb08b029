"""Polls of Bugzilla with odd rows in its answers: the others are read, and the odd ones are named in the status."""

import pytest

from storage import comments, incidents
from tests.support.bugzilla_polls import poll_bugzilla, stored_bugs
from tests.support.database import read
from tests.support.small_corpus import FIRST_BUG, announcements, build_app, open_app, small_bugzilla

ALL = set(range(FIRST_BUG, FIRST_BUG + 12))

UNREADABLE = {
    "without a title": {"summary": None},
    "a title that is none": {"summary": 5},
    "year 0": {"creation_time": "0000-00-00T00:00:00Z"},
    "year 1": {"creation_time": "0001-01-01T00:00:00+02:00"},
    "year 9999": {"last_change_time": "9999-12-31T23:59:59-05:00"},
    "a number as time": {"creation_time": 1_700_000_000},
}
READABLE = {
    "null fields": dict.fromkeys(
        ["whiteboard", "status", "resolution", "is_open", "cf_last_resolved", "creator", "assigned_to", "comment_count",
         "see_also", "depends_on", "blocks", "duplicates", "dupe_of", "groups"]
    ),
    "wrong types": {"see_also": 5, "depends_on": "12", "blocks": {"a": 1}, "duplicates": [None, "x", [7], True],
                    "creator": {"name": "x"}, "is_open": "yes", "comment_count": "three", "dupe_of": 1.5,
                    "cf_last_resolved": 7},
    "huge numbers": {"dupe_of": 10**30, "depends_on": [2**70, -1, 2**40], "comment_count": 10**25},
    "lone surrogates": {"summary": "Entrust: a\ud800b", "whiteboard": "[\udfff]", "status": "NEW\ud800",
                        "resolution": "\ud83d", "creator": "\ud800@x", "see_also": ["http://x/\udc00"]},
}  # fmt: skip


@pytest.mark.parametrize("kind", UNREADABLE)
async def test_a_bug_that_cannot_be_read_is_named_and_the_others_are_read(database_url, kind):
    async with small_bugzilla() as (bugzilla, url):
        bugzilla.bugs[FIRST_BUG + 3] |= UNREADABLE[kind]
        app = await open_app(build_app(database_url, url))
        result = await poll_bugzilla(app)
        assert (result.seen, result.warning) == (12, None)
        assert await stored_bugs(app) == ALL - {FIRST_BUG + 3}
        (source,) = (await app.use_cases.status.status()).sources
        assert len(source.unreadable) == 1
        assert source.unreadable[0].startswith(f"bug {FIRST_BUG + 3} (")
        new = bugzilla.file_bug("Entrust: Another one", "It went wrong.")
        await poll_bugzilla(app)
        assert await announcements(app) == [new]
        await app.close()


async def test_a_known_bug_that_becomes_unreadable_stays_as_it_was_and_is_not_missing(database_url):
    async with small_bugzilla() as (bugzilla, url):
        app = await open_app(build_app(database_url, url))
        await poll_bugzilla(app)
        good = dict(bugzilla.bugs[FIRST_BUG])
        bugzilla.bugs[FIRST_BUG] |= {"summary": None}
        assert (await poll_bugzilla(app)).missing == 0
        assert await stored_bugs(app) == ALL
        assert (await app.use_cases.status.status()).sources[0].unreadable
        bugzilla.bugs[FIRST_BUG] = good
        await poll_bugzilla(app)
        assert (await app.use_cases.status.status()).sources[0].unreadable == ()
        await app.close()


@pytest.mark.parametrize("kind", READABLE)
async def test_optional_fields_of_any_shape_are_no_reason_to_miss_a_bug(database_url, kind):
    async with small_bugzilla() as (bugzilla, url):
        bugzilla.bugs[FIRST_BUG + 3] |= READABLE[kind]
        app = await open_app(build_app(database_url, url))
        assert (await poll_bugzilla(app)).new == 12
        assert await stored_bugs(app) == ALL
        assert (await app.use_cases.status.status()).sources[0].unreadable == ()
        await app.close()


async def test_rows_without_a_possible_number_are_counted(database_url):
    async with small_bugzilla() as (bugzilla, url):
        for number, odd in enumerate([None, "7", 10**25, 2**31, 0, -5, True]):
            bugzilla.bugs[FIRST_BUG + 100 + number] = bugzilla.bugs[FIRST_BUG] | {"id": odd}
        app = await open_app(build_app(database_url, url))
        assert (await poll_bugzilla(app)).new == 12
        names = (await app.use_cases.status.status()).sources[0].unreadable
        assert [name.partition("number ")[2] for name in names] == ["null", '"7"', "2147483648", "0", "-5", "true"]
        await app.close()


async def test_an_odd_comment_is_named_and_the_others_are_stored(database_url):
    odd = [
        None, 5, {"id": None}, {"id": 10**30, "count": 1}, {"id": 1, "count": 10**12, "text": "x"},
        {"id": 1, "count": 1, "text": "no time"}, {"id": 1, "count": 2, "time": "0000-00-00", "text": "x"},
    ]  # fmt: skip
    async with small_bugzilla() as (bugzilla, url):
        rows = bugzilla.bugs[FIRST_BUG]["comments"]
        rows += [*odd, {**rows[0], "id": 99, "count": 9, "text": "The last\ud800 one", "creator": 7}]
        bugzilla.bugs[FIRST_BUG + 1]["comments"] = "none"
        app = await open_app(build_app(database_url, url))
        await poll_bugzilla(app)
        stored = await read(app.database, comments.find_comments, FIRST_BUG)
        assert [(comment.number, comment.text[-8:]) for comment in stored] == [(0, "t wrong."), (9, "last one")]
        names = (await app.use_cases.status.status()).sources[0].unreadable
        assert len(names) == len(odd) + 1
        assert f"bug {FIRST_BUG + 1} (the comments)" in names
        requests = app.poller.bugzilla_client().request_count
        await app.poller.poll_bugzilla(_NoProgress(), on_schedule=True, sweep=False)
        # the comments that cannot be read are not asked for in every poll
        assert app.poller.bugzilla_client().request_count == requests + 2
        await app.close()


class _NoProgress:
    def advance(self, task, done, total):
        pass


async def test_a_history_of_any_shape_is_no_reason_to_miss_a_bug(database_url):
    async with small_bugzilla() as (bugzilla, url):
        app = await open_app(build_app(database_url, url))
        await poll_bugzilla(app)
        old = dict(bugzilla.bugs[FIRST_BUG], id=77)
        bugzilla.bugs[77] = old
        for history in (5, [None, {"changes": 7}, {"when": "x", "changes": [{"field_name": "component"}]}], [{}]):
            bugzilla.history = {77: history}
            assert (await poll_bugzilla(app)).seen == 13
        assert (await read(app.database, incidents.find_by_bugs, [77]))[77].visibility == "here"
        await app.close()
