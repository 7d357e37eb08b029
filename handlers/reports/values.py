"""What is read from a report: its form and version, its fields as the text gives them, what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from handlers.reports.counting import Count
from handlers.reports.timeline import Timeline

Stopped = Literal["yes", "no"]
FigureName = Literal["total", "remaining_valid"]


@dataclass(frozen=True, slots=True)
class ReportField:
    """A part of a report as text: whether it stands in it at all, is filled in, or reads "N/A"."""

    name: str
    comment: int
    text: str
    is_present: bool
    is_filled: bool
    is_na: bool


@dataclass(frozen=True, slots=True)
class RelatedIncident:
    """A row of the table of related incidents; `bug` is its number, `date` as ISO day where it can be read."""

    bug: str
    date: str | None
    description: str


@dataclass(frozen=True, slots=True)
class ActionItem:
    """A row of the table of action items, or an item of a list of steps.

    `id` is "a1", "a2" ... in order of first appearance in the bug. A column that the form lacks is None, a type "".
    `letter` is the one that it has in a list: "b" of "b) ...", else "".
    """

    id: str
    item: str
    kind: str
    causes: str | None
    criteria: str | None
    due: date | None
    due_text: str | None
    status: str | None
    owner: str | None = None
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Lessons:
    """The points under each of the lessons' headings."""

    well: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    lucky: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report in one comment of a bug. Times are UTC; None: not given.

    `fields` holds the parts of its own form by their names (see forms.toml). `missing` are those of them that are
    absent, empty or template text, `na` those that read "N/A"; a table of action items that lacks columns misses
    "action-causes" and so on. `day_only` names which of start, identified and end are mere days, at midnight.
    `findings` are the texts of an audit report's findings, `audit_letter` the day of the letter. `full_by` is the day
    for which a first word or preliminary report announces the full one. `missing_in_force` is what a form that is no
    longer allowed lacks of the one that took its place.
    """

    bug: int
    comment: int
    posted: datetime
    form: str
    version: str
    in_force: str
    allowed: bool
    fields: Mapping[str, ReportField]
    missing: tuple[str, ...]
    na: tuple[str, ...]
    description: str = ""
    ccadb_id: str | None = None
    day_only: frozenset[str] = frozenset()
    start: datetime | None = None
    identified: datetime | None = None
    end: datetime | None = None
    ongoing: bool = False
    policies: str | None = None
    source: str | None = None
    total: Count | None = None
    remaining_valid: Count | None = None
    types: tuple[str, ...] = ()
    stopped: Stopped | None = None
    timeline: Timeline | None = None
    related: tuple[RelatedIncident, ...] = ()
    factors: tuple[str, ...] = ()
    lessons: Lessons = Lessons()
    actions: tuple[ActionItem, ...] = ()
    commitments: tuple[str, ...] = ()
    cause: str | None = None
    remediation: str | None = None
    first_issued: date | None = None
    last_issued: date | None = None
    full_by: date | None = None
    names_reporter: bool = False
    findings: tuple[str, ...] = ()
    audit_letter: date | None = None
    missing_in_force: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A count of certificates that a comment gives.

    `edited` is the time of the comment's edit that brought it, `by` is "third party" if not the CA gave it.
    """

    figure: FigureName
    comment: int
    value: int
    about: bool = False
    explained: bool = False
    by: str | None = None
    edited: datetime | None = None
