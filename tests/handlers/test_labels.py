"""Labels from members' corrections: which examples they make, whose correction counts, and when training is due."""

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
from tests.support.database import read
from tests.support.training import FIRST_MODEL, SECOND_MODEL, ScriptedTraining

KEYS = ("crl-failure", "audit-delay", "ocsp-failure")
NAMES = st.sampled_from(KEYS)
CORRECTIONS = st.lists(
    st.builds(
        Correction, st.integers(1, 3), NAMES, st.integers(GLOBAL_COMMUNITY, 3), st.just(1),
        st.sampled_from(["in", "out"]), st.just(NOON),
    ),
    unique_by=lambda correction: (correction.bug, correction.section, correction.community),
)  # fmt: skip


@pytest.fixture
async def communities(database):
    communities = CorrectionsFixture(database)
    await communities.ingest(build_bug(1, CRL_TITLE, "crl-failure"), build_bug(2, CRL_TITLE), build_bug(3, "It rained"))
    return communities


async def labels_trained_from(communities):
    """Train again; return the examples by bug: tags, negative sections, whether a member corrected the tags."""
    training = ScriptedTraining(communities.database, FIRST_MODEL)
    async with communities.database.transaction() as transaction:
        await training.classifier.withdraw(transaction, [1])
    await training.classifier.retrain_if_due()
    return {
        example.bug: (example.tags, example.negative_sections, example.corrected) for example in training.calls[0][0]
    }


BY_TAG = {1: (("ca-compliance", "crl-failure"), (), False)}


async def test_without_corrections_only_what_staff_tagged_is_trained_on(communities):
    assert await labels_trained_from(communities) == BY_TAG


async def test_a_correction_adds_a_section_to_the_tags(communities):
    await communities.classify(ALICE, "1 audit-delay")
    assert await labels_trained_from(communities) == {1: (("ca-compliance", "crl-failure", "audit-delay"), (), True)}


async def test_a_correction_removes_a_section_from_the_tags(communities):
    await communities.classify(ALICE, "1 audit-delay")
    await communities.unclassify(MODERATOR, "1 crl-failure")
    assert await labels_trained_from(communities) == {1: (("ca-compliance", "audit-delay"), (), True)}


async def test_an_untagged_incident_that_a_member_put_into_a_section_is_trained_on(communities):
    await communities.classify(ALICE, "3 ocsp-failure")
    await communities.unclassify(ALICE, "2 crl-failure")
    assert await labels_trained_from(communities) == BY_TAG | {
        2: ((), ("crl-failure",), True),
        3: (("ca-compliance", "ocsp-failure"), (), True),
    }


async def test_where_nothing_is_left_of_the_tags_only_the_contrary_is_known(communities):
    await communities.unclassify(MODERATOR, "1")
    assert await labels_trained_from(communities) == {1: ((), ("crl-failure",), True)}


async def test_where_servers_contradict_each_other_neither_is_a_label_unless_the_operator_decides(communities):
    await communities.classify(ALICE, "2 crl-failure")
    await communities.unclassify(STRANGER, "2 crl-failure")
    assert await labels_trained_from(communities) == BY_TAG
    await communities.unclassify(OPERATOR, "2 crl-failure")
    assert await labels_trained_from(communities) == BY_TAG | {2: ((), ("crl-failure",), True)}


async def test_a_correction_that_agrees_with_the_tags_changes_nothing(communities):
    await communities.classify(ALICE, "2 crl-failure")
    await communities.ingest(build_bug(2, CRL_TITLE, "crl-failure"))
    assert await labels_trained_from(communities) == BY_TAG | {2: (("ca-compliance", "crl-failure"), (), False)}


async def test_corrections_of_a_restricted_bug_are_no_labels(communities):
    await communities.classify(ALICE, "3 ocsp-failure")
    await communities.bug_ingest.mark_unavailable({3: "restricted"})
    assert await labels_trained_from(communities) == BY_TAG


async def test_ten_corrections_are_worth_training_again_as_ten_tags_are(communities):
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
    second_training = ScriptedTraining(communities.database)
    await second_training.classifier.load_model()
    assert not await second_training.classifier.retrain_if_due()


async def test_correcting_back_and_forth_is_not_worth_training_again(communities):
    training = ScriptedTraining(communities.database, FIRST_MODEL)
    await training.classifier.retrain_if_due()
    for _ in range(12):
        await communities.classify(MODERATOR, "3 ocsp-failure")
        await communities.unclassify(MODERATOR, "3 ocsp-failure")
    assert not await training.classifier.retrain_if_due()


async def test_status_counts_tagged_incidents_not_corrections(communities):
    await communities.classify(ALICE, "3 ocsp-failure")
    training = ScriptedTraining(communities.database, None)
    await training.classifier.retrain_if_due()
    assert (await read(training.database, training.classifier.status)).rejected_size == 1


async def test_contradictions_alone_are_no_labels(database):
    communities = CorrectionsFixture(database)
    await communities.ingest(build_bug(2, CRL_TITLE))
    await communities.classify(ALICE, "2 crl-failure")
    await communities.unclassify(STRANGER, "2 crl-failure")
    training = ScriptedTraining(database)
    assert not await training.classifier.retrain_if_due()
    assert training.calls == []


@given(CORRECTIONS)
def test_one_section_of_a_bug_has_at_most_one_label_and_the_operator_decides(corrections):
    labels = labels_from_corrections(corrections, KEYS)
    for correction in corrections:
        label = labels.get(correction.bug, {}).get(correction.section)
        same_section = [
            other for other in corrections if (other.bug, other.section) == (correction.bug, correction.section)
        ]
        if operator_verdicts := [other.verdict for other in same_section if other.community == GLOBAL_COMMUNITY]:
            assert label == operator_verdicts[0]
        else:
            assert label == (correction.verdict if len({other.verdict for other in same_section}) == 1 else None)
    assert labels_from_corrections(corrections, ()) == {}


@given(st.lists(NAMES, unique=True), st.dictionaries(NAMES, st.sampled_from(["in", "out"])))
def test_an_example_is_in_the_labelled_sections_and_in_no_other(tags, labels):
    before = TrainingExample("t", "x", ("ca-compliance", *tags), NOON, 1)
    after = apply_labels(before, labels, KEYS)
    sections = {tag for tag in after.tags if tag in KEYS}
    expected_sections = (set(tags) | {key for key, verdict in labels.items() if verdict == "in"}) - {
        key for key, verdict in labels.items() if verdict == "out"
    }
    assert sections == expected_sections
    assert not sections.intersection(after.negative_sections)
    assert bool(after.negative_sections) == (not expected_sections and bool(labels))
    assert after.corrected == (expected_sections != set(tags) or bool(after.negative_sections))
