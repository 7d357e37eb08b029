"""All incidents in the order in which they fit a handful of examples, each with what decided."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from statistics import fmean, median

from handlers.similarity.adjustments import learn_corrections
from handlers.similarity.index import Index, Row
from handlers.similarity.profile import Example, Theme, theme_of
from handlers.similarity.reasons import follows, reasons_for
from handlers.similarity.terms import described
from handlers.similarity.topics import Idea
from handlers.similarity.vectors import cohesion, direction_of

# So many of the best are read for further words, but no more than one incident in seventy.
_FOUND, _ONE_IN = 20, 70
# How a fit becomes log odds, fitted on drawn examples (docs/likeness.md): the more alike examples are, the sharper.
_START, _SLOPE = -2.0, 2.3
_START_SHARPER, _SLOPE_SHARPER, _SHARPEST = -11.0, 24.0, 0.3
# Examples that stand out less than this are no measure for others.
_LEAST_STAND_OUT = 2.5
# An incident that follows another fits nearly as well as that one.
_FOLLOWING = 1.0
_EVEN = 0.5
# Below this examples are as alike as any handful of incidents.
LITTLE_SHARED = 0.1


@dataclass(frozen=True, slots=True)
class Match:
    """One incident: how likely it belongs (0 to 1) and what decided, or "follows BUG" for a followed reference."""

    bug: int
    score: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """All incidents but the examples, for and against, best first.

    `would_assign` is how many it would hold beside the examples if it were accepted as it stands; `cohesion` how alike
    the examples are (0 to 1, 1.0 for a single one), too little to go by below LITTLE_SHARED.
    """

    matches: tuple[Match, ...]
    would_assign: int
    cohesion: float


def rank(
    index: Index,
    examples: Iterable[int],
    against: Iterable[int] = (),
    description: str = "",
    idea: Idea | None = None,
) -> Ranking:
    """Rank all incidents by examples, counter-examples, a description and an idea; any of them may be left out.

    The same incidents and judgements give the same ranking. With nothing to go by there are no matches.
    """
    named, denied = tuple(dict.fromkeys(examples)), tuple(dict.fromkeys(against))
    for_rows, against_rows = index.rows_of(named), index.rows_of(denied)
    taught = _teaching(index, for_rows)
    shown = [Example(row) for row in taught]
    shown += [Example(index.row_of(terms)) for terms in described(description, idea, index.mask)]
    alike = cohesion(index, taught)
    if not shown or not len(index):
        return Ranking((), 0, alike)
    judged = {row.bug for row in (*for_rows, *against_rows)}
    theme = _theme(index, shown, judged)
    odds = _odds(index, theme, shown, alike)
    corrections = None
    if against_rows:
        corrections = learn_corrections(index, taught, against_rows, odds)
        odds = {bug: so_far + corrections.of(direction_of(index, index.rows[bug])) for bug, so_far in odds.items()}
    followed = _followed(index, odds, {row.bug for row in for_rows})
    matches = []
    for bug in sorted(odds.keys() - judged, key=lambda bug: (-followed.get(bug, (odds[bug],))[0], bug)):
        by_cause = followed.get(bug)
        if by_cause is None:
            why = reasons_for(index, index.rows[bug], theme, corrections)
            matches.append(Match(bug, _chance(odds[bug]), why))
        else:
            matches.append(Match(bug, _chance(by_cause[0]), (follows(by_cause[1]),)))
    would_assign = sum(match.score >= _EVEN for match in matches)
    return Ranking(tuple(matches), would_assign, alike)


def _teaching(index: Index, rows: Sequence[Row]) -> list[Row]:
    """Leave out examples that follow another example: they would teach lateness, and are found by what they follow."""
    named = {row.bug for row in rows}
    return [row for row in rows if index.cause_of(row) not in named]


def _theme(index: Index, shown: Sequence[Example], judged: Collection[int]) -> Theme:
    first = theme_of(index, shown)
    scores = {row.bug: first.score(row) for row in index.rows.values() if row.bug not in judged}
    most = min(_FOUND, len(index) // _ONE_IN)
    best = heapq.nlargest(most, scores, key=lambda bug: (scores[bug], -bug))
    return theme_of(index, shown, [Example(index.rows[bug]) for bug in best])


def _odds(index: Index, theme: Theme, shown: Sequence[Example], alike: float) -> dict[int, float]:
    """Return each incident's log odds: where it stands between the usual incident (0) and the examples (1)."""
    scores = {row.bug: theme.score(row) for row in index.rows.values()}
    usual = median(scores.values())
    stand_out = max(fmean(theme.score(one.row) for one in shown) - usual, _LEAST_STAND_OUT)
    sharp = min(alike, _SHARPEST)
    start, slope = _START + _START_SHARPER * sharp, _SLOPE + _SLOPE_SHARPER * sharp
    odds = {}
    for bug, score in scores.items():
        fit = (score - usual) / stand_out
        # What fits better than the examples do is hardly surer.
        odds[bug] = start + slope * (fit if fit <= 1 else 1 + (fit - 1) / 3)
    return odds


def _followed(index: Index, odds: Mapping[int, float], named: Collection[int]) -> dict[int, tuple[float, int]]:
    """Return the incidents that fit better by what they follow than by themselves: their log odds, and the cause."""
    best = max(odds.values())
    followed = {}
    for row in index.rows.values():
        cause = index.cause_of(row)
        if cause is not None:
            by_cause = (best if cause in named else odds[cause]) - _FOLLOWING
            if by_cause > odds[row.bug]:
                followed[row.bug] = (by_cause, cause)
    return followed


def _chance(odds: float) -> float:
    return round(1.0 / (1.0 + exp(-min(max(odds, -30.0), 30.0))), 4)
