from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.classifier.examples import Instance
from handlers.classifier.explain import Reason, explain, predict_without, reasons_for
from handlers.classifier.model import RULES_ONLY, classify
from handlers.classifier.training import train
from tests.support.classifier import KINDS, examples, trained_model
from tests.support.explanations import changes, position_and_confidence


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_changes_when_its_reasons_are_taken_from_the_incident(kind):
    title, text = (template.format("faulty") for template in KINDS[kind])
    instance = Instance(f"Austral CA: {title}", text)
    assert all(changes(trained_model(), instance))
    assert changes(trained_model(), instance)


def test_no_reason_could_be_left_out():
    instance = Instance("OCSP answers were late", "The responder sent stale answers.")
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
    explanation = explain(RULES_ONLY, Instance("Delayed revocation of OV certificates", ""))
    assert explanation.assignments[0].reasons == ("delayed revocation",)
    reasons = explain(trained_model(), Instance("OCSP answers were late", "")).assignments[0].reasons
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


def test_an_incident_whose_tag_was_removed_is_not_called_like_itself():
    numbered = [replace(example, bug=1_700_000 + number) for number, example in enumerate(examples())]
    model = train(numbered)
    zero_weights = tuple(type(weights)("f", bytes(4 * len(weights))) for weights in model.weights)
    model = replace(model, weights=zero_weights)
    instance = numbered[0].instance
    assert "1700000" in repr(explain(model, instance))
    explained = repr(explain(model, replace(instance, bug=1_700_000)))
    assert "1700000" not in explained
    assert "like bugs 17000" in explained


def test_without_a_rule_the_words_beside_it_are_read_as_before():
    instance = Instance("OCSP: LateAnswers of the responder", "StaleAnswers, for hours")
    without_rule = replace(instance, title=instance.title.replace("OCSP", " "))
    assert predict_without(trained_model(), instance, [Reason("rule", "OCSP", 1.0)]) == classify(
        trained_model(), without_rule
    )
    assert predict_without(trained_model(), instance, [Reason("word", "answer", 1.0)]) == classify(
        trained_model(), replace(instance, title="OCSP: Late  of the responder", text="Stale , for hours")
    )


def test_an_answer_that_nothing_decided_has_no_reasons():
    assert explain(RULES_ONLY, Instance("", "")).assignments[0].reasons == ()


@given(st.text(max_size=200), st.text(max_size=400))
def test_reasons_are_true_whatever_the_text(title, text):
    assert all(changes(trained_model(), Instance(title, text)))


def test_what_is_unlike_any_earlier_incident_is_not_called_like_one():
    numbered = [replace(example, bug=1_700_000 + number) for number, example in enumerate(examples())]
    prediction = explain(train(numbered), Instance("Zeppelin moored at a lighthouse", "Nobody had a ticket."))
    assert prediction.out_of_distribution
    assert not any("like bug" in reason for assignment in prediction.assignments for reason in assignment.reasons)


@pytest.mark.parametrize(
    "title", ["Borealis Trust: something", "certificate", "Issue", "Borealis Trust: incident report"]
)
def test_neither_the_name_of_a_ca_nor_a_word_of_every_incident_is_a_reason(title):
    explanation = explain(trained_model(), Instance(title, ""))
    reasons = {reason.lower() for assignment in explanation.assignments for reason in assignment.reasons}
    assert reasons.isdisjoint({"borealis", "trust", "certificate", "issue", "incident", "report"})
