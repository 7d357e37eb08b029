"""How the promises of a CA ended: what a later comment, an action item or a report tells of them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from handlers.acts.dates import find_days
from handlers.acts.item_words import parse_status
from handlers.acts.promises import Promise, promised_text
from handlers.acts.revocations import revocation_end
from handlers.acts.statements import CommentText
from handlers.acts.terms import terms
from handlers.acts.values import Acts, ReportFacts
from handlers.acts.word_lists import read_patterns
from storage.values.lives import Life

_MIN_SHARE = 0.45
_MIN_WORDS = 2
_MAX_STATEMENTS, _MAX_COMPLETIONS = 600, 5_000
_MIN_ITEM_SHARE, _SAME_ITEM_SHARE = 0.2, 0.65
_DECIDED_AGAINST = re.compile(r"\bdecided (?:not|against)\b|\bdecided\b.{0,80}\binstead\b", re.IGNORECASE)
_DATE_WORDS = frozenset(("hold", "stick", "stand", "date"))


@dataclass(frozen=True, slots=True)
class PromiseEnd:
    """How a promise ended: the comment that tells it, the day, and whether it was given up."""

    comment: int
    day: date
    is_canceled: bool = False


@dataclass(frozen=True, slots=True)
class _Completion:
    """A sentence that tells that something is done: its comment, day and words."""

    comment: int
    day: date
    terms: frozenset[str]
    is_canceled: bool = False


class PromiseEnds:
    """Finds the ends of promises in a life; `texts` are the texts of the CA's comments, by number, oldest first."""

    def __init__(
        self, life: Life, acts: Acts, reports: Mapping[int, ReportFacts], texts: Mapping[int, CommentText]
    ) -> None:
        self._acts = {comment.comment: comment for comment in acts.comments}
        self._items = acts.items
        self._reports = reports
        self._texts = texts
        self._days = {comment.number: comment.posted.date() for comment in life.comments}
        self._completions = tuple(islice(self._find_completions(), _MAX_COMPLETIONS))
        self._given_up = tuple(islice(self._find_given_up(), _MAX_COMPLETIONS))
        self._revoked = revocation_end(life, acts)
        self._end_of_items = {item: self._find_end_of_item(item) for item in acts.items}

    def of_item(self, item: str) -> PromiseEnd | None:
        """Return the end of an action item, None if it is open."""
        return self._end_of_items.get(item)

    def of_promise(self, promise: Promise, comment: int) -> PromiseEnd | None:
        """Return the end of a promise in prose that a comment made, None if nothing tells it."""
        if promise.waits:
            return None
        later = [number for number in self._texts if number > comment]
        is_report = promise.topic in {"addendum", "report"}
        if not is_report and any(
            answer.kind == "date" and answer.until == promise.due for answer in self._acts[comment].answers
        ):
            return self._answered(comment, later)
        by_topic = self._by_topic(promise, comment, later)
        if by_topic is not None or is_report or _waits_for_report(promise):
            return by_topic
        by_item = self._by_item(promise, comment)
        # Of a revocation, words alone do not tell whether all are meant.
        return by_item if by_item or promise.topic == "revocation" else self._by_words(promise, later)

    def _by_topic(self, promise: Promise, comment: int, later: Sequence[int]) -> PromiseEnd | None:
        """Return the end that what is promised makes clear: the report is there, the question is answered."""
        if promise.topic == "addendum":
            return self._first(later, lambda number: "addend" in promised_text(self._texts[number]).casefold())
        if promise.topic == "report" or _waits_for_report(promise):
            return self._first(later, lambda number: self._is_promised_report(number, promise.text))
        if promise.topic == "answer":
            return self._answered(comment, later)
        if promise.topic == "news":
            return self._first(later, lambda _: True)
        if promise.topic == "revocation" and self._revoked and self._revoked.comment > comment:
            return PromiseEnd(self._revoked.comment, self._revoked.day)
        return None

    def _first(self, numbers: Sequence[int], holds: Callable[[int], bool]) -> PromiseEnd | None:
        number = next((number for number in numbers if holds(number)), None)
        return None if number is None else PromiseEnd(number, self._days[number])

    def _is_promised_report(self, number: int, text: str) -> bool:
        report = self._reports.get(number)
        if report is None:
            return False
        if re.search(r"\bclos(?:ure|ing)\b", text, re.IGNORECASE):
            return report.is_closure
        return report.is_full or bool(re.search(r"\bpreliminary\b", text, re.IGNORECASE))

    def _answered(self, comment: int, later: Sequence[int]) -> PromiseEnd | None:
        """Return the comment that answers what this one put off to its date."""
        put_off = {answer.question for answer in self._acts[comment].answers if answer.kind == "date"}
        for number in later:
            if any(answer.question in put_off and answer.kind == "full" for answer in self._acts[number].answers):
                return PromiseEnd(number, self._days[number])
        return None

    def _by_item(self, promise: Promise, comment: int) -> PromiseEnd | None:
        """Return the end of the action item that a promise repeats: the same date, or the same words."""
        words = set(terms(promise.text))
        day = promise.due or promise.anchor
        numbered = read_patterns("items.toml")["reference"].search(promise.text)
        if numbered and (end := self._end_of_items.get(f"a{int(numbered['first'])}")) and end.comment >= comment:
            return end
        for item_id, item in self._items.items():
            dues = {item.due, *self._dues(item_id)}
            wanted = set(terms(item.text))
            share = len(words & wanted) / len(wanted) if wanted else 0.0
            if (
                day and day in dues and (share > _MIN_ITEM_SHARE or not _has_matter(promise.text))
            ) or share >= _SAME_ITEM_SHARE:
                end = self._end_of_items.get(item_id)
                if end and end.comment >= comment:
                    return end
        return None

    def _dues(self, item: str) -> set[date]:
        return {
            change.due
            for acts in self._acts.values()
            for change in acts.items
            if change.item == item and change.due is not None
        }

    def _by_words(self, promise: Promise, later: Sequence[int]) -> PromiseEnd | None:
        """Return the comment that tells in the promise's own words that it is done."""
        wanted = {term for term in terms(promise.text) if not term[0].isdigit()} - set(terms(promise.due_text))
        if len(wanted) < _MIN_WORDS or not later:
            return None
        for completion in (*self._completions, *self._given_up):
            if completion.comment >= later[0] and len(wanted & completion.terms) / len(wanted) >= _MIN_SHARE:
                return PromiseEnd(completion.comment, completion.day, completion.is_canceled)
        return None

    def _find_given_up(self) -> Iterator[_Completion]:
        """Yield the sentences of the CA that tell that something will not be done after all."""
        canceled = read_patterns("items.toml")["canceled"]
        for number, text in self._texts.items():
            for statement in text.own[:_MAX_STATEMENTS]:
                if canceled.search(statement.text) or _DECIDED_AGAINST.search(statement.text):
                    yield _Completion(number, self._days[number], frozenset(terms(statement.text)), is_canceled=True)

    def _find_completions(self) -> Iterator[_Completion]:
        """Yield the sentences of the CA that tell that something is done, with the day that they name."""
        patterns = read_patterns("items.toml")
        for number, text in self._texts.items():
            posted = self._days[number]
            for statement in text.own[:_MAX_STATEMENTS]:
                days = [named.day for named in find_days(statement.text, posted) if named.day <= posted]
                is_told = days or patterns["complete"].search(statement.text)
                if is_told and not patterns["incomplete"].search(statement.text):
                    yield _Completion(number, days[0] if days else posted, frozenset(terms(statement.text)))

    def _find_end_of_item(self, item: str) -> PromiseEnd | None:
        for acts in self._acts.values():
            for new in acts.new_items:
                status = parse_status(new.status) if new.id == item else None
                if status in {"complete", "canceled"}:
                    day = self._days[acts.comment]
                    # what is listed as complete from the start was so by the day that stands beside it
                    is_past = status == "complete" and new.due is not None and new.due <= day
                    return PromiseEnd(acts.comment, new.due if is_past and new.due else day, status == "canceled")
            for change in acts.items:
                if change.item == item and change.status in {"complete", "canceled"}:
                    on = change.on or self._days[acts.comment]
                    return PromiseEnd(acts.comment, on, change.status == "canceled")
        return None


def _waits_for_report(promise: Promise) -> bool:
    return promise.due is None and "report" in promise.due_text.casefold()


def _has_matter(text: str) -> bool:
    """Return whether a promise names what it is about, beside its date."""
    return len({term for term in terms(text) if not term[0].isdigit()} - _DATE_WORDS) > 1
