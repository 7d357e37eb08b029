"""Find the promises that a CA makes in prose: "we will revoke by ...", "the full report follows within fourteen days".

A promise has a date, or an event that it waits for, or is one never to do so again. Wishes, expectations, what others
will do and what is said of numbered action items are none.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Literal

from handlers.acts.dates import NamedDay, find_days
from handlers.acts.statements import CommentText, Statement
from handlers.acts.word_lists import read_patterns

Topic = Literal["addendum", "report", "news", "answer", "revocation", "other"]

_TOPICS: tuple[Topic, ...] = ("addendum", "revocation", "report", "answer", "news")
_ITEM_SUBJECT = re.compile(
    r"^\W{0,3}(?:(?:the|our|action|and|also) ){0,2}(?:item|action|step|measure)s?\s?#?[0-9]", re.IGNORECASE
)
_CONDITIONAL = re.compile(r"^\W{0,3}(?:and |but |so )?(?:if|should|in case|in the event|were)\b", re.IGNORECASE)
# These parts of a report are read as such, or tell of the past.
_SKIPPED_SECTIONS = ("timeline", "related", "action item", "list of steps", "lessons", "root cause", "contributing")
_SKIPPED_LABELS = ("commitment", "detection", "description", "root cause", "timeline")
_AND_TO = re.compile(r"\band (?:to|will|shall|we will|for|a|the) ", re.IGNORECASE)
_BEFORE_DATE = re.compile(r"(?:\bwhen|\bby which|\bon which|\bby when|\buntil when)\b", re.IGNORECASE)
# Of these even a promise without a date can be followed.
_DELIVERABLE = frozenset(("addendum", "report", "revocation", "answer"))
_NOUN = re.compile(r"(?!will|shall|is |are )[a-z]", re.IGNORECASE)
_NO_DAY = "no day named"
_FIRM_LIMIT = 60  # characters that a subject of others may stand before the verb
_MAX_STATEMENTS = 600


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise in prose: its words, date or what stands in its place, and what it is about.

    `anchor` is a day that the sentence names before the promise ("the new date is ..., and we will not move it again").
    `moves`: the sentence moves an earlier promise, and promises nothing else unless `is_new`. `waits`: nothing in
    Bugzilla will tell whether it was kept. `recurs`: it is to be done again and again, so that nothing ends it.
    """

    text: str
    due: date | None
    due_text: str
    topic: Topic
    firm: bool
    anchor: date | None = None
    moves: bool = False
    waits: bool = False
    is_new: bool = True
    recurs: bool = False


def find_promises(text: CommentText, day: date) -> tuple[Promise, ...]:
    """Return the promises of a comment of the CA of a day, in order. Linear, never raises."""
    promises: list[Promise] = []
    moved = ""
    for statement in text.own[:_MAX_STATEMENTS]:
        if not _is_skipped(statement):
            promises += _promises_in(statement.text, day, moved)
        moved = statement.text
    return tuple(promises)


def topic_of(text: str) -> Topic:
    """Return what a promise is about, by its words."""
    patterns = _patterns()
    return next((topic for topic in _TOPICS if patterns[topic].search(text)), "other")


def _is_skipped(statement: Statement) -> bool:
    if any(part in statement.section for part in _SKIPPED_SECTIONS):
        return True
    if statement.text.rstrip("\"'”’)").endswith("?"):
        return True
    return any(part in statement.label for part in _SKIPPED_LABELS) and statement.label != "incident description"


def _promises_in(sentence: str, day: date, before: str) -> Iterator[Promise]:
    """Yield the promises of a sentence: one for each part around a semicolon, and a second one behind an "and to"."""
    for clause in sentence.split(";"):
        promise = _promise_in(clause.strip(), day, f"{before} {sentence}")
        if promise:
            yield promise
            yield from _second_promise(clause.strip(), day, promise)


def _second_promise(clause: str, day: date, first: Promise) -> Iterator[Promise]:
    """Yield what a clause promises besides, for another day ("... within 24 hours, and to a full report by ...")."""
    days = [named for named in find_days(clause, day) if named.day >= day]
    for named, following in pairwise(days):
        coordinated = _AND_TO.search(clause, named.end, following.start)
        if named.day == first.due and coordinated and following.day != first.due:
            text = clause[coordinated.end() :].strip().rstrip(".")
            yield Promise(text, following.day, "", topic_of(text), first.firm)
            return


def _promise_in(clause: str, day: date, before: str) -> Promise | None:
    patterns = _patterns()
    if _ITEM_SUBJECT.match(clause) or _CONDITIONAL.match(clause):
        return None
    verb, is_firm = _verb_of(clause)
    if verb is None:
        return _moved(clause, day)
    start = verb.start()
    promised = clause[start:]
    days = find_days(clause, day)
    due = _due_of(clause, verb, days, day)
    if due is None:
        return _undated(clause, verb, days, day, is_firm=is_firm)
    if patterns["no_promise"].search(clause[max(0, start - 10) : verb.end() + 30]) and not is_firm:
        return None
    if re.search(r"\bexpect", clause[max(0, start - 10) : verb.end() + 20], re.IGNORECASE):
        return None
    moves = bool(patterns["moves"].search(clause) or patterns["moves"].search(before))
    text = _text_of(clause, verb, promised)
    topic = topic_of(text.partition(due.text)[0])
    # "... of the report, which we will post by 2021-11-12": what is promised stands before it.
    return Promise(text, due.day, "", topic_of(clause) if topic == "other" else topic, is_firm, None, moves)


def _moved(clause: str, day: date) -> Promise | None:
    """Return what a clause says of an earlier promise: that it needs until another day."""
    mover = _patterns()["mover"].search(clause)
    later = [named.day for named in find_days(clause, day) if mover and named.end > mover.end() and named.day >= day]
    if not later:
        return None
    return Promise(clause.strip().rstrip("."), later[0], "", topic_of(clause), True, moves=True, is_new=False)


def _verb_of(clause: str) -> tuple[re.Match[str] | None, bool]:
    """Return where a clause promises something, and whether firmly."""
    patterns = _patterns()
    for name, is_firm in (("firm", True), ("intention", False), ("passive", True), ("passive_intention", False)):
        match = patterns[name].search(clause)
        if match is None:
            continue
        subject = clause[max(0, match.start() - _FIRM_LIMIT) : match.start()]
        is_by_others = patterns["others"].search(subject) and not patterns["done_to"].search(clause[match.start() :])
        if name.startswith("passive") and (
            is_by_others
            or (not subject.strip() and not _NOUN.match(match.group()))
            or patterns["reckoned"].search(subject)
            or patterns["by_others"].search(clause)
        ):
            continue
        return match, is_firm
    return None, False


def _due_of(clause: str, verb: re.Match[str], days: Sequence[NamedDay], day: date) -> NamedDay | None:
    """Return the day by which something is promised: after the verb, or before a "when"."""
    after = [named for named in days if named.start >= verb.start() and named.day >= day]
    if after:
        return after[0]
    relative = list(_BEFORE_DATE.finditer(clause, 0, verb.start()))
    if relative:
        earlier = [named for named in days if named.end <= relative[-1].start() and named.day >= day]
        return earlier[-1] if earlier else None
    # "By 2026-04-21 we will post the report."
    opening = [named for named in days if named.start <= 12 and named.day >= day]
    led = opening and re.match(
        r"\W{0,3}(?:and |but )?(?:by|on|until|before|no later than|within|in)?\b", clause, re.IGNORECASE
    )
    return opening[0] if led else None


def _undated(clause: str, verb: re.Match[str], days: Sequence[NamedDay], day: date, *, is_firm: bool) -> Promise | None:
    """Return a promise without a date of its own: it waits for an event, or is one never to do so again."""
    patterns = _patterns()
    promised = clause[verb.start() :]
    event = patterns["events"].search(promised) or patterns["events"].search(clause)
    never = patterns["never_again"].search(promised)
    if not is_firm or (not never and patterns["no_promise"].search(clause)):
        return None
    text = _text_of(clause, verb, promised)
    topic = topic_of(text)
    recurring = patterns["recurring"].search(promised) or patterns["counted"].search(promised)
    if recurring and topic == "news":
        recurring = None
    if not event and not never and not recurring and (topic not in _DELIVERABLE or days):
        return None
    anchors = [named.day for named in days if named.end <= verb.start() and named.day >= day]
    mark = event or never or recurring
    due_text = mark.group() if mark else _NO_DAY
    waits = bool(patterns["condition"].search(clause))
    recurs = patterns["recurring"].search(promised) is not None
    anchor = anchors[-1] if anchors else None
    return Promise(text, None, due_text, topic, True, anchor, False, waits, recurs=recurs)


def _text_of(clause: str, verb: re.Match[str], promised: str) -> str:
    """Return the words of a promise: from its subject on."""
    if verb.group().casefold().startswith(("we", "i ", "our", "the")):
        return promised.strip().rstrip(".")
    start = max((clause.rfind(mark, 0, verb.start()) for mark in (", ", ": ")), default=-1)
    return clause[start + 2 if start >= 0 else 0 :].strip().rstrip(".")


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return dict(read_patterns("promises.toml"))


def promised_text(text: CommentText) -> str:
    """Return the author's own words of a comment as one text."""
    return " ".join(statement.text for statement in text.own)
