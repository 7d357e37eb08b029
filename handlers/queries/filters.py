"""What a member typed after `!incidents`, read into a question: flags, and what is no flag is the CA."""

import re
from dataclasses import dataclass
from datetime import date

from handlers.results import UserError

FLAGS = ("section", "open", "since", "until")
_FLAG = re.compile(rf"(?:^|(?<=\s))({'|'.join(FLAGS)}):(\"[^\"]*\"|\S*)", re.IGNORECASE)
_YES = frozenset({"yes", "y", "true", "1", "on", "ja", "open"})
_NO = frozenset({"no", "n", "false", "0", "off", "nein", "all", ""})
_BUG = re.compile(
    r"(?:https?://\S*?show_bug\.cgi\?id=|https?://bugzil\.la/|bug\s*#?\s*|#)?(\d{1,9})(?:#c\d+)?", re.IGNORECASE
)
_BUG_FIRST = re.compile(rf"(<?{_BUG.pattern}>?|\S+)(?: (.*))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """Which incidents somebody asks for, in their own words; empty strings where nothing was said."""

    ca: str = ""
    section: str = ""
    open_only: bool = False
    since: date | None = None
    until: date | None = None

    @property
    def words(self) -> str:
        """The same question as one would type it."""
        parts = [
            self.ca,
            f'section:"{self.section}"' if " " in self.section else f"section:{self.section}" if self.section else "",
            "open:yes" if self.open_only else "",
            f"since:{self.since}" if self.since else "",
            f"until:{self.until}" if self.until else "",
        ]
        return " ".join(part for part in parts if part)


def read_question(text: str, *, section: str = "", open_: str = "", since: str = "", until: str = "") -> Question:
    """Read a question; an option of its own overrides the same flag in the text.

    Raises CannotAnswer for a date or a yes that is none.
    """
    flags = {name.lower(): value.strip('"') for name, value in _FLAG.findall(text)}
    flags |= {
        name: value
        for name, value in (("section", section), ("open", open_), ("since", since), ("until", until))
        if value
    }
    first, last = (_read_day(flags.get(name, ""), name) for name in ("since", "until"))
    if first and last and first > last:
        raise UserError(f"since:{first} is later than until:{last}; turn them round.")
    return Question(
        " ".join(_FLAG.sub(" ", text).split()), flags.get("section", ""), _read_yes(flags.get("open", "")), first, last
    )


def read_bug(text: str) -> int | None:
    """Read a bug's number from a number, "bug 123", "#123" or a link; None if it is none of these."""
    found = _BUG.fullmatch(text.strip().strip("<>"))
    return int(found[1]) if found else None


def bug_and_section(text: str) -> tuple[str, str]:
    """Split "1897630 EV mis-issuance" into the bug, however it is written, and the rest."""
    found = _BUG_FIRST.fullmatch(" ".join(text.split()))
    return (found[1], found[3] or "") if found else ("", "")


def _read_day(text: str, name: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else _no_date(text, name)
    except ValueError:
        return _no_date(text, name)


def _no_date(text: str, name: str) -> date:
    raise UserError(f"{name}:{text[:40]} is no date; write it like {name}:2024-03-01.")


def _read_yes(text: str) -> bool:
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise UserError(f"open:{text[:40]} is not understood; write open:yes or open:no.")
