"""Requests to Bugzilla's REST API: rate-limited where BMO counts them, and checked for the shape of the response."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bot.rate_limit import RateLimiter
from bot.sources.bugzilla.fields import InvalidPayload
from bot.sources.bugzilla.parsing import (
    BugRows,
    ErrorResponse,
    parse_bug_rows,
    parse_response,
    to_source_error,
)
from bot.sources.errors import ResponseTooLarge, SourceError
from bot.sources.http import HttpClient, display_host

MAX_RESPONSE_BYTES = 32_000_000
RESPONSE_TIMEOUT_SECONDS = 120.0
SEARCH_LIMIT = "1000"
MAX_BISECTIONS = 60

Params = list[tuple[str, str]]


class BadIdInBatch(Exception):
    """A search by ids failed repeatedly; one of the ids may be the cause."""


class RestClient:
    """The REST API of one Bugzilla; `url` is without /rest. Its methods raise SourceError."""

    def __init__(
        self, http_client: HttpClient, url: str, api_key: str | None, key_in_query: bool, rate_limiter: RateLimiter
    ) -> None:
        self.host = display_host(url)
        self._url = url
        self._http_client = http_client
        self._key_in_query = key_in_query
        self._base_url = url.rstrip("/") + "/rest"
        self._key_params: Params = [("api_key", api_key)] if api_key and key_in_query else []
        self._headers = {"Accept": "application/json"}
        if api_key and not key_in_query:
            self._headers["X-BUGZILLA-API-KEY"] = api_key
        self._rate_limiter = rate_limiter
        self._bisections = 0
        self._rows_per_search = 0

    def with_key(self, api_key: str) -> "RestClient":
        """Return a client of the same server with another key, given in the same way."""
        return RestClient(self._http_client, self._url, api_key, self._key_in_query, self._rate_limiter)

    @property
    def request_count(self) -> int:
        """The number of requests to this server so far, retries included."""
        return self._http_client.request_counts.get(self.host, 0)

    async def get(self, path: str, params: Params, *, rate_limited: bool = False) -> dict[str, Any] | ErrorResponse:
        """Send a request, and once more after a 400 that may be temporary; `rate_limited` if BMO counts such calls."""
        response = await self._send(path, params, rate_limited)
        if isinstance(response, ErrorResponse) and response.maybe_bad_id:
            response = await self._send(path, params, rate_limited)
        return response

    async def get_or_raise(self, path: str, params: Params) -> dict[str, Any]:
        """Send a request; raises SourceError if Bugzilla returns an error."""
        response = await self.get(path, params)
        if isinstance(response, ErrorResponse):
            raise to_source_error(response, self.host)
        return response

    async def search_by_ids(self, ids: Sequence[int], fields: str) -> list[dict[str, Any]]:
        """Search bugs by their ids; those that are not visible are left out. Raises BadIdInBatch, SourceError.

        The server may return fewer rows than asked for (its setting max_search_results), so what is missing is asked
        for again, unless the server is known to return as many rows.
        """
        rows: list[dict[str, Any]] = []
        missing = list(ids)
        while missing:
            id_list = ",".join(str(bug) for bug in missing)
            response = await self.get("/bug", [("id", id_list), ("include_fields", fields), ("limit", SEARCH_LIMIT)])
            if isinstance(response, ErrorResponse):
                if response.maybe_bad_id:
                    raise BadIdInBatch
                raise to_source_error(response, self.host)
            page = self.bugs_in(response, set(missing)).rows
            rows += page
            found_ids = {row["id"] for row in page}
            missing = [bug for bug in missing if bug not in found_ids]
            if not page or self.is_last_page(len(page)):
                break
        return rows

    def is_last_page(self, row_count: int) -> bool:
        """Return whether a search that found this many rows has found all: the server has returned more at once."""
        return row_count < self._rows_per_search

    def learn_rows_per_search(self, row_count: int) -> None:
        """Remember the most rows that the server returns at once, as the last full search found it."""
        self._rows_per_search = row_count

    def bugs_in(self, response: dict[str, Any], requested_ids: set[int] | None = None) -> BugRows:
        """Return the bugs of a response; raises SourceError if any of them was not requested."""
        with self.validating():
            rows = parse_bug_rows(response)
        if requested_ids is not None and not {row["id"] for row in rows.rows} <= requested_ids:
            raise SourceError(f"{self.host} returned bugs that were not requested.")
        return rows

    async def get_for_bugs(self, batch: Sequence[int], resource: str) -> list[dict[str, Any]]:
        """Request the "comment" or "history" of many bugs at once, and return the responses.

        One bug that is not visible or causes an error fails the whole call; it is found by bisection and left out.
        """
        path = f"/bug/{batch[0]}/{resource}"
        params = [("ids", str(bug)) for bug in batch[1:]]
        response: dict[str, Any] | ErrorResponse
        try:
            response = await self.get(path, params, rate_limited=resource == "comment")
        except ResponseTooLarge:
            response = ErrorResponse(400, 0)
        if not isinstance(response, ErrorResponse):
            return [response]
        if not (response.not_visible or response.maybe_bad_id):
            raise to_source_error(response, self.host)
        if len(batch) == 1:
            return []
        first, second = self.bisect(batch)
        return [*await self.get_for_bugs(first, resource), *await self.get_for_bugs(second, resource)]

    def bisect(self, batch: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
        """Split a batch that failed into halves; raises SourceError after MAX_BISECTIONS since the last reset."""
        self._bisections += 1
        if self._bisections > MAX_BISECTIONS:
            raise SourceError(f"{self.host} refuses too many of the bugs that were requested.")
        middle = len(batch) // 2
        return batch[:middle], batch[middle:]

    def reset_bisections(self) -> None:
        """Reset the count of bisections, before a new series of batches."""
        self._bisections = 0

    @contextmanager
    def validating(self) -> Iterator[None]:
        """Turn an InvalidPayload into a SourceError that names the host."""
        try:
            yield
        except InvalidPayload as error:
            raise SourceError(f"{self.host} answered with something that is not Bugzilla data ({error}).") from None

    async def _send(self, path: str, params: Params, rate_limited: bool) -> dict[str, Any] | ErrorResponse:
        response = await self._http_client.get(
            self._base_url + path,
            params=[*params, *self._key_params],
            headers=self._headers,
            max_bytes=MAX_RESPONSE_BYTES,
            timeout_seconds=RESPONSE_TIMEOUT_SECONDS,
            before_request=self._rate_limiter.acquire if rate_limited else None,
        )
        return parse_response(response.body, response.status, self.host)
