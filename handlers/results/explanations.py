"""The explanation of a term: a tag, a clock or a form of reports, as the tables have it."""

from dataclasses import dataclass
from datetime import date

from handlers.deadlines.rules import Rule
from handlers.parsing.tags import SectionTag
from handlers.reports.forms import Form


@dataclass(frozen=True, slots=True)
class TagTerm:
    """A tag of the whiteboard, with its older spellings."""

    tag: SectionTag
    older: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockTerm:
    """A clock: the edition that is meant, which is the one in force if none was named, and when its first one began."""

    rule: Rule
    first_day: date
    is_in_force: bool


@dataclass(frozen=True, slots=True)
class FormTerm:
    """A form of reports, with the names and the source of the editions of the guidelines that have it."""

    form: Form
    editions: tuple[str, ...]
    source: str
    link: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of a term; `key` is how it is called in the tables."""

    key: str
    term: TagTerm | ClockTerm | FormTerm
