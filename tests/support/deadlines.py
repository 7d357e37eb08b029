"""Invented clocks for tests of what members see."""

from collections import Counter
from datetime import UTC, date, datetime

from handlers.deadlines.history import MissedClock
from handlers.deadlines.rules import load_rules
from handlers.deadlines.values import Deadline
from handlers.results.deadlines import (
    Cause,
    DeadlineCounts,
    DeadlineList,
    ListedDeadline,
    ListedMiss,
    MissedHistory,
    MissedYear,
)
from handlers.results.incidents import Owner

AS_OF = datetime(2024, 6, 20, 12, tzinfo=UTC)
ASKED = datetime(2024, 6, 10, 9, tzinfo=UTC)


def rule(rule_id):
    return next(rule for rule in load_rules().rules if rule.id == rule_id)


def listed(incident, rule_id="question-7d-2.0", due=date(2024, 6, 17), state="overdue", **changes):
    """Return a clock of an incident, set by its comment 3."""
    subject, why, count, last_word = (
        changes.get(name, default) for name, default in (("subject", ""), ("why", None), ("count", 1), ("last_word", 2))
    )
    late_days = (AS_OF.date() - due).days if state == "overdue" and isinstance(due, date) else None
    deadline = Deadline(incident.bug.id, rule(rule_id), due, state, ASKED, ("c3",), "c3q1", late_days, why, last_word)
    at = datetime(2024, 6, 3, tzinfo=UTC) if last_word is not None else None
    return ListedDeadline(deadline, incident, subject, changes.get("cause", Cause(ASKED, 3)), at, count)


def deadline_list(rows, *, ca="", bug=None, scope="running", days=None, page=0, page_count=1, text="", unread=0):
    states = Counter(row.deadline.state for row in rows)
    ambiguous = sum(row.deadline.state == "overdue" and row.deadline.ambiguous for row in rows)
    counts = DeadlineCounts(states["overdue"], ambiguous, states["due"], states["unknown"], states["met"])
    owners = (Owner(ca),) if ca else ()
    total = len(rows) if page_count == 1 else 6 * page_count
    bugs = len({row.incident.bug.id for row in rows})
    return DeadlineList(
        owners, AS_OF, text, scope, days, bug, counts, tuple(rows), total, bugs, unread, page, page_count, 6
    )


def missed_history(incident, ca="Entrust", *, page=0, page_count=1, count=3):
    misses = [
        ListedMiss(
            MissedClock(incident.bug.id, rule("weekly-2.0"), date(2024, 5, 1 + index), 3, ("c4",), None, why), incident
        )
        for index, why in zip(range(count), (None, None, "the rules leave it open"), strict=False)
    ]
    own = MissedYear(2024, {"weekly-2.0": 2}, 4)
    everybody = {2024: MissedYear(2024, {"weekly-2.0": 9, "question-7d-2.0": 1}, 20)}
    rules = {entry.id: entry for entry in load_rules().rules}
    return MissedHistory(
        Owner(ca),
        AS_OF.date(),
        (own,),
        everybody,
        tuple(misses),
        count * page_count,
        4,
        20,
        rules,
        0,
        page,
        page_count,
        6,
    )
