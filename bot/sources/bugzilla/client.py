"""The client of Bugzilla's REST API, which reads bugs in bulk.

Every response is checked before it is used: a 200 may hold an error, nothing, or bugs that were not requested.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from bot.rate_limit import RateLimiter
from bot.sources.bugzilla.pages import BugPage, CommentBatch, parse_comment_batch, parse_page
from bot.sources.bugzilla.parsing import (
    ErrorResponse,
    is_restricted,
    parse_component_entry_time,
    parse_timestamp,
    to_source_error,
)
from bot.sources.bugzilla.rest import SEARCH_LIMIT, BadIdInBatch, Params, RestClient
from bot.sources.errors import ResponseTooLarge, SourceError
from bot.sources.http import HttpClient

CALLS_PER_WINDOW = 60
WINDOW_SECONDS = 61.0
"""BMO allows 75 calls a minute for single bugs and their comments, and blocks an address for an hour after one more.

The window is a second longer than a minute, because the server's clock may differ slightly.
"""

BUG_FIELDS = (
    "id,summary,whiteboard,status,resolution,is_open,creation_time,last_change_time,cf_last_resolved,creator,"
    "assigned_to,comment_count,see_also,depends_on,blocks,duplicates,dupe_of,product,component,groups"
)
LOCATION_FIELDS = "id,product,component,groups"
PAGE_OVERLAP = 10
BACKTRACK = 100
MAX_PAGES = 2000
COMMENTS_PER_BATCH = 1000
BUGS_PER_BATCH = 200
BUGS_PER_CALL = 50
BUGS_PER_LOCATION_SEARCH = 500
"""At most 12 characters an id, so that the address stays under 7 KiB."""
DEFAULT_COMMENT_COUNT = 15

BugVisibility = Literal["here", "moved", "restricted", "gone"]
WRONG_KEY = "0" * 40
"""A key of the right form that no account has."""


class BugzillaClient:
    """A client for one component of one Bugzilla; `url` is without /rest. Its methods raise SourceError."""

    def __init__(
        self,
        http_client: HttpClient,
        url: str,
        product: str,
        component: str,
        api_key: str | None = None,
        key_in_query: bool = False,
        *,
        rate_limiter: RateLimiter | None = None,
    ) -> None:
        rate_limiter = rate_limiter or RateLimiter(CALLS_PER_WINDOW, WINDOW_SECONDS)
        self._rest = RestClient(http_client, url, api_key, key_in_query, rate_limiter)
        self._product = product
        self._component = component
        self._search_returns_comments = True

    @property
    def request_count(self) -> int:
        """The number of requests to this server so far, retries included."""
        return self._rest.request_count

    async def get_version(self) -> str:
        """Return the server's version as the server writes it.

        https://bmo.readthedocs.io/en/latest/api/core/v1/bugzilla.html#version
        """
        return str((await self._rest.get_or_raise("/version", [])).get("version", ""))

    async def get_server_time(self) -> datetime:
        """Return the time of the server's database, with which searches compare.

        https://bmo.readthedocs.io/en/latest/api/core/v1/bugzilla.html#time
        """
        data = await self._rest.get_or_raise("/time", [])
        with self._rest.validating():
            return parse_timestamp(data.get("db_time"))

    async def search_bugs(self, since: datetime | None = None) -> AsyncIterator[BugPage]:
        """Yield the component's bugs changed at or after `since`, in pages by ascending id, each bug once.

        A page shorter than asked for is not the last, since the server may have a lower limit: the search goes on until
        a page brings nothing new, or is shorter than a page of the last full search. Pages overlap, because a bug that
        leaves the component during the search moves the following ones up. If not even the overlap is seen again, more
        bugs have left, and the search goes back further.

        https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#search-bugs
        """
        params: Params = [("product", self._product), ("component", self._component), ("order", "bug_id")]
        params += [("include_fields", BUG_FIELDS), ("limit", SEARCH_LIMIT)]
        if since is not None:
            params.append(("last_change_time", since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")))
        seen_ids: set[int] = set()
        offset = overlap = longest = 0
        for _ in range(MAX_PAGES):
            found = self._rest.bugs_in(await self._rest.get_or_raise("/bug", [*params, ("offset", str(offset))]))
            rows = found.rows
            self._verify_page(rows)
            longest = max(longest, len(rows))
            if offset and overlap and not any(row["id"] in seen_ids for row in rows):
                offset = max(0, offset - BACKTRACK)
                continue
            page = parse_page([row for row in rows if row["id"] not in seen_ids], found.unreadable)
            seen_ids |= page.ids
            if page.ids or page.unreadable:
                yield page
            if not page.ids or (since is not None and self._rest.is_last_page(len(rows))):
                if since is None:
                    self._rest.learn_rows_per_search(longest)
                return
            overlap = min(PAGE_OVERLAP, len(rows) // 2)
            offset += len(rows) - overlap
        raise SourceError(f"{self._rest.host} returns pages without end.")

    async def get_comments(self, bugs: Mapping[int, int | None]) -> AsyncIterator[CommentBatch]:
        """Yield all public comments of bugs, a batch at a time.

        `bugs` maps ids to expected numbers of comments. Bugs that are not visible to everybody, or that the server
        cannot return, are left out.

        https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#search-bugs (with the field "comments"), or
        https://bmo.readthedocs.io/en/latest/api/core/v1/comment.html#get-comments if the server lacks that field
        """
        self._rest.reset_bisections()
        for batch in _comment_batches(bugs):
            comments = await self._comments_by_search(batch) if self._search_returns_comments else None
            if comments is not None:
                yield parse_comment_batch(comments)
                continue
            for chunk in _chunks(batch, BUGS_PER_CALL):
                yield parse_comment_batch(await self._comments_by_bug(chunk))

    async def find_locations(self, ids: Iterable[int]) -> dict[int, BugVisibility]:
        """Return whether bugs are in the component, in another one, or restricted, with few requests.

        Bugs that are not visible to this client are left out; `get_visibility` tells why.

        https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#search-bugs
        """
        locations: dict[int, BugVisibility] = {}
        for batch in _chunks(sorted(set(ids)), BUGS_PER_LOCATION_SEARCH):
            try:
                rows = await self._rest.search_by_ids(batch, LOCATION_FIELDS)
            except BadIdInBatch:
                rows = []
            locations.update((row["id"], self._location(row)) for row in rows)
        return locations

    async def get_visibility(self, bug: int) -> BugVisibility:
        """Return the visibility of one bug, from the error code if it is not visible.

        https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#get-bug
        """
        data = await self._rest.get(f"/bug/{bug}", [("include_fields", LOCATION_FIELDS)], rate_limited=True)
        if isinstance(data, ErrorResponse):
            if not data.not_visible:
                raise to_source_error(data, self._rest.host)
            return "restricted" if data.code == 102 else "gone"
        rows = self._rest.bugs_in(data, {bug}).rows
        if not rows:
            raise SourceError(f"{self._rest.host} gave no answer about bug {bug}.")
        return self._location(rows[0])

    async def ignores_keys(self) -> bool:
        """Return whether the server answers a wrong key as if none had been given, so that keys sent so have no effect.

        Bugzilla 5.2 knows no key in a header. A search verifies a key, while some other requests do not.
        """
        params: Params = [("product", self._product), ("component", self._component), ("include_fields", "id")]
        response = await self._rest.with_key(WRONG_KEY).get("/bug", [*params, ("limit", "1")])
        return not isinstance(response, ErrorResponse)

    async def get_component_entry_times(self, ids: Iterable[int]) -> dict[int, datetime]:
        """Return when bugs last changed component, product or groups; bugs that never did are left out.

        https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#bug-history
        """
        entry_times: dict[int, datetime] = {}
        self._rest.reset_bisections()
        for batch in _chunks(sorted(set(ids)), BUGS_PER_CALL):
            for data in await self._rest.get_for_bugs(batch, "history"):
                for row in self._rest.bugs_in(data, set(batch)).rows:
                    entry_time = parse_component_entry_time(row.get("history"))
                    if entry_time is not None:
                        entry_times[row["id"]] = entry_time
        return entry_times

    async def _comments_by_search(self, batch: list[int]) -> dict[int, object] | None:
        """Return comments, unparsed, through a search's field; None if the server has no such field (Bugzilla 5.2).

        https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#search-bugs
        """
        try:
            rows = await self._rest.search_by_ids(batch, "id,groups,comments")
        except (ResponseTooLarge, BadIdInBatch):
            if len(batch) == 1:
                return {}
            comments: dict[int, object] = {}
            for half in self._rest.bisect(batch):
                half_comments = await self._comments_by_search(half)
                if half_comments is None:
                    return None
                comments |= half_comments
            return comments
        if rows and not any("comments" in row for row in rows):
            self._search_returns_comments = False
            return None
        return {row["id"]: row.get("comments") for row in rows if not is_restricted(row)}

    async def _comments_by_bug(self, batch: list[int]) -> dict[int, object]:
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

    def _location(self, row: dict[str, Any]) -> BugVisibility:
        if is_restricted(row):
            return "restricted"
        return "here" if self._in_component(row) else "moved"

    def _in_component(self, row: dict[str, Any]) -> bool:
        product, component = row.get("product"), row.get("component")
        if not isinstance(product, str) or not isinstance(component, str):
            raise SourceError(f"{self._rest.host} does not say which component a bug belongs to.")
        return product.casefold() == self._product.casefold() and component.casefold() == self._component.casefold()

    def _verify_page(self, rows: Sequence[dict[str, Any]]) -> None:
        if not all(self._in_component(row) for row in rows):
            raise SourceError(f"{self._rest.host} returned bugs of another component than {self._component}.")
        ids = [row["id"] for row in rows]
        if ids != sorted(ids):
            raise SourceError(f"{self._rest.host} does not sort bugs by id, so its pages cannot be trusted.")


def _chunks(ids: list[int], size: int) -> Iterator[list[int]]:
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
