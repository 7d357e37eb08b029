"""Two communities whose members correct sections."""

from dataclasses import replace

from handlers.actor import Actor
from handlers.parsing.owners import build_owner_directory
from handlers.sections.service import SectionService
from handlers.sections.similarity_ranking import SimilarityRanker
from handlers.use_cases import build_use_cases
from tests.support.actor_queries import ActorQueries
from tests.support.classified import ClassifierFixture

COMMUNITY, OTHER_COMMUNITY = 11, 22
ALICE = Actor(COMMUNITY, 1, 101, may_manage=False)
BOB = replace(ALICE, member=102)
MODERATOR = Actor(COMMUNITY, 1, 103, may_manage=False, may_moderate=True)
STRANGER = Actor(OTHER_COMMUNITY, 2, 201, may_manage=False)


class CorrectionsFixture(ClassifierFixture):
    """Two communities and the operator on one database of classified bugs."""

    def __init__(self, database):
        super().__init__(database)
        source_names, url = ("bugzilla",), "https://bugs.example"
        service = SectionService(database, build_owner_directory({}), SimilarityRanker(self.indexes.similarity))
        self.use_cases = build_use_cases(
            database, build_owner_directory({}), self.classifier, self.indexes, service, source_names, url
        )

    def queries(self, actor):
        """Return what an actor gets who types in the chat."""
        return ActorQueries(self.use_cases, actor)

    async def classify(self, actor, text):
        """Put a bug in a section, in the actor's community."""
        return await self.queries(actor).classify(actor, text)

    async def unclassify(self, actor, text):
        """Take a bug out of a section, in the actor's community."""
        return await self.queries(actor).unclassify(actor, text)

    async def confident_sections(self, actor, bug=1):
        """Return the sections that a bug is in for the actor's community, each with its origin: tag, text or member."""
        assignments = (await self.queries(actor).incident(str(bug))).incident.sections
        return {assignment.section: assignment.by for assignment in assignments if assignment.confident}

    async def suggested_sections(self, actor, bug=1):
        """Return the sections that are only suggested for a bug."""
        assignments = (await self.queries(actor).incident(str(bug))).incident.sections
        return {assignment.section for assignment in assignments if not assignment.confident}

    async def corrections(self, actor, bug=1):
        """Return the corrections of a bug in force in the actor's community: section, verdict, member."""
        corrections = (await self.queries(actor).explain(str(bug))).corrections
        return [(correction.section, correction.verdict, correction.member) for correction in corrections]
