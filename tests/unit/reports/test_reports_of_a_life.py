"""The reports of a bug over its life: edits, parts posted again, numbers of action items, counts that move."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers.reports.documents import report_document
from handlers.reports.figures import FigureFlag, all_figures, contradictions, figure_flags, figure_history
from handlers.reports.lives import Awareness, awareness, current_fields, current_report, read_reports
from handlers.reports.reading import read_report
from storage.values.incidents import Person
from storage.values.lives import CommentVersion, Life, LifeComment
from tests.support.lives import read_lives

CA, OTHER = Person("officer", "acme.example"), Person("watcher", "mail.example")
OPENED = datetime(2025, 8, 1, 9, tzinfo=UTC)
FULL = """## Full Incident Report

### Summary
- **CA Owner CCADB unique ID**: A000001
- **Incident description**: 58 DV certificates were issued wrongly.

### Impact
- **Total number of certificates**: 58
- **Total number of "remaining valid" certificates**: 12

### Action Items
| Action Item | Kind | Corresponding Root Cause(s) | Evaluation Criteria | Due Date | Status |
| --- | --- | --- | --- | --- | --- |
| A first thing | Prevent | Root Cause # 1 | Done | 2025-09-01 | Ongoing |
| A second thing | Detect | Root Cause # 1 | Seen | 2025-09-15 | Ongoing |
"""
AGAIN = """### Action Items
| Action Item | Kind | Corresponding Root Cause(s) | Evaluation Criteria | Due Date | Status |
| --- | --- | --- | --- | --- | --- |
| A second thing | Detect | Root Cause # 1 | Seen | 2025-10-15 | Delayed |
| A third thing | Mitigate | Root Cause # 1 | Heard | 2025-11-15 | Ongoing |
"""


def life(*texts, creator=CA, authors=None, title="Acme: Wrong certificates"):
    comments = []
    for number, text in enumerate(texts):
        posted = OPENED + timedelta(days=7 * number)
        author = (authors or {}).get(number, CA)
        comments.append(LifeComment(number, author, posted, (CommentVersion(posted, text),)))
    return Life(7, title, "", "NEW", "", "CA", False, OPENED, creator, CA, (), tuple(comments))


def test_an_edited_report_is_read_as_it_was_known_at_a_moment():
    edited = read_lives()[3000004]
    before, after = datetime(2024, 9, 12, tzinfo=UTC), datetime(2024, 9, 20, tzinfo=UTC)
    assert read_reports(edited.at(before))[0].total.value == 26
    assert read_reports(edited.at(after))[0].total.value == 31


def test_parts_that_are_posted_again_win_and_are_no_report():
    bug = life(FULL, "Item 1 is done.", AGAIN)
    reports = read_reports(bug)
    assert [report.comment for report in reports] == [0]
    current = current_report(bug, reports)
    assert [(item.id, item.item, item.status) for item in current.actions] == [
        ("a2", "A second thing", "Delayed"),
        ("a3", "A third thing", "Ongoing"),
    ]
    assert current.fields["actions"].comment == 2
    assert current.fields["total"].comment == 0
    assert current_fields(reports)["total"].text == "58"


def test_only_the_ca_posts_parts_again():
    bug = life(FULL, AGAIN, authors={1: OTHER})
    reports = read_reports(bug)
    assert current_report(bug, reports) is reports[-1]


def test_an_action_item_keeps_its_number_in_a_later_report():
    corrected = FULL.replace("| A first thing", "| A new thing")
    reports = read_reports(life(FULL, corrected))
    assert [item.id for item in reports[1].actions] == ["a3", "a2"]


def test_a_third_party_may_leave_out_the_source():
    text = "## Preliminary Incident Report\n### Summary\n- **Incident description**: Bad.\n- **Relevant policies**: BR."
    assert read_reports(life(text, creator=OTHER, authors={0: OTHER}))[0].missing == ()
    assert read_reports(life(text))[0].missing == ("source",)


def test_a_report_that_names_its_reporter_is_marked():
    named = FULL.replace("issued wrongly", "issued wrongly, as watcher wrote")
    bug = life("Look at this.", named, creator=OTHER, authors={0: OTHER})
    assert [report.names_reporter for report in read_reports(bug)] == [True]
    assert [report.names_reporter for report in read_reports(life("Look.", FULL, creator=OTHER))] == [False]


def test_counts_that_move_are_told_with_their_comments():
    update = "It is a 59th. The total is corrected from 58 to 59; it was revoked."
    bug = life(FULL, update)
    assert [(figure.comment, figure.value, figure.explained) for figure in figure_history(bug)] == [
        (0, 58, False),
        (1, 59, True),
    ]
    assert figure_flags(all_figures(bug)) == (FigureFlag("moves", "total", 1, 58, 59, explained=True),)


@pytest.mark.parametrize(
    ("update", "value"),
    [
        ("58 became 61.", 61),
        ("The total number is now 61.", 61),
        ("We found 61 certificates instead of 58.", 61),
        ("It was not 58 but 61.", 61),
        ("Three more certificates were found.", 61),
        ("Another search found two further ones, which makes 60.", 60),
        ("61 certificates in all are affected.", 61),
        ("Item 2 is done since 2025-08-05; 3 of 5 systems follow.", 58),
        ("We revoked 12 certificates today.", 58),
    ],
)
def test_what_an_update_says_of_the_total(update, value):
    totals = [figure.value for figure in all_figures(life(FULL, update)) if figure.figure == "total"]
    assert totals[-1] == value


def test_counts_that_stay_the_same_have_no_history():
    assert figure_history(life(FULL, FULL)) == ()


def test_a_bug_about_a_delay_has_other_numbers():
    assert all_figures(life(FULL, title="Acme: Delayed revocation of 58 certificates")) == ()


def test_counts_of_one_report_that_contradict_each_other():
    text = FULL.replace("certificates**: 12", "certificates**: 60").replace("certificates**: 58", "certificates**: 50")
    report = read_report(text, OPENED)
    assert [(flag.figure, flag.after) for flag in contradictions(report)] == [("remaining_valid", 60), ("total", 58)]


def test_awareness_is_what_a_report_says_or_the_filing_of_a_third_party():
    dated = FULL.replace("- **Incident", "- **Non-compliance identified date**: 2025-07-30 10:00 UTC\n- **Incident")
    own = life(dated)
    assert awareness(own, read_reports(own)) == Awareness(datetime(2025, 7, 30, 10, tzinfo=UTC), "c0")
    late = dated.replace("2025-07-30", "2025-08-03")
    filed = life("Look at this.", late, creator=OTHER, authors={0: OTHER})
    assert awareness(filed, read_reports(filed)) == Awareness(OPENED, "filed")
    assert awareness(life(FULL), read_reports(life(FULL))) is None


def test_the_document_has_the_keys_of_the_design_and_whole_texts():
    report = read_report(FULL, OPENED, bug=7)
    document = report_document(report)
    assert document["description"] == "58 DV certificates were issued wrongly."
    assert document["certificates"] == {"total": 58, "remaining_valid": 12, "history": []}
    assert document["actions"][0]["due"] == "2025-09-01"
    assert document["posted"] == "2025-08-01T09:00:00Z"


def test_a_mere_day_is_shown_as_a_day():
    text = FULL.replace("- **Incident", "- **Non-compliance start date**: 2025-05-06\n- **Incident")
    report = read_report(text, OPENED)
    assert report_document(report)["start"] == "2025-05-06"
    assert report_document(replace(report, day_only=frozenset()))["start"] == "2025-05-06T00:00:00Z"
