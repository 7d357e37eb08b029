"""Bugzilla over REST, read in bulk: https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html.

Every answer is checked before it is believed, for a 200 may hold an error, nothing, or bugs that nobody asked for.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from bot.sources.bugzilla.parsing import Refusal, read_arrival, read_bug, read_comments, read_moment, refused
from bot.sources.bugzilla.rest import SEARCH_LIMIT, Params, Poisoned, Rest
from bot.sources.errors import AnswerTooLarge, SourceFailed
from bot.sources.http import Web
from bot.sources.rate_limit import Pace
from storage.values.incidents import Bug, Comment

FIELDS = (
    "id,summary,whiteboard,status,resolution,is_open,creation_time,last_change_time,cf_last_resolved,creator,"
    "assigned_to,comment_count,see_also,depends_on,blocks,duplicates,dupe_of,product,component"
)
WHERE = "id,product,component"
PAGE = int(SEARCH_LIMIT)
OVERLAP = 10
STEP_BACK = 100
MOST_PAGES = 500
BATCH_COMMENTS = 1000
BATCH_IDS = 200
BATCH_SINGLE = 50
BATCH_STANDING = 500
"""At most 12 characters an id, so that the address stays under 7 KiB."""
USUAL_COMMENTS = 15
MOST_SINGLE_CALLS = 20

BugStanding = Literal["here", "moved", "restricted", "gone"]


class Bugzilla:
    """One component of one Bugzilla; `url` is without /rest. All methods raise SourceFailed."""

    def __init__(
        self,
        web: Web,
        url: str,
        product: str,
        component: str,
        key: str | None = None,
        key_in_query: bool = False,
        *,
        pace: Pace | None = None,
    ) -> None:
        self._rest = Rest(web, url, key, key_in_query, pace or Pace())
        self._product = product
        self._component = component
        self._comments_in_search = True

    @property
    def requests(self) -> int:
        """How many requests were made to this server so far, tries included."""
        return self._rest.requests

    async def version(self) -> str:
        """Tell the server's version, as it writes it."""
        return str((await self._rest.must("/version", [])).get("version", ""))

    async def time(self) -> datetime:
        """Tell the time by the clock of the server's database: what searches compare with."""
        data = await self._rest.must("/time", [])
        with self._rest.believing():
            return read_moment(data.get("db_time"))

    async def bugs(self, since: datetime | None = None) -> AsyncIterator[list[Bug]]:
        """Give the component's bugs changed at or after `since`, in pages by rising id, each bug once.

        Pages overlap: a bug that leaves while we read moves the rest up. Where not even the overlap is seen again,
        more have left, and the reader steps back.
        """
        asked: Params = [("product", self._product), ("component", self._component), ("order", "bug_id")]
        asked += [("include_fields", FIELDS), ("limit", SEARCH_LIMIT)]
        if since is not None:
            asked.append(("last_change_time", since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")))
        seen: set[int] = set()
        offset = 0
        for _ in range(MOST_PAGES):
            rows = self._rest.rows(await self._rest.must("/bug", [*asked, ("offset", str(offset))]))
            self._check_place(rows)
            if offset and not any(row["id"] in seen for row in rows):
                offset = max(0, offset - STEP_BACK)
                continue
            with self._rest.believing():
                page = [read_bug(row) for row in rows if row["id"] not in seen]
            seen.update(bug.id for bug in page)
            if page:
                yield page
            if len(rows) < PAGE:
                return
            offset += PAGE - OVERLAP
        raise SourceFailed(f"{self._rest.host} gives pages without end.")

    async def comments(self, bugs: Mapping[int, int | None]) -> AsyncIterator[dict[int, list[Comment]]]:
        """Give all public comments of bugs, a batch at a time; `bugs` maps ids to expected numbers of comments.

        Bugs that are not visible to us, or that the server cannot give, are absent from what comes back.
        """
        self._rest.begin_run()
        for batch in _batches(bugs):
            found = await self._searched_comments(batch) if self._comments_in_search else None
            if found is not None:
                yield found
                continue
            for part in _parts(batch, BATCH_SINGLE):
                yield await self._single_comments(part)

    async def standing(self, ids: Iterable[int]) -> dict[int, BugStanding]:
        """Tell where bugs stand: in the component, in another, hidden from us, or nowhere."""
        asked = sorted(set(ids))
        found: dict[int, BugStanding] = {}
        for batch in _parts(asked, BATCH_STANDING):
            try:
                rows = await self._rest.named_rows(batch, WHERE)
            except Poisoned:
                rows = []
            found.update((row["id"], "here" if self._is_here(row) else "moved") for row in rows)
        missing = [bug for bug in asked if bug not in found]
        if len(missing) > MOST_SINGLE_CALLS:
            many = f"{self._rest.host} no longer shows {len(missing)} bugs at once"
            raise SourceFailed(f"{many}; correct the component if it is mistyped.")
        for bug in missing:
            found[bug] = await self._standing_of(bug)
        return found

    async def arrivals(self, ids: Iterable[int]) -> dict[int, datetime]:
        """Tell when bugs last changed component, product or groups; those that never did are absent."""
        arrived: dict[int, datetime] = {}
        self._rest.begin_run()
        for batch in _parts(sorted(set(ids)), BATCH_SINGLE):
            for data in await self._rest.divided(batch, "history"):
                for row in self._rest.rows(data, set(batch)):
                    with self._rest.believing():
                        moment = read_arrival(row.get("history"))
                    if moment is not None:
                        arrived[row["id"]] = moment
        return arrived

    async def _searched_comments(self, batch: list[int]) -> dict[int, list[Comment]] | None:
        """Read comments as fields of a search; None where the server does not give them so (5.2)."""
        try:
            rows = await self._rest.named_rows(batch, "id,comments")
        except (AnswerTooLarge, Poisoned):
            if len(batch) == 1:
                return {}
            found: dict[int, list[Comment]] = {}
            for half in self._rest.halves(batch):
                part = await self._searched_comments(half)
                if part is None:
                    return None
                found |= part
            return found
        if rows and not any("comments" in row for row in rows):
            self._comments_in_search = False
            return None
        with self._rest.believing():
            return {row["id"]: read_comments(row["id"], row.get("comments")) for row in rows}

    async def _single_comments(self, batch: list[int]) -> dict[int, list[Comment]]:
        found: dict[int, list[Comment]] = {}
        names = {str(bug): bug for bug in batch}
        for data in await self._rest.divided(batch, "comment"):
            bugs = data.get("bugs")
            if not isinstance(bugs, dict) or not bugs.keys() <= names.keys():
                raise SourceFailed(f"{self._rest.host} gave comments that it was not asked for.")
            with self._rest.believing():
                for name, entry in bugs.items():
                    rows = entry.get("comments") if isinstance(entry, dict) else None
                    found[names[name]] = read_comments(names[name], rows)
        return found

    async def _standing_of(self, bug: int) -> BugStanding:
        data = await self._rest.ask(f"/bug/{bug}", [("include_fields", WHERE)], counted=True)
        if isinstance(data, Refusal):
            if not data.invisible:
                raise refused(data, self._rest.host)
            return "restricted" if data.code == 102 else "gone"
        rows = self._rest.rows(data, {bug})
        if not rows:
            raise SourceFailed(f"{self._rest.host} gave no answer about bug {bug}.")
        return "here" if self._is_here(rows[0]) else "moved"

    def _is_here(self, row: dict[str, Any]) -> bool:
        product, component = row.get("product"), row.get("component")
        if not isinstance(product, str) or not isinstance(component, str):
            raise SourceFailed(f"{self._rest.host} does not say which component a bug belongs to.")
        here = (self._product.casefold(), self._component.casefold())
        return (product.casefold(), component.casefold()) == here

    def _check_place(self, rows: list[dict[str, Any]]) -> None:
        if not all(self._is_here(row) for row in rows):
            raise SourceFailed(f"{self._rest.host} gave bugs of another component than {self._component}.")
        ids = [row["id"] for row in rows]
        if ids != sorted(ids):
            raise SourceFailed(f"{self._rest.host} does not give bugs by their ids, so its pages cannot be trusted.")


def _parts(ids: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _batches(bugs: Mapping[int, int | None]) -> Iterator[list[int]]:
    """Divide bugs so that a batch holds about 1,000 comments and at most 200 bugs."""
    batch: list[int] = []
    weight = 0
    for bug, count in bugs.items():
        expected = USUAL_COMMENTS if count is None else count
        if batch and (weight + expected > BATCH_COMMENTS or len(batch) >= BATCH_IDS):
            yield batch
            batch, weight = [], 0
        batch.append(bug)
        weight += expected
    if batch:
        yield batch
