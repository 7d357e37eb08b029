"""What a clause or the row of a table says of one action item, once it is known which; see `items.py`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from handlers.acts.dates import NamedDay, find_days
from handlers.acts.statements import CommentText
from handlers.acts.terms import terms
from handlers.acts.values import ActionItem, ItemChange, ItemStatus
from handlers.acts.word_lists import read_patterns

_TO_REVOKE = re.compile(
    r"\W{0,3}(?:[\w-]+ ){0,2}?revok(?:e|ing)\b|\W{0,3}(?:\w+ )?(?:the )?revocation of\b", re.IGNORECASE
)
_PAST = re.compile(
    r"\b(?:was|were|is|are|has|have|been|runs?|knows?|asks?|refuses?|went|got|gave|took|came|made|sent|ran|put|wrote"
    r"|moved|[a-z]{3,}ed)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\W{0,3}(?:action )?items?\s?#?[0-9]{1,2}\s?[:–—]", re.IGNORECASE)
_SINCE = re.compile(r"\b(?:since|as of|effective)\s(?:the\s)?(?:\w{3,6}day,?\s)?$", re.IGNORECASE)
_REVOKES = re.compile(r"\brevo(?:ke|cation|king)", re.IGNORECASE)
MIN_SHARE = 0.45  # of an item's words that a sentence about it has
_MIN_ROW_SHARE = 0.75
# Where a cell goes on with a day behind its status, as in: Complete (2024-06-09).
_DAY_OF_STATUS = re.compile(r"\(|\bon\b|\b[0-9]")
_STATUS_WORDS: Mapping[str, ItemStatus] = {
    "complete": "complete",
    "completed": "complete",
    "done": "complete",
    "finished": "complete",
    "closed": "complete",
    "ongoing": "ongoing",
    "in progress": "ongoing",
    "open": "ongoing",
    "delayed": "delayed",
    "late": "delayed",
    "canceled": "canceled",
    "cancelled": "canceled",
}


@dataclass(frozen=True, slots=True)
class ItemState:
    """An action item as it stands before a comment; `due` is its newest date, `listed` the day of its first report.

    `terms` and `criterion_terms` are those of its text and criterion: each sentence is compared with them.
    """

    item: ActionItem
    due: date | None
    status: ItemStatus | None = None
    listed: date | None = None
    terms: frozenset[str] = field(init=False, repr=False, compare=False)
    criterion_terms: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", frozenset(terms(self.item.text)))
        object.__setattr__(self, "criterion_terms", frozenset(terms(self.item.criterion)))

    @property
    def is_open(self) -> bool:
        """Whether something is left to do."""
        return self.status not in {"complete", "canceled"}


def change_of(
    clause: str, day: date, state: ItemState, days: Sequence[NamedDay], inherited: ItemStatus | None = None
) -> ItemChange | None:
    """Return what a clause says of an item, None if it changes nothing.

    `days` are those that the clause names, `inherited` is the status that was said of the item before it in the same
    sentence.
    """
    patterns = _patterns()
    item, reached = state.item.id, done_on(days, day)
    if patterns["canceled"].search(clause):
        return ItemChange(item, "canceled", reached or day)
    due = new_due(clause, state, days, day) or _other_day(clause, state, days, day)
    is_delayed = bool(patterns["delayed"].search(clause))
    if due:
        return ItemChange(item, "delayed" if is_delayed else None, None, due)
    is_complete = bool(patterns["complete"].search(clause)) or is_since(clause, days, day)
    is_taken_back = bool(patterns["incomplete"].search(_without_days(clause)))
    if not is_taken_back and (is_complete or (inherited == "complete" and reached)):
        return ItemChange(item, "complete", reached or day)
    if is_delayed and not is_complete and not patterns["unmoved"].search(clause):
        return ItemChange(item, "delayed")
    return None


def _other_day(clause: str, state: ItemState, days: Sequence[NamedDay], day: date) -> date | None:
    """Return the day to come that a clause on an item names beside its due date: that it will be done then."""
    patterns = _patterns()
    is_told = patterns["complete"].search(clause) and not patterns["incomplete"].search(clause)
    if is_told or not state.is_open or any(patterns[name].search(clause) for name in ("unmoved", "aside", "begun")):
        return None
    # a day before the due date may be that of a step on the way
    later = [named.day for named in days if named.day > max(day, state.due or day)]
    return later[0] if later else None


def _without_days(clause: str) -> str:
    return re.sub(r"\b(?:to be|due) (?:done|complete|on|by)\b", " ", clause)


def is_since(clause: str, days: Sequence[NamedDay], day: date) -> bool:
    """Return whether a clause says that something is so since a day."""
    past = [named for named in days if named.day <= day]
    return any(_SINCE.search(clause[: clause.find(named.text)]) is not None for named in past if named.text in clause)


def done_on(days: Sequence[NamedDay], day: date) -> date | None:
    """Return the last day up to the comment's that is not named as due, None without one."""
    return next((named.day for named in days if named.day <= day), None)


def new_due(clause: str, state: ItemState, days: Sequence[NamedDay], day: date) -> date | None:
    """Return the new due date that a clause gives an item, None if there is none."""
    patterns = _patterns()
    later = [named.day for named in days if named.day != state.due and named.day >= day]
    if later and state.due is None and not patterns["complete"].search(clause):
        return later[-1]
    if patterns["unmoved"].search(clause) or not patterns["redated"].search(clause):
        return None
    is_plan = patterns["planned"].search(clause) and not patterns["delayed"].search(clause)
    if later and is_plan and state.due and later[-1] < state.due:
        return None
    return later[-1] if later else None


def table_changes(text: CommentText, states: Sequence[ItemState]) -> Iterator[ItemChange]:
    """Yield the changes of items that stand in a table with another due date or a status that was reached."""
    columns: list[str] = []
    for statement in text.statements:
        if statement.kind != "table":
            continue
        cells = [cell.strip().strip("*").strip() for cell in statement.text.strip().strip("|").split("|")]
        if any("action" in cell.casefold() for cell in cells) and any("date" in cell.casefold() for cell in cells):
            columns = [cell.casefold() for cell in cells]
            continue
        if not columns or len(cells) != len(columns):
            continue
        yield from _row_changes(dict(zip(columns, cells, strict=True)), states)


def _row_changes(row: Mapping[str, str], states: Sequence[ItemState]) -> Iterator[ItemChange]:
    name = next((cell for column, cell in row.items() if "action" in column), "")
    words = set(terms(name))
    best = max(states, key=lambda state: share_of(state, words), default=None)
    if best is None or share_of(best, words) < _MIN_ROW_SHARE:
        return
    days = find_days(next((cell for column, cell in row.items() if "date" in column), ""), date.min)
    due = days[0].day if days and days[0].day != best.due else None
    cell = next((cell for column, cell in row.items() if "status" in column), "")
    status = parse_status(cell)
    changed = status if status in {"complete", "delayed", "canceled"} and status != best.status else None
    if due or changed:
        on = done_on(find_days(cell, date.min), date.max) if changed == "complete" else None
        yield ItemChange(best.item.id, changed, on, due)


def is_to_revoke(text: str) -> bool:
    """Return whether an action item is to revoke certificates, rather than about revocation."""
    return _TO_REVOKE.match(text) is not None


def share_of(state: ItemState, words: set[str]) -> float:
    """Return which part of an item's words a sentence has."""
    return len(state.terms & words) / len(state.terms) if state.terms else 0.0


def has_word_of(state: ItemState, words: set[str], others: Sequence[ItemState]) -> bool:
    """Return whether words have one of an item, or of its criterion, that no other item has."""
    own = _all_words(state)
    elsewhere = {term for other in others if other is not state for term in _all_words(other)}
    return bool((own & words) - elsewhere) and not (words & elsewhere - own)


def _all_words(state: ItemState) -> frozenset[str]:
    return state.terms | state.criterion_terms


def meets_criterion(state: ItemState, words: set[str]) -> bool:
    """Return whether a sentence has all words of what an item is known to be done by."""
    return len(state.criterion_terms) > 1 and state.criterion_terms <= words


def parse_status(text: str) -> ItemStatus | None:
    """Return the status that a table's cell names, a day behind it or not; None for another word."""
    status = _DAY_OF_STATUS.split(text.casefold().replace("*", " "), maxsplit=1)[0]
    return _STATUS_WORDS.get(" ".join(status.strip(" ,:;–—-").split()))


def tells_completion(clause: str, days: Sequence[NamedDay], day: date) -> bool:
    """Return whether a clause tells, in whatever words, that something was done."""
    patterns = _patterns()
    is_told = bool(patterns["complete"].search(clause)) or is_since(clause, days, day)
    is_told = is_told or (done_on(days, day) is not None and _PAST.search(clause) is not None)
    return is_told and not patterns["incomplete"].search(clause)


def tells_end(clause: str, days: Sequence[NamedDay], day: date) -> bool:
    """Return whether a clause tells of something that was done on a day, as the last thing to happen."""
    patterns = _patterns()
    if any(named.day > day for named in days) or patterns["begun"].search(clause) or patterns["no_end"].search(clause):
        return False
    return done_on(days, day) is not None and tells_completion(clause, days, day)


def completes(state: ItemState, clause: str) -> bool:
    """Return whether a sentence about an item's matter tells of its end: for a revocation, the last certificate."""
    if not is_to_revoke(state.item.text):
        return True
    numbers = set(re.findall(r"[0-9]+", state.item.text)) & set(re.findall(r"[0-9]+", clause))
    return bool(_patterns()["wholly"].search(clause)) or bool(numbers)


def described_completion(clause: str, day: date, state: ItemState, days: Sequence[NamedDay]) -> ItemChange | None:
    """Return the completion of a named item that a clause tells in the item's own words, None if it does not."""
    reached = done_on(days, day)
    if not reached or _patterns()["incomplete"].search(clause):
        return None
    is_alike = share_of(state, set(terms(clause))) >= MIN_SHARE
    if is_alike and tells_completion(clause, days, day) and completes(state, clause):
        return ItemChange(state.item.id, "complete", reached)
    # "Tests of item 2 went in on 2025-08-25."
    if tells_end(clause, days, day) and not is_to_revoke(state.item.text):
        return ItemChange(state.item.id, "complete", reached)
    # An item with a colon leads to what happened to it: that the letter came today, for instance.
    is_told = _NUMBERED.match(clause) and not _patterns()["begun"].search(clause) and not _REVOKES.search(clause)
    return ItemChange(state.item.id, "complete", reached) if is_told else None


def end_of_revocation(
    clause: str, days: Sequence[NamedDay], day: date, is_open: Sequence[ItemState]
) -> Iterator[ItemChange]:
    """Yield the completion of the item to revoke, if a clause says that the revocation as such is complete."""
    to_revoke = [state for state in is_open if is_to_revoke(state.item.text)]
    if len(to_revoke) == 1 and not _patterns()["incomplete"].search(clause):
        yield ItemChange(to_revoke[0].item.id, "complete", done_on(days, day) or day)


def _patterns() -> Mapping[str, re.Pattern[str]]:
    return read_patterns("items.toml")
