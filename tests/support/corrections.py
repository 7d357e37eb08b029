"""Two communities whose members correct sections."""

from dataclasses import replace

from handlers.actor import Actor
from handlers.parsing.owners import build_owner_directory
from handlers.queries.service import Queries
from handlers.sections.service import SectionService
from handlers.sections.similarity_ranking import SimilarityRanker
from tests.support.classified import ClassifiedDatabase

COMMUNITY, OTHER_COMMUNITY = 11, 22
ALICE = Actor(COMMUNITY, 1, 101, may_manage=False)
BOB = replace(ALICE, member=102)
MODERATOR = Actor(COMMUNITY, 1, 103, may_manage=False, may_moderate=True)
STRANGER = Actor(OTHER_COMMUNITY, 2, 201, may_manage=False)


class CorrectionsFixture(ClassifiedDatabase):
    """Two servers and the operator, on one database."""

    def __init__(self, database):
        super().__init__(database)
        sources, url = ("bugzilla",), "https://bugs.example"
        service = SectionService(database, build_owner_directory({}), SimilarityRanker(self.indexes.similarity))
        self.queries = Queries(database, build_owner_directory({}), self.classifier, self.indexes, sources, url, service)

    async def classify(self, actor, text):
        return await self.queries.for_community(actor.community).classify(actor, text)

    async def unclassify(self, actor, text):
        return await self.queries.for_community(actor.community).unclassify(actor, text)

    async def confident_sections(self, actor, bug=1):
        found = (await self.queries.for_community(actor.community).incident(str(bug))).incident.sections
        return {one.section: one.by for one in found if one.confident}

    async def suggested_sections(self, actor, bug=1):
        found = (await self.queries.for_community(actor.community).incident(str(bug))).incident.sections
        return {one.section for one in found if not one.confident}

    async def corrections(self, actor, bug=1):
        found = (await self.queries.for_community(actor.community).explain(str(bug))).corrections
        return [(one.section, one.verdict, one.member) for one in found]
