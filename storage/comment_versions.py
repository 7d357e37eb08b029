"""Earlier texts of comments that were edited.

Text that an edit only takes away is not kept: nothing that was redacted or hidden at its source stays readable here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.database import BATCH_SIZE, Transaction
from storage.values.incidents import Comment
from storage.values.lives import CommentVersion

CommentKey = tuple[int, int]
"""The bug and the number of a comment."""

_WORD = re.compile(r"\w+")
_PLACEHOLDER = re.compile(r"redacted|removed|deleted|censored|withheld|x{3,}|_+", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\[\]]{0,200}\]|\([^()]{0,200}\)")


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """An earlier text of a comment (None: withdrawn), and when it was first read (UTC; None if not known)."""

    read_at: datetime | None
    text: str | None


@dataclass(frozen=True, slots=True)
class RecordedVersions:
    """When each text was first read, and the bugs with a comment that is gone or has lost words."""

    first_read: Mapping[CommentKey, datetime | None]
    losing_text: frozenset[int]


async def record_versions(
    transaction: Transaction, comments: Mapping[int, Sequence[Comment]], read_at: datetime
) -> RecordedVersions:
    """Keep the stored texts that differ from those just read, before these replace them; by bug.

    Versions of comments that are gone are deleted.
    """
    first_read: dict[CommentKey, datetime | None] = {}
    losing_text: set[int] = set()
    edited: dict[CommentKey, StoredVersion] = {}
    gone: set[CommentKey] = set()
    bugs = list(comments)
    for start in range(0, len(bugs), BATCH_SIZE):
        batch = bugs[start : start + BATCH_SIZE]
        stored = await _find_texts(transaction, batch)
        for key, comment in (((bug, comment.number), comment) for bug in batch for comment in comments[bug]):
            first_read[key] = read_at
            previous = stored.pop(key, None)
            if previous is None:
                continue
            if previous.id != comment.id:
                gone.add(key)
            elif previous.text == comment.text:
                first_read[key] = previous.read_at
            else:
                text = None if takes_away(previous.text, comment.text) else previous.text
                if _lost_words(previous.text, comment.text):
                    losing_text.add(key[0])
                edited[key] = StoredVersion(previous.read_at, text)
        gone |= stored.keys()
    losing_text |= {bug for bug, _ in gone}
    await _delete(transaction, gone)
    await _withdraw(transaction, [key for key, version in edited.items() if version.text is None])
    rows = [
        {"bug": bug, "number": number, "read_at": version.read_at, "text": version.text}
        for (bug, number), version in edited.items()
    ]
    if rows:
        await transaction.execute(transaction.tables["comment_version"].insert(), rows)
    return RecordedVersions(first_read, frozenset(losing_text))


async def find_versions(transaction: Transaction, bugs: Sequence[int]) -> dict[CommentKey, list[StoredVersion]]:
    """Return the earlier texts of the comments of at most BATCH_SIZE bugs, oldest first."""
    table = transaction.tables["comment_version"]
    versions: dict[CommentKey, list[StoredVersion]] = {}
    query = sa.select(table).where(table.c.bug.in_(bugs)).order_by(table.c.id)
    for row in await transaction.execute(query):
        versions.setdefault((row.bug, row.number), []).append(StoredVersion(row.read_at, row.text))
    return versions


def comment_versions(
    posted: datetime, earlier: Iterable[StoredVersion], newest: StoredVersion
) -> tuple[CommentVersion, ...]:
    """Return all versions of a comment, oldest first; a withdrawn text reads as the one that came after it."""
    stored = [*earlier, newest]
    texts: list[str] = []
    for version in reversed(stored):
        texts.append(texts[-1] if version.text is None else version.text)
    known_since = posted
    versions: list[CommentVersion] = []
    for version, text in zip(stored, reversed(texts), strict=True):
        if versions and version.read_at is not None:
            known_since = max(known_since, version.read_at)
        versions.append(CommentVersion(known_since, text))
    return tuple(versions)


def takes_away(old: str, new: str) -> bool:
    """Return whether an edit only removes words; "[any remark]", "REDACTED" or "XXX" may stand in their place."""
    added = Counter(_WORD.findall(_BRACKETS.sub(" ", new))) - Counter(_WORD.findall(old))
    return _lost_words(old, new) and all(_PLACEHOLDER.fullmatch(word) for word in added)


def _lost_words(old: str, new: str) -> bool:
    return bool(Counter(_WORD.findall(old)) - Counter(_WORD.findall(new)))


async def _find_texts(transaction: Transaction, bugs: Sequence[int]) -> dict[CommentKey, sa.Row[*tuple[Any, ...]]]:
    table = transaction.tables["comment"]
    query = sa.select(table.c.bug, table.c.number, table.c.id, table.c.text, table.c.read_at)
    rows = await transaction.execute(query.where(table.c.bug.in_(bugs)))
    return {(row.bug, row.number): row for row in rows}


async def _delete(transaction: Transaction, keys: Iterable[CommentKey]) -> None:
    table = transaction.tables["comment_version"]
    await _change_versions(transaction, table.delete(), keys)


async def _withdraw(transaction: Transaction, keys: Iterable[CommentKey]) -> None:
    table = transaction.tables["comment_version"]
    await _change_versions(transaction, table.update().values(text=None), keys)


async def _change_versions(
    transaction: Transaction, statement: sa.Delete | sa.Update, keys: Iterable[CommentKey]
) -> None:
    table = transaction.tables["comment_version"]
    of_comment = sa.and_(table.c.bug == sa.bindparam("of_bug"), table.c.number == sa.bindparam("of_number"))
    rows = [{"of_bug": bug, "of_number": number} for bug, number in keys]
    if rows:
        await transaction.execute(statement.where(of_comment), rows)
        transaction.purge_after_commit("comment", "comment_version")
