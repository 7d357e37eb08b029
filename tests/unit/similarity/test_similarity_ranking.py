"""From a handful of examples to all incidents: what a member would notice of the order and of the reasons."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.similarity.index import SimilarityIndex
from handlers.similarity.ranking import MIN_COHESION, Ranking, rank
from handlers.similarity.topics import find_topic, load_topics
from tests.support.similarity import (
    DIRECTORY,
    FILLERS,
    FIRST_BUG,
    KINDS,
    OWNERS,
    PLACES,
    bugs_of_kind,
    build_document,
    build_index,
    invented_documents,
    ranked_bugs,
)


def find_score(ranking: Ranking, bug: int) -> float:
    return next(match.score for match in ranking.matches if match.bug == bug)


@pytest.mark.parametrize("kind", KINDS)
def test_five_examples_find_the_rest_of_their_kind_first(kind):
    members = [bug for bug in bugs_of_kind(kind) if bug < FIRST_BUG + 150]
    ranking = rank(build_index(), members[:5])
    assert set(ranked_bugs(ranking)[: len(members) - 5]) == set(members[5:])
    assert ranking.would_assign == pytest.approx(len(members) - 5, abs=3)
    assert ranking.cohesion >= MIN_COHESION


def test_examples_are_not_among_the_matches_and_scores_fall_from_one_towards_zero():
    ranking = rank(build_index(), bugs_of_kind("crl")[:4], bugs_of_kind("ocsp")[:2])
    assert not {*bugs_of_kind("crl")[:4], *bugs_of_kind("ocsp")[:2]} & set(ranked_bugs(ranking))
    scores = [match.score for match in ranking.matches]
    assert scores == sorted(scores, reverse=True)
    assert 1 >= scores[0] > 0.5 > scores[-1] >= 0


def test_examples_of_one_ca_do_not_bring_the_other_bugs_of_that_ca():
    names = ("Certum", "Asseco DS / Certum", "Asseco Data Systems")
    unrelated = [
        build_document(
            300 + n, f"{names[n % 3]} made a {FILLERS[n % 5]} mistake", "Certum found it.", "Asseco / Certum"
        )
        for n in range(10)
    ]
    examples = [
        build_document(320 + n, f"Certum issued with a wrong {PLACES[n]}", "Certum regrets it.", "Asseco / Certum")
        for n in range(5)
    ]
    ranking = rank(build_index(*unrelated, *examples), [document.bug for document in examples])
    assert not {document.bug for document in unrelated} & set(ranked_bugs(ranking)[:20])
    assert not any(
        "certum" in reason.lower() or "asseco" in reason.lower() for m in ranking.matches for reason in m.reasons
    )


def test_the_name_of_an_owner_that_the_table_lacks_is_hidden_in_its_own_bugs():
    documents = [
        build_document(300 + n, f"Borealis Trust lost a {FILLERS[n]} thing", "", "Borealis Trust") for n in range(5)
    ]
    ranking = rank(build_index(*documents), [documents[0].bug, bugs_of_kind("crl")[0]])
    assert not any("borealis" in reason.lower() for match in ranking.matches for reason in match.reasons)


def test_a_delayed_revocation_follows_its_parent():
    parent = bugs_of_kind("place")[7]
    owner = invented_documents()[parent - FIRST_BUG].ca
    with_reference = build_document(400, "Failure to revoke within 5 days", "See the other bug.", owner, (parent,))
    without_reference = build_document(401, "Failure to revoke within 5 days", "See the other bug.", owner)
    ranking = rank(build_index(with_reference, without_reference), bugs_of_kind("place")[:5])
    assert next(match for match in ranking.matches if match.bug == with_reference.bug).reasons == (f"follows {parent}",)
    unrelated = max(find_score(ranking, bug) for kind in KINDS if kind != "place" for bug in bugs_of_kind(kind, 150))
    assert find_score(ranking, with_reference.bug) > unrelated >= find_score(ranking, without_reference.bug)


def test_a_delayed_revocation_follows_an_example_too_and_teaches_no_lateness():
    examples = bugs_of_kind("place")[:5]
    follow_ups = [
        build_document(
            400 + n,
            f"Delayed revocation of {FILLERS[n]} certificates",
            "",
            invented_documents()[bug - FIRST_BUG].ca,
            (bug,),
        )
        for n, bug in enumerate(examples)
    ]
    other_delays = [build_document(420 + n, f"Delayed revocation of {FILLERS[n]} roots") for n in range(5)]
    index = build_index(*follow_ups, *other_delays)
    ranking = rank(index, [*examples, *(document.bug for document in follow_ups[:4])])
    assert find_score(ranking, follow_ups[4].bug) > 0.1
    assert all(find_score(ranking, document.bug) < 0.01 for document in other_delays)


def test_a_late_report_follows_what_its_title_calls_by_words_alone():
    title = "Wrong jurisdiction locality of seven onion services"
    parent, other_ca = build_document(399, title), build_document(398, title, "", "DigiCert")
    follow_up = build_document(400, f"Delayed report of {title[0].lower()}{title[1:]}")
    long_after, before = (
        build_document(600, f"Delayed report of {title}"),
        build_document(397, f"Delayed report of {title}"),
    )
    index = build_index(parent, other_ca, follow_up, long_after, before)
    assert index.cause_of(index.rows[follow_up.bug]) == parent.bug
    assert index.cause_of(index.rows[long_after.bug]) is None
    assert index.cause_of(index.rows[before.bug]) is None


def test_the_bug_of_another_ca_is_a_precedent_and_not_followed():
    parent = bugs_of_kind("place")[7]
    other_owner = next(owner for owner in OWNERS if owner != invented_documents()[parent - FIRST_BUG].ca)
    follow_up = build_document(400, "Failure to revoke within 5 days", "As in the other bug.", other_owner, (parent,))
    assert find_score(rank(build_index(follow_up), bugs_of_kind("place")[:5]), follow_up.bug) < 0.3


def test_counter_examples_push_down_what_is_like_them_at_once():
    unwanted = [build_document(300 + n, f"Wrong jurisdiction of onion {FILLERS[n % 5]}") for n in range(8)]
    index = build_index(*unwanted)
    examples = bugs_of_kind("place")[:5]
    before = rank(index, examples)
    after = rank(index, examples, [document.bug for document in unwanted[:2]])
    for document in unwanted[2:]:
        assert find_score(after, document.bug) < find_score(before, document.bug)
    assert find_score(after, bugs_of_kind("place")[9]) > max(
        find_score(after, document.bug) for document in unwanted[2:]
    )


def test_further_examples_bring_up_what_is_like_them():
    similar = [build_document(300 + n, f"Tower of {FILLERS[n % 5]} Babel") for n in range(8)]
    index, examples = build_index(*similar), bugs_of_kind("place")[:3]
    before, after = rank(index, examples), rank(index, [*examples, similar[0].bug, similar[1].bug])
    assert all(find_score(after, document.bug) > find_score(before, document.bug) for document in similar[2:])


def test_one_example_finds_its_like():
    ranking = rank(build_index(), bugs_of_kind("caa")[:1])
    assert set(ranked_bugs(ranking)[:10]) <= set(bugs_of_kind("caa"))


def test_examples_that_share_nothing_have_a_low_cohesion():
    ranking = rank(build_index(), [bugs_of_kind(kind)[n] for n, kind in enumerate(KINDS)])
    assert ranking.cohesion < MIN_COHESION
    assert ranking.cohesion < rank(build_index(), bugs_of_kind("crl")[:6]).cohesion


def test_unknown_bugs_are_passed_over_and_the_others_used():
    ranking = rank(build_index(), [1, *bugs_of_kind("crl")[:3], 2], [3])
    assert ranked_bugs(ranking) == ranked_bugs(rank(build_index(), bugs_of_kind("crl")[:3]))


def test_with_nothing_to_go_by_there_are_no_matches():
    assert rank(build_index(), [1, 2]).matches == ()
    assert rank(SimilarityIndex(DIRECTORY), [], description="crl").matches == ()


def test_a_name_alone_offers_what_speaks_of_it():
    ranking = rank(build_index(), [], topic=find_topic("Geographical incidents"))
    assert set(ranked_bugs(ranking)[:20]) <= set(bugs_of_kind("place"))
    assert ranking.matches[0].reasons[0] == "Geography of the subject"


def test_a_description_alone_is_enough_and_a_wrong_one_does_not_spoil_examples():
    assert set(ranked_bugs(rank(build_index(), [], description="CAA records not checked"))[:10]) <= set(
        bugs_of_kind("caa")
    )
    ranking = rank(build_index(), bugs_of_kind("place")[:5], description="OCSP answers")
    assert set(ranked_bugs(ranking)[:15]) <= set(bugs_of_kind("place"))


def test_an_incident_without_a_word_is_last_and_breaks_nothing():
    mute = build_document(300, "", "")
    ranking = rank(build_index(mute), bugs_of_kind("crl")[:5])
    assert find_score(ranking, mute.bug) < 0.1
    assert rank(build_index(mute), [mute.bug]).matches


def test_other_languages_are_found_by_their_own_words():
    documents = [
        build_document(300 + n, f"Неверное название {title_word}", "Ошибка в поле субъекта.")
        for n, title_word in enumerate(("города", "улицы", "страны", "области"))
    ]
    chinese = [build_document(310 + n, "证书 主体 信息 错误", "地址 错误") for n in range(3)]
    index = build_index(*documents, *chinese)
    assert set(ranked_bugs(rank(index, [document.bug for document in documents[:2]]))[:2]) == {
        document.bug for document in documents[2:]
    }
    assert ranked_bugs(rank(index, [chinese[0].bug]))[:2] == [chinese[1].bug, chinese[2].bug]


def test_the_same_incidents_give_the_same_ranking():
    examples, against = bugs_of_kind("cps")[:5], bugs_of_kind("audit")[:5]
    assert rank(build_index(), examples, against) == rank(build_index(), examples, against)


def test_five_hundred_examples_and_as_many_against_are_answered():
    index = SimilarityIndex(
        DIRECTORY, [build_document(n, f"{FILLERS[n % 5]} CRL {n % 7}", "", None) for n in range(1200)]
    )
    bugs = [FIRST_BUG + n for n in range(1200)]
    assert len(rank(index, bugs[:500], bugs[500:1000]).matches) == 200


@given(st.lists(st.tuples(st.text(max_size=80), st.text(max_size=200)), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_whatever_stands_in_titles_and_texts_is_ranked(texts):
    index = SimilarityIndex(DIRECTORY, [build_document(n, title, text) for n, (title, text) in enumerate(texts)])
    ranking = rank(
        index, [FIRST_BUG], [FIRST_BUG + 1], description=texts[0][1], topic=load_topics()[0], name=texts[-1][0]
    )
    assert len(ranking.matches) == max(len(texts) - 2, 0)
    assert all(0 <= match.score <= 1 for match in ranking.matches)
