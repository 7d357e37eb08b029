"""Incidents ranked by likeness, from this program's memory of them."""

from collections.abc import Sequence
from functools import partial

from handlers.indexes.synced_index import KeptIndex
from handlers.sections.labels import BATCH
from handlers.sections.ranking import Match, Notion, Ranking
from handlers.similarity import active_learning, ranking
from handlers.similarity.index import Index
from handlers.similarity.topics import find_idea


class LikenessRanker:
    """Ranks the incidents of a database by handlers/likeness."""

    def __init__(self, kept: KeptIndex[Index]) -> None:
        self._kept = kept

    async def rank(self, notion: Notion) -> Ranking:
        """Rank all incidents; none of it holds up an answer."""
        found = await self._kept.ask(
            partial(
                ranking.rank,
                examples=notion.examples,
                against=notion.against,
                description=notion.description,
                idea=find_idea(notion.name),
            )
        )
        cohesion = found.cohesion if len(notion.examples) > 1 else None
        return Ranking(found.matches, found.would_assign, cohesion)

    def choose_batch(self, ranked: Ranking, size: int, seen: frozenset[int]) -> tuple[Match, ...]:
        """Choose the best, and doubtful ones that differ in what decided."""
        return active_learning.choose_batch(ranked.matches, size, seen)

    def bound_from(self, judged: Sequence[tuple[float, bool]]) -> float | None:
        """Give the score from which nearly all judged ones belonged; `judged` is in the order of judgement."""
        verdicts = [active_learning.Verdict(score, belongs) for score, belongs in judged]
        return active_learning.bound_from([verdicts[start : start + BATCH] for start in range(0, len(verdicts), BATCH)])
