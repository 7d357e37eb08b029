"""The ranking by similarity follows the database: new incidents come in, those no longer public leave."""

import pytest

from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.parsing.owners import build_owner_directory
from handlers.sections.ranking import RankingQuery
from handlers.sections.similarity_ranking import SimilarityRanker
from storage import incidents
from tests.support.sections import GEOGRAPHICAL, SectionsFixture, build_sections_fixture

QUERY = RankingQuery("geographical", "", (1658792, 1658794))


@pytest.fixture
async def sections(database):
    return await build_sections_fixture(database)


async def ranked_bugs(ranker):
    return [match.bug for match in (await ranker.rank(QUERY)).matches]


async def test_incidents_that_come_change_or_go_are_followed(sections: SectionsFixture):
    ranker = SimilarityRanker(IncidentIndexes(sections.database, build_owner_directory({})).similarity)
    assert set((await ranked_bugs(ranker))[:2]) <= set(GEOGRAPHICAL)
    await sections.add_incidents({1658900: "Wrong country and state again"})
    assert 1658900 in await ranked_bugs(ranker)
    async with sections.database.transaction() as transaction:
        await incidents.mark_unavailable(transaction, 1658900, "restricted")
    assert 1658900 not in await ranked_bugs(ranker)


async def test_a_name_alone_ranks_where_it_is_a_known_topic(sections: SectionsFixture):
    ranker = SimilarityRanker(IncidentIndexes(sections.database, build_owner_directory({})).similarity)
    assert (await ranker.rank(RankingQuery("geographical"))).matches
    assert not (await ranker.rank(RankingQuery("xyzzy"))).matches


async def test_two_batches_of_belonging_incidents_give_a_threshold(sections: SectionsFixture):
    ranker = SimilarityRanker(IncidentIndexes(sections.database, build_owner_directory({})).similarity)
    assert ranker.threshold_from([(0.9, True)] * 8) is None
    assert ranker.threshold_from([(0.9, True)] * 16) == 0.9
