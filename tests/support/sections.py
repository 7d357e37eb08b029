"""A database with a few incidents and a service for custom sections, which ranks by the words of titles."""

from datetime import UTC, datetime, timedelta

import pytest

from handlers.actor import Actor
from handlers.classification.service import SectionClassifier
from handlers.errors import UserError
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.parsing.owners import build_owner_directory
from handlers.sections.backfill import SectionBackfill
from handlers.sections.ranking import Match, Ranking, RankingQuery
from handlers.sections.service import SectionService
from handlers.use_cases import build_use_cases
from storage import assignments, comments, incidents
from storage.database import Database
from storage.values.incidents import GLOBAL_COMMUNITY, Assignment, Bug, Comment, Incident, IncidentFilter, Person
from tests.support.actor_queries import ActorQueries
from tests.support.database import read

NOON = datetime(2024, 6, 10, 12, tzinfo=UTC)
NOBODY = Person("nobody")
COMMUNITY, OTHER_COMMUNITY = 11, 22
GEOGRAPHICAL = {
    1658792: "Wrong country in certificates",
    1658794: "Wrong state or province in certificates",
    1658796: "Country and state wrong",
    1658798: "Wrong country code",
    1658800: "Locality is no country",
}
UNRELATED = {
    1658801: "CRL published late",
    1658802: "OCSP responder down",
    1658803: "Audit letter late",
    1658804: "Serial numbers too short",
}


def member(number, community=COMMUNITY, *, may_manage=False, may_moderate=False):
    """Return a member of a community; as in the chat, whoever may manage the server may also moderate."""
    return Actor(community, 5, number, may_manage, may_moderate or may_manage)


ALICE, BOB, CAROL, DAVE = (member(number) for number in (1, 2, 3, 4))
MODERATOR = member(8, may_moderate=True)
MANAGER = member(9, may_manage=True)
STRANGER = member(7, OTHER_COMMUNITY)
OTHER_MANAGER = member(6, OTHER_COMMUNITY, may_manage=True)


class WordRanker:
    """Ranks by the words a title shares with the name and the examples; half of its words are enough for a match."""

    def __init__(self, database):
        self.database = database
        self.queries = []

    async def rank(self, query: RankingQuery) -> Ranking:
        """Rank all incidents that share a word with the query; record the query."""
        self.queries.append(query)
        stored = await read(self.database, incidents.find_incidents, IncidentFilter())
        title_words_by_bug = {incident.bug.id: set(incident.title.lower().split()) for incident in stored}
        positive = set(query.name.lower().split()).union(
            *(title_words_by_bug.get(bug, set()) for bug in query.examples)
        )
        negative = set().union(*(title_words_by_bug.get(bug, set()) for bug in query.counter_examples)) - positive
        matches = []
        for bug, title_words in title_words_by_bug.items():
            if bug not in query.examples and bug not in query.counter_examples and title_words & positive:
                score = len(title_words & positive) / len(title_words) - 0.1 * len(title_words & negative)
                matches.append(Match(bug, round(score, 2), tuple(sorted(title_words & positive))))
        matches.sort(key=lambda match: (-match.score, match.bug))
        shared = set.intersection(*(title_words_by_bug[bug] for bug in query.examples)) if query.examples else set()
        cohesion = float(bool(shared)) if len(query.examples) > 1 else None
        return Ranking(tuple(matches), sum(match.score >= 0.5 for match in matches), cohesion)

    def choose_batch(self, ranking, size, excluded):
        """Return the best matches that are not excluded."""
        return tuple(match for match in ranking.matches if match.bug not in excluded)[:size]

    def threshold_from(self, labelled_scores):
        """Return the lowest score that was labelled as belonging."""
        scores = [score for score, belongs in labelled_scores if belongs]
        return min(scores) if scores else None


async def unexpected_training(examples, current):
    """Fail the test: no training is expected."""
    raise AssertionError("nothing was to be learned")


def build_incident(number, title, tags=("ca-compliance",)):
    """Return an open incident of Entrust."""
    opened = NOON + timedelta(minutes=number % 100)
    bug = Bug(number, f"Entrust: {title}", "", "NEW", "", True, opened, opened, None, NOBODY, NOBODY, 1)
    return Incident(bug, "Entrust", title, tuple(tags), None, None)


class SectionsFixture:
    """Custom sections of two communities on one database: the service, the backfill, and the queries of each community.

    `operator_queries` see what is common to all communities, `queries` COMMUNITY and `other_queries` OTHER_COMMUNITY.
    """

    def __init__(self, database: Database):
        self.database = database
        owners = build_owner_directory({})
        self.ranker = WordRanker(database)
        classifier = SectionClassifier(database, owners, unexpected_training)
        self.service = SectionService(database, owners, self.ranker)
        self.indexes = IncidentIndexes(database, owners)
        self.use_cases = build_use_cases(
            database, owners, classifier, self.indexes, self.service, (), "https://bugs.example"
        )
        self.operator_queries, self.queries, self.other_queries = (
            ActorQueries(self.use_cases, member(99, community))
            for community in (GLOBAL_COMMUNITY, COMMUNITY, OTHER_COMMUNITY)
        )
        self.backfill = SectionBackfill(database, self.ranker)

    async def add_incidents(self, titles):
        """Store incidents, given as titles by bug, with one comment each."""
        async with self.database.transaction() as transaction:
            new_incidents = [build_incident(number, title) for number, title in titles.items()]
            await incidents.save_incidents(transaction, new_incidents)
            new_comments = {number: [Comment(number, 0, number, NOBODY, NOON, "It went wrong.")] for number in titles}
            await comments.save_comments(transaction, new_comments, dict.fromkeys(titles, NOON))

    async def save_assignments(self, bug, *new_assignments: Assignment):
        """Store assignments of a bug by tag or text."""
        async with self.database.transaction() as transaction:
            await assignments.save_assignments(transaction, {bug: list(new_assignments)})

    async def accepted_section(self, actor=ALICE, text="geographical 1658792 1658794", manager=MANAGER):
        """Propose a section, accept it directly and return it."""
        proposal = await self.service.propose(actor, text)
        return (await self.service.decide_now(manager, proposal.section.id, accept=True)).section

    async def label_two_batches(self, section, actor=ALICE):
        """Label two batches correctly: the geographical incidents and those added later belong."""
        for _ in range(20):
            preview = await self.service.preview_section(actor, section.id)
            if not preview.checks.needed or not preview.batch:
                break
            await self.service.label_incidents(
                actor,
                section.id,
                {match.bug: match.bug in GEOGRAPHICAL or match.bug > 1700000 for match in preview.batch},
            )
        await self.backfill.run_pending()

    async def bugs_in(self, queries, key):
        """Return the bugs that these queries list in a section, in order."""
        result = await queries.incidents(f'section:"{key}"')
        return sorted(incident.bug.id for incident in result.incidents)


async def error_message(action):
    """Return the message of the UserError that awaiting this raises."""
    with pytest.raises(UserError) as caught:
        await action
    return str(caught.value)


async def build_sections_fixture(database):
    """Return a fixture whose database has the geographical and the unrelated incidents."""
    sections = SectionsFixture(database)
    await sections.add_incidents(GEOGRAPHICAL | UNRELATED)
    return sections
