"""Near-copies, titles of one word, long texts, and an index that changes between two questions."""

import pytest

from handlers.similarity.ranking import rank
from tests.support.similarity import FIRST_BUG, bugs_of_kind, build_document, build_index, ranked_bugs


def test_a_hundred_near_copies_neither_hide_their_kind_nor_push_into_another():
    copies = [build_document(500 + n, f"CRL with stale entries, copy {n}", "Copied by a script.") for n in range(100)]
    index = build_index(*copies)
    crl = {*bugs_of_kind("crl", 150), *(document.bug for document in copies)}
    assert set(ranked_bugs(rank(index, bugs_of_kind("crl")[:5]))[:115]) <= crl
    assert set(ranked_bugs(rank(index, [document.bug for document in copies[:50]]))[:50]) <= crl
    assert not crl & set(ranked_bugs(rank(index, bugs_of_kind("place")[:5]))[:20])


def test_an_incident_of_one_word_is_found_by_it():
    single = build_document(500, "Zanzibar")
    ranking = rank(build_index(single, build_document(501, "Zanzibar certificates")), [single.bug])
    assert ranked_bugs(ranking)[0] == FIRST_BUG + 501


def test_sixty_thousand_characters_are_ranked_like_their_beginning():
    title = "CRL with stale entries"
    long, short = build_document(500, title, "entries " * 8_000), build_document(501, title, "entries " * 120)
    scores = {match.bug: match.score for match in rank(build_index(long, short), bugs_of_kind("crl")[:5]).matches}
    assert scores[long.bug] == pytest.approx(scores[short.bug], abs=0.05)


def test_examples_that_left_the_index_are_passed_over_and_new_ones_count_at_once():
    index = build_index()
    examples = bugs_of_kind("crl")[:5]
    index.remove(examples[0])
    index.add(build_document(500, "CRL with stale entries", "Our revocation list had stale entries."))
    ranking = rank(index, examples)
    assert examples[0] not in ranked_bugs(ranking)
    assert FIRST_BUG + 500 in ranked_bugs(ranking)[: ranking.would_assign]
