"""Comments that were edited or hidden without any time of the bug moving."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.polling.comment_rotation import MIN_AGE, recheck_comments
from bot.polling.results import NullProgress
from bot.sources.bugzilla.pages import CommentBatch
from storage import comments
from storage.values.incidents import Comment
from tests.support.bugzilla_polls import poll_bugzilla, request_count
from tests.support.database import read, write
from tests.support.replay import replay
from tests.support.small_corpus import FIRST_BUG, build_app, invented_bugs, open_app, rows

EDITED_AT = "2025-01-01T10:00:00Z"
SECRET = "The key is plughword."


@pytest.fixture
def server(tmp_path):
    bugs = invented_bugs()
    bugs[0]["comments"][0] |= {"text": SECRET, "edits": [{"time": EDITED_AT, "text": "(redacted)"}]}
    # the replay edits the comments only of bugs that bring their history along
    change = {"time": bugs[0]["creation_time"], "who": bugs[0]["creator"], "field": "status"}
    bugs[0]["changes"] = [change | {"removed": "NEW", "added": "ASSIGNED"}]
    path = tmp_path / "bugs.jsonl"
    path.write_text("".join(json.dumps(bug) + "\n" for bug in bugs))
    with replay(corpus=path) as server:
        yield server


@pytest.fixture
async def app(database_url, server):
    app = await open_app(build_app(database_url, server.url))
    await poll_bugzilla(app)
    yield app
    await app.close()


async def test_a_redacted_comment_is_replaced_within_a_rotation(app, server):
    async def stored():
        (first, *_) = await read(app.database, comments.find_comments, FIRST_BUG)
        return first.text

    server.control(now="2025-01-01T12:00:00Z")
    await poll_bugzilla(app)
    assert await stored() == SECRET  # no poll sees it: the bug's time did not move
    await app.poller.recheck_comments()
    assert await stored() == "(redacted)"
    ((excerpt,),) = await rows(app, f"SELECT excerpt FROM incident WHERE bug = {FIRST_BUG}")
    assert "plughword" not in excerpt


async def test_a_comment_is_compared_once_a_day_with_one_request(app, server):
    before = request_count(server)
    await app.poller.recheck_comments()
    assert request_count(server) == before + 1
    await app.poller.recheck_comments()
    assert request_count(server) == before + 1


async def test_where_bugzilla_asks_for_a_wait_the_polls_wait_too(app, server):
    server.control(faults=[{"path": "/rest/bug", "status": 429, "times": 9, "retry_after": 120}])
    await app.poller.recheck_comments()
    before = request_count(server)
    result = await app.poller.poll_bugzilla(NullProgress(), on_schedule=True, sweep=False)
    assert "is not polled until" in result.error
    assert request_count(server) == before


class Recorder:
    """A client that answers with the comments it is given, and an ingest that remembers what it was given."""

    def __init__(self, answers):
        self.answers, self.requested, self.ingested = answers, [], {}

    async def get_comments(self, bugs):
        self.requested.append(list(bugs))
        yield CommentBatch({bug: self.answers[bug] for bug in bugs if bug in self.answers})

    async def ingest_comments(self, fetched):
        self.ingested |= fetched


async def test_bugs_that_the_server_leaves_out_do_not_stay_first_for_ever(app):
    bugs = sorted(await read(app.database, comments.find_fingerprints))
    client = Recorder({})
    now = datetime.now(UTC)
    await recheck_comments(client, app.database, client, now)
    await recheck_comments(client, app.database, client, now)
    assert [sorted(batch) for batch in client.requested] == [bugs]
    await recheck_comments(client, app.database, client, now + MIN_AGE + timedelta(minutes=1))
    assert len(client.requested) == 2


async def test_what_did_not_change_is_not_written_again(app):
    stored = {bug: await read(app.database, comments.find_comments, bug) for bug in range(FIRST_BUG, FIRST_BUG + 12)}
    edited = Comment(FIRST_BUG, 0, 1, stored[FIRST_BUG][0].author, stored[FIRST_BUG][0].posted, "Another text")
    client = Recorder(stored | {FIRST_BUG: [edited]})
    assert await recheck_comments(client, app.database, client, datetime.now(UTC)) == 1
    assert client.ingested == {FIRST_BUG: [edited]}


async def test_a_bug_with_very_many_comments_is_read_alone(app):
    table = app.database.tables["incident"]
    async with app.database.transaction() as transaction:
        await transaction.execute(table.update().values(comments=700))
    client = Recorder({})
    await recheck_comments(client, app.database, client, datetime.now(UTC))
    assert [len(batch) for batch in client.requested] == [1]
    await write(app.database, comments.mark_checked, [FIRST_BUG], datetime.now(UTC))
