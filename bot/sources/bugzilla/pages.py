"""What a request for many bugs or comments yields: the values, and what to call those that cannot be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sources.bugzilla.parsing import (
    InvalidPayload,
    is_restricted,
    parse_bug,
    parse_comments,
    unreadable_bug,
)
from storage.values.incidents import Bug, Comment


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
class CommentBatch:
    """The public comments of some bugs by bug id, and what to call the bugs and comments that cannot be read."""

    comments: Mapping[int, tuple[Comment, ...]]
    unreadable: tuple[str, ...] = ()


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


def parse_comment_batch(rows_by_bug: Mapping[int, object]) -> CommentBatch:
    """Parse comments by bug."""
    comments, names = {}, []
    for bug, rows in rows_by_bug.items():
        try:
            parsed = parse_comments(bug, rows)
        except InvalidPayload as error:
            names.append(unreadable_bug(bug, error))
            continue
        comments[bug] = parsed.comments
        names += parsed.unreadable
    return CommentBatch(comments, tuple(names))
