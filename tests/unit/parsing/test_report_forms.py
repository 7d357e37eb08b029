"""Reports: what a CA wrote, apart from the forms it wrote into."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing.report_forms import (
    extract_report_text,
    find_report_comment,
    parse_ccadb_id,
    strip_boilerplate,
    uses_report_template,
)

AGENT = "User Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/99.0\n\n"
FIRST = (
    "1. How your CA first became aware of the problem (e.g. via a problem report submitted to your Problem Reporting "
    "Mechanism, a discussion in mozilla.dev.security.policy, a Bugzilla bug, or internal self-audit), and the time "
    "and date."
)
SECOND = (
    "2. A timeline of the actions your CA took in response. A timeline is a date-and-time-stamped sequence of all "
    "relevant events. This may include events before the incident was reported, such as when a particular requirement "
    "became applicable, or a document changed, or a bug was introduced, or an audit was done."
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        AGENT,
        AGENT + "Steps to reproduce:\n\n-\n\n\nActual results:\n\n\nExpected results:\n",
        "Created attachment 9000001\nserials.csv\n\n" + AGENT,
        "## Incident Report\n\n### Summary\n",
        FIRST,
        "**" + FIRST + "**",
        "> " + FIRST.replace("submitted to", "submitted\n> to"),
        FIRST + "\n\n" + SECOND,
    ],
)
def test_a_first_comment_of_boilerplate_alone_says_nothing(text):
    assert extract_report_text(text) == ""
    assert find_report_comment([(0, text)]) in {None, 0}


@pytest.mark.parametrize(
    "text",
    [
        AGENT + "Steps to reproduce:\n\nWe issued two\ncertificates.",
        "Created attachment 9000001\nserials.csv\n\nWe issued two certificates.",
        "# Preliminary Incident Report (on behalf of Some CA)\n\n### Summary\nWe issued two certificates.",
        "**Incident Report**\n\n**Summary:** We issued two certificates.",
        "## Full Incident Report\n- CA Owner CCADB unique ID: A000123\n- Incident summary: We issued two certificates.",
        FIRST + "\nWe issued two certificates.",
        "#### 1. How your CA first became aware of the problem\nWe issued two certificates.",
        FIRST + " We issued two certificates.",
        SECOND + "\n\nWe issued two certificates.",
    ],
)
def test_the_opening_is_what_the_ca_said(text):
    assert extract_report_text(text) == "We issued two certificates."


def test_boilerplate_goes_but_headings_stay_for_the_classifier():
    assert strip_boilerplate(AGENT + "Steps to reproduce:\n\n### Summary\nA") == "### Summary\nA"


def test_the_report_is_the_comment_that_follows_a_form():
    assert (
        find_report_comment([(0, "We will report."), (1, "Thanks."), (2, "## Incident Report\n\n### Summary\nA")]) == 2
    )
    assert find_report_comment([(0, "We will report."), (4, FIRST + "\nBy mail.")]) == 4
    assert find_report_comment([(0, "We will report."), (3, "**Summary**\nA\n**Timeline**\nB")]) == 3


def test_without_a_form_the_description_is_the_report_if_it_says_anything():
    assert find_report_comment([(0, "We issued two certificates."), (1, "x" * 300)]) == 0
    assert find_report_comment([(0, AGENT), (1, "Thanks."), (2, "We " + "found more " * 40)]) == 2
    assert find_report_comment([(0, AGENT), (1, "Thanks.")]) is None
    assert find_report_comment([]) is None


def test_a_request_for_a_report_is_no_report():
    request = (
        "Please provide the following:\n1) How your CA first became aware of the problems listed below, and a date."
    )
    assert not uses_report_template(request)
    assert not uses_report_template("> ## Incident Report\n> ### Summary\nWhat of the others?")


@pytest.mark.parametrize(
    ("text", "ccadb_id"),
    [
        ("- **CA Owner CCADB unique ID:** A000123", "A000123"),
        ("|CA Owner CCADB Unique ID|Date|\n|---|---|\n|A004567|2025|", "A004567"),
        ("CA Owner CCADB unique ID: see below", None),
        ("A000123", None),
        ("CCADB unique ID: A0001234", None),
    ],
)
def test_the_ccadb_id_is_read_from_its_field(text, ccadb_id):
    assert parse_ccadb_id(text) == ccadb_id


@given(st.text(alphabet=st.sampled_from("aA1. \n*#>|([)]:-_é@")) | st.text())
def test_no_comment_is_too_odd_to_be_read(text):
    assert len(extract_report_text(text)) <= len(text)
    find_report_comment([(0, text)])
    parse_ccadb_id(text)


@pytest.mark.parametrize(
    "piece", ["a", "\n*", "((", "[x](", "1. ", "\n \n", "> ", FIRST[3:40] + " (", SECOND[3:60], "*"]
)
def test_a_hostile_comment_costs_no_time(piece):
    text = (piece * 60_000)[:60_000]
    started_at = time.process_time()
    extract_report_text(text)
    find_report_comment([(0, text)])
    assert time.process_time() - started_at < 3
