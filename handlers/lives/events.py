"""What happened within an incident: reports, questions, answers, requests to close, changes, edits, missed clocks."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.acts.values import CommentActs
from handlers.deadlines.timeline import CLOSED_STATUSES
from handlers.lives.clock_events import clock_events
from handlers.lives.clock_inputs import to_acts
from handlers.lives.reading import LifeReading, read_life
from handlers.parsing.owners import OwnerDirectory
from handlers.parsing.whiteboard import parse_whiteboard
from handlers.reports.amendments import is_amendment
from handlers.reports.values import Report
from storage.values.life_events import LifeEvent, LifeEventKind
from storage.values.lives import Life, LifeComment

# Closing is asked for with this flag (CCADB guidelines 3.1).
_CLOSURE_FLAG = re.compile(r"needinfo\?\(incident-reporting\b")
_REPORT_KINDS: dict[str, LifeEventKind] = {
    "1.0-first": "preliminary-report",
    "2.0-first": "preliminary-report",
    "3-preliminary": "preliminary-report",
    "seven": "full-report",
    "1.0-audit": "full-report",
    "2.0": "full-report",
    "2.0-audit": "full-report",
    "3-full": "full-report",
    "3-closure": "closure-report",
}
_COMMENT = re.compile(r"c([0-9]+)")


def events_in(reading: LifeReading, as_of: datetime, component: str) -> tuple[LifeEvent, ...]:
    """Return all that happened within an incident until a moment, oldest first, each once. Linear, never raises.

    `component` is the name of the component in which clocks run. What the reading holds of later moments is included,
    but for clocks.
    """
    life = reading.life
    events = [
        *_comment_events(reading),
        *_change_events(life),
        *_closure_flags(reading),
        *_edits(reading),
        *clock_events(life, to_acts(reading), as_of, component),
    ]
    unique = {(event.kind, event.reference): event for event in reversed(events)}
    return tuple(sorted(unique.values(), key=lambda event: (event.happened, event.reference, event.kind)))


def new_events(
    life: Life, owners: OwnerDirectory, after: datetime, as_of: datetime, component: str
) -> tuple[LifeEvent, ...]:
    """Return what happened later than a moment, oldest first.

    What a comment says only since it was edited later than that happened with the edit.
    """
    reading = read_life(life, owners, _newest_moment(life, as_of))
    events = events_in(reading, as_of, component)
    edited = {
        comment.number: comment.versions[-1].known_since
        for comment in life.comments
        if comment.versions[-1].known_since > after >= comment.posted
    }
    if not edited:
        return tuple(event for event in events if event.happened > after)
    earlier = events_in(read_life(life, owners, after), after, component)
    known = {(event.kind, event.reference) for event in earlier}
    new = []
    for event in events:
        if event.happened > after:
            new.append(event)
        elif (event.kind, event.reference) not in known and (edit := edited.get(_comment_number(event))):
            new.append(replace(event, happened=edit))
    return tuple(sorted(new, key=lambda event: event.happened))


def _comment_events(reading: LifeReading) -> Iterator[LifeEvent]:
    """Yield what comments bring: reports, questions, answers, wishes to close, last calls."""
    life = reading.life
    comments = {comment.number: comment for comment in life.comments}
    reports = {report.comment: report for report in reading.reports}
    posted_before: set[tuple[LifeEventKind, bool]] = set()
    full: Report | None = None
    for acts in reading.acts.comments:
        comment = comments[acts.comment]
        report = reports.get(acts.comment)
        if report:
            kind = _REPORT_KINDS.get(report.form, "full-report")
            author = (kind, acts.role == "ca")
            corrected = author in posted_before
            posted_before.add(author)
            full = report if kind == "full-report" else full
            yield _of_comment(life, "corrected-report" if corrected else kind, comment, report.form)
        elif full and acts.role == "ca" and is_amendment(comment.text, comment.posted, full):
            yield _of_comment(life, "corrected-report", comment, full.form)
        yield from _acts_events(life, acts, comment)


def _acts_events(life: Life, acts: CommentActs, comment: LifeComment) -> Iterator[LifeEvent]:
    for question in acts.questions:
        yield LifeEvent(life.bug, "question-asked", question.id, comment.posted)
    for answer in acts.answers:
        if answer.kind in ("full", "part"):
            reference = f"{answer.question} c{comment.number}"
            yield LifeEvent(life.bug, "question-answered", reference, comment.posted, answer.kind)
    if acts.closure_asked:
        yield _of_comment(life, "closure-asked", comment)
    if acts.last_call:
        yield _of_comment(life, "last-call", comment)


def _change_events(life: Life) -> Iterator[LifeEvent]:
    for position, change in enumerate(life.changes):
        kind: LifeEventKind | None = None
        match change.field:
            case "summary":
                kind = "title-changed" if change.removed != change.added else None
            case "whiteboard":
                tags = [set(parse_whiteboard(text).tags) for text in (change.removed, change.added)]
                kind = "tags-changed" if tags[0] != tags[1] else None
            case "status":
                was_closed, is_closed = change.removed in CLOSED_STATUSES, change.added in CLOSED_STATUSES
                if was_closed != is_closed:
                    kind = "closed" if is_closed else "reopened"
        if kind:
            yield LifeEvent(life.bug, kind, f"h{position}", change.time)


def _closure_flags(reading: LifeReading) -> Iterator[LifeEvent]:
    """Yield the flags that ask for closing, but for those that came with a comment that asks for it too."""
    life = reading.life
    posted = {comment.number: comment.posted for comment in life.comments}
    asked_at = {posted[acts.comment] for acts in reading.acts.comments if acts.closure_asked}
    for position, change in enumerate(life.changes):
        is_flag = change.field == "flags" and _CLOSURE_FLAG.search(change.added)
        if is_flag and change.time not in asked_at:
            yield LifeEvent(life.bug, "closure-asked", f"h{position}", change.time)


def _edits(reading: LifeReading) -> Iterator[LifeEvent]:
    forms = {report.comment: report.form for report in reading.reports}
    for comment in reading.life.comments:
        for number, version in enumerate(comment.versions[1:], 2):
            reference = f"c{comment.number}v{number}"
            form = forms.get(comment.number, "")
            yield LifeEvent(reading.life.bug, "comment-edited", reference, version.known_since, form)


def _of_comment(life: Life, kind: LifeEventKind, comment: LifeComment, detail: str = "") -> LifeEvent:
    return LifeEvent(life.bug, kind, f"c{comment.number}", comment.posted, detail)


def _comment_number(event: LifeEvent) -> int:
    """Return the comment in which an event happened, -1 for none: that of an answer, not that of its question."""
    match = _COMMENT.fullmatch(event.reference.rpartition(" ")[2].partition("q")[0])
    return int(match[1]) if match and event.kind not in ("became-overdue", "met-late") else -1


def _newest_moment(life: Life, as_of: datetime) -> datetime:
    """Return a moment at which everything that is stored of a life was known."""
    moments = [version.known_since for comment in life.comments for version in comment.versions]
    return max([as_of, *moments, *(change.time for change in life.changes)]) + timedelta(seconds=1)
