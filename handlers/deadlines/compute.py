"""All clocks of a bug at a moment, what counts most first."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

from handlers.deadlines.action_items import action_item_clocks
from handlers.deadlines.doubt import without_doubtful
from handlers.deadlines.inputs import Acts, CommentActs
from handlers.deadlines.point_clocks import PointClocks
from handlers.deadlines.rules import Rules, load_rules
from handlers.deadlines.running_clocks import RunningClocks
from handlers.deadlines.timeline import Step, replay
from handlers.deadlines.values import Deadline, Mark
from storage.values.lives import Life

COMPONENT = "CA Certificate Compliance"
_STATES = ("overdue", "due", "unknown", "met")


def compute_deadlines(
    life: Life,
    acts: Acts,
    as_of: datetime,
    *,
    include_all: bool = False,
    rules: Rules | None = None,
    component: str = COMPONENT,
) -> tuple[Deadline, ...]:
    """Return the clocks of a bug at a moment, those that are due or overdue, or with `include_all` also the others.

    Nothing later than `as_of` is used; `acts` has to be what was known then of the comments. Empty for a bug that is
    closed, restricted, in another component, or no incident at that moment. Never raises; `as_of` has a time zone.
    """
    if as_of < life.created:
        return ()
    rules = rules or load_rules()
    steps = tuple(replay(life, acts, as_of))
    state = steps[-1].state
    if not state.has_clocks(component):
        return ()
    deadlines = [
        *single_duties(life, rules, steps, as_of),
        *RunningClocks.of(life, acts, rules).at(state, as_of.astimezone(UTC)),
    ]
    last_word = int(state.last_word.reference[1:]) if state.last_word else None
    listed = (entry for entry in deadlines if include_all or entry.state in ("due", "overdue"))
    return in_order((replace(entry, last_word=last_word) for entry in listed), rules)


def past_duties(
    life: Life, acts: Acts, rules: Rules, component: str, as_of: datetime
) -> tuple[tuple[Step, ...], list[Deadline]] | None:
    """Return the steps of a bug until a moment, and its clocks of one duty each until it was closed, if it is.

    None for a bug that is not filed yet, restricted, in another component, or no incident at that moment.
    """
    if as_of < life.created:
        return None
    steps = tuple(replay(life, acts, as_of))
    last = steps[-1].state
    if not last.is_public_incident(component):
        return None
    end = last.closed_at.time if last.closed and last.closed_at else as_of
    return steps, single_duties(life, rules, (step for step in steps if step.time <= end), end)


def single_duties(life: Life, rules: Rules, steps: Iterable[Step], moment: datetime) -> list[Deadline]:
    """Return the clocks of one duty each, questions and action items included, from the steps until a moment."""
    comments: list[tuple[CommentActs, Mark]] = []
    asked_closed: set[int] = set()
    for step in steps:
        if step.comment:
            comments.append((step.comment, Mark(step.time, f"c{step.comment.number}")))
            if step.state.closed:
                asked_closed.add(step.comment.number)
    moment = moment.astimezone(UTC)
    clocks = PointClocks(rules, life.bug, Mark(life.created, "c0"), tuple(comments), asked_closed, moment)
    duties = [*clocks.all(), *action_item_clocks(rules, life.bug, tuple(comments), moment)]
    return list(without_doubtful(duties, comments))


def in_order(deadlines: Iterable[Deadline], rules: Rules | None = None) -> tuple[Deadline, ...]:
    """Return clocks, of one bug or of many, with what counts most first.

    What is overdue comes before what is due. Of what is overdue, the surest first: what the rules leave open comes
    last, before it what only a reading of the CA's later words says; then by weight of the duty (`order` in
    rules.toml), then the oldest. What is due goes by its date.
    """
    table = rules or load_rules()
    return tuple(sorted(deadlines, key=lambda deadline: _order(deadline, table)))


def _order(deadline: Deadline, rules: Rules) -> tuple[int, bool, bool, date, int, date, int, str, str]:
    due = deadline.due.date() if isinstance(deadline.due, datetime) else deadline.due or date.max
    overdue = deadline.state == "overdue"
    return (
        _STATES.index(deadline.state),
        overdue and deadline.ambiguous,
        overdue and deadline.rests_on_words,
        date.min if overdue else due,
        rules.rank(deadline.rule.id),
        due,
        deadline.bug,
        deadline.rule.id,
        deadline.of or "",
    )
