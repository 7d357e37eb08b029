"""Names the reasons for an echo in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from handlers.related.common_ground import CommonGround
from handlers.related.features import SECONDS_PER_DAY
from handlers.related.index import IncidentRow

_RECENT_DAYS, _DAYS_PER_MONTH, _DAYS_PER_YEAR = 30, 30.4, 365.25
# In units of the feature: about two references of the last days, or more of the last weeks.
_MIN_RECENT_REFERENCES = 1.0
# Relative to the most similar of all earlier incidents.
_MIN_SIMILAR_WORDS = 0.3


@dataclass(frozen=True, slots=True)
class EchoReasons:
    """The reasons for an echo: what both incidents have `in_common`, `links`, and `nearness` in time.

    `nearness` is like "same CA, 6 days before".
    """

    in_common: tuple[str, ...]
    links: tuple[str, ...]
    nearness: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """All reasons in the order in which they are shown; () if there are none."""
        return (*self.in_common, *self.links, *self.nearness)


def echo_reasons(
    query_row: IncidentRow, row: IncidentRow, features: Mapping[str, float], common_ground: CommonGround
) -> EchoReasons:
    """Return what both incidents have in common, most informative first, and how they are linked.

    The same CA is a reason for a month, and for a year if there is no other reason.
    """
    in_common = common_ground.reasons(row)
    days = max(int((query_row.opened - row.opened).total_seconds() / SECONDS_PER_DAY), 0)
    same_ca = query_row.ca is not None and row.ca == query_row.ca
    mentioned = ("its CA is named",) if features["mentions_its_ca"] else ()
    recently_referenced = features["same_ca_recent_references"] >= _MIN_RECENT_REFERENCES
    similar = ("similar report",) if not in_common and features["word_cosine"] >= _MIN_SIMILAR_WORDS else ()
    links = (*mentioned, *(("others just before refer to it",) if recently_referenced else ()), *similar)
    is_near = same_ca and (days < _RECENT_DAYS or (not (in_common or links) and days < _DAYS_PER_YEAR))
    return EchoReasons(in_common, links, (f"same CA, {_time_before(days)}",) if is_near else ())


def _time_before(days: int) -> str:
    if days < 1:
        return "within a day"
    if days >= 2 * _DAYS_PER_MONTH:
        return f"{int(days / _DAYS_PER_MONTH)} months before"
    return "1 day before" if days == 1 else f"{days} days before"
