"""Calls to Bugzilla's REST interface: made politely, and believed only when their answers have the right shape."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bot.sources.bugzilla.parsing import Refusal, WrongShape, read_answer, refused, rows_of
from bot.sources.errors import AnswerTooLarge, SourceFailed
from bot.sources.http import Web, host_of
from bot.sources.rate_limit import Pace

ANSWER_BYTES = 32_000_000
ANSWER_SECONDS = 120.0
SEARCH_LIMIT = "1000"
MOST_DIVISIONS = 60

Params = list[tuple[str, str]]


class Poisoned(Exception):
    """A search by ids is refused again and again; one of the ids may be to blame."""


class Rest:
    """One Bugzilla's interface; `url` is without /rest."""

    def __init__(self, web: Web, url: str, key: str | None, key_in_query: bool, pace: Pace) -> None:
        self.host = host_of(url)
        self._web = web
        self._base = url.rstrip("/") + "/rest"
        self._key: Params = [("api_key", key)] if key and key_in_query else []
        self._headers = {"Accept": "application/json"}
        if key and not key_in_query:
            self._headers["X-BUGZILLA-API-KEY"] = key
        self._pace = pace
        self._divisions = 0

    @property
    def requests(self) -> int:
        """How many requests were made to this server so far, tries included."""
        return self._web.asked.get(self.host, 0)

    async def ask(self, path: str, params: Params, *, counted: bool = False) -> dict[str, Any] | Refusal:
        """Ask once, and once more where a 400 may have been a mishap; `counted` calls keep to 60 a minute."""
        answer = await self._ask(path, params, counted)
        if isinstance(answer, Refusal) and answer.poisoned:
            answer = await self._ask(path, params, counted)
        return answer

    async def must(self, path: str, params: Params) -> dict[str, Any]:
        """Ask for what cannot be refused to us alone; raises SourceFailed if it is."""
        answer = await self.ask(path, params)
        if isinstance(answer, Refusal):
            raise refused(answer, self.host)
        return answer

    async def named_rows(self, ids: list[int], fields: str) -> list[dict[str, Any]]:
        """Search bugs by their ids; those that are not visible are left out. Raises Poisoned, SourceFailed."""
        listed = ",".join(str(bug) for bug in ids)
        answer = await self.ask("/bug", [("id", listed), ("include_fields", fields), ("limit", SEARCH_LIMIT)])
        if isinstance(answer, Refusal):
            if answer.poisoned:
                raise Poisoned
            raise refused(answer, self.host)
        return self.rows(answer, set(ids))

    def rows(self, answer: dict[str, Any], asked: set[int] | None = None) -> list[dict[str, Any]]:
        """Give the bugs of an answer; raises SourceFailed if any of them was not asked for."""
        with self.believing():
            rows = rows_of(answer)
        if asked is not None and not {row["id"] for row in rows} <= asked:
            raise SourceFailed(f"{self.host} gave bugs that it was not asked for.")
        return rows

    async def divided(self, batch: list[int], what: str) -> list[dict[str, Any]]:
        """Ask for the "comment" or "history" of many bugs at once.

        One that is invisible or poisoned spoils the whole call; it is found by halves, and left out.
        """
        path = f"/bug/{batch[0]}/{what}"
        answer: dict[str, Any] | Refusal
        try:
            answer = await self.ask(path, [("ids", str(bug)) for bug in batch[1:]], counted=what == "comment")
        except AnswerTooLarge:
            answer = Refusal(400, 0)
        if not isinstance(answer, Refusal):
            return [answer]
        if not (answer.invisible or answer.poisoned):
            raise refused(answer, self.host)
        if len(batch) == 1:
            return []
        first, second = self.halves(batch)
        return [*await self.divided(first, what), *await self.divided(second, what)]

    def halves(self, batch: list[int]) -> tuple[list[int], list[int]]:
        """Divide a batch that was refused; raises SourceFailed when that happens too often in one run."""
        self._divisions += 1
        if self._divisions > MOST_DIVISIONS:
            raise SourceFailed(f"{self.host} refuses too many of the bugs that were asked for.")
        middle = len(batch) // 2
        return batch[:middle], batch[middle:]

    def begin_run(self) -> None:
        """Forget the divisions of earlier runs."""
        self._divisions = 0

    @contextmanager
    def believing(self) -> Iterator[None]:
        """Turn a part of the wrong shape into a failure of this source."""
        try:
            yield
        except WrongShape as error:
            raise SourceFailed(f"{self.host} answered with something that is no Bugzilla data ({error}).") from None

    async def _ask(self, path: str, params: Params, counted: bool) -> dict[str, Any] | Refusal:
        answer = await self._web.get(
            self._base + path,
            params=[*params, *self._key],
            headers=self._headers,
            limit_bytes=ANSWER_BYTES,
            seconds=ANSWER_SECONDS,
            before=self._pace.keep if counted else None,
        )
        return read_answer(answer.body, answer.status, self.host)
