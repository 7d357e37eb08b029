"""Finds the echoes of an incident: earlier ones that it refers to, then those that it will most probably refer to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import exp
from typing import Literal

from handlers.parsing.documents import IncidentDocument
from handlers.related.common_ground import CommonGround
from handlers.related.echo_reasons import EchoReasons, echo_reasons
from handlers.related.features import build_candidates
from handlers.related.index import IncidentRow, RelatedIndex
from handlers.related.two_years import two_years_before

Group = Literal["refers to", "same CA", "other CAs"]
PrimaryReason = Literal["refers to", "in common", "link", "same CA"]

# Median score of the tenth candidate in the training data; it maps to 0.5.
SCORE_MIDPOINT = 3.0
# Lower scores are not shown; after the first ten an echo must have something in common and reach the second score.
MIN_SCORE, MIN_LATER_SCORE = 0.05, 0.1
UNFILTERED_COUNT = 10
# A late revocation or report is announced soon after the incident that it is about.
_MAX_AFTER_CAUSE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Echo:
    """An earlier incident that another one refers to, or will probably refer to.

    `score` is 0 to 1 (1.0 if it is referred to). `reasons` says what both have in common, `primary_reason` the kind of
    the strongest of these reasons. `within_two_years` is whether it was opened in the two years before, which a full
    report must cover (ccadb.org/cas/incident-report). `may_be_cause` is whether the other one's title is about the
    handling of an incident, which this one may be.
    """

    bug: int
    score: float
    reasons: Literal["refers to"] | tuple[str, ...]
    primary_reason: PrimaryReason
    same_ca: bool
    within_two_years: bool
    may_be_cause: bool = False

    @property
    def group(self) -> Group:
        """Whether it is referred to, or else of the same CA owner."""
        if self.reasons == "refers to":
            return "refers to"
        return "same CA" if self.same_ca else "other CAs"


def find_echoes(index: RelatedIndex, query: int | IncidentDocument, limit: int | None = None) -> tuple[Echo, ...]:
    """Return the earlier incidents that one refers to, in its order, then those it may refer to, likeliest first.

    `query` is the bug number of an incident in the index, or an incident that may be new to it. The first ten may be
    there only because of the same CA or a link; later ones have something in common as well. Raises KeyError if the
    index does not have the bug.
    """
    query_row = index.row_for(query) if isinstance(query, IncidentDocument) else index.rows[query]
    referenced = [index.rows[bug] for bug in dict.fromkeys((*query_row.references, *query_row.linked)) if bug in index]
    echoes = [_echo(query_row, row, 1.0, None) for row in referenced if row.order_key < query_row.order_key]
    if limit is None or len(echoes) < limit:
        echoes += _by_score(index, query_row, {echo.bug for echo in echoes})
    first, later = echoes[:UNFILTERED_COUNT], echoes[UNFILTERED_COUNT:]
    return tuple([*first, *(echo for echo in later if _qualifies_later(echo))][:limit])


def _by_score(index: RelatedIndex, query_row: IncidentRow, excluded_bugs: set[int]) -> Iterator[Echo]:
    idf = index.idf()
    common_ground = CommonGround(query_row, index, idf)
    candidates = build_candidates(query_row, index.rows.values(), idf)
    for candidate in sorted(candidates, key=lambda candidate: (-candidate.score, -candidate.row.bug)):
        score = 1.0 / (1.0 + exp(SCORE_MIDPOINT - candidate.score))
        if score < MIN_SCORE:
            return
        if candidate.row.bug in excluded_bugs:
            continue
        reasons = echo_reasons(query_row, candidate.row, candidate.features, common_ground)
        if reasons.texts:
            yield _echo(query_row, candidate.row, score, reasons)


def _qualifies_later(echo: Echo) -> bool:
    if echo.primary_reason == "refers to":
        return True
    return echo.primary_reason == "in common" and echo.score >= MIN_LATER_SCORE


def _echo(query_row: IncidentRow, row: IncidentRow, score: float, reasons: EchoReasons | None) -> Echo:
    """Return a row as an echo; without `reasons` the query row refers to it."""
    same_ca = query_row.ca is not None and query_row.ca == row.ca
    within_two_years = row.opened >= two_years_before(query_row.opened)
    if reasons is None:
        return Echo(row.bug, score, "refers to", "refers to", same_ca, within_two_years)
    primary_reason: PrimaryReason = "in common" if reasons.in_common else "link" if reasons.links else "same CA"
    may_be_cause = bool(
        reasons.in_common
        and same_ca
        and query_row.is_follow_up
        and not row.is_follow_up
        and query_row.opened - row.opened <= _MAX_AFTER_CAUSE
    )
    return Echo(row.bug, score, reasons.texts, primary_reason, same_ca, within_two_years, may_be_cause)
