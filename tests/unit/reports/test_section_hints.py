"""Sections that the fields of a report suggest, and what becomes of a prediction with them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.classification.field_hints import with_field_hints
from handlers.reports.reading import is_delay_report, read_report
from handlers.reports.section_hints import section_hints
from storage.values.incidents import Assignment
from tests.support.field_reports import REPORTS
from tests.support.growth import takes_linear_time
from tests.support.reports import judged_reports

DAY = datetime(2025, 9, 1, tzinfo=UTC)


def named(title):
    """Return the report with a title that begins like this."""
    return next(report for report in REPORTS if report.title.removeprefix("Meadow Trust: ").startswith(title))


def hints(report):
    read = read_report(report.text, DAY, is_delay=is_delay_report(report.title))
    return {hint.section: hint.reason for hint in section_hints(read)}


def predict(report, *predicted):
    return with_field_hints(predicted, report.title, [(0, report.text)], DAY)


def by_text(section, confidence=0.6, *, confident=False, reasons=("a word",)):
    return Assignment(section, "text", confidence, reasons, confident)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Subjects with", {"ov-misissuance": "affected types: OV"}),
        ("Encoding of", {"smime-misissuance": "affected types: mailbox-validated"}),
        (
            "Certificates for a name",
            {"dv-misissuance": "affected types: DV", "external": "source of disclosure: a third party"},
        ),
        ("Visitors", {"audit-finding": "source of disclosure: audit"}),
        (
            "Not revoked",
            {"leaf-revocation-delay": "analysis of a delayed revocation", "ov-misissuance": "affected types: OV"},
        ),
        ("Status service", {"ocsp-failure": "relevant policies: section 4.9.10"}),
        ("CPS of", {}),
    ],
)
def test_fields_suggest_sections_and_say_which_field_it_was(title, expected):
    assert hints(named(title)) == expected


def test_an_analysis_that_is_not_about_revocation_suggests_no_delay():
    assert list(hints(named("Serial numbers"))) == ["dv-misissuance"]


def test_the_template_of_the_source_is_no_source():
    text = named("Subjects with").text.replace("Self Reported", "Self Reported, Third Party Reported, or Audit")
    assert not {"external", "audit-finding"} & {hint.section for hint in section_hints(read_report(text, DAY))}


def test_types_choose_among_the_sections_of_misissuance():
    (section,) = predict(named("Subjects with"), by_text("dv-misissuance"))
    assert section == by_text("ov-misissuance", 0.9, reasons=("affected types: OV",))


def test_types_say_nothing_of_an_incident_without_misissuance():
    report = named("Answer to a problem report")
    sections = [entry.section for entry in predict(report, by_text("policy-failure", 0.7))]
    assert sections == ["external", "policy-failure"]


def test_a_field_is_the_first_reason_of_a_section_that_the_words_indicate_too():
    (section,) = predict(named("Subjects with"), by_text("ov-misissuance", 0.95))
    assert section == by_text("ov-misissuance", 0.95, reasons=("affected types: OV", "a word"))


def test_no_field_makes_a_section_sure_or_stands_beside_a_sure_one():
    report = named("Certificates for a name")
    assert not any(entry.confident for entry in predict(report, by_text("dv-misissuance")))
    sure = by_text("dv-misissuance", 0.97, confident=True)
    assert [entry.section for entry in predict(report, sure)] == ["dv-misissuance"]


def test_a_comment_without_a_report_changes_nothing():
    predicted = (by_text("ov-misissuance"), by_text("ev-misissuance", 0.4))
    assert with_field_hints(predicted, "Meadow Trust: x", [(0, "Affected types are OV, said a third party.")], DAY) == (
        predicted
    )


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.title)
def test_of_the_complete_reports_no_field_suggests_a_section_that_a_reader_would_not_choose(report):
    suggested = {hint.section for hint in section_hints(read_report(report.text, DAY)) if not hint.chooses}
    assert suggested <= set(report.sections)


@given(st.sampled_from(judged_reports()), st.integers(0, 5_000), st.text(max_size=50))
def test_any_text_in_any_place_is_read(report, position, noise):
    text = report.text[:position] + noise + report.text[position:]
    with_field_hints((by_text("ov-misissuance"),), "A CA: x", [(0, text)], report.posted)


@pytest.mark.parametrize("piece", ["baseline requirements ", "BR 4.9.1.1; ", "third party audit ", "root ca revo "])
def test_the_time_grows_with_the_length_alone(piece):
    report = read_report(named("Not revoked").text, DAY, is_delay=True)

    def read(text):
        fields = {**report.fields, "analysis": replace(report.fields["analysis"], text=text)}
        return section_hints(replace(report, policies=text, source=text, fields=fields))

    assert takes_linear_time(read, piece)
