"""The facts about an incident, which are computed once, when it or its comments were read."""

from dataclasses import replace
from datetime import UTC, datetime

from handlers.ingest.interpret import MAX_EXCERPT_LENGTH, interpret_bug, removes_text
from handlers.parsing.owners import build_owner_directory
from storage.values.incidents import Bug, BugLinks, Person

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
    incident = interpret_bug(BUG, OWNERS, [(1, "Thanks."), (2, REQUEST)])
    assert (incident.report, incident.excerpt_comment, incident.excerpt) == (None, 1, "Thanks.")


def test_facts_from_comments_stay_when_only_the_bug_is_read_again() -> None:
    first = interpret_bug(BUG, OWNERS, [(0, REQUEST), (1, REPORT), (2, "The same as bug 1880003.")])
    assert (first.references, first.linked) == ((1890001,), (1890002, 1880003))
    renamed = replace(BUG, summary="Entrust: Wrong place, as in bug 1880003", links=BugLinks(blocks=(1890004,)))
    second = interpret_bug(renamed, OWNERS, None, first)
    assert (second.excerpt, second.excerpt_comment, second.report) == (first.excerpt, 1, 1)
    assert second.references == (1880003, 1890001)
    assert second.linked == (1890004,)


def test_who_filed_it_is_not_judged_by_a_later_assignee() -> None:
    filed = replace(BUG, creator=Person("researcher", "gmail.com"), assignee=Person("bruce", "entrust.com"))
    first = interpret_bug(filed, OWNERS, [(0, REQUEST)])
    assert first.reporter == "someone else"
    reassigned = replace(filed, assignee=filed.creator)
    assert interpret_bug(reassigned, OWNERS, None, first).reporter == "someone else"
    assert interpret_bug(reassigned, OWNERS, None).reporter == "the CA itself"


def test_who_filed_it_is_corrected_once_the_domain_is_known_to_be_the_cas() -> None:
    filed = replace(BUG, creator=Person("bruce", "entrust.com"))
    unknown = replace(interpret_bug(filed, OWNERS, []), reporter_role="someone else")
    assert interpret_bug(filed, OWNERS, None, unknown).reporter == "the CA itself"


def test_a_long_excerpt_is_cut() -> None:
    incident = interpret_bug(BUG, OWNERS, [(0, "word " * 10_000)])
    assert 0 < len(incident.excerpt) <= MAX_EXCERPT_LENGTH


def test_text_is_gone_when_the_title_or_the_quoted_comment_changes_and_not_when_another_is_quoted() -> None:
    before = interpret_bug(BUG, OWNERS, [(0, REQUEST)])
    assert not removes_text(before, BUG, None)
    assert not removes_text(before, BUG, [(0, REQUEST)])
    assert not removes_text(before, BUG, [(0, REQUEST), (1, REPORT)])
    assert removes_text(before, BUG, [(0, "(redacted)")])
    assert removes_text(before, BUG, [(1, REPORT)])
    assert removes_text(before, replace(BUG, summary="Entrust: (redacted)"), None)
