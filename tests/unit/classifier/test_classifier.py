import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.classifier.examples import Instance, TrainingExample
from handlers.classifier.explain import UNLIKE_ANY_INCIDENT, explain
from handlers.classifier.features import extract_features
from handlers.classifier.model import MODEL_VERSION, RULES_ONLY, Model, classify, without_bugs
from handlers.classifier.rules import RULES, rule_features
from handlers.classifier.serialization import from_bytes, to_bytes
from handlers.classifier.training import train, train_to_bytes
from handlers.text.stop_words import STOP_WORDS
from tests.support.classifier import KINDS, examples, trained_model


def top_section(model: Model, title: str, text: str = "") -> str:
    return classify(model, Instance(title, text)).assignments[0].section


@pytest.mark.parametrize(
    ("title", "section"),
    [
        ("Borealis: OCSP responder was down", "ocsp-failure"),
        ("Borealis: expired CRL", "crl-failure"),
        ("Borealis: Failure to revoke within 5 days", "leaf-revocation-delay"),
        ("Borealis: Delayed revocation of TLS certificates", "leaf-revocation-delay"),
        ("Borealis: Delayed revocation of an intermediate CA certificate", "ca-revocation-delay"),
        ("Borealis: S/MIME certificates without an address", "smime-misissuance"),
        ("Borealis: EV certificates with a wrong business category", "ev-misissuance"),
        ("Borealis: OV certificate with a wrong organization name", "ov-misissuance"),
        ("Borealis: CAA not checked", "dv-misissuance"),
        ("Borealis: Audit finding #3", "audit-finding"),
        ("Borealis: Delayed audit report", "audit-delay"),
        ("Borealis: Missing audit statement", "audit-failure"),
        ("Borealis: CPS not updated in time", "policy-failure"),
        ("Borealis: Intermediate not disclosed in CCADB", "disclosure-failure"),
        ("Borealis: Failure to respond to the survey", "disclosure-failure"),
        ("Borealis: Misissued intermediate certificates", "ca-misissuance"),
    ],
)
def test_rules_alone_place_a_clear_title(title, section):
    assert top_section(RULES_ONLY, title) == section


@pytest.mark.parametrize("kind", KINDS)
def test_a_trained_model_places_what_resembles_its_examples(kind):
    title, text = (template.format("faulty") for template in KINDS[kind])
    prediction = classify(trained_model(), Instance(f"Austral CA: {title}", text))
    assert prediction.assignments[0].section == kind
    assert prediction.assignments[0].confident
    assert all(assignment.by == "text" and 0 <= assignment.confidence <= 1 for assignment in prediction.assignments)


def test_what_is_not_sure_is_at_most_three_perhaps():
    prediction = classify(trained_model(), Instance("Something odd happened", "Nobody knows."))
    assert 1 <= len(prediction.assignments) <= 3
    assert len({assignment.confident for assignment in prediction.assignments}) == 1
    confidences = [assignment.confidence for assignment in prediction.assignments]
    assert confidences == sorted(confidences, reverse=True)


def test_who_reported_is_no_section_that_a_text_tells():
    assert "external" not in trained_model().section_keys


def test_tags_that_are_no_section_are_passed_over():
    assert "a-tag-of-the-future" not in trained_model().section_keys


def test_too_few_examples_leave_the_rules_alone():
    assert train(examples()[:20]) is RULES_ONLY
    assert train([]) is RULES_ONLY


def test_a_section_with_one_example_is_not_predicted_from_it():
    example = TrainingExample("Borealis: S/MIME subject", "", ("smime-misissuance",), datetime(2024, 6, 1, tzinfo=UTC))
    assert "smime-misissuance" not in train([*examples(), example]).section_keys


def test_the_same_examples_give_the_same_bytes_in_any_order():
    assert train_to_bytes(list(examples())) == train_to_bytes(list(reversed(examples())))


@pytest.mark.parametrize("model", [RULES_ONLY, trained_model()], ids=["rules", "learned"])
def test_a_model_answers_the_same_after_being_stored(model):
    restored = from_bytes(to_bytes(model))
    assert restored is not None
    for example in examples()[:10]:
        expected, actual = explain(model, example.instance), explain(restored, example.instance)
        assert [(a.section, a.confident, a.reasons) for a in expected.assignments] == [
            (a.section, a.confident, a.reasons) for a in actual.assignments
        ]
    assert restored.training_size == model.training_size
    assert restored.trained_until == model.trained_until


def test_cut_or_foreign_bytes_are_no_model():
    data = to_bytes(RULES_ONLY)
    for length in range(0, len(data), 97):
        assert from_bytes(data[:length]) is None
    assert from_bytes(b"not a model at all") is None
    corrupted = bytearray(data)
    corrupted[len(data) // 2] ^= 0xFF
    assert from_bytes(bytes(corrupted)) is None


def test_a_model_of_other_features_is_no_model():
    assert from_bytes(to_bytes(replace(trained_model(), version=MODEL_VERSION - 1))) is None


def test_features_do_not_change_without_the_version_of_the_models_that_they_train():
    features = [sorted(extract_features(example.instance).items()) for example in examples()]
    digest = hashlib.sha256(repr((features, sorted(STOP_WORDS))).encode()).hexdigest()[:16]
    # If this fails, increase MODEL_VERSION: models that were trained on other features must not be used.
    assert (MODEL_VERSION, digest) == (5, "adb0cab593e56662")


@given(st.binary(max_size=300))
def test_no_bytes_make_reading_a_model_raise(data):
    assert from_bytes(data) is None


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("", ""),
        ("OCSP", "revoke delayed audit " * 3_000),
        ("a" * 60_000, "1" * 60_000),
        ("証明書の失効が遅れた", "Задержка отзыва 🙂"),
        ("\ud800", "\x00"),
    ],
)
@pytest.mark.parametrize("model", [RULES_ONLY, trained_model()], ids=["rules", "learned"])
def test_odd_texts_get_an_answer(model, title, text):
    assert explain(model, Instance(title, text)).assignments


@given(st.data())
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.label)
def test_a_rule_speaks_wherever_its_pattern_matches(rule, data):
    text = data.draw(st.from_regex(rule.pattern)).lower()
    if rule.pattern.search(text):
        assert f"rule:{rule.label}" in rule_features(text, "")
        assert f"rule:{rule.label}" in rule_features("", text)


def test_an_incident_like_no_other_is_said_to_be_so_and_is_in_no_section_for_sure():
    instance = Instance("Zeppelin moored at a lighthouse", "Nobody aboard had a ticket.")
    prediction = explain(trained_model(), instance)
    assert prediction.out_of_distribution
    assert not any(assignment.confident for assignment in prediction.assignments)
    assert prediction.assignments[0].reasons[0] == UNLIKE_ANY_INCIDENT
    assert not explain(trained_model(), examples()[0].instance).out_of_distribution


def test_what_members_said_an_incident_is_not_is_learned():
    title, text = (template.format("faulty") for template in KINDS["ocsp-failure"])
    instance = Instance(f"Borealis Trust: {title}", text)
    negatives = [
        TrainingExample(instance.title, instance.text, (), examples()[-1].opened, 9_000 + number,
                negative_sections=("ocsp-failure",), corrected=True)
        for number in range(5)
    ]  # fmt: skip
    after = classify(train([*examples(), *negatives]), instance).assignments[0]
    before = classify(trained_model(), instance).assignments[0]
    assert before.section == "ocsp-failure"
    assert after.section != "ocsp-failure" or after.confidence < before.confidence


def test_an_example_that_only_says_what_it_is_not_makes_no_section():
    example = replace(examples()[0], tags=(), negative_sections=("ocsp-failure",))
    assert train([example]) is RULES_ONLY


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=2_000))
def test_classifying_never_raises(title, text):
    for model in (RULES_ONLY, trained_model()):
        assert classify(model, Instance(title, text)).assignments


def test_no_word_that_only_restricted_incidents_have_stays_in_the_model():
    numbered = [
        replace(example, bug=1_700_000 + number, title=f"{example.title} zyxomma" if number < 3 else example.title)
        for number, example in enumerate(examples())
    ]
    model = train(numbered)
    assert "title:zyxomma" in model.vocabulary
    for restricted in (1_700_000, 1_700_001):
        model = without_bugs(model, {restricted})
        assert "title:zyxomma" in model.vocabulary
    model = without_bugs(model, {1_700_002})
    assert not any("zyxomma" in feature for feature in model.vocabulary)
    assert explain(model, Instance("The zyxomma was late", "")).assignments
