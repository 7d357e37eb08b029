"""What a request for many bugs or comments yields: the values, and what to call those that cannot be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.sources.bugzilla.fields import InvalidPayload
from bot.sources.bugzilla.history import parse_history
from bot.sources.bugzilla.parsing import (
    is_restricted,
    parse_bug,
    parse_comments,
    unreadable_bug,
)
from storage.values.incidents import Bug, Comment
from storage.values.lives import Change


@dataclass(frozen=True, slots=True)
class BugPage:
    """Some bugs of a search: the public ones, the restricted ones by id, and what to call those that cannot be read.

    `ids` are all bugs of the page, the unreadable ones included. Restricted ones appear only with a key whose account
    may see them.
    """

    bugs: tuple[Bug, ...]
    ids: frozenset[int]
    restricted: frozenset[int] = frozenset()
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryBatch:
    """The histories of some bugs by bug id, and what to call the bugs and changes that cannot be read.

    A history is None if it cannot be read as a whole.
    """

    histories: Mapping[int, tuple[Change, ...] | None]
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommentBatch:
    """The public comments of some bugs by bug id, and what to call the bugs, comments and changes that cannot be read.

    `histories` are those of the same bugs if the server returns them with comments, as in a HistoryBatch.
    """

    comments: Mapping[int, tuple[Comment, ...]]
    unreadable: tuple[str, ...] = ()
    histories: Mapping[int, tuple[Change, ...] | None] = field(default_factory=dict)


def parse_page(rows: Sequence[dict[str, Any]], unreadable: Sequence[str]) -> BugPage:
    """Parse the rows of a page; `unreadable` names rows without an id."""
    bugs, names = [], list(unreadable)
    for row in rows:
        if is_restricted(row):
            continue
        try:
            bugs.append(parse_bug(row))
        except InvalidPayload as error:
            names.append(unreadable_bug(row["id"], error))
    restricted = frozenset(row["id"] for row in rows if is_restricted(row))
    return BugPage(tuple(bugs), frozenset(row["id"] for row in rows), restricted, tuple(names))


def parse_history_batch(rows_by_bug: Mapping[int, object], unreadable: Sequence[str] = ()) -> HistoryBatch:
    """Parse histories by bug; `unreadable` names those without a bug."""
    histories: dict[int, tuple[Change, ...] | None] = {}
    names = list(unreadable)
    for bug, rows in rows_by_bug.items():
        try:
            parsed = parse_history(bug, rows)
        except InvalidPayload as error:
            histories[bug] = None
            names.append(unreadable_bug(bug, error))
            continue
        histories[bug] = parsed.changes
        names += parsed.unreadable
    return HistoryBatch(histories, tuple(names))


def parse_comment_batch(rows_by_bug: Mapping[int, object], histories_by_bug: Mapping[int, object]) -> CommentBatch:
    """Parse comments, and the histories that came with them, by bug."""
    comments, names = {}, []
    for bug, rows in rows_by_bug.items():
        try:
            parsed = parse_comments(bug, rows)
        except InvalidPayload as error:
            names.append(unreadable_bug(bug, error))
            continue
        comments[bug] = parsed.comments
        names += parsed.unreadable
    parsed_histories = parse_history_batch(histories_by_bug)
    return CommentBatch(comments, (*names, *parsed_histories.unreadable), parsed_histories.histories)
