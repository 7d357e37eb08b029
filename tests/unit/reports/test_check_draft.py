"""A draft is checked: nothing is said against a complete report, and each gap is named."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.reports.check import check_draft
from tests.support.reports import (
    HEADINGS,
    LABELS,
    TEMPLATES,
    complete_reports,
    judged_reports,
    plant_in_label,
    plant_in_lessons,
    plant_under_heading,
    with_cell,
    without_column,
)

FULL = complete_reports("3-full")
SECOND = complete_reports("2.0")
CLOSURES = complete_reports("3-closure")
PRELIMINARY = complete_reports("3-preliminary")
FULL_LABELS = (
    "ccadb-id", "description", "start", "identified", "end", "policies", "source", "total", "remaining-valid", "types",
    "heuristic", "stopped", "analysis", "factor-description", "factor-timeline", "factor-detection",
    "factor-interaction",
)  # fmt: skip
LESSONS = {"well": "What went well", "bad": "What didn[’']t go well", "lucky": "Where we got lucky"}
ACTION_COLUMNS = {"causes": 2, "criteria": 3, "due": 4, "status": 5}


def named(check):
    return set(check.missing) | {remark.field for remark in check.remarks}


@pytest.mark.parametrize("report", judged_reports(), ids=lambda report: f"{report.bug}c{report.comment}")
def test_nothing_is_said_against_a_complete_report(report):
    check = check_draft(report.text, report.day)
    assert check.form == report.row["form"]
    assert check.version == report.row["version"]
    assert check.allowed == report.row["allowed"]
    assert sorted(check.missing) == sorted(report.row["missing"])
    if report.is_complete:
        assert check.remarks == ()


@given(st.sampled_from(FULL), st.sampled_from(FULL_LABELS), st.sampled_from((None, *TEMPLATES)))
@settings(max_examples=150, deadline=None)
def test_a_field_that_is_gone_empty_or_template_text_is_missing(report, field, content):
    check = check_draft(plant_in_label(report.text, field, content), report.day)
    assert set(check.missing) == {field}


@given(
    st.sampled_from(FULL), st.sampled_from(("timeline", "related", "appendix")), st.sampled_from((None, *TEMPLATES[:2]))
)
@settings(max_examples=60, deadline=None)
def test_a_section_of_a_full_report_that_is_gone_or_empty_is_missing(report, field, content):
    check = check_draft(plant_under_heading(report.text, field, content), report.day)
    assert set(check.missing) == {field}


@given(
    st.sampled_from(FULL), st.sampled_from(tuple(LESSONS)), st.sampled_from((None, "", "  - [two or three points]\n"))
)
@settings(max_examples=60, deadline=None)
def test_a_lesson_that_is_gone_empty_or_template_text_is_missing(report, lesson, content):
    check = check_draft(plant_in_lessons(report.text, LESSONS[lesson], content), report.day)
    assert set(check.missing) == {lesson}


@given(st.sampled_from(FULL), st.sampled_from(("causes", "criteria", "status")))
@settings(max_examples=40, deadline=None)
def test_a_column_that_the_action_items_lack_is_named(report, column):
    check = check_draft(without_column(report.text, "Action Item", ACTION_COLUMNS[column]), report.day)
    assert set(check.missing) == {f"action-{column}"}
    assert [remark.field for remark in check.remarks] == ["actions"]


@given(st.sampled_from(FULL), st.sampled_from(tuple(ACTION_COLUMNS)), st.sampled_from(("", "TBD", "[to be filled in]")))
@settings(max_examples=60, deadline=None)
def test_an_action_item_without_a_date_criterion_cause_or_status_is_named(report, column, content):
    if content == "TBD" and column != "due":
        content = ""
    check = check_draft(with_cell(report.text, "Action Item", 0, ACTION_COLUMNS[column], content), report.day)
    assert [remark.field for remark in check.remarks] == ["actions"]
    assert "Action item 1 " in check.remarks[0].text


@given(st.sampled_from(FULL))
@settings(max_examples=20, deadline=None)
def test_more_points_that_went_badly_than_action_items_are_named(report):
    rows = len(report.row["actions"])
    points = "".join(f"  - {word} was forgotten altogether.\n" for word in ("Zanzibar", "Yggdrasil", "Xylophones")[:2])
    extra = "".join(f"  - Wombats dug hole {number}.\n" for number in range(rows))
    check = check_draft(plant_in_lessons(report.text, LESSONS["bad"], points + extra), report.day)
    assert "bad" in named(check)


@given(st.sampled_from(FULL))
@settings(max_examples=20, deadline=None)
def test_one_more_point_that_no_action_item_is_for_is_named(report):
    points = re.search(r"- \*\*What didn[’']t go well\*\*:\n((?:  - [^\n]*\n)+)", report.text)[1]
    check = check_draft(plant_in_lessons(report.text, LESSONS["bad"], f"{points}  - Wombats dug a hole.\n"), report.day)
    assert [remark.field for remark in check.remarks] == ["bad"]


@given(st.sampled_from(FULL))
@settings(max_examples=20, deadline=None)
def test_points_that_went_badly_without_any_action_item_are_named(report):
    check = check_draft(plant_under_heading(report.text, "actions", "None so far."), report.day)
    assert "bad" in named(check)


@given(st.sampled_from([report for report in FULL if report.row["related"]]))
@settings(max_examples=20, deadline=None)
def test_related_incidents_of_the_own_ca_alone_are_named(report):
    table = "| Bug | Date | Description |\n| --- | --- | --- |\n| 3000001 | 2020-03-03 | Our own earlier bug |"
    check = check_draft(plant_under_heading(report.text, "related", table), report.day)
    assert [remark.field for remark in check.remarks] == ["related"]


@given(
    st.sampled_from([report for report in FULL if report.row["end"]]),
    st.sampled_from(
        (("start", "2031-01-01 10:00 UTC"), ("end", "2019-01-01 10:00 UTC"), ("identified", "2019-01-01 10:00 UTC"))
    ),
)
@settings(max_examples=40, deadline=None)
def test_dates_that_contradict_each_other_are_named(report, change):
    field, content = change
    check = check_draft(plant_in_label(report.text, field, content), report.day)
    assert {remark.rule for remark in check.remarks} == {"dates"}


@given(st.sampled_from([report for report in FULL if report.row["certificates"]["total"]]))
@settings(max_examples=20, deadline=None)
def test_more_valid_certificates_than_certificates_are_named(report):
    check = check_draft(plant_in_label(report.text, "remaining-valid", "999,999"), report.day)
    assert "remaining-valid" in named(check)


def test_a_delayed_revocation_without_its_four_numbers_is_named():
    delayed = [report for report in FULL if re.search("Revoked so far", report.text)]
    assert delayed
    for report in delayed:
        text = report.text.replace(" Planned but expired before: 0.", "")
        assert [remark.field for remark in check_draft(text, report.day).remarks] == ["revocation"]
        without_end = report.text.replace(" Estimated end: 2025-08-31.", "")
        assert [remark.rule for remark in check_draft(without_end, report.day).remarks] == ["revocation-7d-3.0"]
        no_analysis = plant_in_label(report.text, "analysis", "N/A")
        assert "analysis" in named(check_draft(no_analysis, report.day))


@given(
    st.sampled_from(SECOND),
    st.sampled_from(("impact", "timeline", "root-cause", "actions")),
    st.sampled_from((None, "")),
)
@settings(max_examples=40, deadline=None)
def test_a_part_of_form_2_that_is_gone_or_empty_is_missing(report, field, content):
    if f"# {HEADINGS[field]}\n" not in report.text:
        return
    check = check_draft(plant_under_heading(report.text, field, content), report.day)
    assert field in check.missing


@given(
    st.sampled_from(CLOSURES),
    st.sampled_from(("description", "cause", "remediation", "commitments")),
    st.sampled_from((None, *TEMPLATES)),
)
@settings(max_examples=60, deadline=None)
def test_a_field_of_a_closure_summary_that_is_gone_or_empty_is_missing(report, field, content):
    check = check_draft(plant_in_label(report.text, field, content), report.day)
    assert set(check.missing) == {field}


@given(st.sampled_from(CLOSURES))
@settings(max_examples=20, deadline=None)
def test_a_closure_summary_that_does_not_ask_for_closing_lacks_its_request(report):
    text = report.text[: report.text.index("- **Commitment summary**")] + "- **Commitment summary**: None.\n"
    assert check_draft(text, report.day).missing == ("request",)


@given(
    st.sampled_from(PRELIMINARY),
    st.sampled_from(("description", "policies", "source")),
    st.sampled_from((None, *TEMPLATES)),
)
@settings(max_examples=60, deadline=None)
def test_a_field_of_a_preliminary_report_that_is_gone_or_empty_is_missing(report, field, content):
    label = LABELS[field]
    assert label in report.text
    assert set(check_draft(plant_in_label(report.text + "\n", field, content), report.day).missing) == {field}


def test_a_form_that_was_replaced_long_ago_is_not_allowed():
    report = SECOND[0]
    check = check_draft(report.text, date(2025, 10, 13))
    assert (check.form, check.version, check.in_force, check.allowed) == ("2.0", "2.0", "3.1", False)
    assert [remark.rule for remark in check.remarks] == ["form-30d"]
    assert check_draft(report.text, date(2025, 4, 1)).allowed


def test_an_update_is_no_report_and_nothing_is_missing_in_it():
    check = check_draft("Weekly update: item 1 is being rolled out; two of five systems are done.", date(2025, 10, 14))
    assert (check.form, check.missing, check.remarks) == (None, (), ())


def test_an_update_on_a_delayed_revocation_gives_four_numbers():
    text = "Revoked so far: 40. Still to be revoked: 35. Planned but expired before: 0. Estimated end: 2025-08-31."
    assert check_draft(text, date(2025, 6, 28)).remarks == ()
    check = check_draft(text.replace("Planned but expired before: 0. ", ""), date(2025, 6, 28))
    assert [remark.rule for remark in check.remarks] == ["revocation-7d-3.0"]


@given(st.text(max_size=2_000), st.dates(date(1, 1, 2), date(9999, 12, 30)))
@settings(max_examples=200, deadline=None)
def test_no_text_and_no_day_is_too_odd(text, day):
    check_draft(text, day)
    check_draft(f"## Full Incident Report\n### Summary\n- **Incident description**: {text}\n### Timeline\n{text}", day)
