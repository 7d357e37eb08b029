"""What proposals ask of a ranking by text: which incidents are like a few examples and unlike others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from handlers.similarity.ranking import Match

__all__ = ["Match", "Notion", "Ranker", "Ranking"]


@dataclass(frozen=True, slots=True)
class Notion:
    """What is known of a section: its name, a description, and bugs that belong and that do not."""

    name: str
    description: str = ""
    examples: tuple[int, ...] = ()
    against: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """All incidents but the examples, best first; those that are not like it at all may be left out.

    `would_assign` counts how many from the top it would hold as it stands. `cohesion` (0 to 1) is how much the
    examples have in common, None where there are too few to tell.
    """

    matches: tuple[Match, ...] = ()
    would_assign: int = 0
    cohesion: float | None = None


class Ranker(Protocol):
    """Ranks incidents by their text."""

    async def rank(self, notion: Notion) -> Ranking:
        """Rank all incidents; nothing matches where neither name nor examples tell anything."""
        ...

    def choose_batch(self, ranking: Ranking, size: int, seen: frozenset[int]) -> tuple[Match, ...]:
        """Choose the incidents whose judgement would teach most, none of those seen."""
        ...

    def bound_from(self, judged: Sequence[tuple[float, bool]]) -> float | None:
        """Give the score from which the text alone may assign, by what was judged; None: nothing may be."""
        ...
