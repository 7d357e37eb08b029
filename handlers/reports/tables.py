"""Tables and lists of a report: action items and related incidents."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.reports.forms import normalize_label, read_forms
from handlers.reports.moments import find_moments
from handlers.reports.parts import Element, Part
from handlers.reports.texts import is_not_applicable, is_template, is_template_row, says_nothing
from handlers.reports.values import ActionItem

_ENUMERATION = re.compile(r"\A\(?(?:[ivx]{1,4}|[a-h]|[0-9]{1,2})[.)]\s+", re.IGNORECASE)
_DONE = re.compile(
    r"[.:,;(–—-]\s{0,3}(?:already |was |were |been )?(?:done|completed?|finished|implemented|in place|deployed)"
    r"(?: on| since)? [0-9]",
    re.IGNORECASE,
)
_DONE_CELL = re.compile(r"\W*(?:already )?(?:done|completed?|finished|implemented)\b.*[0-9]", re.IGNORECASE)
_LETTER = re.compile(r"\A\(?([a-h])[.)]\s", re.IGNORECASE)
_VAGUE_DATE = re.compile(
    r"\b(?:the )?(?:(?:end|beginning|middle|start) of (?:the )?)?"
    r"(?:(?:first|second|third|fourth|1st|2nd|3rd|4th|last) (?:quarter|half) (?:of )?|(?:Q[1-4]|H[12])[ /]?(?:of )?"
    r"|(?:January|February|March|April|May|June|July|August|September|October|November|December) )20[0-9]{2}\b",
    re.IGNORECASE,
)
_VAGUE_DUE = re.compile(rf"\b(?:due|date|by|until)\b[:\s]*{_VAGUE_DATE.pattern}", re.IGNORECASE)
_BUG = re.compile(r"(?<![0-9])[0-9]{6,7}(?![0-9])")
_BY_DATE = re.compile(
    r"[\s,;:(–—-]*(?:(?:to be |will be |is |planned |expected |scheduled |due |live |done |completed? "
    r"|finished |implemented |deployed |already |in place |effective |ready )*"
    r"(?:by|until|since|on|before|no later than|not later than|at the latest|due|deadline|target(?: date)?|eta"
    r"|date|from|for|in)?[\s:]*(?:the )?(?:end of )?)\Z",
    re.IGNORECASE,
)
# In the order of the form's own table, by its number of columns.
_ORDERS: Mapping[int, tuple[str, ...]] = {
    3: ("item", "kind", "due"),
    4: ("item", "kind", "causes", "due"),
    6: ("item", "kind", "causes", "criteria", "due", "status"),
}


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action item as written; a column that its table lacks is None. `letter` is that of its place in a list."""

    item: str
    kind: str | None
    causes: str | None
    criteria: str | None
    due_text: str | None
    status: str | None
    owner: str | None
    due: date | None
    letter: str = ""


@dataclass(frozen=True, slots=True)
class RelatedRow:
    """A related incident as written; None: its table lacks the column."""

    bug: str
    date: str | None
    description: str


def read_action_rows(part: Part, near: date) -> tuple[ActionRow, ...]:
    """Return the action items of a part: the rows of its tables, else the items of its list."""
    rows = [row for element in part.elements if element.kind == "table" for row in _table_rows(element, near)]
    return tuple(rows) or tuple(_list_rows(part, near))


def to_action_item(row: ActionRow, item_id: str) -> ActionItem:
    """Return a row as an action item; a form without types has none."""
    return ActionItem(
        item_id,
        row.item,
        row.kind or "",
        row.causes,
        row.criteria,
        row.due,
        row.due_text,
        row.status,
        row.owner,
        row.letter,
    )


def action_columns(part: Part) -> frozenset[str] | None:
    """Return the columns that the table of action items has, None without a table."""
    tables = [element for element in part.elements if element.kind == "table" and element.rows]
    if not tables:
        return None
    return frozenset(column for table in tables for column in _columns(table.rows, "actions")[0] if column)


def related_columns(part: Part) -> frozenset[str] | None:
    """Return the columns that the table of related incidents has, None without a table."""
    tables = [element for element in part.elements if element.kind == "table" and element.rows]
    if not tables:
        return None
    return frozenset(column for table in tables for column in _columns(table.rows, "related")[0] if column)


def read_related(part: Part, near: date) -> tuple[RelatedRow, ...]:
    """Return the related incidents of a part: the rows of its tables, else the items that name a bug."""
    rows: list[RelatedRow] = []
    for element in part.elements:
        if element.kind != "table":
            continue
        columns, data = _columns(element.rows, "related")
        for cells in data:
            row = dict(zip(columns, cells, strict=False))
            bug = _BUG.search(row.get("bug", "")) or _BUG.search(" ".join(cells))
            if bug and not is_template_row(cells):
                rows.append(RelatedRow(bug.group(), _iso(row.get("date"), near), row.get("description", "")))
    return tuple(rows) or tuple(_related_items(part, near))


def _related_items(part: Part, near: date) -> Iterator[RelatedRow]:
    for element in part.elements:
        if element.kind != "line" or not (bug := _BUG.search(element.whole)):
            continue
        text = element.whole
        moment = next(find_moments(text, near), None)
        yield RelatedRow(bug.group(), moment.day.isoformat() if moment else None, text)


def _table_rows(table: Element, near: date) -> Iterator[ActionRow]:
    columns, data = _columns(table.rows, "actions")
    columns, data = _with_dates(columns, data, near, is_known=len(data) < len(table.rows))
    for cells in data:
        if is_template_row(cells):
            continue
        row = dict(zip(columns, cells, strict=False))
        for column in filter(None, columns):
            row.setdefault(column, "")
        item = row.get("item") or next((cell for cell in cells if cell.strip()), "")
        if is_not_applicable(item) and len(data) == 1:
            continue
        yield ActionRow(
            item,
            row.get("kind"),
            row.get("causes"),
            row.get("criteria"),
            row.get("due"),
            _status(row),
            row.get("owner"),
            _day(row.get("due"), near),
        )


def _status(row: Mapping[str, str]) -> str | None:
    """Return the status that a row gives, which may stand before its date ("Done 2024-09-09")."""
    status = row.get("status")
    return "Complete" if not status and _DONE_CELL.match(row.get("due", "")) else status


def _with_dates(
    columns: tuple[str, ...], data: tuple[tuple[str, ...], ...], near: date, *, is_known: bool
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return columns and rows with the due dates where the cells have days, if the due column has none.

    Unless the header `is_known`, a first row without a day above rows that all have one is the header.
    """
    days = [[_day(cell, near) is not None for cell in cells] for cells in data]
    width = max(map(len, days), default=0)
    counts = [sum(1 for row in days if position < len(row) and row[position]) for position in range(width)]
    due = columns.index("due") if "due" in columns else width
    best = due if due < width and counts[due] else max(range(1, width), key=lambda place: counts[place], default=0)
    if not best or not counts[best]:
        return columns, data
    names = ["" if name == "due" else name for name in (*columns, *[""] * (width - len(columns)))]
    names[best] = "due"
    has_header = not is_known and len(data) > 1 and not any(days[0]) and counts[best] == len(data) - 1
    return tuple(names), data[1:] if has_header else data


def _list_rows(part: Part, near: date) -> Iterator[ActionRow]:
    lines = [element for element in part.elements if element.kind == "line" and not element.quoted]
    depth = min((element.depth for element in lines if element.is_item), default=0)
    before = ""
    for element in lines:
        is_step = element.is_item and element.depth == depth
        text = element.whole.strip()
        letter = _LETTER.match(text)
        is_dated = any(find_moments(text, near)) or _VAGUE_DUE.search(text)
        if not is_step and (depth or not (letter or is_dated)):
            before = text
            continue
        if is_template(text) or is_not_applicable(text) or says_nothing(text):
            continue
        text = _ENUMERATION.sub("", text)
        item, due, due_text = _split_due(text, near)
        # a date in a field or on a line of its own
        item, before = item or before.rstrip(" .;,("), ""
        status = "Complete" if due and _DONE.search(text) else None
        yield ActionRow(item, None, None, None, due_text, status, None, due, letter[1].casefold() if letter else "")


def _split_due(text: str, near: date) -> tuple[str, date | None, str | None]:
    """Return a step without the date at its end, the day, and the date's text: a day as ISO, a quarter as written."""
    moments = tuple(find_moments(text, near))
    moment = moments[-1] if moments else None
    vague = None if moment else _VAGUE_DATE.search(text)
    start, end = (moment.start, moment.end) if moment else vague.span() if vague else (len(text), len(text))
    due_text = moment.day.isoformat() if moment else vague.group() if vague else None
    before = _BY_DATE.search(text, max(0, start - 80), start)
    rest = text[end:].strip(" .;,)")
    item = text[: before.start()] if due_text and before and not rest else text
    return item.rstrip(" .;,("), moment.day if moment else None, due_text


def _columns(rows: Sequence[Sequence[str]], table: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return which column each cell of a row belongs to ("" for an unknown one), and the rows below the header."""
    names = read_forms().columns[table]
    header = tuple(names.get(normalize_label(cell), "") for cell in rows[0]) if rows else ()
    if sum(1 for name in header if name) >= 2 or (header and header[0] and len(header) == 1):
        first = tuple(rows[0])
        return _without_repeats(header), tuple(tuple(row) for row in rows[1:] if tuple(row) != first)
    width = max((len(row) for row in rows), default=0)
    order = _ORDERS.get(width, ("item",)) if table == "actions" else ("bug", "date", "description")
    return order, tuple(tuple(row) for row in rows)


def _without_repeats(header: Sequence[str]) -> tuple[str, ...]:
    return tuple("" if name in header[:position] else name for position, name in enumerate(header))


def _day(text: str | None, near: date) -> date | None:
    moments = tuple(find_moments(text or "", near))
    return moments[-1].day if moments else None


def _iso(text: str | None, near: date) -> str | None:
    day = _day(text, near)
    return day.isoformat() if day else (text or None)
