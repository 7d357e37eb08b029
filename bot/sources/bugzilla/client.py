"""Bugzilla over REST, read in bulk: https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html.

Every answer is checked before it is believed, for a 200 may hold an error, nothing, or bugs that nobody asked for.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from bot.sources.bugzilla.parsing import ErrorResponse, parse_component_entry_time, parse_bug, parse_comments, parse_timestamp, to_source_error
from bot.sources.bugzilla.rest import SEARCH_LIMIT, Params, BadIdInBatch, RestClient
from bot.sources.errors import ResponseTooLarge, SourceError
from bot.sources.http import HttpClient
from bot.sources.rate_limit import Pace
from storage.values.incidents import Bug, Comment

BUG_FIELDS = (
    "id,summary,whiteboard,status,resolution,is_open,creation_time,last_change_time,cf_last_resolved,creator,"
    "assigned_to,comment_count,see_also,depends_on,blocks,duplicates,dupe_of,product,component"
)
LOCATION_FIELDS = "id,product,component"
PAGE_SIZE = int(SEARCH_LIMIT)
PAGE_OVERLAP = 10
BACKTRACK = 100
MAX_PAGES = 500
COMMENTS_PER_BATCH = 1000
BUGS_PER_BATCH = 200
BUGS_PER_CALL = 50
BUGS_PER_LOCATION_SEARCH = 500
"""At most 12 characters an id, so that the address stays under 7 KiB."""
DEFAULT_COMMENT_COUNT = 15
MAX_SINGLE_LOOKUPS = 20

BugVisibility = Literal["here", "moved", "restricted", "gone"]


class BugzillaClient:
    """One component of one Bugzilla; `url` is without /rest. All methods raise SourceFailed."""

    def __init__(
        self,
        web: HttpClient,
        url: str,
        product: str,
        component: str,
        key: str | None = None,
        key_in_query: bool = False,
        *,
        pace: Pace | None = None,
    ) -> None:
        self._rest = RestClient(web, url, key, key_in_query, pace or Pace())
        self._product = product
        self._component = component
        self._search_returns_comments = True

    @property
    def request_count(self) -> int:
        """How many requests were made to this server so far, tries included."""
        return self._rest.request_count

    async def get_version(self) -> str:
        """Tell the server's version, as it writes it."""
        return str((await self._rest.get_or_raise("/version", [])).get("version", ""))

    async def get_server_time(self) -> datetime:
        """Tell the time by the clock of the server's database: what searches compare with."""
        data = await self._rest.get_or_raise("/time", [])
        with self._rest.validating():
            return parse_timestamp(data.get("db_time"))

    async def search_bugs(self, since: datetime | None = None) -> AsyncIterator[list[Bug]]:
        """Give the component's bugs changed at or after `since`, in pages by rising id, each bug once.

        Pages overlap: a bug that leaves while we read moves the rest up. Where not even the overlap is seen again,
        more have left, and the reader steps back.
        """
        asked: Params = [("product", self._product), ("component", self._component), ("order", "bug_id")]
        asked += [("include_fields", BUG_FIELDS), ("limit", SEARCH_LIMIT)]
        if since is not None:
            asked.append(("last_change_time", since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")))
        seen: set[int] = set()
        offset = 0
        for _ in range(MAX_PAGES):
            rows = self._rest.bugs_in(await self._rest.get_or_raise("/bug", [*asked, ("offset", str(offset))]))
            self._verify_page(rows)
            if offset and not any(row["id"] in seen for row in rows):
                offset = max(0, offset - BACKTRACK)
                continue
            with self._rest.validating():
                page = [parse_bug(row) for row in rows if row["id"] not in seen]
            seen.update(bug.id for bug in page)
            if page:
                yield page
            if len(rows) < PAGE_SIZE:
                return
            offset += PAGE_SIZE - PAGE_OVERLAP
        raise SourceError(f"{self._rest.host} gives pages without end.")

    async def get_comments(self, bugs: Mapping[int, int | None]) -> AsyncIterator[dict[int, list[Comment]]]:
        """Give all public comments of bugs, a batch at a time; `bugs` maps ids to expected numbers of comments.

        Bugs that are not visible to us, or that the server cannot give, are absent from what comes back.
        """
        self._rest.reset_bisections()
        for batch in _comment_batches(bugs):
            found = await self._comments_by_search(batch) if self._search_returns_comments else None
            if found is not None:
                yield found
                continue
            for part in _chunks(batch, BUGS_PER_CALL):
                yield await self._comments_by_bug(part)

    async def get_visibility(self, ids: Iterable[int]) -> dict[int, BugVisibility]:
        """Tell where bugs stand: in the component, in another, hidden from us, or nowhere."""
        asked = sorted(set(ids))
        found: dict[int, BugVisibility] = {}
        for batch in _chunks(asked, BUGS_PER_LOCATION_SEARCH):
            try:
                rows = await self._rest.search_by_ids(batch, LOCATION_FIELDS)
            except BadIdInBatch:
                rows = []
            found.update((row["id"], "here" if self._in_component(row) else "moved") for row in rows)
        missing = [bug for bug in asked if bug not in found]
        if len(missing) > MAX_SINGLE_LOOKUPS:
            many = f"{self._rest.host} no longer shows {len(missing)} bugs at once"
            raise SourceError(f"{many}; correct the component if it is mistyped.")
        for bug in missing:
            found[bug] = await self._get_bug_visibility(bug)
        return found

    async def get_component_entry_times(self, ids: Iterable[int]) -> dict[int, datetime]:
        """Tell when bugs last changed component, product or groups; those that never did are absent."""
        arrived: dict[int, datetime] = {}
        self._rest.reset_bisections()
        for batch in _chunks(sorted(set(ids)), BUGS_PER_CALL):
            for data in await self._rest.get_bisecting(batch, "history"):
                for row in self._rest.bugs_in(data, set(batch)):
                    with self._rest.validating():
                        moment = parse_component_entry_time(row.get("history"))
                    if moment is not None:
                        arrived[row["id"]] = moment
        return arrived

    async def _comments_by_search(self, batch: list[int]) -> dict[int, list[Comment]] | None:
        """Read comments as fields of a search; None where the server does not give them so (5.2)."""
        try:
            rows = await self._rest.search_by_ids(batch, "id,comments")
        except (ResponseTooLarge, BadIdInBatch):
            if len(batch) == 1:
                return {}
            found: dict[int, list[Comment]] = {}
            for half in self._rest.bisect(batch):
                part = await self._comments_by_search(half)
                if part is None:
                    return None
                found |= part
            return found
        if rows and not any("comments" in row for row in rows):
            self._search_returns_comments = False
            return None
        with self._rest.validating():
            return {row["id"]: parse_comments(row["id"], row.get("comments")) for row in rows}

    async def _comments_by_bug(self, batch: list[int]) -> dict[int, list[Comment]]:
        found: dict[int, list[Comment]] = {}
        names = {str(bug): bug for bug in batch}
        for data in await self._rest.get_bisecting(batch, "comment"):
            bugs = data.get("bugs")
            if not isinstance(bugs, dict) or not bugs.keys() <= names.keys():
                raise SourceError(f"{self._rest.host} gave comments that it was not asked for.")
            with self._rest.validating():
                for name, entry in bugs.items():
                    rows = entry.get("comments") if isinstance(entry, dict) else None
                    found[names[name]] = parse_comments(names[name], rows)
        return found

    async def _get_bug_visibility(self, bug: int) -> BugVisibility:
        data = await self._rest.get(f"/bug/{bug}", [("include_fields", LOCATION_FIELDS)], rate_limited=True)
        if isinstance(data, ErrorResponse):
            if not data.not_visible:
                raise to_source_error(data, self._rest.host)
            return "restricted" if data.code == 102 else "gone"
        rows = self._rest.bugs_in(data, {bug})
        if not rows:
            raise SourceError(f"{self._rest.host} gave no answer about bug {bug}.")
        return "here" if self._in_component(rows[0]) else "moved"

    def _in_component(self, row: dict[str, Any]) -> bool:
        product, component = row.get("product"), row.get("component")
        if not isinstance(product, str) or not isinstance(component, str):
            raise SourceError(f"{self._rest.host} does not say which component a bug belongs to.")
        here = (self._product.casefold(), self._component.casefold())
        return (product.casefold(), component.casefold()) == here

    def _verify_page(self, rows: list[dict[str, Any]]) -> None:
        if not all(self._in_component(row) for row in rows):
            raise SourceError(f"{self._rest.host} gave bugs of another component than {self._component}.")
        ids = [row["id"] for row in rows]
        if ids != sorted(ids):
            raise SourceError(f"{self._rest.host} does not give bugs by their ids, so its pages cannot be trusted.")


def _chunks(ids: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _comment_batches(bugs: Mapping[int, int | None]) -> Iterator[list[int]]:
    """Divide bugs so that a batch holds about 1,000 comments and at most 200 bugs."""
    batch: list[int] = []
    weight = 0
    for bug, count in bugs.items():
        expected = DEFAULT_COMMENT_COUNT if count is None else count
        if batch and (weight + expected > COMMENTS_PER_BATCH or len(batch) >= BUGS_PER_BATCH):
            yield batch
            batch, weight = [], 0
        batch.append(bug)
        weight += expected
    if batch:
        yield batch
