"""Incidents ranked by the words of their titles."""

from section_house import GEO, OTHER

from handlers.section_ranking import Match, Notion, Ranking
from handlers.title_ranking import TitleRanker, rank_titles

TITLES = GEO | OTHER


def test_what_shares_the_rare_words_of_the_examples_comes_first():
    ranking = rank_titles(TITLES, Notion("geographical", "", (1658792, 1658794)))
    assert [match.bug for match in ranking.matches][:1] == [1658798] or ranking.matches[0].bug == 1658796
    assert {match.bug for match in ranking.matches} == {1658796, 1658798, 1658800}
    assert "country" in ranking.matches[0].why
    assert not rank_titles(TITLES, Notion("xyzzy")).matches
    assert not rank_titles({}, Notion("geographical", "", (1,))).matches


def test_a_counter_example_pushes_its_like_down():
    titles = TITLES | {1658805: "Wrong state again"}
    notion = Notion("geographical", "", (1658792, 1658794))
    before = {match.bug: match.score for match in rank_titles(titles, notion).matches}
    ranking = rank_titles(titles, Notion("geographical", "", (1658792, 1658794), (1658800,)))
    after = {match.bug: match.score for match in ranking.matches}
    assert 1658800 not in after
    assert after[1658798] / after[1658805] < before[1658798] / before[1658805]


def test_examples_without_a_common_word_have_no_cohesion():
    assert rank_titles(TITLES, Notion("x", "", (1658801, 1658804))).cohesion == 0.0
    assert rank_titles(TITLES, Notion("x", "", (1658792, 1658794))).cohesion == 1.0
    assert rank_titles(TITLES, Notion("x", "", (1658792,))).cohesion is None


def test_the_bound_is_the_lowest_above_which_most_judged_ones_belonged(database):
    ranker = TitleRanker(database)
    assert ranker.bound_from([(0.9, True), (0.8, True), (0.5, False), (0.4, True)]) == 0.8
    assert ranker.bound_from([(0.9, False), (0.2, False)]) is None
    assert ranker.bound_from([]) is None


def test_a_batch_holds_the_top_and_the_edge_and_nothing_that_was_seen(database):
    matches = tuple(Match(number, 1 - number / 20) for number in range(1, 20))
    batch = TitleRanker(database).choose_batch(Ranking(matches, 10), 5, frozenset({2}))
    assert [match.bug for match in batch] == [1, 3, 4, 11, 12]
    assert TitleRanker(database).choose_batch(Ranking(matches[:2], 1), 5, frozenset({1})) == matches[1:2]
