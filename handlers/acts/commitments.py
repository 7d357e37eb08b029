"""What became of the promises of a CA: its action items, its promises in prose, the commitments of closure summaries.

Everything is judged by what the bug says until the moment of its life: done or late by the day that a comment names,
canceled, open while it may still be told, never if the bug was closed without a word, unknown where nothing would tell.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from handlers.acts.dates import find_days
from handlers.acts.promise_ends import PromiseEnd, PromiseEnds
from handlers.acts.promises import Promise, find_promises, topic_of
from handlers.acts.revocations import revocation_end
from handlers.acts.statements import CommentText, read_statements
from handlers.acts.terms import normalize
from handlers.acts.values import (
    ActionItem,
    Acts,
    Commitment,
    DueChange,
    Outcome,
    ReportFacts,
)
from handlers.acts.word_lists import read_patterns
from storage.values.lives import Life

_CLOSED = frozenset(("RESOLVED", "VERIFIED", "CLOSED"))
_BUG_NUMBER = re.compile(r"(?<![0-9])[0-9]{5,8}(?![0-9])")
_NOTHING = re.compile(
    r"^(?:none|n a|na|not applicable|nothing|no (?:further|other|additional|commitments?|more) ?\w*)\b"
)
_SAME_PROMISE = 0.6
_MAX_PROMISES = 300  # in prose, of one bug


def read_commitments(
    life: Life, acts: Acts, reports: Mapping[int, ReportFacts] = MappingProxyType({})
) -> tuple[Commitment, ...]:
    """Return the promises of a life in the order of its comments, with what became of them until its moment.

    `acts` are those of the same life. Never raises.
    """
    reader = _Reader(life, acts, reports)
    commitments = [*reader.of_items(), *reader.in_prose(), *reader.in_closures()]
    return tuple(sorted(commitments, key=lambda commitment: commitment.comment))


def resolve_elsewhere(
    commitments: tuple[Commitment, ...], life: Life, others: Mapping[int, tuple[Life, Acts]]
) -> tuple[Commitment, ...]:
    """Return the promises with those to revoke ended by other bugs that the CA refers to, where the delay is told.

    `others` are lives and acts of bugs of the same CA as of the same moment, by number.
    """
    mentioned = [number for number in mentioned_bugs(life) if number in others]
    ends = {number: end.day for number in mentioned if (end := revocation_end(*others[number]))}
    return resolve_by_ends(commitments, mentioned, ends)


def mentioned_bugs(life: Life) -> tuple[int, ...]:
    """Return the numbers in a life's comments that may be other bugs, in order, each once."""
    numbers = (int(number) for comment in life.comments for number in _BUG_NUMBER.findall(comment.text))
    return tuple(dict.fromkeys(number for number in numbers if number != life.bug))


def resolve_by_ends(
    commitments: tuple[Commitment, ...], mentioned: Sequence[int], ends: Mapping[int, date]
) -> tuple[Commitment, ...]:
    """Return what `resolve_elsewhere` does; `ends` are the days on which the last certificate was revoked, by bug."""
    bug = next((number for number in mentioned if number in ends), None)
    if bug is None:
        return commitments
    return tuple(
        _end_elsewhere(commitment, ends[bug], bug) if is_pending_revocation(commitment) else commitment
        for commitment in commitments
    )


def is_pending_revocation(commitment: Commitment) -> bool:
    """Return whether a commitment is one to revoke by a day whose end the bug itself does not tell."""
    is_pending = commitment.became in {"open", "never"} and commitment.due is not None
    return is_pending and commitment.kind == "prose" and topic_of(commitment.text) == "revocation"


def _end_elsewhere(commitment: Commitment, day: date, bug: int) -> Commitment:
    became, late = _judge(commitment.last_due, day)
    return replace(commitment, became=became, done_on=day, late_days=late, of_bug=bug)


class _Reader:
    """Knows a life's comments, their texts and acts."""

    def __init__(self, life: Life, acts: Acts, reports: Mapping[int, ReportFacts]) -> None:
        self._life = life
        self._acts = {comment.comment: comment for comment in acts.comments}
        self._items = acts.items
        self._reports = reports
        self._is_closed = life.status.upper() in _CLOSED
        self._days = {comment.number: comment.posted.date() for comment in life.comments}
        self._by_ca = [comment for comment in life.comments if self._role(comment.number) == "ca"]
        self._texts: dict[int, CommentText] = {c.number: read_statements(c.text) for c in self._by_ca}
        self._ends = PromiseEnds(life, acts, reports, self._texts)

    def of_items(self) -> Iterator[Commitment]:
        """Yield the action items."""
        for acts in self._acts.values():
            for item in acts.new_items:
                yield self._item(acts.comment, item)

    def in_prose(self) -> Iterator[Commitment]:
        """Yield the promises in prose, each where it was first made."""
        promises: list[tuple[Promise, Commitment]] = []
        for comment in self._by_ca:
            day = self._days[comment.number]
            redated = {change.due for change in self._acts[comment.number].items if change.due}
            if len(promises) > _MAX_PROMISES:
                break
            for promise in find_promises(self._texts[comment.number], day):
                if promise.due is not None and (promise.due in redated or self._is_of_item(promise)):
                    continue
                index = next((i for i, (older, _) in enumerate(promises) if _repeats(promise, older)), None)
                if index is None and promise.is_new:
                    promises.append((promise, self._prose(comment.number, promise)))
                elif index is None:
                    continue
                elif promise.moves and promise.due and promise.due != promises[index][1].last_due:
                    older, commitment = promises[index]
                    after = commitment.last_due is not None and day > commitment.last_due
                    change = DueChange(comment.number, commitment.last_due, promise.due, after)
                    promises[index] = (older, replace(commitment, changes=(*commitment.changes, change)))
                elif promise.due != promises[index][1].last_due:
                    promises.append((promise, self._prose(comment.number, promise)))
        for promise, commitment in promises:
            yield self._ended(commitment, self._ends.of_promise(promise, commitment.comment), promise)

    def in_closures(self) -> Iterator[Commitment]:
        """Yield the commitments of closure summaries, each where it was first made."""
        earlier: list[str] = []
        for number, report in sorted(self._reports.items()):
            if not report.is_closure or self._role(number) != "ca" or number not in self._days:
                continue
            for text in report.commitments:
                words = normalize(text)
                if not words or _NOTHING.match(words) or any(_is_alike(words, older) for older in earlier):
                    continue
                earlier.append(words)
                days = find_days(text, self._days[number])
                due = next((named.day for named in days if named.day >= self._days[number]), None)
                became: Outcome = "open"
                yield Commitment(self._life.bug, number, "closure-commitment", text.rstrip("."), due, "", became)

    def _role(self, number: int) -> str:
        acts = self._acts.get(number)
        return acts.role if acts else "community"

    def _item(self, comment: int, item: ActionItem) -> Commitment:
        changes: list[DueChange] = []
        due = item.due
        for acts in self._acts.values():
            for change in acts.items:
                if change.item == item.id and change.due and change.due != due:
                    after = due is not None and self._days[acts.comment] > due
                    changes.append(DueChange(acts.comment, due, change.due, after))
                    due = change.due
        due_text = item.due_text if item.due is None else ""
        commitment = Commitment(
            self._life.bug,
            comment,
            "action-item",
            item.text,
            item.due,
            due_text,
            changes=tuple(changes),
            of=item.id,
        )
        return self._ended(commitment, self._ends.of_item(item.id))

    def _is_of_item(self, promise: Promise) -> bool:
        """Return whether a sentence only repeats the date of an item that it names by number."""
        numbered = read_patterns("items.toml")["reference"].search(promise.text)
        item = self._items.get(f"a{int(numbered['first'])}") if numbered else None
        return item is not None and item.due == promise.due

    def _prose(self, comment: int, promise: Promise) -> Commitment:
        return Commitment(
            self._life.bug, comment, "prose", promise.text, promise.due, promise.due_text, firm=promise.firm
        )

    def _ended(self, commitment: Commitment, end: PromiseEnd | None, promise: Promise | None = None) -> Commitment:
        """Return a commitment with its end; without one, as what is then to be said of it."""
        if promise and promise.recurs and commitment.due is None:
            return replace(commitment, became="unknown")
        waits = promise is not None and promise.waits
        if end is None:
            if not self._is_closed:
                return commitment
            became: Outcome = "never" if commitment.due and not waits else "unknown"
            return replace(commitment, became=became)
        if end.is_canceled:
            return replace(commitment, became="canceled", told_in=end.comment)
        became, late = _judge(commitment.last_due, end.day)
        return replace(commitment, became=became, told_in=end.comment, done_on=end.day, late_days=late)


def _judge(due: date | None, done: date | None) -> tuple[Outcome, int | None]:
    """Return whether something was done in time, and how many days late."""
    if due is None or done is None:
        return "done", 0
    late = max(0, (done - due).days)
    return ("late" if late else "done"), late


def _repeats(promise: Promise, older: Promise) -> bool:
    """Return whether a promise is about the same thing as an older one."""
    if promise.topic != older.topic:
        return False
    if promise.topic in {"report", "addendum", "revocation"}:
        return promise.due == older.due or promise.moves
    return normalize(promise.text) == normalize(older.text) or (promise.due == older.due and promise.due is not None)


def _is_alike(words: str, older: str) -> bool:
    first, second = set(words.split()), set(older.split())
    return len(first & second) >= _SAME_PROMISE * min(len(first), len(second))
