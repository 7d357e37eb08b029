"""The clocks that run from one update to the next: next update, weekly, a delayed revocation's figures, closing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from handlers.deadlines.inputs import Acts
from handlers.deadlines.rules import Rule, Rules
from handlers.deadlines.timeline import BugState
from handlers.deadlines.values import Deadline, Mark, State, add_days, unique
from handlers.parsing.tags import BASE_TAG
from storage.values.lives import Life

_DELAY_TAG = "revocation-delay"  # "leaf-" and "ca-"
_DELAY_TITLE = re.compile(
    r"\bdelay(?:ed|s|ing)?(?: in| of)?(?: the)? revo(?:k|cation)|\brevocation delay", re.IGNORECASE
)
_REVOCATION_KINDS = ("revocation-must", "revocation-should")

_STANDS = "the Next update was met but still stands: whether weekly updates are owed again is not said"
_BETWEEN = "the CA wrote between the setting and the date: whether that stands for the update is not said"
_QUESTIONED = (
    "a question came after the closure report: from when, and for how long after its answer, weekly updates are owed "
    "again is not said"
)
_REOPENED = "the bug was reopened after a closure report: whether that still ends the weekly updates is not said"
_RESTRICTED = "whether weekly updates are owed while a bug is restricted is not said"
_SUSPENDED = "whether a Next update suspends the days of a revocation-delay bug is not said"
_WITHOUT_FIGURES = "the CA wrote since without figures: whether that is the update wanted is not said"
_INCOMPLETE = "the last update lacks some of the four figures: whether it counts is not said"


@dataclass(frozen=True, slots=True)
class RunningClocks:
    """Computes the running clocks of a bug; `updates_for` tells when the CA first wrote for a Next update's date."""

    rules: Rules
    bug: int
    created: datetime
    updates_for: Mapping[date, datetime]

    @staticmethod
    def of(life: Life, acts: Acts, rules: Rules) -> "RunningClocks":
        """Return the clocks of a life."""
        posted = {comment.number: comment.posted for comment in life.comments}
        updates: dict[date, datetime] = {}
        for comment in acts.comments:
            if comment.by_ca and comment.update_for and comment.number in posted:
                moment = posted[comment.number]
                updates[comment.update_for] = min(moment, updates.get(comment.update_for, moment))
        return RunningClocks(rules, life.bug, life.created, updates)

    def at(self, state: BugState, moment: datetime) -> Iterator[Deadline]:
        """Yield the clocks that run in a state of the bug at a moment."""
        today = moment.date()
        next_update = self._standing_next_update(state)
        met = next_update is not None and self._is_met(state, next_update)
        unreadable = state.unreadable_next_update and not state.predates_reopening(state.next_update_set)
        if next_update and not met:
            yield from self._next_update(state, next_update, moment)
        elif unreadable:
            yield from self._unreadable_next_update(state, today)
        elif next_update is None or next_update < today:
            yield from self._weekly(state, next_update, moment)
        if self._is_revocation_delay(state):
            suspended = unreadable or (next_update is not None and not met and next_update >= today)
            yield from self._revocation(state, moment, suspended=suspended)
        yield from self._closing(state, moment)

    def _standing_next_update(self, state: BugState) -> date | None:
        """Return the whiteboard's date, None if it passed before the bug was reopened."""
        day = state.whiteboard.next_update
        if day and state.reopened and state.predates_reopening(state.next_update_set) and day < state.reopened.day:
            return None
        return day

    def _is_met(self, state: BugState, day: date) -> bool:
        """Return whether the CA wrote on the day of a Next update, after it, or earlier expressly for it."""
        if state.last_word is None:
            return False
        update = self.updates_for.get(day)
        return state.last_word.day >= day or (update is not None and update <= state.last_word.time)

    def _next_update(self, state: BugState, day: date, moment: datetime) -> Iterator[Deadline]:
        rule, start = self.rules.in_force("next-update", day), state.next_update_set
        if rule and start:
            between = state.last_word is not None and state.last_word.time > start.time
            why = _BETWEEN if between and moment.date() > day else None
            yield self._clock(rule, day, start, moment, why)

    def _unreadable_next_update(self, state: BugState, today: date) -> Iterator[Deadline]:
        """Yield a clock without a date: nobody can tell from the whiteboard on which day an update is due."""
        rule, start = self.rules.in_force("next-update", today), state.next_update_set
        if rule and start:
            yield Deadline(self.bug, rule, None, "unknown", start.time, unique(start.reference))

    def _weekly(self, state: BugState, next_update: date | None, moment: datetime) -> Iterator[Deadline]:
        if state.last_word is None:
            return
        marks = [state.last_word, *(mark for mark in (state.next_update_removed, state.reopened) if mark)]
        why = None
        current = self.rules.in_force("weekly", moment.date())
        if state.closure_report and current and current.closure_report_ends:
            if state.predates_reopening(state.closure_report):
                why = _REOPENED
            elif state.question is None:
                return
            else:
                marks, why = [state.last_word, state.question], _QUESTIONED
        start = max(marks, key=lambda mark: mark.time)
        if next_update:
            why = why or _STANDS
        if start is state.last_word and state.last_word_restricted:
            why = why or _RESTRICTED
        for rule in self.rules.of_kind("weekly"):
            due = add_days(max(start.day, next_update or start.day), rule.days)
            if rule.in_force(due) and not (state.announced and rule.announcement_ends):
                announced = rule.open_announcement if state.announced else ""
                yield self._clock(rule, due, start, moment, why or announced or None)

    def _is_revocation_delay(self, state: BugState) -> bool:
        """Return what the tags say; the title counts until staff have chosen tags."""
        tags = [tag for tag in state.whiteboard.tags if tag != BASE_TAG]
        return any(tag.endswith(_DELAY_TAG) for tag in tags) if tags else bool(_DELAY_TITLE.search(state.summary))

    def _revocation(self, state: BugState, moment: datetime, *, suspended: bool) -> Iterator[Deadline]:
        if state.figures and state.figures.left == 0:
            return
        start = state.figures_at or Mark(self.created, "c0")
        if state.reopened and state.reopened.time > start.time:
            start = state.reopened
        why = _SUSPENDED if suspended else None
        for kind in _REVOCATION_KINDS:
            first_day = self.rules.first_day(kind)
            if moment.date() < first_day:
                continue
            if start.day < first_day:
                start = Mark(datetime.combine(first_day, time(), UTC), start.reference)
            elif state.figures and not state.figures.complete:
                why = why or _INCOMPLETE
            if state.figures_at and state.last_word and state.last_word.time > max(state.figures_at.time, start.time):
                why = why or _WITHOUT_FIGURES
            for rule in self.rules.of_kind(kind):
                due = add_days(start.day, rule.days)
                if rule.in_force(due):
                    clock = self._clock(rule, due, start, moment, why)
                    # words that were not read as figures may be some
                    is_doubtful = clock.state == "overdue" and why in (_INCOMPLETE, _WITHOUT_FIGURES)
                    yield clock.as_unknown() if is_doubtful else clock

    def _closing(self, state: BugState, moment: datetime) -> Iterator[Deadline]:
        today = moment.date()
        report, flag = state.closure_report, state.flag_set
        rule = self.rules.in_force("closure-flag", today)
        if rule and report and not state.predates_reopening(report):
            flagged = state.flag_stands or (flag is not None and flag.time >= report.time)
            if not flagged and report.day < self.rules.first_day("closure-flag"):
                yield Deadline(self.bug, rule, None, "unknown", None, (), why_ambiguous=rule.open_before)
            elif not flagged:
                yield Deadline(self.bug, rule, None, "due", report.time, (report.reference,))
        last_call = None if state.predates_reopening(state.close_on_set) else state.whiteboard.close_on
        rule = self.rules.in_force("closure-waits", today)
        if rule and flag and state.flag_stands and not state.predates_reopening(flag) and last_call is None:
            yield Deadline(self.bug, rule, None, "due", flag.time, (flag.reference,))
        if last_call and last_call >= today and state.close_on_set:
            rule = self.rules.in_force("last-call", last_call)
            if rule:
                yield self._clock(rule, last_call, state.close_on_set, moment, None)

    def _clock(self, rule: Rule, due: date, start: Mark, moment: datetime, why: str | None) -> Deadline:
        late_days = max(0, (moment.date() - due).days)
        state: State = "overdue" if late_days else "due"
        because = unique(start.reference)
        return Deadline(self.bug, rule, due, state, start.time, because, late_days=late_days or None, why_ambiguous=why)
