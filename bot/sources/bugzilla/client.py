"""The client of Bugzilla's REST API, which reads bugs in bulk.

Every response is checked before it is used: a 200 may hold an error, nothing, or bugs that were not requested.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from bot.rate_limit import RateLimiter
from bot.sources.bugzilla.activity import BUGS_PER_CALL, ActivityClient, chunks
from bot.sources.bugzilla.fields import parse_timestamp
from bot.sources.bugzilla.pages import BugPage, CommentBatch, HistoryBatch, parse_page
from bot.sources.bugzilla.parsing import (
    ErrorResponse,
    is_restricted,
    parse_component_entry_time,
    to_source_error,
)
from bot.sources.bugzilla.rest import SEARCH_LIMIT, BadIdInBatch, Params, RestClient
from bot.sources.errors import SourceError
from bot.sources.http import HttpClient

CALLS_PER_WINDOW = 60
WINDOW_SECONDS = 61.0
"""BMO allows 75 calls a minute for single bugs and their comments, and blocks an address for an hour after one more.

The window is a second longer than a minute, because the server's clock may differ slightly.
"""

BUG_FIELDS = (
    "id,summary,whiteboard,status,resolution,is_open,creation_time,last_change_time,cf_last_resolved,creator,"
    "assigned_to,comment_count,see_also,depends_on,blocks,duplicates,dupe_of,product,component,groups,flags"
)
LOCATION_FIELDS = "id,product,component,groups"
PAGE_OVERLAP = 10
BACKTRACK = 100
MAX_PAGES = 2000
BUGS_PER_LOCATION_SEARCH = 500
"""At most 12 characters an id, so that the address stays under 7 KiB."""

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
        self._activity = ActivityClient(self._rest)

    @property
    def request_count(self) -> int:
        """The number of requests to this server so far, retries included."""
        return self._rest.request_count

    @property
    def component(self) -> str:
        """The name of the component, without its product."""
        return self._component

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
            response = self._rest.bugs_in(await self._rest.get_or_raise("/bug", [*params, ("offset", str(offset))]))
            rows = response.rows
            self._verify_page(rows)
            longest = max(longest, len(rows))
            if offset and overlap and not any(row["id"] in seen_ids for row in rows):
                offset = max(0, offset - BACKTRACK)
                continue
            page = parse_page([row for row in rows if row["id"] not in seen_ids], response.unreadable)
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
        """Yield all public comments of bugs, a batch at a time, and their histories if these cost no further request.

        `bugs` maps ids to expected numbers of comments. Bugs that are not visible to everybody, or that the server
        cannot return, are left out.

        https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#search-bugs (with the field "comments"), or
        https://bmo.readthedocs.io/en/latest/api/core/v1/comment.html#get-comments if the server lacks that field
        """
        async for batch in self._activity.get_comments(bugs):
            yield batch

    async def get_histories(self, bugs: Sequence[int]) -> AsyncIterator[HistoryBatch]:
        """Yield the histories of bugs, a batch at a time; bugs that are not visible to everybody are left out.

        https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#search-bugs (with the field "history"), or
        https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#bug-history if the server lacks that field
        """
        async for batch in self._activity.get_histories(bugs):
            yield batch

    async def find_locations(self, ids: Iterable[int]) -> dict[int, BugVisibility]:
        """Return whether bugs are in the component, in another one, or restricted, with few requests.

        Bugs that are not visible to this client are left out; `get_visibility` tells why.

        https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#search-bugs
        """
        locations: dict[int, BugVisibility] = {}
        for batch in chunks(sorted(set(ids)), BUGS_PER_LOCATION_SEARCH):
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
        for batch in chunks(sorted(set(ids)), BUGS_PER_CALL):
            for data in await self._rest.get_for_bugs(batch, "history"):
                for row in self._rest.bugs_in(data, set(batch)).rows:
                    entry_time = parse_component_entry_time(row.get("history"))
                    if entry_time is not None:
                        entry_times[row["id"]] = entry_time
        return entry_times

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
