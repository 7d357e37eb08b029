"""Queries for list messages as members type them: a CA, a bug, a day, month or year, a thread."""

import hashlib
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from handlers.errors import UserError
from handlers.queries.filters import parse_date

_FLAG = re.compile(r"(?:^|(?<=\s))(since|until|thread):(\S*)", re.IGNORECASE)
_PERIOD = re.compile(r"(?<!\S)((?:19|20)\d\d)(?:-(\d\d))?(?:-(\d\d))?(?!\S)")


@dataclass(frozen=True, slots=True)
class MessageQuery:
    """Which messages a member wants to see; "" or None where the member said nothing.

    `about` is a CA owner, a bug or the subject of a thread, as typed; `thread_id` stands for
    a thread, as `make_thread_id` returns it.
    """

    about: str = ""
    since: date | None = None
    until: date | None = None
    thread_id: str = ""

    @property
    def as_text(self) -> str:
        """The query as a user would type it."""
        terms = [
            self.about,
            f"thread:{self.thread_id}" if self.thread_id else "",
            f"since:{self.since}" if self.since else "",
            f"until:{self.until}" if self.until else "",
        ]
        return " ".join(term for term in terms if term)


def parse_message_query(text: str) -> MessageQuery:
    """Parse a typed query: its flags, a period such as 2024-05, and whatever else it is about.

    Raises UserError for a date that is none, and if the first day is later than the last.
    """
    rest = " ".join(_FLAG.sub(" ", text).split())
    flags = {name.lower(): value for name, value in _FLAG.findall(text)}
    since, until = parse_date(flags.get("since", ""), "since"), parse_date(flags.get("until", ""), "until")
    if period := _PERIOD.search(rest):
        first, last = _days_of(period)
        since, until = since or first, until or last
        rest = " ".join(f"{rest[: period.start()]} {rest[period.end() :]}".split())
    if since and until and since > until:
        raise UserError(f"since:{since} is later than until:{until}; swap the two dates.")
    return MessageQuery(rest, since, until, flags.get("thread", ""))


def make_thread_id(thread: str) -> str:
    """Return what stands for a thread in a query: its subject may be too long for a button or a menu."""
    return hashlib.sha256(thread.encode()).hexdigest()[:16] if thread else ""


def _days_of(period: re.Match[str]) -> tuple[date, date]:
    """Return the first and the last day of a day, month or year; raises UserError if the calendar has none such."""
    year, month, day = int(period[1]), period[2], period[3]
    try:
        first = date(year, int(month or 1), int(day or 1))
    except ValueError:
        raise UserError(f"{period[0]} is not a date.", example="list 2024-05") from None
    if day:
        return first, first
    last_month = first.month if month else 12
    return first, date(year, last_month, monthrange(year, last_month)[1])
