"""Ranks incidents by text similarity, from the in-memory similarity index."""

from collections.abc import Sequence
from functools import partial

from handlers.indexes.synced_index import SyncedIndex
from handlers.sections.labels import BATCH_SIZE
from handlers.sections.ranking import Match, Ranking, RankingQuery
from handlers.similarity import active_learning, ranking
from handlers.similarity.index import SimilarityIndex


class SimilarityRanker:
    """Ranks the stored incidents with the package handlers.similarity."""

    def __init__(self, index: SyncedIndex[SimilarityIndex]) -> None:
        self._index = index

    async def rank(self, query: RankingQuery) -> Ranking:
        """Rank all incidents, in a thread so that the event loop is not blocked."""
        return await self._index.query(
            partial(
                ranking.rank,
                examples=query.examples,
                counter_examples=query.counter_examples,
                description=query.description,
                name=query.name,
            )
        )

    def choose_batch(self, ranked: Ranking, size: int, excluded: frozenset[int]) -> tuple[Match, ...]:
        """Choose the best matches, and uncertain ones that matched for different reasons."""
        return active_learning.select_for_labelling(ranked.matches, size, excluded)

    def threshold_from(self, labelled_scores: Sequence[tuple[float, bool]]) -> float | None:
        """Return the score from which nearly all labelled incidents belonged; the scores are in labelling order."""
        scores = [active_learning.LabelledScore(score, belongs) for score, belongs in labelled_scores]
        return active_learning.calibrate_threshold(
            [scores[start : start + BATCH_SIZE] for start in range(0, len(scores), BATCH_SIZE)]
        )
