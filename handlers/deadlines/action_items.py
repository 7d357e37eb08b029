"""The clocks of action items: done by the CA's own date, and word within days when one is changed, done or late.

An item that is complete when it first appears has no clock. Days count from an item's completion, and from its due date
when it is late then; which of the two applies may become known only with a later comment.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from handlers.deadlines.inputs import CommentActs, ItemUpdate
from handlers.deadlines.rules import Rules
from handlers.deadlines.values import Deadline, Mark, State, add_days, unique

_LATENESS = "a day either way: whether the day of lateness counts is not said"
_ENDED = ("complete", "canceled")


@dataclass(frozen=True, slots=True)
class _Lateness:
    """A due date that passed: since when it was the date, and the comment that spoke of it, None if none did yet."""

    due: date
    since: Mark
    reported: Mark | None


@dataclass(frozen=True, slots=True)
class _Item:
    """An item as the comments until now describe it.

    `since` is the comment that gave the `due` date, `reported` the one that told that the item ended `on` a day.
    """

    since: Mark
    due: date | None
    listed: bool
    lateness: tuple[_Lateness, ...] = ()
    lateness_reported: bool = False
    status: str = ""
    on: date | None = None
    reported: Mark | None = None
    completions: tuple[tuple[date, Mark], ...] = field(default=())


def action_item_clocks(
    rules: Rules, bug: int, comments: tuple[tuple[CommentActs, Mark], ...], moment: datetime
) -> Iterator[Deadline]:
    """Yield the clocks of all action items at a moment from the comments until then, oldest first."""
    items: dict[str, _Item] = {}
    for comment, mark in comments:
        for update in comment.items if comment.by_ca else ():
            item = items.get(update.item)
            items[update.item] = _updated(item, update, mark) if item else _first(update, mark)
    for name, item in items.items():
        yield from _due_clock(rules, bug, name, item, moment)
        yield from _report_clocks(rules, bug, name, item, moment)


def _first(update: ItemUpdate, mark: Mark) -> _Item:
    ended = update.status in _ENDED
    return _Item(mark, update.due, listed=not ended, status=update.status or "", reported=mark if ended else None)


def _updated(item: _Item, update: ItemUpdate, mark: Mark) -> _Item:
    """Return an item after a later comment; what follows its end is a repetition, unless it gives another date."""
    moved = update.due is not None and update.due != item.due
    if item.reported and (update.status in _ENDED or not moved):
        return item
    if moved and update.due:
        late = _with_lateness(item, mark)
        item = replace(
            late, since=mark, due=update.due, listed=True, lateness_reported=False, status="", on=None, reported=None
        )
    if update.status == "complete":
        return _completed(item, min(update.on or mark.day, mark.day), mark)
    if update.status == "canceled":
        on = min(update.on or mark.day, mark.day)
        return replace(_with_lateness(item, mark), status="canceled", on=on, reported=mark)
    if update.status == "delayed" and not moved:
        return replace(_with_lateness(item, mark), lateness_reported=True)
    return item


def _completed(item: _Item, on: date, mark: Mark) -> _Item:
    """Return an item that was done on a day: it never was late for a date on or after that day."""
    late = _with_lateness(item, mark)
    lateness = tuple(entry for entry in late.lateness if entry.due < on)
    completions = (*late.completions, (on, mark))
    return replace(late, lateness=lateness, completions=completions, status="complete", on=on, reported=mark)


def _with_lateness(item: _Item, mark: Mark) -> _Item:
    """Return an item whose lateness, if its date has passed without a word, a comment has now spoken of."""
    if item.due is None or mark.day <= item.due or item.lateness_reported or item.reported:
        return item
    return replace(item, lateness=(*item.lateness, _Lateness(item.due, item.since, mark)), lateness_reported=True)


def _due_clock(rules: Rules, bug: int, name: str, item: _Item, moment: datetime) -> Iterator[Deadline]:
    rule = rules.in_force("action-due", item.since.day)
    if rule is None or not item.listed:
        return
    if item.due is None:
        if not item.reported:
            yield Deadline(bug, rule, None, "unknown", item.since.time, unique(item.since.reference), name)
        return
    late_days = max(0, ((item.on or moment.date()) - item.due).days)
    state: State = "met" if item.reported else "overdue" if late_days else "due"
    because = unique(item.since.reference, item.reported.reference if item.reported else "")
    days = late_days if state == "met" else late_days or None
    yield Deadline(bug, rule, item.due, state, item.since.time, because, name, days)


def _report_clocks(rules: Rules, bug: int, name: str, item: _Item, moment: datetime) -> Iterator[Deadline]:
    lateness = item.lateness
    if item.due and item.listed and not item.reported and not item.lateness_reported and moment.date() > item.due:
        lateness = (*lateness, _Lateness(item.due, item.since, None))
    for entry in lateness:
        rule = rules.in_force("action-report", entry.due)
        if rule:
            due = add_days(entry.due, rule.days)
            late_days = max(0, ((entry.reported.day if entry.reported else moment.date()) - due).days)
            state: State = "met" if entry.reported else "overdue" if late_days else "due"
            because = unique(entry.since.reference, entry.reported.reference if entry.reported else "")
            days = late_days if state == "met" else late_days or None
            why = _LATENESS if state == "overdue" and late_days == 1 else None
            yield Deadline(bug, rule, due, state, entry.due, because, name, days, why)
    for on, reported in item.completions if item.listed else ():
        rule = rules.in_force("action-report", on)
        if rule:
            due = add_days(on, rule.days)
            late_days = max(0, (reported.day - due).days)
            yield Deadline(bug, rule, due, "met", on, (reported.reference,), name, late_days)
