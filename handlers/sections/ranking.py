"""The interface of the ranking that section proposals use: incidents similar to some examples and unlike others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from handlers.similarity.ranking import Match, Ranking

__all__ = ["Match", "Ranker", "Ranking", "RankingQuery"]


@dataclass(frozen=True, slots=True)
class RankingQuery:
    """A section to rank for: its name, its description, and bugs that belong in it and that do not."""

    name: str
    description: str = ""
    examples: tuple[int, ...] = ()
    counter_examples: tuple[int, ...] = ()


class Ranker(Protocol):
    """Ranks incidents by their text."""

    async def rank(self, query: RankingQuery) -> Ranking:
        """Rank all incidents; without a known topic, a description or examples there are no matches."""
        ...

    def choose_batch(self, ranking: Ranking, size: int, excluded: frozenset[int]) -> tuple[Match, ...]:
        """Choose the incidents whose labels would improve the ranking most, none of the excluded ones."""
        ...

    def threshold_from(self, labelled_scores: Sequence[tuple[float, bool]]) -> float | None:
        """Return the score from which the text alone may assign, by the labels so far; None if it may not."""
        ...
