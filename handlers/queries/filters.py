"""Parse the text after `!incidents` into a query: flags, and the CA from whatever is not a flag."""

import re
from dataclasses import dataclass
from datetime import date

from handlers.errors import UserError

FLAGS = ("section", "open", "since", "until")
_FLAG = re.compile(rf"(?:^|(?<=\s))({'|'.join(FLAGS)}):(\"[^\"]*\"|\S*)", re.IGNORECASE)
_YES = frozenset({"yes", "y", "true", "1", "on", "ja", "open"})
_NO = frozenset({"no", "n", "false", "0", "off", "nein", "all", ""})
_BUG = re.compile(
    r"(?:https?://\S*?show_bug\.cgi\?id=|https?://bugzil\.la/|bug\s*#?\s*|#)?(\d{1,9})(?:#c\d+)?", re.IGNORECASE
)
_BUG_FIRST = re.compile(rf"(<?{_BUG.pattern}>?|\S+)(?: (.*))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class IncidentQuery:
    """Which incidents a member wants to see, with names as typed; "" or None where a field does not filter."""

    ca: str = ""
    section: str = ""
    open_only: bool = False
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


def parse_query(text: str, *, section: str = "", open_: str = "", since: str = "", until: str = "") -> IncidentQuery:
    """Parse a query; a separate option overrides the same flag in the text.

    Raises UserError for an invalid date or an invalid yes or no.
    """
    flags = {name.lower(): value.strip('"') for name, value in _FLAG.findall(text)}
    flags |= {
        name: value
        for name, value in (("section", section), ("open", open_), ("since", since), ("until", until))
        if value
    }
    first, last = (_parse_date(flags.get(name, ""), name) for name in ("since", "until"))
    if first and last and first > last:
        raise UserError(f"since:{first} is later than until:{last}; swap the two dates.")
    return IncidentQuery(
        " ".join(_FLAG.sub(" ", text).split()),
        flags.get("section", ""),
        _parse_bool(flags.get("open", "")),
        first,
        last,
    )


def parse_bug_number(text: str) -> int | None:
    """Return the bug number in a number, "bug 123", "#123" or a link; None if the text is none of these."""
    match = _BUG.fullmatch(text.strip().strip("<>"))
    return int(match[1]) if match else None


def split_bug_and_section(text: str) -> tuple[str, str]:
    """Split "1897630 EV mis-issuance" into the bug, in any of its spellings, and the rest."""
    match = _BUG_FIRST.fullmatch(" ".join(text.split()))
    return (match[1], match[3] or "") if match else ("", "")


def _parse_date(text: str, name: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else _bad_date(text, name)
    except ValueError:
        return _bad_date(text, name)


def _bad_date(text: str, name: str) -> date:
    raise UserError(f"{name}:{text[:40]} is not a date; write it like {name}:2024-03-01.")


def _parse_bool(text: str) -> bool:
    value = text.casefold()
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise UserError(f"open:{text[:40]} is not understood; write open:yes or open:no.")
