"""Parses Bugzilla's responses into values; a response of the wrong shape is an error."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.sources.errors import SourceError
from bot.sources.sanitize import sanitize_text, strip_control_chars
from handlers.parsing.people import parse_login
from storage.values.incidents import Bug, BugLinks, Comment, Person

VISIBILITY_FIELDS = frozenset({"component", "product", "groups", "bug_group"})
"""The fields whose change may bring a bug into a component or make it public."""

ERROR_MESSAGES = {
    300: "it does not accept the login",
    306: "it does not accept the API key; correct BUGZILLA_API_KEY",
    410: "it asks for a login; set BUGZILLA_API_KEY",
    1000: "it refuses searches of this kind",
    32614: "it has no such interface; correct bugzilla.url",
}


class InvalidPayload(Exception):
    """A part of a response is missing or of the wrong type; the message names it."""


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """An error that Bugzilla returned: the HTTP status and Bugzilla's own code (0 if there is none)."""

    status: int
    code: int

    @property
    def not_visible(self) -> bool:
        """Whether a bug of the request is restricted (102) or does not exist (101)."""
        return (self.status, self.code) in {(401, 102), (403, 102), (404, 101)}

    @property
    def maybe_bad_id(self) -> bool:
        """Whether one bug of the request may be the cause, not the request as a whole."""
        return self.status == 400 and self.code not in ERROR_MESSAGES


def parse_response(body: bytes, status: int, host: str) -> dict[str, Any] | ErrorResponse:
    """Return a response's JSON object, or the error in it; raises SourceError if it has neither."""
    if 300 <= status < 400:
        raise SourceError(f"{host} redirects to another address; correct bugzilla.url.")
    try:
        data = json.loads(body) if body.strip() else None
    except (ValueError, RecursionError):
        data = None
    if status == 200 and not body.strip():
        raise SourceError(f"{host} gave an empty answer.")
    if not isinstance(data, dict):
        if status == 400:
            return ErrorResponse(status, 0)
        raise SourceError(f"{host} answered with something that is not Bugzilla data ({status}).")
    if status == 200 and not data.get("error"):
        return data
    code = data.get("code")
    code = code if isinstance(code, int) else 0
    if code == 32000 and "rate limit" in str(data.get("message", "")).lower():
        raise SourceError(f"{host} asks for fewer requests.", server_requested=True)
    if status == 200:
        raise SourceError(f"{host} reports an error of its own (code {code}).")
    return ErrorResponse(status, code)


def to_source_error(error: ErrorResponse, host: str) -> SourceError:
    """Return the exception for an error that concerns a whole request."""
    reason = ERROR_MESSAGES.get(error.code, f"code {error.code}")
    return SourceError(f"{host} refused the request ({error.status}): {reason}.")


def parse_bug_rows(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows under "bugs"; raises InvalidPayload unless each is an object with an integer id."""
    rows = data.get("bugs")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and type(row.get("id")) is int for row in rows):
        raise InvalidPayload("the list of bugs")
    return rows


def parse_timestamp(value: object) -> datetime:
    """Parse one of Bugzilla's times, which are UTC unless they have an offset."""
    try:
        timestamp = datetime.fromisoformat(_require_text(value, "a time").strip())
        return (timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidPayload("a time") from None


def parse_bug(row: dict[str, Any]) -> Bug:
    """Parse one row of a search; optional fields that a Bugzilla lacks are empty."""
    resolution = _require_text(row.get("resolution"), "resolution")
    is_open = row.get("is_open", not resolution) is True
    resolved = row.get("cf_last_resolved")
    count = row.get("comment_count")
    return Bug(
        id=row["id"],
        summary=sanitize_text(_require_text(row.get("summary"), "summary")),
        whiteboard=sanitize_text(_require_text(row.get("whiteboard"), "whiteboard")),
        status=_require_text(row.get("status"), "status"),
        resolution=resolution,
        is_open=is_open,
        created=parse_timestamp(row.get("creation_time")),
        changed=parse_timestamp(row.get("last_change_time")),
        closed=parse_timestamp(resolved) if resolved and not is_open else None,
        creator=_parse_person(row.get("creator")),
        assignee=_parse_person(row.get("assigned_to")),
        comment_count=count if type(count) is int else None,
        links=BugLinks(
            depends_on=_integers(row.get("depends_on")),
            blocks=_integers(row.get("blocks")),
            duplicates=_integers(row.get("duplicates")),
            dupe_of=row["dupe_of"] if type(row.get("dupe_of")) is int else None,
            see_also=tuple(sanitize_text(_require_text(link, "see_also")) for link in row.get("see_also") or ()),
        ),
    )


def parse_comments(bug: int, rows: object) -> list[Comment]:
    """Parse a bug's comments in their order; private ones are left out."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidPayload("the comments")
    return [_parse_comment(bug, index, row) for index, row in enumerate(rows) if not row.get("is_private")]


def parse_component_entry_time(history: object) -> datetime | None:
    """Return the latest time at which a bug changed component, product or groups, None if it never did."""
    if not isinstance(history, list):
        raise InvalidPayload("the history")
    try:
        times = [
            row["when"]
            for row in history
            if any(change["field_name"] in VISIBILITY_FIELDS for change in row["changes"])
        ]
    except (KeyError, TypeError):
        raise InvalidPayload("the history") from None
    return max((parse_timestamp(when) for when in times), default=None)


def _parse_comment(bug: int, index: int, row: dict[str, Any]) -> Comment:
    number, comment_id = row.get("count", index), row.get("id")
    if type(number) is not int or type(comment_id) is not int:
        raise InvalidPayload("a comment's number")
    author = _parse_person(row.get("creator") or row.get("author"))
    posted = parse_timestamp(row.get("creation_time") or row.get("time"))
    text = sanitize_text(_require_text(row.get("text"), "a comment's text"))
    return Comment(bug, number, comment_id, author, posted, text)


def _require_text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise InvalidPayload(name)
    return value


def _parse_person(login: object) -> Person:
    return parse_login(strip_control_chars(login)) if isinstance(login, str) and login else Person("")


def _integers(values: Iterable[Any] | None) -> tuple[int, ...]:
    return tuple(value for value in values or () if type(value) is int)
