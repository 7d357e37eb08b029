"""Replay a bug's life event by event: what stood on it at each moment, in the order in which it happened."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.acts.values import RevocationFigures
from handlers.deadlines.inputs import CLOSURE_FORM, Acts, CommentActs
from handlers.deadlines.values import Mark
from handlers.parsing.not_incidents import not_incident_reason
from handlers.parsing.whiteboard import Whiteboard, mentions_next_update, parse_whiteboard
from storage.values.lives import Change, Life

CLOSED_STATUSES = frozenset(("RESOLVED", "VERIFIED", "CLOSED"))
# Closing is asked for with this flag (CCADB guidelines 3.1).
_CLOSURE_FLAG = re.compile(r"needinfo\?\(incident-reporting\b")


@dataclass(frozen=True, slots=True)
class BugState:
    """A bug after one of its events; a mark is None where that never happened.

    `next_update_set` and `close_on_set` belong to the dates that stand on the whiteboard; `unreadable_next_update` is
    true of one whose day cannot be told ("3-1-2022"). `question` is the first after `closure_report`, `announced` is
    staff's word that the bug will be closed, unless a question came since.
    """

    summary: str
    whiteboard: Whiteboard
    status: str
    resolution: str
    component: str
    groups: frozenset[str]
    unreadable_next_update: bool = False
    closed_at: Mark | None = None
    reopened: Mark | None = None
    next_update_set: Mark | None = None
    next_update_removed: Mark | None = None
    close_on_set: Mark | None = None
    flag_set: Mark | None = None
    flag_stands: bool = False
    last_word: Mark | None = None
    last_word_restricted: bool = False
    closure_report: Mark | None = None
    question: Mark | None = None
    announced: Mark | None = None
    figures: RevocationFigures | None = None
    figures_at: Mark | None = None

    @property
    def closed(self) -> bool:
        """Whether the bug is closed."""
        return self.status in CLOSED_STATUSES

    def has_clocks(self, component: str) -> bool:
        """Return whether clocks run: not on bugs that are closed, restricted, in another component or no incidents."""
        return not self.closed and self.is_public_incident(component)

    def is_public_incident(self, component: str) -> bool:
        """Return whether the bug is public, in the component, and an incident."""
        reason = not_incident_reason(self.resolution, self.whiteboard.tags)
        return not self.groups and self.component == component and reason is None

    def predates_reopening(self, mark: Mark | None) -> bool:
        """Return whether something was set before the bug was last reopened."""
        return mark is not None and self.reopened is not None and mark.time < self.reopened.time


@dataclass(frozen=True, slots=True)
class Step:
    """An event of a life, a change or a `comment`, and the state of the bug after it."""

    time: datetime
    comment: CommentActs | None
    state: BugState


def replay(life: Life, acts: Acts, as_of: datetime) -> Iterator[Step]:
    """Yield what happened until a moment, oldest first; the first step is the filing.

    Events may be stored in any order. Of two in one second the change comes first: Bugzilla stores a comment and the
    changes that are sent with it under one time, and a question that reopens a bug is asked in an open one.
    """
    by_number = {comment.number: comment for comment in acts.comments}
    events: list[tuple[datetime, int, int, Change | CommentActs]] = [
        (change.time, 0, index, change) for index, change in enumerate(life.changes)
    ]
    for comment in life.comments:
        entry = by_number.get(comment.number) or CommentActs(comment.number, "community")
        events.append((comment.posted, 1, comment.number, entry))
    state = _initial_state(life)
    yield Step(life.created, None, state)
    for time, _, index, event in sorted(events, key=lambda event: event[:3]):
        if time > as_of:
            break
        if isinstance(event, Change):
            state = _after_change(state, event, Mark(time, f"h{index}"))
            yield Step(time, None, state)
        else:
            state = _after_comment(state, event, Mark(time, f"c{index}"))
            yield Step(time, event, state)


def _initial_state(life: Life) -> BugState:
    """Return the state at the filing: what the first change of each field removed, else what still stands."""
    original: dict[str, str] = {}
    for change in sorted(life.changes, key=lambda change: change.time):
        original.setdefault(change.field, change.removed)
    state = BugState(
        original.get("summary", life.summary),
        Whiteboard(),
        original.get("status", life.status),
        original.get("resolution", life.resolution),
        original.get("component", life.component),
        _initial_groups(life),
    )
    return _after_whiteboard(state, original.get("whiteboard", life.whiteboard), Mark(life.created, ""))


def _initial_groups(life: Life) -> frozenset[str]:
    """Return the groups at the filing: those removed before they were added, and an unnamed one that still stands."""
    original: set[str] = set()
    current: set[str] = set()
    for change in sorted(life.changes, key=lambda change: change.time):
        if change.field == "groups":
            removed = _split(change.removed)
            original |= removed - current
            current = (current - removed) | _split(change.added)
    if life.restricted and not current:
        original.add("?")
    return frozenset(original)


def _after_change(state: BugState, change: Change, mark: Mark) -> BugState:
    match change.field:
        case "whiteboard":
            state = _after_whiteboard(state, change.added, mark)
        case "status":
            state = _after_status(state, change.added, mark)
        case "summary":
            state = replace(state, summary=change.added)
        case "resolution":
            state = replace(state, resolution=change.added)
        case "component":
            state = replace(state, component=change.added)
        case "groups":
            state = replace(state, groups=(state.groups - _split(change.removed)) | _split(change.added))
        case "flags" | "flagtypes.name":  # Bugzilla's history has the second name
            state = _after_flags(state, change, mark)
    return state


def _after_status(state: BugState, status: str, mark: Mark) -> BugState:
    changed = replace(state, status=status)
    if changed.closed and not state.closed:
        return replace(changed, closed_at=mark)
    if state.closed and not changed.closed:
        return replace(changed, reopened=mark, announced=None)
    return changed


def _after_flags(state: BugState, change: Change, mark: Mark) -> BugState:
    if _CLOSURE_FLAG.search(change.added):
        return replace(state, flag_set=mark, flag_stands=True)
    if _CLOSURE_FLAG.search(change.removed):
        return replace(state, flag_stands=False)
    return state


def _after_whiteboard(state: BugState, text: str, mark: Mark) -> BugState:
    whiteboard = parse_whiteboard(text)
    unreadable = whiteboard.next_update is None and mentions_next_update(text)
    changed = replace(state, whiteboard=whiteboard, unreadable_next_update=unreadable)
    if (whiteboard.next_update, unreadable) != (state.whiteboard.next_update, state.unreadable_next_update):
        if whiteboard.next_update or unreadable:
            changed = replace(changed, next_update_set=mark)
        else:
            changed = replace(changed, next_update_set=None, next_update_removed=mark)
    if whiteboard.close_on != state.whiteboard.close_on:
        changed = replace(changed, close_on_set=mark if whiteboard.close_on else None)
    return changed


def _after_comment(state: BugState, comment: CommentActs, mark: Mark) -> BugState:
    if not comment.by_ca:
        if comment.questions and comment.role != "automation":
            state = replace(state, question=state.question or (mark if state.closure_report else None), announced=None)
        return replace(state, announced=mark) if comment.announces_closing else state
    state = replace(state, last_word=mark, last_word_restricted=bool(state.groups))
    if comment.report and comment.report.form == CLOSURE_FORM:
        state = replace(state, closure_report=mark, question=None)
    if comment.figures:
        state = replace(state, figures=comment.figures, figures_at=mark)
    return state


def _split(names: str) -> frozenset[str]:
    return frozenset(name for part in names.split(",") if (name := part.strip()))
