"""Queries for incidents as members give them: parsed from text with flags, or typed as options beside it.

What is no flag may name CA owners and may hold filters in plain words; which it does is for `free_words.py` to say,
which knows the names of CA owners and sections.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeVar

from handlers.errors import UserError
from storage.values.incidents import IncidentState

FLAGS = ("section", "open", "closed", "since", "until", "page")
MAX_PAGE_DIGITS = 6
_FLAG = re.compile(rf"(?:^|(?<=\s))({'|'.join(FLAGS)}):(\"[^\"]*\"|\S*)", re.IGNORECASE)
_YES = frozenset({"yes", "y", "true", "1", "on", "ja", "open"})
_NO = frozenset({"no", "n", "false", "0", "off", "nein", "all", ""})

# "any" says that both open and closed ones are wanted, where None says nothing.
StateFilter = Literal["open", "closed", "any"]
STATE_WORDS = {"open": "open incidents", "closed": "closed ones", "any": "open and closed ones"}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class IncidentQuery:
    """Which incidents a member wants to see, with names as typed; "" or None where the member said nothing.

    `ca` is all that is no flag. `since` and `until` are days in UTC, both included. Pages are counted from 0.
    """

    ca: str = ""
    section: str = ""
    state: StateFilter | None = None
    since: date | None = None
    until: date | None = None
    page: int | None = None

    @property
    def incident_state(self) -> IncidentState | None:
        """The state that incidents must have, None if either will do."""
        return None if self.state == "any" else self.state

    @property
    def as_text(self) -> str:
        """The query as a user would type it, without the page."""
        terms = [
            self.ca,
            f'section:"{self.section}"' if " " in self.section else f"section:{self.section}" if self.section else "",
            {"open": "open:yes", "closed": "closed:yes"}.get(self.state or "", ""),
            f"since:{self.since}" if self.since else "",
            f"until:{self.until}" if self.until else "",
        ]
        return " ".join(term for term in terms if term)

    def with_options(self, options: "IncidentQuery") -> "IncidentQuery":
        """Return the query of a text with the options given beside it; the options' `ca` is not used.

        Raises UserError if text and options say different things about the same.
        """
        section = options.section if self.section.casefold() == options.section.casefold() else self.section
        return replace(
            self,
            section=_agreed("section", section, options.section) or "",
            state=_agreed("open", self.state, options.state),
            since=_agreed("since", self.since, options.since),
            until=_agreed("until", self.until, options.until),
            page=_agreed("page", self.page, options.page),
        )

    def require_ordered_dates(self) -> None:
        """Raise UserError if the first day is later than the last."""
        if self.since and self.until and self.since > self.until:
            raise UserError(f"since:{self.since} is later than until:{self.until}; swap the two dates.")


def parse_query(text: str) -> IncidentQuery:
    """Parse a typed query: its flags, and as `ca` whatever is not a flag.

    Raises UserError for an invalid date, page, yes or no, or a flag that is given twice with different values.
    """
    query = IncidentQuery(" ".join(_FLAG.sub(" ", text).split()))
    for name, value in _FLAG.findall(text):
        query = query.with_options(_parse_flag(name.lower(), value.strip('"')))
    return query


def parse_date(text: str, name: str) -> date | None:
    """Parse a day like 2024-03-01; None for "". Raises UserError, which calls it by the `name` of its option."""
    if not text:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UserError(f"{name}:{text[:40]} is not a date.", example=f"incidents Entrust {name}:2024-03-01")


def parse_state(text: str) -> StateFilter | None:
    """Parse the value of the option `open`: yes, no (closed ones too) or closed (only these); None for "".

    Raises UserError for any other.
    """
    if not text:
        return None
    return "closed" if text.casefold() == "closed" else _parse_state_flag("open", text)


def parse_page(text: str) -> int:
    """Parse a page as people count them, from 1, and return it counted from 0. Raises UserError if it is none."""
    if re.fullmatch(rf"[0-9]{{1,{MAX_PAGE_DIGITS}}}", text):
        return max(int(text), 1) - 1
    raise UserError(f"page:{text[:40]} is not a page.", example="incidents Entrust page:2")


def _parse_flag(name: str, value: str) -> IncidentQuery:
    match name:
        case "section":
            return IncidentQuery(section=value)
        case "open" | "closed":
            return IncidentQuery(state=_parse_state_flag(name, value))
        case "page":
            return IncidentQuery(page=parse_page(value))
    day = parse_date(value, name)
    return IncidentQuery(since=day) if name == "since" else IncidentQuery(until=day)


def _parse_state_flag(name: str, text: str) -> StateFilter:
    value = text.casefold()
    if value in _YES:
        return "closed" if name == "closed" else "open"
    if value in _NO:
        return "any"
    if value == "closed":
        return "closed"
    raise UserError(f"{name}:{text[:40]} is neither yes nor no.", example=f"incidents Entrust {name}:yes")


def _agreed(name: str, first: T | None, second: T | None) -> T | None:
    """Return the value that was given; raises UserError if two different ones were."""
    values = [value for value in (first, second) if value not in (None, "")]
    if len(values) == 2 and values[0] != values[1]:
        if name == "open":
            kinds = [STATE_WORDS[str(value)] for value in values]
            raise UserError(f"You ask for {kinds[0]} and for {kinds[1]} at once; choose one of the two.")
        texts = [str(value + 1) if isinstance(value, int) else str(value)[:80] for value in values]
        raise UserError(f"{name} is given twice, as {texts[0]} and as {texts[1]}; give it once.")
    return values[0] if values else None
