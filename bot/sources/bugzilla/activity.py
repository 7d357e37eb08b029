"""Reads what happened within bugs, in bulk: their comments and their histories.

BMO returns both as fields of a search that names them; Bugzilla 5.2 leaves them out, and has an endpoint for each.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from bot.sources.bugzilla.pages import CommentBatch, HistoryBatch, parse_comment_batch, parse_history_batch
from bot.sources.bugzilla.parsing import is_bug_id, is_restricted
from bot.sources.bugzilla.rest import BadIdInBatch, RestClient
from bot.sources.errors import ResponseTooLarge, SourceError

COMMENTS_PER_BATCH = 1000
BUGS_PER_BATCH = 200
BUGS_PER_CALL = 75
DEFAULT_COMMENT_COUNT = 15


class ActivityClient:
    """Reads comments and histories from one Bugzilla; remembers which fields its searches lack."""

    def __init__(self, rest: RestClient) -> None:
        self._rest = rest
        self._search_returns_comments = True
        self._search_returns_histories = True

    async def get_comments(self, bugs: Mapping[int, int | None]) -> AsyncIterator[CommentBatch]:
        """Yield all public comments of bugs (ids with expected numbers of comments), a batch at a time.

        Their histories come along where a search returns both. Bugs that are not visible to everybody, or that the
        server cannot return, are left out. Raises SourceError.
        """
        self._rest.reset_bisections()
        for batch in _comment_batches(bugs):
            rows = await self._comment_rows(batch) if self._search_returns_comments else None
            if rows is not None:
                # in a thread: addresses in long comments are masked, which takes a while
                yield await asyncio.to_thread(
                    parse_comment_batch,
                    {row["id"]: row.get("comments") for row in rows},
                    {row["id"]: row.get("history") for row in rows if self._search_returns_histories},
                )
                continue
            for chunk in chunks(batch, BUGS_PER_CALL):
                yield await asyncio.to_thread(parse_comment_batch, await self._comments_by_bug(chunk), {})

    async def get_histories(self, bugs: Sequence[int]) -> AsyncIterator[HistoryBatch]:
        """Yield the histories of bugs, a batch at a time; the same bugs are left out. Raises SourceError."""
        self._rest.reset_bisections()
        for batch in chunks(bugs, BUGS_PER_BATCH):
            rows = await self._search(batch, "id,groups,history") if self._search_returns_histories else []
            if rows and not any("history" in row for row in rows):
                self._search_returns_histories = False
            if self._search_returns_histories:
                yield parse_history_batch({row["id"]: row.get("history") for row in rows})
            else:
                yield await self._histories_by_bug(batch)

    async def _comment_rows(self, batch: Sequence[int]) -> list[dict[str, Any]] | None:
        """Return rows with comments through a search; None if the server has no such field (Bugzilla 5.2).

        https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#search-bugs
        """
        fields = "id,groups,comments" + (",history" if self._search_returns_histories else "")
        rows = await self._search(batch, fields)
        if rows and not any("history" in row for row in rows):
            self._search_returns_histories = False
        if rows and not any("comments" in row for row in rows):
            self._search_returns_comments = False
            return None
        return rows

    async def _search(self, batch: Sequence[int], fields: str) -> list[dict[str, Any]]:
        """Return the rows of public bugs; those that make a search fail are found by bisection and left out."""
        try:
            rows = await self._rest.search_by_ids(list(batch), fields)
        except (ResponseTooLarge, BadIdInBatch):
            if len(batch) == 1:
                return []
            return [row for half in self._rest.bisect(batch) for row in await self._search(half, fields)]
        return [row for row in rows if not is_restricted(row)]

    async def _comments_by_bug(self, batch: Sequence[int]) -> dict[int, object]:
        """Return comments, unparsed, through the comment endpoint, which takes many ids but is rate-limited.

        https://bmo.readthedocs.io/en/latest/api/core/v1/comment.html#get-comments
        """
        comments: dict[int, object] = {}
        ids_by_key = {str(bug): bug for bug in batch}
        for data in await self._rest.get_for_bugs(batch, "comment"):
            bugs = data.get("bugs")
            if not isinstance(bugs, dict) or not bugs.keys() <= ids_by_key.keys():
                raise SourceError(f"{self._rest.host} returned comments that were not requested.")
            for key, entry in bugs.items():
                comments[ids_by_key[key]] = entry.get("comments") if isinstance(entry, dict) else None
        return comments

    async def _histories_by_bug(self, batch: Sequence[int]) -> HistoryBatch:
        """Return histories through the history endpoint, which takes many ids and is not rate-limited.

        A history of a bug that was not requested is named as unreadable.

        https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#bug-history
        """
        histories: dict[int, object] = {}
        odd: list[str] = []
        for data in await self._rest.get_for_bugs(batch, "history"):
            rows = data.get("bugs")
            if not isinstance(rows, list):
                raise SourceError(f"{self._rest.host} answered with something that is not Bugzilla data (histories).")
            for row in rows:
                bug: Any = row.get("id") if isinstance(row, dict) else None
                if is_bug_id(bug) and bug in batch:
                    histories[bug] = row.get("history")
                else:
                    odd.append(f"a history without a bug that was asked for ({json.dumps(bug)[:40]})")
        return parse_history_batch(histories, odd)


def chunks(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Yield parts of at most `size` ids."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _comment_batches(bugs: Mapping[int, int | None]) -> Iterator[list[int]]:
    """Yield batches of about 1,000 comments and at most 200 bugs."""
    batch: list[int] = []
    batch_comments = 0
    for bug, count in bugs.items():
        expected = DEFAULT_COMMENT_COUNT if count is None else count
        if batch and (batch_comments + expected > COMMENTS_PER_BATCH or len(batch) >= BUGS_PER_BATCH):
            yield batch
            batch, batch_comments = [], 0
        batch.append(bug)
        batch_comments += expected
    if batch:
        yield batch
