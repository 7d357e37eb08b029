"""The goals of reading reports: on the judged reports of the invented lives, and on judged openings of the corpus."""

import random

import pytest

from handlers.reports.documents import report_document
from handlers.reports.figures import figure_history
from handlers.reports.lives import read_reports
from handlers.reports.reading import read_report
from tests.support.lives import LIVES, read_lives
from tests.support.report_forms import judged_openings, recorded
from tests.support.reports import first_versions, judged_reports, wrong_fields
from tests.support.shared import CORPUS

pytestmark = pytest.mark.skipif(not (CORPUS.exists() and LIVES.exists()), reason="the data are not part of the project")


@pytest.fixture(scope="module")
def documents():
    result = {}
    for life in read_lives().values():
        figures = figure_history(life)
        for report in read_reports(first_versions(life)):
            result[life.bug, report.comment] = report_document(report, figures)
    return result


def test_every_report_is_met_and_nothing_else(documents):
    assert set(documents) == {(report.bug, report.comment) for report in judged_reports()}


def test_form_and_version_are_right_in_98_of_100(documents):
    right = [
        documents[report.bug, report.comment][name] == report.row[name]
        for report in judged_reports()
        for name in ("form", "version", "in_force", "allowed")
    ]
    assert sum(right) >= 0.98 * len(right)


def test_each_field_is_right_in_95_of_100(documents):
    reports = judged_reports()
    wrong = [
        (field, report) for report in reports for field in wrong_fields(documents[report.bug, report.comment], report)
    ]
    for field in {field for field, _ in wrong}:
        failures = [(report.bug, report.comment) for name, report in wrong if name == field]
        assert len(failures) <= 0.05 * len(reports), (field, failures)


def test_what_is_missing_is_exactly_right_in_95_of_100(documents):
    reports = judged_reports()
    wrong = [
        (report.bug, report.comment)
        for report in reports
        if sorted(documents[report.bug, report.comment]["missing"]) != sorted(report.row["missing"])
    ]
    assert len(wrong) <= 0.05 * len(reports), wrong


def test_the_two_hundred_are_those_that_the_seed_draws():
    drawn = random.Random(20261126).sample(sorted(recorded()), 200)
    assert [opening.bug for opening in judged_openings() if opening.part == "work"] == sorted(drawn)


@pytest.mark.parametrize(("part", "share"), [("work", 0.97), ("check", 0.93)])
def test_the_form_of_an_opening_is_right(part, share):
    openings = [opening for opening in judged_openings() if opening.part == part]
    wrong = []
    for opening in openings:
        report = read_report(opening.text, opening.posted, by_ca_first=opening.by_ca)
        if (report and report.form) != opening.form:
            wrong.append(opening.bug)
    assert len(wrong) <= (1 - share) * len(openings), wrong
