"""Incidents ranked by likeness, from an index of this database that keeps up with it.

The index holds words of incidents, so what is no longer public leaves it before the next ranking.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from handlers.likeness import batches, ranking
from handlers.likeness.ideas import find_idea
from handlers.likeness.index import Index
from handlers.likeness.masking import mask_of
from handlers.likeness.terms import Subject
from handlers.reading.ca_owners import OwnerTable
from handlers.reading.messages import bugs_in
from handlers.reading.report_forms import opening_of
from handlers.sections.examples import BATCH
from handlers.sections.ranking import Match, Notion, Ranking
from storage import incidents
from storage.database import Database
from storage.values import Incident

AT_ONCE = 100  # incidents read before others have their turn


class LikenessRanker:
    """Ranks the incidents of a database by handlers/likeness."""

    def __init__(self, database: Database, owners: OwnerTable) -> None:
        self._database = database
        self._index = Index(mask_of(owners))
        self._known: dict[int, tuple[datetime, datetime | None, str | None]] = {}
        # one at a time: a ranking must not read an index that is being changed
        self._turn = asyncio.Lock()

    async def rank(self, notion: Notion) -> Ranking:
        """Rank all incidents; none of it holds up an answer."""
        async with self._turn:
            await self._keep_up()
            found = await asyncio.to_thread(
                ranking.rank,
                self._index,
                notion.examples,
                notion.against,
                notion.description,
                find_idea(notion.name),
            )
        matches = tuple(Match(one.bug, one.score, one.why) for one in found.matches)
        cohesion = found.cohesion if len(notion.examples) > 1 else None
        return Ranking(matches, found.would_assign, cohesion)

    def choose_batch(self, ranked: Ranking, size: int, seen: frozenset[int]) -> tuple[Match, ...]:
        """Choose the best, and doubtful ones that differ in what decided."""
        shown = tuple(ranking.Match(one.bug, one.score, one.why) for one in ranked.matches)
        chosen = batches.choose_batch(ranking.Ranking(shown, ranked.would_assign, 0.0, ()), size, seen)
        return tuple(Match(one.bug, one.score, one.why) for one in chosen)

    def bound_from(self, judged: Sequence[tuple[float, bool]]) -> float | None:
        """Give the score from which nearly all judged ones belonged; `judged` is in the order of judgement."""
        verdicts = [batches.Verdict(place, score, belongs) for place, (score, belongs) in enumerate(judged)]
        return batches.bound_from([verdicts[start : start + BATCH] for start in range(0, len(verdicts), BATCH)])

    async def _keep_up(self) -> None:
        """Take in what is new or has changed since the last ranking, and forget what is gone."""
        stamps = await incidents.find_stamps(self._database)
        for bug in self._known.keys() - stamps.keys():
            self._index.remove(bug)
            del self._known[bug]
        changed = sorted(bug for bug, stamp in stamps.items() if self._known.get(bug) != stamp)
        for start in range(0, len(changed), AT_ONCE):
            chunk = changed[start : start + AT_ONCE]
            found = await incidents.find_by_bugs(self._database, chunk)
            texts = await incidents.find_texts(self._database, chunk)
            subjects = [subject_of(found[bug], texts.get(bug, [])) for bug in chunk if bug in found]
            await asyncio.to_thread(self._add, subjects)
            self._known |= {bug: stamps[bug] for bug in chunk}

    def _add(self, subjects: Sequence[Subject]) -> None:
        for subject in subjects:
            self._index.add(subject)


def subject_of(incident: Incident, texts: Sequence[tuple[int, str]]) -> Subject:
    """Give an incident as likeness sees it."""
    opening = next((said for _, text in texts if (said := opening_of(text))), "")
    named = dict.fromkeys((*bugs_in(incident.title), *incident.bug.links.blocks, *bugs_in(opening)))
    refers_to = tuple(bug for bug in named if bug != incident.bug.id)
    return Subject(incident.bug.id, incident.title, opening, incident.ca, incident.bug.created, refers_to)
