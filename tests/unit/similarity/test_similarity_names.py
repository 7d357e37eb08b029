"""Ideas narrower than any topic, and what the name of a section adds to its examples."""

import pytest

from handlers.parsing.documents import IncidentDocument
from handlers.similarity.ranking import Ranking, rank
from tests.support.similarity import FILLERS, bugs_of_kind, build_document, build_index, ranked_bugs


def reason_code_documents() -> list[IncidentDocument]:
    """Return incidents about reason codes in CRLs: an idea that is narrower than the topic of revocation lists."""
    titles = ("CRL {} reason codes", "Reason code {} in revocation lists", "CRL entries: {} reason code")
    return [build_document(500 + n, titles[n % 3].format(FILLERS[n % 5]), "The CRL was wrong.") for n in range(15)]


def test_a_word_that_the_examples_share_outweighs_a_broader_topic():
    members = [document.bug for document in reason_code_documents()]
    ranking = rank(build_index(*reason_code_documents()), members[:5])
    assert set(ranked_bugs(ranking)[:10]) == set(members[5:])
    assert ranking.would_assign <= 12


@pytest.mark.parametrize("name", ["CRL reason codes", "My list", "Wrong answers", "Quokkas", "🦘", "x" * 60_000])
def test_no_name_spoils_what_the_examples_share(name):
    members = [document.bug for document in reason_code_documents()]
    ranking = rank(build_index(*reason_code_documents()), members[:5], name=name)
    assert set(ranked_bugs(ranking)[:10]) == set(members[5:])


def test_a_name_helps_where_examples_are_few_and_mixed():
    members = [document.bug for document in reason_code_documents()]
    index = build_index(*reason_code_documents())
    examples = [members[0], bugs_of_kind("ocsp")[0]]

    def count_members(ranking: Ranking) -> int:
        return sum(bug in members for bug in ranked_bugs(ranking)[:14])

    plain, named = rank(index, examples), rank(index, examples, name="reason codes")
    assert sum(bug in members for bug in ranked_bugs(named)[:14]) > sum(
        bug in members for bug in ranked_bugs(plain)[:14]
    )


def test_a_section_named_like_a_topic_of_its_examples_would_hold_that_topic_and_a_narrower_name_less():
    index, members = build_index(*reason_code_documents()), [document.bug for document in reason_code_documents()]
    broad, narrow = rank(index, members[:5], name="CRLs"), rank(index, members[:5], name="CRL reason codes")
    assert broad.would_assign >= 30 > narrow.would_assign


def test_a_name_alone_ranks_only_if_it_stands_for_a_topic():
    assert rank(build_index(), [], name="wrong second chapter").matches == ()
    assert set(ranked_bugs(rank(build_index(), [], name="CAA checking"))[:20]) <= set(bugs_of_kind("caa"))


def test_reasons_are_words_as_people_write_them_and_not_one_common_word_alone():
    ranking = rank(build_index(*reason_code_documents()), [document.bug for document in reason_code_documents()[:5]])
    for match in ranking.matches[:10]:
        assert len(match.reasons) >= 2
        assert any("reason code" in reason for reason in match.reasons)
