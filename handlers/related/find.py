"""Finds the echoes of an incident: the earlier incidents it refers to first, then those that resemble it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import exp
from typing import Literal

from handlers.parsing.documents import IncidentDocument
from handlers.related.features import build_candidates
from handlers.related.index import IncidentRow, RelatedIndex
from handlers.related.reasons import EchoReasons, echo_reasons

Group = Literal["refers to", "same CA", "other CAs"]
GROUPS: tuple[Group, ...] = ("refers to", "same CA", "other CAs")
PrimaryReason = Literal["refers to", "shared words", "link", "same CA"]
PRIMARY_REASONS: tuple[PrimaryReason, ...] = ("refers to", "shared words", "link", "same CA")

# Median score of the tenth candidate in the training data; it maps to 0.5.
SCORE_MIDPOINT = 3.0
# Less similar incidents are not shown; after the first ten an echo has to share words and to reach the second score.
MIN_SCORE, MIN_LATER_SCORE = 0.05, 0.1
UNFILTERED_COUNT = 10


@dataclass(frozen=True, slots=True)
class Echo:
    """An earlier incident that another one refers to or resembles.

    `score` is 0 to 1 (1.0 if it is referred to). `reasons` says what both have in common, `primary_reason` the kind of
    the strongest of these reasons; `informativeness` weighs the words that both share (0 without any).
    `within_two_years` is whether it was opened in the two years before, which a full report must cover
    (ccadb.org/cas/incident-report).
    """

    bug: int
    score: float
    reasons: Literal["refers to"] | tuple[str, ...]
    primary_reason: PrimaryReason
    informativeness: float
    same_ca: bool
    within_two_years: bool

    @property
    def reason(self) -> str:
        """The reasons as one text."""
        return "referred to" if self.reasons == "refers to" else ", ".join(self.reasons)

    @property
    def group(self) -> Group:
        """The heading under which it is shown."""
        if self.reasons == "refers to":
            return "refers to"
        return "same CA" if self.same_ca else "other CAs"


def find_echoes(index: RelatedIndex, query: int | IncidentDocument, limit: int | None = None) -> tuple[Echo, ...]:
    """Return the earlier incidents that one refers to, in its order, then those that resemble it, best first.

    `query` is the bug number of an incident in the index, or an incident that may be new to it. The first ten may be
    there only because of the same CA or a link; later ones share words as well. Raises KeyError if the index does not
    have the bug.
    """
    query_row = index.row_for(query) if isinstance(query, IncidentDocument) else index.rows[query]
    referenced = [index.rows[bug] for bug in dict.fromkeys((*query_row.references, *query_row.linked)) if bug in index]
    echoes = [_echo(query_row, row, 1.0, None) for row in referenced if row.order_key < query_row.order_key]
    if limit is None or len(echoes) < limit:
        echoes += _by_similarity(index, query_row, {echo.bug for echo in echoes})
    first, later = echoes[:UNFILTERED_COUNT], echoes[UNFILTERED_COUNT:]
    return tuple([*first, *(echo for echo in later if _qualifies_later(echo))][:limit])


def top_for_alert(echoes: Iterable[Echo], count: int) -> tuple[Echo, ...]:
    """Return the few echoes to show in an alert: those referred to, then those that share the most informative words.

    A high score may come from the same CA and a few days alone, which is not enough here.
    """
    best = sorted(
        echoes, key=lambda echo: (PRIMARY_REASONS.index(echo.primary_reason), -echo.informativeness * echo.score)
    )
    return tuple(echo for echo in best if echo.primary_reason != "same CA")[:count]


def _by_similarity(index: RelatedIndex, query_row: IncidentRow, excluded_bugs: set[int]) -> list[Echo]:
    idf = index.idf()
    candidates = build_candidates(query_row, index.rows.values(), idf)
    echoes: list[Echo] = []
    for candidate in sorted(candidates, key=lambda candidate: (-candidate.score, -candidate.row.bug)):
        score = 1.0 / (1.0 + exp(SCORE_MIDPOINT - candidate.score))
        if score < MIN_SCORE:
            break
        if candidate.row.bug in excluded_bugs:
            continue
        reasons = echo_reasons(query_row, candidate.row, candidate.features, index, idf)
        if reasons.texts:
            echoes.append(_echo(query_row, candidate.row, score, reasons))
    return echoes


def _qualifies_later(echo: Echo) -> bool:
    shares_words = echo.primary_reason == "shared words"
    return echo.primary_reason == "refers to" or (shares_words and echo.score >= MIN_LATER_SCORE)


def _echo(query_row: IncidentRow, row: IncidentRow, score: float, reasons: EchoReasons | None) -> Echo:
    """Return a row as an echo; without `reasons` the query row refers to it."""
    same_ca = query_row.ca is not None and query_row.ca == row.ca
    within_two_years = row.opened >= two_years_before(query_row.opened)
    if reasons is None:
        return Echo(row.bug, score, "refers to", "refers to", 0.0, same_ca, within_two_years)
    primary_reason: PrimaryReason = "shared words" if reasons.phrases else "link" if reasons.links else "same CA"
    return Echo(row.bug, score, reasons.texts, primary_reason, reasons.informativeness, same_ca, within_two_years)


def two_years_before(moment: datetime) -> datetime:
    """Return the same day and time two years earlier; 28 February for the 29th."""
    day = 28 if (moment.month, moment.day) == (2, 29) else moment.day
    return moment.replace(year=moment.year - 2, day=day)
