"""The clocks that a bug missed in its past: met late, or run out before the bug was closed."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from handlers.deadlines.compute import COMPONENT, past_duties
from handlers.deadlines.inputs import Acts
from handlers.deadlines.rules import Rule, Rules, load_rules
from handlers.deadlines.running_clocks import RunningClocks
from handlers.deadlines.timeline import BugState, Step
from handlers.deadlines.values import Deadline
from storage.values.lives import Life

_TICK = timedelta(microseconds=1)
_A_DAY = "a day either way: whether the first day counts is not said"


@dataclass(frozen=True, slots=True)
class MissedClock:
    """A clock that was overdue by so many days when it ended, or is until now; the fields are those of `Deadline`."""

    bug: int
    rule: Rule
    due: date | datetime
    late_days: int
    because: tuple[str, ...]
    of: str | None = None
    why_ambiguous: str | None = None

    @property
    def year(self) -> int:
        """The year of the due day."""
        return self.due.year


def missed_clocks(
    life: Life, acts: Acts, as_of: datetime, *, rules: Rules | None = None, component: str = COMPONENT
) -> tuple[MissedClock, ...]:
    """Return the missed clocks of a bug until a moment, by due day, those of closed bugs included.

    Empty for a bug that is restricted, in another component, or no incident at that moment. The time in which it was
    closed, restricted or elsewhere counts for no running clock. Linear in the number of events; never raises.
    """
    rules = rules or load_rules()
    past = past_duties(life, acts, rules, component, as_of)
    if past is None:
        return ()
    steps, single = past
    lapses = _lapses(life, acts, rules, component, steps, as_of)
    # A lapse is noticed again at each event until it ends; the last time counts.
    missed = {(entry.rule.id, entry.due, entry.of, entry.because): entry for entry in (*lapses, *single)}
    clocks = [_missed(entry, entry.due) for entry in missed.values() if entry.due and entry.late_days]
    return tuple(sorted(clocks, key=lambda clock: (clock.due.isoformat(), clock.rule.id, clock.of or "")))


def count_missed(clocks: Iterable[MissedClock]) -> Counter[tuple[int, str]]:
    """Return how many clocks were missed by year and rule, without those that the published rules leave open."""
    return Counter((clock.year, clock.rule.id) for clock in clocks if clock.why_ambiguous is None)


def _lapses(
    life: Life, acts: Acts, rules: Rules, component: str, steps: tuple[Step, ...], as_of: datetime
) -> Iterator[Deadline]:
    """Yield the running clocks that are overdue as an event ends them, as the rules change, and at the end."""
    clocks = RunningClocks.of(life, acts, rules)
    for state, moment in _last_moments(rules, steps, as_of):
        if state.has_clocks(component):
            yield from (entry for entry in clocks.at(state, moment) if entry.state == "overdue")


def _last_moments(rules: Rules, steps: tuple[Step, ...], as_of: datetime) -> Iterator[tuple[BugState, datetime]]:
    """Yield each state of the bug with the moment at which it ended, and those just before the rules changed in it."""
    changes = [datetime.combine(day, time(), UTC) for day in rules.changes()]
    following = [step.time for step in steps[1:]]
    for step, until in zip(steps, [*following, as_of], strict=True):
        if step.time < until:
            yield from ((step.state, change - _TICK) for change in changes if step.time < change < until)
            yield step.state, until.astimezone(UTC)


def _missed(deadline: Deadline, due: date | datetime) -> MissedClock:
    late_days = deadline.late_days or 0
    # Whether the day of lateness or of completion counts is not said, so of these a single day is no sure miss.
    why = _A_DAY if deadline.rule.kind == "action-report" and late_days == 1 else deadline.why_ambiguous
    return MissedClock(deadline.bug, deadline.rule, due, late_days, deadline.because, deadline.of, why)
