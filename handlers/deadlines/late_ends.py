"""When a clock that was overdue was met after all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from handlers.deadlines.compute import COMPONENT, past_duties
from handlers.deadlines.inputs import Acts
from handlers.deadlines.rules import Rule, Rules, load_rules
from handlers.deadlines.running_clocks import RunningClocks
from handlers.deadlines.timeline import Step
from handlers.deadlines.values import Deadline
from storage.values.lives import Life


@dataclass(frozen=True, slots=True)
class LateEnd:
    """A clock that was met so many days late, by a comment of that time; the other fields are those of `Deadline`."""

    rule: Rule
    due: date | datetime
    of: str | None
    time: datetime
    late_days: int
    why_ambiguous: str | None = None


def late_ends(
    life: Life, acts: Acts, as_of: datetime, *, rules: Rules | None = None, component: str = COMPONENT
) -> tuple[LateEnd, ...]:
    """Return the clocks that were met late until a moment, oldest first, those of closed bugs included.

    Empty for a bug that is restricted, in another component, or no incident at that moment. A running clock is met by a
    comment of the CA alone: one that ends with a change of the whiteboard or with the closing of the bug is not. Linear
    in the number of events; never raises.
    """
    rules = rules or load_rules()
    past = past_duties(life, acts, rules, component, as_of)
    if past is None:
        return ()
    steps, duties = past
    posted = {f"c{comment.number}": comment.posted for comment in life.comments}
    ends = [
        LateEnd(duty.rule, duty.due, duty.of, posted[duty.because[-1]], duty.late_days, duty.why_ambiguous)
        for duty in duties
        if duty.state == "met" and duty.due and duty.late_days and duty.because and duty.because[-1] in posted
    ]
    ends += _late_updates(RunningClocks.of(life, acts, rules), steps, component)
    return tuple(sorted(ends, key=lambda clock: (clock.time, clock.rule.id, clock.of or "")))


def _late_updates(clocks: RunningClocks, steps: tuple[Step, ...], component: str) -> Iterator[LateEnd]:
    """Yield the running clocks that were overdue before a comment of the CA and run no more after it."""
    for before, step in pairwise(steps):
        if step.comment is None or not step.comment.by_ca or not before.state.has_clocks(component):
            continue
        overdue = [entry for entry in clocks.at(before.state, step.time) if entry.state == "overdue"]
        if not overdue:
            continue
        still_running = {_name(entry) for entry in clocks.at(step.state, step.time)}
        for entry in overdue:
            if entry.due and entry.late_days and _name(entry) not in still_running:
                yield LateEnd(entry.rule, entry.due, entry.of, step.time, entry.late_days, entry.why_ambiguous)


def _name(clock: Deadline) -> tuple[str, date | datetime | None, str | None]:
    return clock.rule.id, clock.due, clock.of
