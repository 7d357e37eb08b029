"""Reads the comments of all bugs again in rotation: an edited, redacted or hidden comment moves no time of its bug.

Apart from the polls, a few bugs at a time: one request a run, 48 runs a day. That is all of 2,400 bugs within a day,
and more bugs take longer instead of more requests.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.sources.bugzilla.client import BugzillaClient
from handlers.ingest.bugs import BugIngest
from storage import comments
from storage.database import Database
from storage.values.incidents import Comment

ROTATION = "comment rotation"  # under this name it is stored when it last ran
ROTATION_SECONDS = 1800.0
MAX_BUGS, MAX_COMMENTS = 50, 1000  # of one run, so that one request answers it on every Bugzilla
MIN_AGE = timedelta(hours=20)  # comments compared more recently are not read again


async def recheck_comments(client: BugzillaClient, database: Database, ingest: BugIngest, now: datetime) -> int:
    """Read the comments again that have waited longest, and store those that differ; return how many bugs changed.

    Raises SourceError.
    """
    async with database.read() as transaction:
        waiting = await comments.find_unchecked(transaction, now - MIN_AGE, MAX_BUGS)
    batch = _first_of(waiting)
    changed = 0
    if not batch:
        return changed
    async for answer in client.get_comments({bug: waiting[bug] for bug in batch}):
        fetched = answer.comments
        async with database.read() as transaction:
            stored = {bug: await comments.find_comments(transaction, bug) for bug in fetched}
        edited = {bug: texts for bug, texts in fetched.items() if _texts(texts) != _texts(stored[bug])}
        if edited:
            await ingest.ingest_comments(edited)
        if answer.histories:
            await ingest.ingest_histories(answer.histories)
        changed += len(edited)
    async with database.transaction() as transaction:
        # those that the server left out too: they wait their turn, else they would be first for ever
        await comments.mark_checked(transaction, batch, datetime.now(UTC))
    return changed


def _first_of(waiting: dict[int, int]) -> list[int]:
    """Return the first bugs that together have not many more than MAX_COMMENTS comments; at least one."""
    batch: list[int] = []
    count = 0
    for bug, comment_count in waiting.items():
        if batch and count + comment_count > MAX_COMMENTS:
            break
        batch.append(bug)
        count += comment_count
    return batch


def _texts(bug_comments: Sequence[Comment]) -> list[tuple[int, str]]:
    return [(comment.number, comment.text) for comment in bug_comments]
