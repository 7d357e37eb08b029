"""The facts about an incident, which are computed once, when it or its comments were read."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handlers.ingest.interpret import MAX_REPORT_TEXT_LENGTH, interpret_bug, removes_text
from handlers.parsing.owners import build_owner_directory
from storage.values.incidents import MAX_EXCERPT_LENGTH, Bug, BugLinks, Person

NOON = datetime(2024, 5, 19, 12, tzinfo=UTC)
OWNERS = build_owner_directory()
REQUEST = "Please tell us what happened with these certificates."
REPORT = "### Summary\n\nWe issued two certificates, see bug 1890001.\n\n### Timeline\n\nAt noon."
BUG = Bug(
    1900001, "Entrust: Wrong place", "", "NEW", "", True, NOON, NOON, None, Person("wayne", "mozilla.com"),
    Person("nobody", "mozilla.org"), links=BugLinks(depends_on=(1890002,)),
)  # fmt: skip


def test_the_excerpt_is_that_of_the_report_not_of_the_program_that_asked_for_it() -> None:
    incident = interpret_bug(BUG, OWNERS, [(0, REQUEST), (1, REPORT)])
    assert (incident.report, incident.excerpt_comment) == (1, 1)
    assert incident.excerpt.startswith("We issued two certificates")
    assert incident.reporter == "a root program"


def test_before_there_is_a_report_the_excerpt_is_from_the_first_comment_with_text() -> None:
    incident = interpret_bug(BUG, OWNERS, [(1, "Thanks."), (2, "Your CA named a state in the locality.")])
    assert (incident.report, incident.report_text) == (None, "Thanks.")
    assert (incident.excerpt_comment, incident.excerpt) == (2, "Your CA named a state in the locality.")


def test_facts_from_comments_stay_when_only_the_bug_is_read_again() -> None:
    first = interpret_bug(BUG, OWNERS, [(0, REQUEST), (1, REPORT), (2, "The same as bug 1880003.")])
    assert (first.references, first.linked) == ((1890001,), (1890002, 1880003))
    renamed = replace(BUG, summary="Entrust: Wrong place, as in bug 1880003", links=BugLinks(blocks=(1890004,)))
    second = interpret_bug(renamed, OWNERS, None, first)
    assert (second.excerpt, second.excerpt_comment, second.report) == (first.excerpt, 1, 1)
    assert second.references == (1880003, 1890001)
    assert second.linked == (1890004,)


def test_who_filed_it_is_not_judged_by_the_assignee() -> None:
    filed = replace(BUG, creator=Person("researcher", "gmail.com"), assignee=Person("researcher", "gmail.com"))
    assert interpret_bug(filed, OWNERS, [(0, REQUEST)]).reporter == "someone else"


def test_who_filed_it_with_a_private_address_is_told_by_the_first_text() -> None:
    filed = replace(BUG, creator=Person("bruce", "gmail.com"))
    unread = interpret_bug(filed, OWNERS, None)
    assert (unread.reporter_role, unread.reporter) == (None, "someone else")
    read = interpret_bug(filed, OWNERS, [(0, "We became aware of it."), (1, REQUEST)], unread)
    assert read.reporter == "the CA itself"
    assert interpret_bug(filed, OWNERS, None, read).reporter == "the CA itself"
    assert interpret_bug(filed, OWNERS, [(0, "We became aware of it.")], cas_filed_on=3).reporter == "someone else"


def test_who_filed_it_does_not_change_with_their_address() -> None:
    filed = interpret_bug(replace(BUG, creator=Person("bruce", "entrust.com")), OWNERS, [])
    assert filed.reporter == "the CA itself"
    moved = replace(BUG, creator=Person("bruce", "sectigo.com"))
    assert interpret_bug(moved, OWNERS, None, filed).reporter == "the CA itself"


def test_who_filed_it_is_corrected_once_the_domain_is_known_to_be_the_cas() -> None:
    filed = replace(BUG, creator=Person("bruce", "entrust.com"))
    unknown = replace(interpret_bug(filed, OWNERS, []), reporter_role="someone else")
    assert interpret_bug(filed, OWNERS, None, unknown).reporter == "the CA itself"


def test_it_is_about_every_ca_in_its_title_and_found_by_those_that_have_taken_one_over() -> None:
    joint = interpret_bug(replace(BUG, summary="PKIoverheid / QuoVadis: Wrong place"), OWNERS, [])
    assert (joint.ca, joint.also_about, joint.successors) == ("PKIoverheid", ("QuoVadis",), ("DigiCert",))
    both = interpret_bug(replace(BUG, summary="DigiCert / QuoVadis: Wrong place"), OWNERS, [])
    assert (both.ca, both.also_about, both.successors) == ("DigiCert", ("QuoVadis",), ())


def test_a_long_report_is_cut() -> None:
    incident = interpret_bug(BUG, OWNERS, [(0, "word " * 10_000)])
    assert 0 < len(incident.report_text) <= MAX_REPORT_TEXT_LENGTH
    assert 0 < len(incident.excerpt) <= MAX_EXCERPT_LENGTH


def test_text_is_gone_when_the_title_or_the_quoted_comment_changes_and_not_when_another_is_quoted() -> None:
    before = interpret_bug(BUG, OWNERS, [(0, REQUEST)])
    assert not removes_text(before, BUG, None)
    assert not removes_text(before, BUG, [(0, REQUEST)])
    assert not removes_text(before, BUG, [(0, REQUEST), (1, REPORT)])
    assert removes_text(before, BUG, [(0, "(redacted)")])
    assert removes_text(before, BUG, [(1, REPORT)])
    assert removes_text(before, replace(BUG, summary="Entrust: (redacted)"), None)


def test_what_is_shown_and_what_indexes_read_are_two_facts() -> None:
    incident = interpret_bug(BUG, OWNERS, [(0, "This is a preliminary report."), (1, REPORT)])
    assert incident.excerpt == "We issued two certificates, see bug 1890001."
    assert incident.report_text == "We issued two certificates, see bug 1890001. At noon."
    before = interpret_bug(BUG, OWNERS, [(0, REQUEST), (1, REPORT)])
    # a redaction outside of the excerpt: reasons of rankings may quote it
    assert removes_text(before, BUG, [(0, REQUEST), (1, REPORT.replace("At noon.", "(redacted)"))])
    assert not removes_text(before, BUG, [(0, "(redacted)"), (1, REPORT)])


@pytest.mark.parametrize(
    ("resolution", "whiteboard", "reason"),
    [
        ("DUPLICATE", "[ca-compliance] [ev-misissuance]", "duplicate"),
        ("INVALID", "", "invalid"),
        ("WONTFIX", "[meta]", "wontfix"),
        ("", "[ca-compliance] [meta]", "meta"),
        ("FIXED", "[ca-infosharing]", "ca-infosharing"),
        ("FIXED", "[CA-Informational]", "ca-informational"),
        ("FIXED", "[ca-compliance] [uncategorized]", None),
        ("WORKSFORME", "", None),
        ("", "", None),
    ],
)
def test_what_is_no_incident_is_told_by_its_resolution_or_its_tags(
    resolution: str, whiteboard: str, reason: str | None
) -> None:
    bug = replace(BUG, resolution=resolution, whiteboard=whiteboard)
    assert interpret_bug(bug, OWNERS, None).not_incident == reason
