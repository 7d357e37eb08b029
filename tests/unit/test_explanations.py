"""A tag, a clock or a form is explained in two sentences of the tables, with its source."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formatting.explanation_text import explained
from handlers.deadlines.rules import load_rules
from handlers.errors import UserError
from handlers.parsing.tags import BUILT_IN_SECTIONS, TAG_ALIASES
from handlers.queries.explanations import Explanations
from handlers.reports.forms import read_forms

TERMS = Explanations()


def explain(term, day=date(2026, 6, 1)):
    return explained(TERMS.explain(term, day))


@pytest.mark.parametrize(
    "term",
    [
        *(tag.key for tag in BUILT_IN_SECTIONS),
        *TAG_ALIASES,
        *(rule.id for rule in load_rules().rules),
        *load_rules().order,
        *read_forms().forms,
    ],
)
def test_whatever_the_tables_have_has_two_sentences_and_a_source(term):
    answer = explain(term)
    assert all(sentence.endswith(".") and len(sentence) > 15 for sentence in answer.sentences)
    assert answer.source
    assert answer.kind in {"tag", "clock", "form"}


@pytest.mark.parametrize(
    ("term", "kind", "part"),
    [
        ("[Leaf Revocation Delay]", "tag", "[leaf-revocation-delay]"),
        ("delayed-revocation-ca", "tag", "[ca-revocation-delay]"),
        ("EV mis-issuance", "tag", "extended-validation"),
        ("Next update", "clock", "an update on that date"),
        ("last call", "clock", "a habit, no rule"),
        ("72 hours", "clock", "within 72 hours, from the CA: must"),
        ("questions", "clock", "within 7 days, from the CA: must, since 1 March 2025"),
        ("full incident report", "form", "CA Owner CCADB unique ID"),
        ("preliminary", "form", "Source of incident disclosure"),
        ("seven questions", "form", "replaced on 17 October 2023"),
    ],
)
def test_terms_are_known_as_people_write_them(term, kind, part):
    answer = explain(term)
    assert answer.kind == kind
    assert part in " ".join(answer.sentences)


def test_a_kind_of_clock_is_that_of_the_edition_in_force_and_an_id_its_own():
    assert (
        "expected, not required, from 1 July 2019 until 16 October 2023"
        in explain("question", date(2020, 1, 1)).sentences[0]
    )
    assert "asked for, not required, from 17 October 2023" in explain("question-7d-2.0").sentences[0]
    assert explain("weekly").name == "Weekly update, weekly-3.1"
    assert explain("weekly").link == "https://www.ccadb.org/cas/incident-report"


def test_what_nobody_defined_is_said_to_be_seen_in_use():
    assert explain("audit-finding").source == "seen in use on Bugzilla; no published definition is known"
    assert explain("crl-failure").source == "Mozilla wiki, CA/Bug_Triage"


@pytest.mark.parametrize(
    ("term", "suggested"),
    [("revocation", "leaf-revocation-delay"), ("ev-mississuance", "ev-misissuance"), ("clozure", "closure-waits")],
)
def test_an_unknown_term_suggests_what_was_meant(term, suggested):
    with pytest.raises(UserError, match="in no table of mine") as caught:
        TERMS.explain(term)
    assert suggested in [question.argument for question in caught.value.suggestions]
    assert len(caught.value.suggestions) <= 3


def test_what_is_like_nothing_gets_an_example():
    for term in ("zzzz", "x" * 5_000):
        with pytest.raises(UserError) as caught:
            TERMS.explain(term)
        assert not caught.value.suggestions
        assert caught.value.example
    with pytest.raises(UserError, match="Say which term"):
        TERMS.explain(" - ")


def test_typing_suggests_at_most_25_terms_that_can_be_explained():
    for typed in ("", "rev", "ca", "no such thing"):
        suggested = TERMS.suggest(typed)
        assert len(suggested) <= 25
        assert all(TERMS.explain(key).key == key for key, _ in suggested)
    assert ("last-call", "objections before the bug is closed (clock)") in TERMS.suggest("last c")


@given(st.text(max_size=120))
def test_any_text_is_explained_or_refused(term):
    try:
        answer = explain(term)
    except UserError:
        return
    assert answer.source
