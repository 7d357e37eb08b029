"""Incidents filed together by one CA owner with like titles share their section."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.classification.siblings import SIBLING_PROBABILITY, find_siblings, with_sibling_tags
from handlers.classifier.examples import Instance
from handlers.classifier.explain import explain
from handlers.classifier.model import RULES_ONLY, classify
from handlers.ingest.interpret import interpret_bug
from handlers.parsing.owners import build_owner_directory
from storage.values.incidents import Assignment
from tests.support.classified import NOON, build_bug
from tests.support.classifier import trained_model

OWNERS = build_owner_directory({})
SECTIONS = {"crl-failure", "audit-finding", "ev-misissuance", "ov-misissuance"}


def incident(number, title, *tags, days=0.0, summary=None):
    bug = replace(build_bug(number, title, *tags), created=NOON + timedelta(days=days))
    return interpret_bug(replace(bug, summary=summary) if summary else bug, OWNERS, [])


FIRST = incident(1, "2024 Audit Report Finding 1 out of 4")


@pytest.mark.parametrize(
    ("other", "is_sibling"),
    [
        (incident(2, "2024 Audit Report Finding 2 out of 4"), True),
        (incident(2, "Audit report 2024: finding #3 out of #4", days=1.9), True),
        (incident(2, "2024 Audit Report Finding 2 out of 4", days=2.1), False),
        (incident(2, "Delayed revocation of the certificates of an audit finding"), False),
        (incident(2, "", summary="DigiCert: 2024 Audit Report Finding 2 out of 4"), False),
        (replace(incident(2, "2024 Audit Report Finding 2 out of 4"), visibility="restricted"), False),
        (FIRST, False),
    ],
)
def test_siblings_have_one_ca_one_time_and_nearly_one_title(other, is_sibling):
    assert find_siblings(FIRST, [other]) == ([other] if is_sibling else [])


def test_titles_that_say_nothing_are_not_alike():
    assert find_siblings(incident(1, "Certificate issue 1"), [incident(2, "Certificate issue 2")]) == []


GUESS = (Assignment("crl-failure", "text", 0.6, ("CRL",), confident=False),)


def test_the_tag_of_a_sibling_is_the_first_suggestion_and_names_it():
    assignments = with_sibling_tags(GUESS, [incident(2, "x", "audit-finding")], SECTIONS)
    assert [assignment.section for assignment in assignments] == ["audit-finding", "crl-failure"]
    assert assignments[0].confidence == SIBLING_PROBABILITY
    assert assignments[0].reasons == ("like bug 2, filed with it",)
    assert not any(assignment.confident for assignment in assignments)


def test_siblings_of_different_sections_say_less_than_those_of_one():
    siblings = [incident(2, "x", "ov-misissuance"), incident(3, "x", "ev-misissuance")]
    assert [(a.section, a.confidence) for a in with_sibling_tags(GUESS, siblings, SECTIONS)] == [
        ("ev-misissuance", 0.4),
        ("ov-misissuance", 0.4),
        ("crl-failure", 0.36),
    ]


def test_what_the_text_says_with_confidence_stays():
    confident = (replace(GUESS[0], confident=True),)
    assert with_sibling_tags(confident, [incident(2, "x", "audit-finding")], SECTIONS) == confident
    assert with_sibling_tags(GUESS, [incident(2, "x", "a-tag-of-the-future")], SECTIONS) == GUESS


@pytest.mark.parametrize("model", [RULES_ONLY, trained_model()], ids=["rules", "learned"])
def test_all_siblings_get_one_prediction_in_whatever_order(model):
    texts = ("The CRL was stale.", "Our responder sent stale answers.", "")
    group = [Instance("Austral CA: A stale list", text) for text in texts]
    predictions = [
        [(a.section, a.confidence, a.confident) for a in explain(model, own, [*group[:n], *group[n + 1 :]]).assignments]
        for n, own in enumerate(group)
    ]
    assert predictions[0] == predictions[1] == predictions[2]
    assert classify(model, group[0], siblings=group[1:]) == classify(model, group[0], siblings=group[:0:-1])


@given(st.lists(st.text(max_size=100), min_size=2, max_size=6))
def test_no_titles_make_finding_siblings_raise(titles):
    incidents = [incident(number, title) for number, title in enumerate(titles, 1)]
    siblings = find_siblings(incidents[0], incidents)
    assert incidents[0] not in siblings
    assert all(incidents[0] in find_siblings(sibling, incidents) for sibling in siblings)
