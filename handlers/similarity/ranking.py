"""Ranks all incidents by how well they fit a handful of examples, each with the reasons for its score."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from statistics import fmean, median

from handlers.similarity.adjustments import fit_adjustments
from handlers.similarity.index import IndexedIncident, SimilarityIndex
from handlers.similarity.profile import Profile, WeightedRow, build_profile
from handlers.similarity.reasons import follow_up_reason, match_reasons
from handlers.similarity.terms import terms_from_description
from handlers.similarity.topics import Topic
from handlers.similarity.vectors import cohesion, vector_for

# So many of the best matches add terms to the profile, but no more than one incident in seventy.
_MAX_FEEDBACK, _FEEDBACK_DIVISOR = 20, 70
# The logistic curve from fit to log odds, fitted on drawn examples (docs/similarity.md); it is sharper for more
# cohesive examples.
_INTERCEPT, _SLOPE = -2.0, 2.3
_INTERCEPT_PER_COHESION, _SLOPE_PER_COHESION, _MAX_COHESION = -11.0, 24.0, 0.3
# Examples that score less than this above the median incident are no scale for others.
_MIN_MARGIN = 2.5
# The log odds that a follow-up loses against the incident that it belongs to.
_FOLLOW_UP_PENALTY = 1.0
_DECISION_THRESHOLD = 0.5
# Below this the examples have no more in common than any handful of incidents.
MIN_COHESION = 0.1


@dataclass(frozen=True, slots=True)
class Match:
    """One incident: the probability that it belongs (0 to 1), and the reasons, or "follows BUG" for a follow-up."""

    bug: int
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """All incidents but the examples and counter-examples, best first.

    A section would be assigned the first `would_assign` of them, which are more likely to belong than not. `cohesion`
    (0 to 1) is how similar the examples are to each other, too little to go by below MIN_COHESION; None if there are
    too few examples to tell.
    """

    matches: tuple[Match, ...] = ()
    would_assign: int = 0
    cohesion: float | None = None


def rank(
    index: SimilarityIndex,
    examples: Iterable[int],
    counter_examples: Iterable[int] = (),
    description: str = "",
    topic: Topic | None = None,
) -> Ranking:
    """Rank all incidents by examples, counter-examples, a description and a topic; any of them may be left out.

    Deterministic. Without examples, description and topic there are no matches.
    """
    example_rows, counter_rows = index.rows_for(examples), index.rows_for(counter_examples)
    training_rows = _training_rows(index, example_rows)
    profile_rows = [WeightedRow(row) for row in training_rows]
    profile_rows += [
        WeightedRow(index.row_for(terms)) for terms in terms_from_description(description, topic, index.owners)
    ]
    example_cohesion = cohesion(index, training_rows)
    if not profile_rows or not len(index):
        return Ranking()
    labelled_bugs = {row.bug for row in (*example_rows, *counter_rows)}
    profile = _expanded_profile(index, profile_rows, labelled_bugs)
    log_odds = _log_odds(index, profile, profile_rows, example_cohesion)
    adjustments = None
    if counter_rows:
        adjustments = fit_adjustments(index, training_rows, counter_rows, log_odds)
        log_odds = {
            bug: before + adjustments.log_odds_change(vector_for(index, index.rows[bug]))
            for bug, before in log_odds.items()
        }
    follow_ups = _follow_up_scores(index, log_odds, {row.bug for row in example_rows})
    unlabelled_bugs = log_odds.keys() - labelled_bugs
    matches = []
    for bug in sorted(unlabelled_bugs, key=lambda bug: (-follow_ups.get(bug, (log_odds[bug],))[0], bug)):
        follow_up = follow_ups.get(bug)
        if follow_up is None:
            reasons = match_reasons(index, index.rows[bug], profile, adjustments)
            matches.append(Match(bug, _probability(log_odds[bug]), reasons))
        else:
            matches.append(Match(bug, _probability(follow_up[0]), (follow_up_reason(follow_up[1]),)))
    would_assign = sum(match.score >= _DECISION_THRESHOLD for match in matches)
    return Ranking(tuple(matches), would_assign, example_cohesion if len(training_rows) > 1 else None)


def _training_rows(index: SimilarityIndex, rows: Sequence[IndexedIncident]) -> list[IndexedIncident]:
    """Drop examples that follow up another example: they would shift the profile towards delays."""
    bugs = {row.bug for row in rows}
    return [row for row in rows if index.cause_of(row) not in bugs]


def _expanded_profile(
    index: SimilarityIndex, profile_rows: Sequence[WeightedRow], labelled_bugs: Collection[int]
) -> Profile:
    """Build the profile of the examples, then again with the terms of the incidents that fit it best."""
    initial = build_profile(index, profile_rows)
    scores = {row.bug: initial.score(row) for row in index.rows.values() if row.bug not in labelled_bugs}
    feedback_count = min(_MAX_FEEDBACK, len(index) // _FEEDBACK_DIVISOR)
    best_bugs = heapq.nlargest(feedback_count, scores, key=lambda bug: (scores[bug], -bug))
    return build_profile(index, profile_rows, [WeightedRow(index.rows[bug]) for bug in best_bugs])


def _log_odds(
    index: SimilarityIndex, profile: Profile, profile_rows: Sequence[WeightedRow], example_cohesion: float
) -> dict[int, float]:
    """Return each incident's log odds by its fit: 0 is the median incident, 1 the mean of the examples."""
    scores = {row.bug: profile.score(row) for row in index.rows.values()}
    background = median(scores.values())
    margin = max(fmean(profile.score(example.row) for example in profile_rows) - background, _MIN_MARGIN)
    sharpness = min(example_cohesion, _MAX_COHESION)
    intercept, slope = _INTERCEPT + _INTERCEPT_PER_COHESION * sharpness, _SLOPE + _SLOPE_PER_COHESION * sharpness
    log_odds = {}
    for bug, score in scores.items():
        fit = (score - background) / margin
        # A better fit than the examples' own adds little certainty.
        log_odds[bug] = intercept + slope * (fit if fit <= 1 else 1 + (fit - 1) / 3)
    return log_odds


def _follow_up_scores(
    index: SimilarityIndex, log_odds: Mapping[int, float], example_bugs: Collection[int]
) -> dict[int, tuple[float, int]]:
    """Return, by bug, the log odds and the cause of follow-ups that fit better by their cause than by themselves."""
    best = max(log_odds.values())
    follow_ups = {}
    for row in index.rows.values():
        cause = index.cause_of(row)
        if cause is not None:
            by_cause = (best if cause in example_bugs else log_odds[cause]) - _FOLLOW_UP_PENALTY
            if by_cause > log_odds[row.bug]:
                follow_ups[row.bug] = (by_cause, cause)
    return follow_ups


def _probability(log_odds: float) -> float:
    return round(1.0 / (1.0 + exp(-min(max(log_odds, -30.0), 30.0))), 4)
