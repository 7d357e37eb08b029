"""Calls to Bugzilla's REST interface: made politely, and believed only when their answers have the right shape."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bot.sources.bugzilla.parsing import ErrorResponse, InvalidPayload, parse_response, to_source_error, parse_bug_rows
from bot.sources.errors import ResponseTooLarge, SourceError
from bot.sources.http import HttpClient, display_host
from bot.sources.rate_limit import Pace

MAX_RESPONSE_BYTES = 32_000_000
RESPONSE_TIMEOUT_SECONDS = 120.0
SEARCH_LIMIT = "1000"
MAX_BISECTIONS = 60

Params = list[tuple[str, str]]


class BadIdInBatch(Exception):
    """A search by ids is refused again and again; one of the ids may be to blame."""


class RestClient:
    """One Bugzilla's interface; `url` is without /rest."""

    def __init__(self, web: HttpClient, url: str, key: str | None, key_in_query: bool, pace: Pace) -> None:
        self.host = display_host(url)
        self._http_client = web
        self._base = url.rstrip("/") + "/rest"
        self._key: Params = [("api_key", key)] if key and key_in_query else []
        self._headers = {"Accept": "application/json"}
        if key and not key_in_query:
            self._headers["X-BUGZILLA-API-KEY"] = key
        self._rate_limiter = pace
        self._bisections = 0

    @property
    def request_count(self) -> int:
        """How many requests were made to this server so far, tries included."""
        return self._http_client.request_counts.get(self.host, 0)

    async def get(self, path: str, params: Params, *, rate_limited: bool = False) -> dict[str, Any] | ErrorResponse:
        """Ask once, and once more where a 400 may have been a mishap; `counted` calls keep to 60 a minute."""
        answer = await self._send(path, params, rate_limited)
        if isinstance(answer, ErrorResponse) and answer.maybe_bad_id:
            answer = await self._send(path, params, rate_limited)
        return answer

    async def get_or_raise(self, path: str, params: Params) -> dict[str, Any]:
        """Ask for what cannot be refused to us alone; raises SourceFailed if it is."""
        answer = await self.get(path, params)
        if isinstance(answer, ErrorResponse):
            raise to_source_error(answer, self.host)
        return answer

    async def search_by_ids(self, ids: list[int], fields: str) -> list[dict[str, Any]]:
        """Search bugs by their ids; those that are not visible are left out. Raises Poisoned, SourceFailed."""
        listed = ",".join(str(bug) for bug in ids)
        answer = await self.get("/bug", [("id", listed), ("include_fields", fields), ("limit", SEARCH_LIMIT)])
        if isinstance(answer, ErrorResponse):
            if answer.maybe_bad_id:
                raise BadIdInBatch
            raise to_source_error(answer, self.host)
        return self.bugs_in(answer, set(ids))

    def bugs_in(self, answer: dict[str, Any], asked: set[int] | None = None) -> list[dict[str, Any]]:
        """Give the bugs of an answer; raises SourceFailed if any of them was not asked for."""
        with self.validating():
            rows = parse_bug_rows(answer)
        if asked is not None and not {row["id"] for row in rows} <= asked:
            raise SourceError(f"{self.host} gave bugs that it was not asked for.")
        return rows

    async def get_bisecting(self, batch: list[int], resource: str) -> list[dict[str, Any]]:
        """Ask for the "comment" or "history" of many bugs at once.

        One that is invisible or poisoned spoils the whole call; it is found by halves, and left out.
        """
        path = f"/bug/{batch[0]}/{resource}"
        answer: dict[str, Any] | ErrorResponse
        try:
            answer = await self.get(path, [("ids", str(bug)) for bug in batch[1:]], rate_limited=resource == "comment")
        except ResponseTooLarge:
            answer = ErrorResponse(400, 0)
        if not isinstance(answer, ErrorResponse):
            return [answer]
        if not (answer.not_visible or answer.maybe_bad_id):
            raise to_source_error(answer, self.host)
        if len(batch) == 1:
            return []
        first, second = self.bisect(batch)
        return [*await self.get_bisecting(first, resource), *await self.get_bisecting(second, resource)]

    def bisect(self, batch: list[int]) -> tuple[list[int], list[int]]:
        """Divide a batch that was refused; raises SourceFailed when that happens too often in one run."""
        self._bisections += 1
        if self._bisections > MAX_BISECTIONS:
            raise SourceError(f"{self.host} refuses too many of the bugs that were asked for.")
        middle = len(batch) // 2
        return batch[:middle], batch[middle:]

    def reset_bisections(self) -> None:
        """Forget the divisions of earlier runs."""
        self._bisections = 0

    @contextmanager
    def validating(self) -> Iterator[None]:
        """Turn a part of the wrong shape into a failure of this source."""
        try:
            yield
        except InvalidPayload as error:
            raise SourceError(f"{self.host} answered with something that is no Bugzilla data ({error}).") from None

    async def _send(self, path: str, params: Params, rate_limited: bool) -> dict[str, Any] | ErrorResponse:
        answer = await self._http_client.get(
            self._base + path,
            params=[*params, *self._key],
            headers=self._headers,
            max_bytes=MAX_RESPONSE_BYTES,
            timeout_seconds=RESPONSE_TIMEOUT_SECONDS,
            before_request=self._rate_limiter.keep if rate_limited else None,
        )
        return parse_response(answer.body, answer.status, self.host)
