"""A database with a few incidents, and sections that members make of them, ranked by the words of their titles."""

from datetime import UTC, datetime, timedelta

from handlers.actor import Actor
from handlers.classification.service import SectionClassifier
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.parsing.owners import build_owner_directory
from handlers.queries.service import Queries
from handlers.sections.backfill import SectionBackfill
from handlers.sections.ranking import Match, Ranking, RankingQuery
from handlers.sections.service import SectionService
from storage import assignments, comments, incidents
from storage.database import Database
from storage.values.incidents import Assignment, Bug, Comment, Incident, IncidentFilter, Person

NOON = datetime(2024, 6, 10, 12, tzinfo=UTC)
NOBODY = Person("nobody")
OPERATOR = Actor(None, None, None, may_manage=True, may_moderate=True)
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
    # as the chat tells it: who may change the server may also moderate
    return Actor(community, 5, number, may_manage, may_moderate or may_manage)


ALICE, BOB, CAROL, DAVE = (member(number) for number in (1, 2, 3, 4))
MODERATOR = member(8, may_moderate=True)
MANAGER = member(9, may_manage=True)
STRANGER = member(7, OTHER_COMMUNITY)
OTHER_MANAGER = member(6, OTHER_COMMUNITY, may_manage=True)


class WordRanker:
    """Ranks by words shared with the name and the examples; the half of all words shared is enough to be held."""

    def __init__(self, database):
        self.database = database
        self.asked = []

    async def rank(self, notion: RankingQuery) -> Ranking:
        self.asked.append(notion)
        found = await incidents.find_incidents(self.database, IncidentFilter())
        words = {one.bug.id: set(one.title.lower().split()) for one in found}
        wanted = set(notion.name.lower().split()).union(*(words.get(bug, set()) for bug in notion.examples))
        unwanted = set().union(*(words.get(bug, set()) for bug in notion.counter_examples)) - wanted
        scored = []
        for bug, held in words.items():
            if bug not in notion.examples and bug not in notion.counter_examples and held & wanted:
                score = len(held & wanted) / len(held) - 0.1 * len(held & unwanted)
                scored.append(Match(bug, round(score, 2), tuple(sorted(held & wanted))))
        scored.sort(key=lambda one: (-one.score, one.bug))
        shared = set.intersection(*(words[bug] for bug in notion.examples)) if notion.examples else set()
        cohesion = float(bool(shared)) if len(notion.examples) > 1 else None
        return Ranking(tuple(scored), sum(one.score >= 0.5 for one in scored), cohesion)

    def choose_batch(self, ranking, size, seen):
        return tuple(one for one in ranking.matches if one.bug not in seen)[:size]

    def threshold_from(self, labelled):
        right = [score for score, belongs in labelled if belongs]
        return min(right) if right else None


async def unexpected_training(examples, current):
    raise AssertionError("nothing was to be learned")


def build_incident(number, title, tags=("ca-compliance",)):
    opened = NOON + timedelta(minutes=number % 100)
    bug = Bug(number, f"Entrust: {title}", "", "NEW", "", True, opened, opened, None, NOBODY, NOBODY, 1)
    return Incident(bug, "Entrust", title, tuple(tags), None, None)


class SectionsFixture:
    """The answers of two communities on one database."""

    def __init__(self, database: Database):
        self.database = database
        owners = build_owner_directory({})
        self.ranker = WordRanker(database)
        classifier = SectionClassifier(database, owners, unexpected_training)
        self.service = SectionService(database, owners, self.ranker)
        self.indexes = IncidentIndexes(database, owners)
        self.operator_queries = Queries(database, owners, classifier, self.indexes, (), "https://bugs.example", self.service)
        self.queries, self.other_queries = (self.operator_queries.for_community(one) for one in (COMMUNITY, OTHER_COMMUNITY))
        self.backfill = SectionBackfill(database, self.ranker)

    async def add_incidents(self, titles):
        async with self.database.transaction() as connection:
            kept = [build_incident(number, title) for number, title in titles.items()]
            await incidents.save_incidents(self.database, connection, kept)
            said = {number: [Comment(number, 0, number, NOBODY, NOON, "It went wrong.")] for number in titles}
            await comments.save_comments(self.database, connection, said, dict.fromkeys(titles, NOON))

    async def save_assignments(self, bug, *found: Assignment):
        async with self.database.transaction() as connection:
            await assignments.save_assignments(self.database, connection, {bug: list(found)})

    async def accepted_section(self, actor=ALICE, text="geographical 1658792 1658794", manager=MANAGER):
        """Propose a section and have it accepted at once; gives it."""
        proposal = await self.service.propose(actor, text)
        return (await self.service.decide_now(manager, proposal.section.id, accept=True)).section

    async def label_two_batches(self, section, actor=ALICE):
        """Judge two batches as a sensible member would."""
        for _ in range(20):
            preview = await self.service.preview_section(actor, section.id)
            if preview.batches == 2 or not preview.batch:
                break
            await self.service.label_incidents(
                actor, section.id, {one.bug: one.bug in GEOGRAPHICAL or one.bug > 1700000 for one in preview.batch}
            )
        await self.backfill.run_pending()

    async def bugs_in(self, answers, key):
        found = await answers.incidents("", section=key)
        return sorted(one.bug.id for one in found.incidents)


async def build_sections_fixture(database):
    house = SectionsFixture(database)
    await house.add_incidents(GEOGRAPHICAL | UNRELATED)
    return house
