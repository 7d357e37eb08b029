from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.corpus import CORPUS, read_examples
from handlers.classifier.examples import Instance
from handlers.classifier.explain import explain, predict_without, reasons_for
from handlers.classifier.model import RULES_ONLY, Model, classify
from handlers.classifier.training import train
from tests.support.classifier import REPORTER_ROLES, KINDS, examples, trained_model


def standing(guess, section):
    """How a section stands in an answer: absent, or its place and whether it is sure."""
    return next(((place, one.confident) for place, one in enumerate(guess.sections) if one.section == section), None)


def changes(model: Model, question: Instance) -> list[bool]:
    """For each section with reasons: is it answered otherwise when these are set aside?"""
    guess = classify(model, question)
    told = []
    for place, one in enumerate(guess.sections):
        reasons = reasons_for(model, question, guess, place)
        if reasons and one.section in model.sections:
            now = standing(predict_without(model, question, reasons), one.section)
            was_sure_or_first = one.confident or place == 0
            told.append(now is None or (was_sure_or_first and now != (place, one.confident)))
    return told


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_changes_when_its_reasons_are_taken_from_the_incident(kind):
    title, text = (part.format("faulty") for part in KINDS[kind])
    asked = Instance(f"Austral CA: {title}", text, "the CA itself")
    assert all(changes(trained_model(), asked))
    assert changes(trained_model(), asked)


def test_no_reason_could_be_left_out():
    asked = Instance("OCSP answers were late", "The responder sent stale answers.", "the CA itself")
    guess = classify(trained_model(), asked)
    reasons = reasons_for(trained_model(), asked, guess, 0)
    for left_out in reasons:
        others = [one for one in reasons if one is not left_out]
        assert standing(predict_without(trained_model(), asked, others), guess.sections[0].section) == (
            0,
            guess.sections[0].confident,
        )


def test_reasons_are_what_a_person_finds_in_the_bug():
    guess = explain(RULES_ONLY, Instance("Delayed revocation of OV certificates", "", "the CA itself"))
    assert guess.sections[0].reasons == ("delayed revocation",)
    words = explain(trained_model(), Instance("OCSP answers were late", "", "the CA itself")).sections[0].reasons
    assert any("ocsp" in word.lower() for word in words)
    assert not any(":" in word for word in words)


def test_an_earlier_incident_that_decided_is_named_by_its_bug():
    numbered = [replace(one, bug=1_700_000 + number) for number, one in enumerate(examples())]
    memory_only = train(numbered)
    silent = tuple(type(weights)("f", bytes(4 * len(weights))) for weights in memory_only.weights)
    memory_only = replace(memory_only, weights=silent)
    found = explain(memory_only, examples()[0].instance).sections
    words = next(one.reasons for one in found if one.section == "ocsp-failure")
    assert len(words) == 1
    assert words[0].startswith("like bugs 17000")


def test_an_answer_that_nothing_decided_has_no_reasons():
    assert explain(RULES_ONLY, Instance("", "", "the CA itself")).sections[0].reasons == ()


@given(st.text(max_size=200), st.text(max_size=400), st.sampled_from(REPORTER_ROLES))
def test_reasons_are_true_whatever_the_text(title, text, filer):
    assert all(changes(trained_model(), Instance(title, text, filer)))


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not part of the project")
def test_reasons_are_true_and_short_for_real_incidents():
    start = datetime(2024, 7, 1, tzinfo=UTC)
    model = train([one for one in read_examples() if one.opened < start])
    asked = [one.instance for one in read_examples() if one.opened >= start]
    told = [changes(model, one) for one in asked]
    assert all(all(each) for each in told)
    assert sum(bool(each) for each in told) >= 0.9 * len(asked)
    first = sorted(len(explain(model, one).sections[0].reasons) for one in asked)
    assert first[len(first) * 9 // 10] <= 3
