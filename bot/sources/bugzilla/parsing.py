"""Parses Bugzilla's responses into values, row by row: a row that cannot be read is named, and the others are kept."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.sources.bugzilla.fields import (
    MAX_FIELD_LENGTH,
    InvalidPayload,
    parse_flags,
    parse_items,
    parse_optional_timestamp,
    parse_person,
    parse_text,
    parse_timestamp,
    require_text,
)
from bot.sources.errors import SourceError
from bot.sources.sanitize import sanitize_text
from storage.values.incidents import Bug, BugLinks, Comment

VISIBILITY_FIELDS = frozenset({"component", "product", "groups", "bug_group"})
"""The fields whose change may bring a bug into a component or make it public."""

MAX_BUG_ID = 2**31 - 1  # as databases store it
MAX_COMMENT_ID = 2**63 - 1
MAX_COMMENT_LENGTH = 100_000  # Bugzilla's own limit is 65,535

ERROR_MESSAGES = {
    300: "it does not accept the login",
    306: "it does not accept the API key; correct BUGZILLA_API_KEY",
    410: "it asks for a login; set BUGZILLA_API_KEY",
    1000: "it refuses searches of this kind",
    32614: "it has no such interface; correct bugzilla.url",
}


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


@dataclass(frozen=True, slots=True)
class BugRows:
    """The rows of a response that are objects with a bug's id, and what to call the others."""

    rows: tuple[dict[str, Any], ...]
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedComments:
    """The public comments of a bug in their order, and what to call those that cannot be read."""

    comments: tuple[Comment, ...]
    unreadable: tuple[str, ...] = ()


def parse_response(body: bytes, status: int, host: str) -> dict[str, Any] | ErrorResponse:
    """Return a response's JSON object, or the error in it; raises SourceError if it has neither."""
    if 300 <= status < 400:
        raise SourceError(f"{host} redirects to another address; correct bugzilla.url.")
    try:
        data = json.loads(body, parse_int=_parse_integer) if body.strip() else None
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


def parse_bug_rows(data: dict[str, Any]) -> BugRows:
    """Return the rows under "bugs"; raises InvalidPayload unless that is a list."""
    rows = data.get("bugs")
    if not isinstance(rows, list):
        raise InvalidPayload("the list of bugs")
    readable, unreadable = [], []
    for row in rows:
        number = row.get("id") if isinstance(row, dict) else row
        if isinstance(row, dict) and is_bug_id(number):
            readable.append(row)
        else:
            unreadable.append(f"a bug with the impossible number {json.dumps(number)[:40]}")
    if rows and not readable:
        raise InvalidPayload("the ids of bugs")
    return BugRows(tuple(readable), tuple(unreadable))


def is_bug_id(value: object) -> bool:
    """Return whether a value is the number of a bug."""
    return type(value) is int and 0 < value <= MAX_BUG_ID


def is_restricted(row: dict[str, Any]) -> bool:
    """Return whether a bug is in a group, and thus restricted, whoever asks.

    https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#get-bug
    """
    return bool(row.get("groups"))


def parse_bug(row: dict[str, Any]) -> Bug:
    """Parse one row of a search; optional fields that are missing or of a wrong type are empty.

    Raises InvalidPayload without a title, or without the times of creation and last change.
    """
    resolution = parse_text(row.get("resolution"))
    is_open = row.get("is_open", not resolution) is True
    count = row.get("comment_count")
    return Bug(
        id=row["id"],
        summary=sanitize_text(require_text(row.get("summary"), "a title")[:MAX_FIELD_LENGTH]),
        whiteboard=parse_text(row.get("whiteboard")),
        status=parse_text(row.get("status")),
        resolution=resolution,
        is_open=is_open,
        created=parse_timestamp(row.get("creation_time")),
        changed=parse_timestamp(row.get("last_change_time")),
        closed=None if is_open else parse_optional_timestamp(row.get("cf_last_resolved")),
        creator=parse_person(row.get("creator")),
        assignee=parse_person(row.get("assigned_to")),
        comment_count=count if type(count) is int and 0 <= count <= MAX_BUG_ID else None,
        links=BugLinks(
            depends_on=_bug_ids(row.get("depends_on")),
            blocks=_bug_ids(row.get("blocks")),
            duplicates=_bug_ids(row.get("duplicates")),
            dupe_of=row["dupe_of"] if is_bug_id(row.get("dupe_of")) else None,
            see_also=tuple(parse_text(link) for link in parse_items(row.get("see_also")) if isinstance(link, str)),
        ),
        flags=parse_flags(row.get("flags")),
    )


def parse_comments(bug: int, rows: object) -> ParsedComments:
    """Parse a bug's comments in their order; private ones are left out. Raises InvalidPayload unless it is a list."""
    if not isinstance(rows, list):
        raise InvalidPayload("the comments")
    comments: dict[int, Comment] = {}
    unreadable = []
    for index, row in enumerate(rows):
        if isinstance(row, dict) and row.get("is_private"):
            continue
        try:
            comment = _parse_comment(bug, index, row)
        except InvalidPayload as error:
            unreadable.append(f"comment {index} of bug {bug} ({error})")
            continue
        comments.setdefault(comment.number, comment)
    return ParsedComments(tuple(comments.values()), tuple(unreadable))


def parse_component_entry_time(history: object) -> datetime | None:
    """Return the latest time at which a bug changed component, product or groups, None if it never did.

    Entries of the history that cannot be read are left out.
    """
    return max(_component_entry_times(history), default=None)


def _component_entry_times(history: object) -> Iterator[datetime]:
    for row in history if isinstance(history, list) else ():
        changes = row.get("changes") if isinstance(row, dict) else None
        fields = [change.get("field_name") for change in parse_items(changes) if isinstance(change, dict)]
        if not any(isinstance(field, str) and field in VISIBILITY_FIELDS for field in fields):
            continue
        try:
            yield parse_timestamp(row.get("when"))
        except InvalidPayload:
            continue


def _parse_comment(bug: int, index: int, row: object) -> Comment:
    if not isinstance(row, dict):
        raise InvalidPayload("its shape")
    number, comment_id = row.get("count", index), row.get("id")
    if type(number) is not int or not 0 <= number <= MAX_BUG_ID:
        raise InvalidPayload("its place")
    if type(comment_id) is not int or not 0 <= comment_id <= MAX_COMMENT_ID:
        raise InvalidPayload("its number")
    author = parse_person(row.get("creator") or row.get("author"))
    posted = parse_timestamp(row.get("creation_time") or row.get("time"))
    text = sanitize_text(require_text(row.get("text"), "its text")[:MAX_COMMENT_LENGTH])
    return Comment(bug, number, comment_id, author, posted, text)


def _bug_ids(values: object) -> tuple[int, ...]:
    return tuple(value for value in parse_items(values) if is_bug_id(value))


def _parse_integer(digits: str) -> int | None:
    """Return a whole number of JSON, None for one that nothing can be: Python refuses to read very long ones."""
    return int(digits) if len(digits) <= 20 else None


def unreadable_bug(bug: int, error: InvalidPayload) -> str:
    """Return what to call a bug that cannot be read."""
    return f"bug {bug} ({error})"


def named_bugs(names: Iterable[str]) -> set[int]:
    """Return the bugs that unreadable items name: "bug 5 (a title)", "comment 2 of bug 5 (a time)"."""
    bugs = set()
    for name in names:
        number = name.rpartition("bug ")[2].partition(" ")[0]
        if number.isdecimal() and len(number) <= 10:
            bugs.add(int(number))
    return bugs
