"""What members' words teach: which examples they make, whose word counts, and when it is learned again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.terminal.repl import OPERATOR
from handlers.classification.labels import apply_labels, labels_from_corrections
from handlers.classifier.examples import TrainingExample
from storage.values.incidents import GLOBAL_COMMUNITY, Correction
from tests.support.classified import CRL_TITLE, NOON, build_bug
from tests.support.corrections import ALICE, MODERATOR, STRANGER, CorrectionsFixture
from tests.support.training import FIRST_MODEL, SECOND_MODEL, ScriptedTraining

KEYS = ("crl-failure", "audit-delay", "ocsp-failure")
NAMES = st.sampled_from(KEYS)
WORDS = st.lists(
    st.builds(
        Correction, st.integers(1, 3), NAMES, st.integers(GLOBAL_COMMUNITY, 3), st.just(1), st.sampled_from(["in", "out"]),
        st.just(NOON),
    ),
    unique_by=lambda word: (word.bug, word.section, word.community),
)  # fmt: skip


@pytest.fixture
async def communities(database):
    communities = CorrectionsFixture(database)
    await communities.ingest(build_bug(1, CRL_TITLE, "crl-failure"), build_bug(2, CRL_TITLE), build_bug(3, "It rained"))
    return communities


async def lesson(communities):
    """Learn anew, and tell what was learned from, by bug: tags, sections against, whether by a member."""
    training = ScriptedTraining(communities.database, FIRST_MODEL)
    async with communities.database.transaction() as connection:
        await training.classifier.invalidate_model(connection)
    await training.classifier.retrain_if_due()
    return {one.bug: (one.tags, one.negative_sections, one.corrected) for one in training.calls[0][0]}


BY_TAG = {1: (("ca-compliance", "crl-failure"), (), False)}


async def test_without_words_only_what_staff_tagged_is_learned_from(communities):
    assert await lesson(communities) == BY_TAG


async def test_a_word_adds_a_section_to_the_tags(communities):
    await communities.classify(ALICE, "1 audit-delay")
    assert await lesson(communities) == {1: (("ca-compliance", "crl-failure", "audit-delay"), (), True)}


async def test_a_word_takes_a_section_from_the_tags(communities):
    await communities.classify(ALICE, "1 audit-delay")
    await communities.unclassify(MODERATOR, "1 crl-failure")
    assert await lesson(communities) == {1: (("ca-compliance", "audit-delay"), (), True)}


async def test_an_untagged_incident_that_a_member_put_into_a_section_is_learned_from(communities):
    await communities.classify(ALICE, "3 ocsp-failure")
    await communities.unclassify(ALICE, "2 crl-failure")
    assert await lesson(communities) == BY_TAG | {
        2: ((), ("crl-failure",), True),
        3: (("ca-compliance", "ocsp-failure"), (), True),
    }


async def test_where_nothing_is_left_of_the_tags_only_the_contrary_is_known(communities):
    await communities.unclassify(MODERATOR, "1")
    assert await lesson(communities) == {1: ((), ("crl-failure",), True)}


async def test_where_servers_contradict_each_other_neither_teaches_unless_the_operator_decides(communities):
    await communities.classify(ALICE, "2 crl-failure")
    await communities.unclassify(STRANGER, "2 crl-failure")
    assert await lesson(communities) == BY_TAG
    await communities.unclassify(OPERATOR, "2 crl-failure")
    assert await lesson(communities) == BY_TAG | {2: ((), ("crl-failure",), True)}


async def test_a_word_that_agrees_with_the_tags_changes_nothing(communities):
    await communities.classify(ALICE, "2 crl-failure")
    await communities.ingest(build_bug(2, CRL_TITLE, "crl-failure"))
    assert await lesson(communities) == BY_TAG | {2: (("ca-compliance", "crl-failure"), (), False)}


async def test_what_was_said_of_a_restricted_bug_teaches_nothing(communities):
    await communities.classify(ALICE, "3 ocsp-failure")
    await communities.bug_ingest.mark_unavailable({3: "restricted"})
    assert await lesson(communities) == BY_TAG


async def test_ten_words_are_worth_learning_again_as_ten_tags_are(communities):
    training = ScriptedTraining(communities.database, FIRST_MODEL, SECOND_MODEL)
    await training.classifier.retrain_if_due()
    await communities.ingest(*(build_bug(number, "It rained") for number in range(10, 20)))
    for number in range(10, 19):
        await communities.classify(MODERATOR, f"{number} ocsp-failure")
    assert not await training.classifier.retrain_if_due()
    await communities.classify(replace(MODERATOR, community=22), "19 ocsp-failure")
    assert await training.classifier.retrain_if_due()
    assert not await training.classifier.retrain_if_due()
    assert len(training.calls[1][0]) == 11
    again = ScriptedTraining(communities.database)
    await again.classifier.open()
    assert not await again.classifier.retrain_if_due()


async def test_saying_it_back_and_forth_is_not_worth_learning_again(communities):
    training = ScriptedTraining(communities.database, FIRST_MODEL)
    await training.classifier.retrain_if_due()
    for _ in range(12):
        await communities.classify(MODERATOR, "3 ocsp-failure")
        await communities.unclassify(MODERATOR, "3 ocsp-failure")
    assert not await training.classifier.retrain_if_due()


async def test_status_counts_tagged_incidents_not_words(communities):
    await communities.classify(ALICE, "3 ocsp-failure")
    training = ScriptedTraining(communities.database, None)
    await training.classifier.retrain_if_due()
    assert (await training.classifier.status()).rejected_size == 1


async def test_contradictions_alone_teach_nothing(database):
    communities = CorrectionsFixture(database)
    await communities.ingest(build_bug(2, CRL_TITLE))
    await communities.classify(ALICE, "2 crl-failure")
    await communities.unclassify(STRANGER, "2 crl-failure")
    training = ScriptedTraining(database)
    assert not await training.classifier.retrain_if_due()
    assert training.calls == []


@given(WORDS)
def test_one_section_of_a_bug_teaches_at_most_one_thing_and_the_operator_decides(words):
    lessons = labels_from_corrections(words, KEYS)
    for word in words:
        told = lessons.get(word.bug, {}).get(word.section)
        same = [one for one in words if (one.bug, one.section) == (word.bug, word.section)]
        if operator := [one.verdict for one in same if one.community == GLOBAL_COMMUNITY]:
            assert told == operator[0]
        else:
            assert told == (word.verdict if len({one.verdict for one in same}) == 1 else None)
    assert labels_from_corrections(words, ()) == {}


@given(st.lists(NAMES, unique=True), st.dictionaries(NAMES, st.sampled_from(["in", "out"])))
def test_an_example_is_in_what_was_said_and_in_no_other_place(tags, lesson):
    before = TrainingExample("t", "x", "someone else", ("ca-compliance", *tags), NOON, 1)
    after = apply_labels(before, lesson, KEYS)
    inside = {tag for tag in after.tags if tag in KEYS}
    wanted = (set(tags) | {key for key, said in lesson.items() if said == "in"}) - {
        key for key, said in lesson.items() if said == "out"
    }
    assert inside == wanted
    assert not inside.intersection(after.negative_sections)
    assert bool(after.negative_sections) == (not wanted and bool(lesson))
    assert after.corrected == (wanted != set(tags) or bool(after.negative_sections))
