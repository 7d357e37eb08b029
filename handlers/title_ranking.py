"""Incidents ranked by the words of their titles: those that the examples share and few other incidents have.

The plainest ranking there is; `handlers/section_ranking.py` says what a better one has to offer.
"""

import asyncio
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from handlers.reading.ca_owners import folded
from handlers.section_ranking import Match, Notion, Ranking
from storage import incidents
from storage.database import Database
from storage.values import IncidentFilter

ENOUGH = 0.5  # of what the examples share, for an incident to be held without judgement
RIGHT_ENOUGH = 0.8  # of the judged ones above the bound
MOST_WORDS = 4
_WORD = re.compile(r"[^\W\d_]{3,30}")


class TitleRanker:
    """Ranks the incidents of a database anew with each question."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rank(self, notion: Notion) -> Ranking:
        """Rank all incidents by the words of their titles; none of it holds up an answer."""
        found = await incidents.find_incidents(self._database, IncidentFilter())
        return await asyncio.to_thread(rank_titles, {one.bug.id: one.title for one in found}, notion)

    def choose_batch(self, ranking: Ranking, size: int, seen: frozenset[int]) -> tuple[Match, ...]:
        """Choose from the top, and from about where what it would hold ends."""
        left = [match for match in ranking.matches if match.bug not in seen]
        top = left[: size - size // 2]
        edge = [match for match in left[max(ranking.would_assign - 1, 0) :] if match not in top]
        rest = [match for match in left if match not in top and match not in edge]
        return tuple([*top, *edge[: size // 2], *rest, *edge[size // 2 :]][:size])

    def bound_from(self, judged: Sequence[tuple[float, bool]]) -> float | None:
        """Give the lowest score above which four of five judged ones belonged; None where there is none."""
        for bound in sorted({score for score, belongs in judged if belongs}):
            above = [belongs for score, belongs in judged if score >= bound]
            if sum(above) >= RIGHT_ENOUGH * len(above):
                return bound
        return None


def rank_titles(titles: Mapping[int, str], notion: Notion) -> Ranking:
    """Rank titles by what they share with the examples, the name and the description, each word by its rarity."""
    words = {bug: _words(title) for bug, title in titles.items()}
    held_by = Counter(word for each in words.values() for word in each)
    shown = [words[bug] for bug in notion.examples if bug in words] + [_words(f"{notion.name} {notion.description}")]
    unlike = [words[bug] for bug in notion.against if bug in words]
    weight = {
        word: math.log(1 + len(words) / held_by[word]) * (_share(word, shown) - 0.5 * _share(word, unlike))
        for word in set().union(*shown)
        if word in held_by
    }
    best = sum(sorted((each for each in weight.values() if each > 0), reverse=True)[:MOST_WORDS])
    matches = []
    for bug in words.keys() - set(notion.examples) - set(notion.against):
        shared = sorted((word for word in words[bug] if weight.get(word, 0.0) > 0), key=lambda word: -weight[word])
        if shared and best:
            score = min(sum(weight[word] for word in shared) / best, 1.0)
            matches.append(Match(bug, round(score, 4), tuple(shared[:MOST_WORDS])))
    matches.sort(key=lambda match: (-match.score, -match.bug))
    return Ranking(tuple(matches), sum(match.score >= ENOUGH for match in matches), _cohesion(shown[:-1]))


def _cohesion(shown: Sequence[frozenset[str]]) -> float | None:
    """Give how large a share of the examples has the word that most of them have."""
    if len(shown) < 2:
        return None
    most = max(Counter(word for each in shown for word in each).values(), default=0)
    return 0.0 if most < 2 else most / len(shown)


def _share(word: str, texts: Sequence[frozenset[str]]) -> float:
    return sum(word in text for text in texts) / len(texts) if texts else 0.0


def _words(text: str) -> frozenset[str]:
    return frozenset(folded(word).removesuffix("s") for word in _WORD.findall(text))
