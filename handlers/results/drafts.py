"""Results about the draft of a report; nothing of it is stored."""

from dataclasses import dataclass
from datetime import date

from handlers.reports.check import DraftCheck
from handlers.results.related import AlikeIncident


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """What a draft is and lacks if it is posted on a day, and what its table of related incidents could hold.

    `related` are incidents of the two years before, of the same kind of failure, that the draft does not name, best
    first, those of other CAs before those of its own; `ca` is the owner whose draft it is, None if that is not known.
    `has_title`: they were found by the bug's title too.
    """

    check: DraftCheck
    day: date
    ca: str | None
    related: tuple[AlikeIncident, ...] = ()
    has_title: bool = False
