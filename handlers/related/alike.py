"""Finds the incidents that are alike: earlier ones of the same kind of failure, of whichever CA owner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from handlers.parsing.documents import IncidentDocument
from handlers.related.common_ground import CommonGround
from handlers.related.index import IncidentRow, RelatedIndex
from handlers.related.likeness import compare
from handlers.related.two_years import two_years_before

# Less probable incidents are not alike. On bugs looked at once, 81 in 100 of a table's rows were right at this bound,
# and it had 75 in 100 of those that belong there; docs/echoes.md.
MIN_PROBABILITY = 0.45
# Incidents of one CA owner with one title, each filed so soon after the one before, are copies of one.
_MAX_DAYS_BETWEEN_COPIES = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Alike:
    """An earlier incident that is probably the same kind of failure as another one.

    `score` is the probability that a reader would call them so. `reasons` are words of both titles, and ideas.
    `copy_of` is the bug that stands for it among those filed together under one title, None if it stands for itself.
    `within_two_years` is whether it was opened in the two years before.
    """

    bug: int
    score: float
    reasons: tuple[str, ...]
    same_ca: bool
    within_two_years: bool
    copy_of: int | None = None


def find_alike(index: RelatedIndex, query: int | IncidentDocument) -> tuple[Alike, ...]:
    """Return the earlier incidents that are probably the same kind of failure, most probable first.

    `query` is the bug number of an incident in the index, or an incident that may be new to it. Raises KeyError if the
    index does not have the bug.
    """
    query_row = index.row_for(query) if isinstance(query, IncidentDocument) else index.rows[query]
    idf = index.idf()
    comparisons = [
        comparison
        for comparison in compare(query_row, index.rows.values(), idf)
        if comparison.probability >= MIN_PROBABILITY
    ]
    if not comparisons:
        return ()
    comparisons.sort(key=lambda comparison: (-comparison.probability, -comparison.row.bug))
    common_ground = CommonGround(query_row, index, idf)
    start = two_years_before(query_row.opened)
    alike = [
        Alike(
            comparison.row.bug,
            comparison.probability,
            common_ground.reasons(comparison.row),
            query_row.ca is not None and query_row.ca == comparison.row.ca,
            comparison.row.opened >= start,
        )
        for comparison in comparisons
    ]
    # without anything that both titles say, a high likeness is mostly of forms and common words
    alike = [incident for incident in alike if incident.reasons]
    copies = _copies(index.rows[incident.bug] for incident in alike)
    return tuple(replace(incident, copy_of=copies.get(incident.bug)) for incident in alike)


def _copies(rows: Iterable[IncidentRow]) -> dict[int, int]:
    """Return which incidents are copies of which, by bug number; of each group the first row stands for the others."""
    ranks: dict[int, int] = {}
    groups: dict[tuple[str | None, frozenset[int]], list[IncidentRow]] = {}
    for rank, row in enumerate(rows):
        ranks[row.bug] = rank
        groups.setdefault((row.ca, frozenset(row.title_word_ids)), []).append(row)
    copies: dict[int, int] = {}
    for group in groups.values():
        series: list[list[IncidentRow]] = []
        for row in sorted(group, key=lambda row: row.order_key):
            if series and row.opened - series[-1][-1].opened <= _MAX_DAYS_BETWEEN_COPIES:
                series[-1].append(row)
            else:
                series.append([row])
        for members in series:
            first = min((row.bug for row in members), key=ranks.__getitem__)
            copies |= {row.bug: first for row in members if row.bug != first}
    return copies
