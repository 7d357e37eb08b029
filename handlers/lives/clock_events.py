"""When clocks of an incident ran out, and when what they ask for came late."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from handlers.deadlines.history import missed_clocks
from handlers.deadlines.inputs import Acts
from handlers.deadlines.late_ends import late_ends
from handlers.deadlines.rules import Rule
from handlers.deadlines.values import add_days
from storage.values.life_events import LifeEvent
from storage.values.lives import Life


def clock_events(life: Life, acts: Acts, as_of: datetime, component: str) -> Iterator[LifeEvent]:
    """Yield which clocks of the CA became overdue until a moment, and which of them were met late.

    A clock is named by its rule, its due time, and the question or action item that it is about. Linear, never raises.
    """
    marks = {f"c{comment.number}": comment.posted for comment in life.comments}
    marks |= {f"h{position}": change.time for position, change in enumerate(life.changes)}
    for clock in missed_clocks(life, acts, as_of, component=component):
        # Whether the day of lateness itself counts is not said (see `history.py`), so one more day has to pass.
        spare = 1 if clock.rule.kind == "action-report" else 0
        if clock.rule.who != "ca" or clock.late_days <= spare:
            continue
        set_at = max((marks[name] for name in clock.because[:1] if name in marks), default=life.created)
        happened = max(_passed(clock.due, spare), set_at)
        reference = _reference(clock.rule, clock.due, clock.of)
        yield LifeEvent(life.bug, "became-overdue", reference, happened, "", clock.why_ambiguous is not None)
    for end in late_ends(life, acts, as_of, component=component):
        spare = 1 if end.rule.kind == "action-report" else 0
        if end.rule.who == "ca" and end.late_days > spare:
            reference = _reference(end.rule, end.due, end.of)
            yield LifeEvent(life.bug, "met-late", reference, end.time, "", end.why_ambiguous is not None)


def _reference(rule: Rule, due: date | datetime, of: str | None) -> str:
    moment = due.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(due, datetime) else due.isoformat()
    return " ".join(filter(None, (rule.id, moment, of)))


def _passed(due: date | datetime, spare: int) -> datetime:
    """Return the first moment after a due time; the whole due day belongs to the CA, and `spare` days more."""
    if isinstance(due, datetime):
        return due.astimezone(UTC) + timedelta(seconds=1)
    return datetime.combine(add_days(due, 1 + spare), time(), UTC)
