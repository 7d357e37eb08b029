"""All incidents in the order in which they fit a handful of examples, each with what decided."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import exp

from handlers.likeness.ideas import IDEAS, Idea
from handlers.likeness.index import Index, Row
from handlers.likeness.terms import Subject, terms_of
from handlers.likeness.themes import Example, Theme, theme_of

_FOUND = 20
# An incident that follows another fits nearly as well as that one.
_FOLLOWING = 0.8
MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Match:
    bug: int
    score: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    matches: tuple[Match, ...]
    would_assign: int
    cohesion: float
    shared: str


def raw(
    index: Index,
    examples: Sequence[int],
    against: Sequence[int] = (),
    description: str = "",
    idea: Idea | None = None,
    found_n: int = _FOUND,
    damp: float = _FOLLOWING,
) -> dict[int, float]:
    rows = index.rows_of(examples)
    named = {row.bug for row in rows}
    own = [row for row in rows if index.cause_of(row) not in named]
    shown = [Example(row) for row in own]
    if description:
        shown.append(Example(index.row_of(terms_of(Subject(0, description, "", None, datetime.now(UTC)), index.mask))))
    not_ = [Example(row) for row in index.rows_of(against)]
    theme = theme_of(index, shown, not_)
    scores = {bug: theme.score(row) for bug, row in index.rows.items()}
    if found_n:
        best = heapq.nlargest(
            found_n, (b for b in scores if b not in named and b not in against), key=lambda b: (scores[b], -b)
        )
        theme = theme_of(index, shown, not_, [Example(index.rows[b]) for b in best])
        scores = {bug: theme.score(row) for bug, row in index.rows.items()}
    lo = min(scores.values())
    top = max(scores.values())
    for bug, row in index.rows.items():
        c = index.cause_of(row) if row.causes else None
        if c is not None:
            v = top if c in named else scores[c]
            scores[bug] = max(scores[bug], lo + (v - lo) * damp)
    return scores
