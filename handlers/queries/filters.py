"""Queries for incidents as members give them: parsed from text with flags, or typed as options beside it."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from handlers.errors import UserError

FLAGS = ("section", "open", "since", "until")
_FLAG = re.compile(rf"(?:^|(?<=\s))({'|'.join(FLAGS)}):(\"[^\"]*\"|\S*)", re.IGNORECASE)
_YES = frozenset({"yes", "y", "true", "1", "on", "ja", "open"})
_NO = frozenset({"no", "n", "false", "0", "off", "nein", "all", ""})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class IncidentQuery:
    """Which incidents a member wants to see, with names as typed; "" or None where the member said nothing.

    `since` and `until` are days in UTC, both included. `open_only` false asks for closed incidents too, as None does.
    """

    ca: str = ""
    section: str = ""
    open_only: bool | None = None
    since: date | None = None
    until: date | None = None

    @property
    def as_text(self) -> str:
        """The query as a user would type it."""
        terms = [
            self.ca,
            f'section:"{self.section}"' if " " in self.section else f"section:{self.section}" if self.section else "",
            "open:yes" if self.open_only else "",
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
            open_only=_agreed("open", self.open_only, options.open_only),
            since=_agreed("since", self.since, options.since),
            until=_agreed("until", self.until, options.until),
        )

    def require_ordered_dates(self) -> None:
        """Raise UserError if the first day is later than the last."""
        if self.since and self.until and self.since > self.until:
            raise UserError(f"since:{self.since} is later than until:{self.until}; swap the two dates.")


def parse_query(text: str) -> IncidentQuery:
    """Parse a typed query: its flags, and the CA from whatever is not a flag.

    Raises UserError for an invalid date, an invalid yes or no, or a flag that is given twice with different values.
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
    raise UserError(f"{name}:{text[:40]} is not a date; write it like {name}:2024-03-01.")


def _parse_flag(name: str, value: str) -> IncidentQuery:
    if name == "section":
        return IncidentQuery(section=value)
    if name == "open":
        return IncidentQuery(open_only=_parse_bool(value))
    day = parse_date(value, name)
    return IncidentQuery(since=day) if name == "since" else IncidentQuery(until=day)


def _parse_bool(text: str) -> bool:
    value = text.casefold()
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise UserError(f"open:{text[:40]} is not understood; write open:yes or open:no.")


def _agreed(name: str, first: T | None, second: T | None) -> T | None:
    """Return the value that was given; raises UserError if two different ones were."""
    values = [value for value in (first, second) if value not in (None, "")]
    if len(values) == 2 and values[0] != values[1]:
        texts = [("yes" if value else "no") if isinstance(value, bool) else str(value)[:80] for value in values]
        raise UserError(f"{name} is given twice, as {texts[0]} and as {texts[1]}; give it once.")
    return values[0] if values else None
