"""The excerpt of a report: what was wrong and how much, without form, marks and what every report says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing.excerpts import make_excerpt
from storage.values.incidents import MAX_EXCERPT_LENGTH

FULL_3 = """## Full Incident Report

### Summary

- **CA Owner CCADB unique ID:** A000123
- **Incident description:** We issued certificates whose `jurisdictionCountryName` is a city.
- **Timeline summary:**
  - **Non-compliance start date:** 2025-03-01
- **Relevant policies:** BR 7.1.2
- **Source of incident disclosure:** Self Reported

### Impact

- **Total number of certificates:** 1,176
- **Total number of "remaining valid" certificates:** 3
- **Incident heuristic:** See the list.

### Timeline

All times are UTC. At noon we slept.
"""
QUESTIONS = """User Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/99.0

Steps to reproduce:

1. How your CA first became aware of the problem (e.g. via a problem report submitted to your Problem Reporting \
Mechanism, a discussion in mozilla.dev.security.policy, a Bugzilla bug, or internal self-audit), and the time and date.

A subscriber wrote that the locality of her certificate held a state.

2. A timeline of the actions your CA took in response.

* 2020-02-27 14:10 - the mail arrives

4. A summary of the problematic certificates

43 OV certificates. The first was issued on 2019-05-02.
"""
HEADINGS = "## Incident Report\n\n### Summary\n{summary}\n\n### Impact\n{impact}\n\n### Timeline\nAll times are UTC.\n"


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        (FULL_3, "We issued certificates whose `jurisdictionCountryName` is a city. 1,176 certificates affected."),
        (QUESTIONS, "A subscriber wrote that the locality of her certificate held a state. 43 OV certificates."),
        (
            HEADINGS.format(
                summary="This is a preliminary report.\n\nWe made **a mistake**.", impact="Two EV\ncertificates."
            ),
            "We made a mistake. Two EV certificates.",
        ),
        (
            "**Summary:** We broke [the rules](https://example.org).\n\n**Root cause:** Haste.",
            "We broke the rules.",
        ),
        (
            "Hello,\n\nWe issued these:\n\n- one with a wrong state\n- one without a country\n\nRegards,\nA. B.",
            "We issued these: one with a wrong state; one without a country.",
        ),
        (
            "The following certificates have it:\n\nhttps://crt.sh/?id=1\nhttps://crt.sh/?id=2\n\nThey were revoked.",
            "The following certificates have it. They were revoked.",
        ),
        (
            "As in https://bugzilla.mozilla.org/show_bug.cgi?id=1886135, we forgot it (https://crt.sh/?id=1).",
            "As in bug 1886135, we forgot it.",
        ),
        (
            "It breaks the rule named in the\n\nhttps://bugzilla.mozilla.org/show_bug.cgi?id=1884532\n\nby one day.",
            "It breaks the rule named in the bug 1884532 by one day.",
        ),
        (
            "The status is unknown for https://crt.sh/?id=1. The key of https://crt.sh/?id=2, too, is weak.",
            "The status is unknown for crt.sh. The key of crt.sh, too, is weak.",
        ),
        (
            "<h2>Incident Report</h2>\n<h3>Summary</h3>\nWe sent <b>errors</b> to customers.",
            "We sent errors to customers.",
        ),
        (
            "The BRs state that:\n\n> A name must be unique.\n\nOurs was not unique at all.",
            "Ours was not unique at all.",
        ),
        (
            "Steps to reproduce:\n\nWe issued a test certificate.\n\nActual results:\n\nWe issued a test certificate.",
            "We issued a test certificate.",
        ),
    ],
)
def test_the_excerpt_says_what_was_wrong_and_how_much(text, excerpt):
    assert make_excerpt(text) == excerpt


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Steps to reproduce:\n\n",
        "Created attachment 9000001\nserials.csv",
        "## Incident Report\n\nThis is a preliminary report.\n\n### Timeline\n\nAll times are UTC.",
        "A full incident report will be posted by 30 May 2024.",
        "We will post a full report by Friday.",
        "We are still investigating.",
        "Please provide an incident report, as described here: https://wiki.mozilla.org/CA/Responding",
        "### Summary\n\nTBD\n\n### Impact\n\nN/A",
        "| Bug | Date |\n|---|---|\n| 1 | 2 |",
        "https://crt.sh/?id=1\nhttps://crt.sh/?id=2",
    ],
)
def test_what_every_report_says_is_no_excerpt(text):
    assert make_excerpt(text) == ""


def test_a_long_sentence_is_cut_at_a_word_with_an_ellipsis():
    excerpt = make_excerpt("We issued certificates (with " + "rather long explanations of this " * 20 + ").")
    assert len(excerpt) <= MAX_EXCERPT_LENGTH
    assert excerpt.endswith(("explanations…)", "of…)", "this…)", "long…)", "rather…)"))


def test_whole_sentences_are_preferred_to_a_cut_one():
    first = "We issued a hundred certificates with a wrong country, since one of our forms lets people type it freely."
    first += " All of them are revoked."
    assert make_excerpt(f"{first} And {'so on ' * 50}.") == first


def test_a_comment_that_was_cut_before_does_not_end_within_a_word():
    assert (
        make_excerpt("### Timeline\n" + "At noon. " * 120 + "\n### Summary\nWe issued two certifi") == "We issued two…"
    )


@given(st.text(alphabet=st.sampled_from("aA1. \n*#>|([)]:-_`~!é@\t")) | st.text())
def test_no_comment_is_too_odd(text):
    excerpt = make_excerpt(text)
    assert len(excerpt) <= MAX_EXCERPT_LENGTH
    assert "\n" not in excerpt
    assert excerpt.count("`") % 2 == 0


@given(st.text(alphabet=st.sampled_from('ab `([“"….,')))
def test_whatever_is_long_fits(text):
    excerpt = make_excerpt("Certificates were issued " + text * 30)
    assert len(excerpt) <= MAX_EXCERPT_LENGTH
    assert excerpt.count("`") % 2 == 0
