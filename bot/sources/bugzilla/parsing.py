"""Bugzilla's answers, checked and turned into values: an answer is believed only when it has the right shape."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.sources.errors import SourceFailed
from bot.sources.sanitize import clean, without_controls
from handlers.parsing.people import parse_login
from storage.values.incidents import Bug, Comment, BugLinks, Person

PLACES = frozenset({"component", "product", "groups", "bug_group"})
"""The fields whose change may bring a bug into a component or before the public."""

REFUSALS = {
    300: "it does not accept the login",
    306: "it does not accept the API key; correct BUGZILLA_API_KEY",
    410: "it asks for a login; set BUGZILLA_API_KEY",
    1000: "it refuses searches of this kind",
    32614: "it has no such interface; correct bugzilla.url",
}


class WrongShape(Exception):
    """A part of an answer is missing or of the wrong kind; the text names it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """That Bugzilla said no: its HTTP status and its own code (0 if it gave none)."""

    status: int
    code: int

    @property
    def invisible(self) -> bool:
        """Whether a bug of the request is restricted (102) or does not exist (101)."""
        return (self.status, self.code) in {(401, 102), (403, 102), (404, 101)}

    @property
    def poisoned(self) -> bool:
        """Whether one bug of the request may be to blame, rather than the request as a whole."""
        return self.status == 400 and self.code not in REFUSALS


def read_answer(body: bytes, status: int, host: str) -> dict[str, Any] | Refusal:
    """Read an answer's JSON object, or how it refuses; raises SourceFailed when it is neither."""
    if 300 <= status < 400:
        raise SourceFailed(f"{host} sends its readers to another address; correct bugzilla.url.")
    try:
        data = json.loads(body) if body.strip() else None
    except (ValueError, RecursionError):
        data = None
    if status == 200 and not body.strip():
        raise SourceFailed(f"{host} gave an empty answer.")
    if not isinstance(data, dict):
        if status == 400:
            return Refusal(status, 0)
        raise SourceFailed(f"{host} answered with something that is no Bugzilla data ({status}).")
    if status == 200 and not data.get("error"):
        return data
    code = data.get("code")
    code = code if isinstance(code, int) else 0
    if code == 32000 and "rate limit" in str(data.get("message", "")).lower():
        raise SourceFailed(f"{host} asks for fewer requests.", ordered=True)
    if status == 200:
        raise SourceFailed(f"{host} reports an error of its own (code {code}).")
    return Refusal(status, code)


def refused(refusal: Refusal, host: str) -> SourceFailed:
    """Say in words that Bugzilla refused a whole request."""
    why = REFUSALS.get(refusal.code, f"code {refusal.code}")
    return SourceFailed(f"{host} refused the request ({refusal.status}): {why}.")


def rows_of(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the rows under "bugs"; raises WrongShape unless each is an object with a number as its id."""
    rows = data.get("bugs")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and type(row.get("id")) is int for row in rows):
        raise WrongShape("the list of bugs")
    return rows


def read_moment(value: object) -> datetime:
    """Read one of Bugzilla's times, UTC unless it says otherwise."""
    try:
        moment = datetime.fromisoformat(_text(value, "a time").strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise WrongShape("a time") from None


def read_bug(row: dict[str, Any]) -> Bug:
    """Read one row of a search; fields that a Bugzilla may lack are empty."""
    resolution = _text(row.get("resolution"), "resolution")
    is_open = row.get("is_open", not resolution) is True
    resolved = row.get("cf_last_resolved")
    count = row.get("comment_count")
    return Bug(
        id=row["id"],
        summary=clean(_text(row.get("summary"), "summary")),
        whiteboard=clean(_text(row.get("whiteboard"), "whiteboard")),
        status=_text(row.get("status"), "status"),
        resolution=resolution,
        is_open=is_open,
        created=read_moment(row.get("creation_time")),
        changed=read_moment(row.get("last_change_time")),
        closed=read_moment(resolved) if resolved and not is_open else None,
        creator=_person(row.get("creator")),
        assignee=_person(row.get("assigned_to")),
        comment_count=count if type(count) is int else None,
        links=BugLinks(
            depends_on=_ids(row.get("depends_on")),
            blocks=_ids(row.get("blocks")),
            duplicates=_ids(row.get("duplicates")),
            dupe_of=row["dupe_of"] if type(row.get("dupe_of")) is int else None,
            see_also=tuple(clean(_text(link, "see_also")) for link in row.get("see_also") or ()),
        ),
    )


def read_comments(bug: int, rows: object) -> list[Comment]:
    """Read a bug's comments in their order; private ones are left out."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise WrongShape("the comments")
    return [_comment(bug, index, row) for index, row in enumerate(rows) if not row.get("is_private")]


def read_arrival(history: object) -> datetime | None:
    """Give the latest time at which a bug's history changed its component, product or groups."""
    if not isinstance(history, list):
        raise WrongShape("the history")
    try:
        moves = [row["when"] for row in history if any(c["field_name"] in PLACES for c in row["changes"])]
    except (KeyError, TypeError):
        raise WrongShape("the history") from None
    return max((read_moment(when) for when in moves), default=None)


def _comment(bug: int, index: int, row: dict[str, Any]) -> Comment:
    number, ident = row.get("count", index), row.get("id")
    if type(number) is not int or type(ident) is not int:
        raise WrongShape("a comment's number")
    author = _person(row.get("creator") or row.get("author"))
    posted = read_moment(row.get("creation_time") or row.get("time"))
    return Comment(bug, number, ident, author, posted, clean(_text(row.get("text"), "a comment's text")))


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise WrongShape(name)
    return value


def _person(login: object) -> Person:
    return parse_login(without_controls(login)) if isinstance(login, str) and login else Person("")


def _ids(values: Iterable[Any] | None) -> tuple[int, ...]:
    return tuple(value for value in values or () if type(value) is int)
