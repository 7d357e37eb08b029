from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.classifier.examples import Instance
from handlers.classifier.explain import Reason, explain, predict_without, reasons_for
from handlers.classifier.model import RULES_ONLY, classify
from handlers.classifier.training import train
from tests.support.classifier import KINDS, REPORTER_ROLES, examples, trained_model
from tests.support.explanations import changes, position_and_confidence


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_changes_when_its_reasons_are_taken_from_the_incident(kind):
    title, text = (template.format("faulty") for template in KINDS[kind])
    instance = Instance(f"Austral CA: {title}", text, "the CA itself")
    assert all(changes(trained_model(), instance))
    assert changes(trained_model(), instance)


def test_no_reason_could_be_left_out():
    instance = Instance("OCSP answers were late", "The responder sent stale answers.", "the CA itself")
    prediction = classify(trained_model(), instance)
    reasons = reasons_for(trained_model(), instance, prediction, 0)
    for omitted in reasons:
        other_reasons = [reason for reason in reasons if reason is not omitted]
        assert position_and_confidence(
            predict_without(trained_model(), instance, other_reasons), prediction.assignments[0].section
        ) == (
            0,
            prediction.assignments[0].confident,
        )


def test_reasons_are_what_a_person_finds_in_the_bug():
    explanation = explain(RULES_ONLY, Instance("Delayed revocation of OV certificates", "", "the CA itself"))
    assert explanation.assignments[0].reasons == ("delayed revocation",)
    reasons = explain(trained_model(), Instance("OCSP answers were late", "", "the CA itself")).assignments[0].reasons
    assert any("ocsp" in reason.lower() for reason in reasons)
    assert not any(":" in reason for reason in reasons)


def test_an_earlier_incident_that_decided_is_named_by_its_bug():
    numbered = [replace(example, bug=1_700_000 + number) for number, example in enumerate(examples())]
    model = train(numbered)
    zero_weights = tuple(type(weights)("f", bytes(4 * len(weights))) for weights in model.weights)
    model = replace(model, weights=zero_weights)
    assignments = explain(model, examples()[0].instance).assignments
    reasons = next(assignment.reasons for assignment in assignments if assignment.section == "ocsp-failure")
    assert len(reasons) == 1
    assert reasons[0].startswith("like bugs 17000")


def test_without_a_rule_the_words_beside_it_are_read_as_before():
    instance = Instance("OCSP: LateAnswers of the responder", "StaleAnswers, for hours", "the CA itself")
    without_rule = replace(instance, title=instance.title.replace("OCSP", " "))
    assert predict_without(trained_model(), instance, [Reason("rule", "OCSP", 1.0)]) == classify(
        trained_model(), without_rule
    )
    assert predict_without(trained_model(), instance, [Reason("word", "answer", 1.0)]) == classify(
        trained_model(), replace(instance, title="OCSP: Late  of the responder", text="Stale , for hours")
    )


def test_an_answer_that_nothing_decided_has_no_reasons():
    assert explain(RULES_ONLY, Instance("", "", "the CA itself")).assignments[0].reasons == ()


@given(st.text(max_size=200), st.text(max_size=400), st.sampled_from(REPORTER_ROLES))
def test_reasons_are_true_whatever_the_text(title, text, filer):
    assert all(changes(trained_model(), Instance(title, text, filer)))
