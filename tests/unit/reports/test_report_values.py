"""Dates, times, counts, types and lists as people write them in reports."""

from datetime import date

import pytest

from handlers.reports.delays import read_revocation_figures
from handlers.reports.elements import read_elements
from handlers.reports.fields import read_stopped
from handlers.reports.moments import find_moments, stated_zone
from handlers.reports.numbers import find_remaining, find_total, find_types, parse_count
from handlers.reports.outline import read_outline
from handlers.reports.prose_dates import full_report_by, noticed_at
from handlers.reports.tables import read_action_rows, read_related
from handlers.reports.texts import is_filled, is_not_applicable
from handlers.reports.timeline import identified_in, read_timeline

DAY = date(2025, 6, 10)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2025-03-03 11:00 UTC+03:00", "2025-03-03 08:00"),
        ("2025-03-03T11:00Z", "2025-03-03 11:00"),
        ("2025-03-03T11:00:30+0200", "2025-03-03 09:00"),
        ("3 March 2025 at 11:00 UTC", "2025-03-03 11:00"),
        ("March 3rd, 2025, 11:00 (UTC)", "2025-03-03 11:00"),
        ("03.03.2025 12:00 CET", "2025-03-03 11:00"),
        ("3/25/2025 7:30 AM MDT", "2025-03-25 13:30"),
        ("2025-03-03, 8 pm JST", "2025-03-03 11:00"),
        ("at 11:00 UTC on 3 March 2025", "2025-03-03 11:00"),
        ("3 March, 11:00 UTC", "2025-03-03 11:00"),
        ("2025-03-03 (UTC+8) 19:00", "2025-03-03 00:00"),
        ("2025-03-03 24:00 UTC", "2025-03-04 00:00"),
    ],
)
def test_a_moment_in_any_spelling(text, time):
    moment = next(find_moments(text, DAY))
    assert moment.time.strftime("%Y-%m-%d %H:%M") == time


@pytest.mark.parametrize(
    "text", ["2025-13-03", "30 February 2025", "99.99.2025", "section 4.2.1", "version 3.2.2.9", "12:00"]
)
def test_what_is_no_date(text):
    assert not list(find_moments(text, DAY))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("All times are UTC.", 0),
        ("(times are UTC+1)", 60),
        ("All times are in local time (UTC-05:00)", -300),
        ("| Time (CEST) | Event |", 120),
        ("That happened at the time of CET week", None),
    ],
)
def test_the_zone_that_a_text_states(text, minutes):
    assert stated_zone(text) == minutes


def test_awareness_is_where_prose_speaks_of_noticing():
    text = "Certificates of 2025-05-01 07:00 UTC and later are wrong. We found that on 2025-06-02 at 09:00 UTC."
    assert noticed_at(text, DAY, 0).time.isoformat() == "2025-06-02T09:00:00+00:00"
    assert noticed_at("The full report follows on 2025-06-20 at 10:00 UTC.", DAY, 0) is None
    assert full_report_by("We plan the full report for 20 June.", DAY) == date(2025, 6, 20)


@pytest.mark.parametrize(
    ("text", "value", "about"),
    [
        ("58", 58, False),
        ("12,911", 12911, False),
        ("12 911 (of 2024-05-01)", 12911, False),
        ("about 900", 900, True),
        ("None.", 0, False),
        ("Seven", 7, False),
    ],
)
def test_a_count_in_its_own_field(text, value, about):
    count = parse_count(text)
    assert (count.value, count.about) == (value, about)


@pytest.mark.parametrize(
    ("text", "total", "left"),
    [
        ("26 EV certificates are affected. All are within their validity.", 26, 26),
        ("112 OV certificates, 40 of them still valid.", 112, 40),
        ("43 OV certificates. 31 are revoked; 12 remain valid until the subscribers have replaced them.", 43, 12),
        ("We know of two certificates. Both are revoked.", 2, 0),
        ("No certificates are affected.", 0, None),
        ("75 OV certificates were not revoked by 2025-06-01 12:00 UTC.", 75, 75),
        ("12 of the 31 certificates of bug 3000004 were not revoked within five days.", 12, 12),
        ("58 certificates were issued. All will be revoked by 2025-06-12.", 58, None),
        ("Within five days of section 4.9.1.1 nothing happened in SHA-256 matters.", None, None),
        ("No authoritative records for these certificates were there.", None, None),
    ],
)
def test_counts_in_prose(text, total, left):
    count = find_total(text)
    assert (count and count.value) == total
    remaining = find_remaining(text, total)
    assert (remaining and remaining.value) == left


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("This affects DV and OV certificates", ("DV", "OV")),
        ("IV (23)", ("IV",)),
        ("151 mailbox-validated, 63 sponsor-validated", ("mailbox-validated", "sponsor-validated")),
        ("organization validated S/MIME", ("organization-validated",)),
        ("Extended Validation", ("EV",)),
        ("Two roots", ("root",)),
        ("the root cause of it", ()),
    ],
)
def test_types_of_certificates(text, types):
    assert find_types(text) == types


@pytest.mark.parametrize(
    ("text", "stopped"),
    [
        ("Yes, for thirty minutes.", "yes"),
        ("No. The account was locked.", "no"),
        ("N/A", None),
        ("Issuance is not concerned.", None),
        ("We have stopped issuance of such certificates.", "yes"),
        ("It was not necessary to stop issuance.", "no"),
        ("Issuance was paused on Friday.", "yes"),
    ],
)
def test_whether_issuance_was_stopped(text, stopped):
    assert read_stopped(text) == stopped


def timeline(text, zone=0):
    return read_timeline(read_elements(text), DAY, zone)


def test_a_timeline_of_days_with_times_below():
    entries = timeline("All times are UTC+2.\n\n2025-06-02:\n\n- 09:00 release goes live\n- 10:30 a clerk notices it\n")
    assert [entry.time.strftime("%d %H:%M") for entry in entries.entries] == ["02 07:00", "02 08:30"]
    assert identified_in(entries, is_delay=False).text == "a clerk notices it"


def test_a_timeline_in_a_table_and_one_under_headings():
    table = "| Time (UTC) | Event |\n| --- | --- |\n| 2025-06-02 09:00 | live |\n| 2025-06-03 10:00 | found |\n"
    assert len(timeline(table).entries) == 2
    headed = "#### 2 June 2025\n\n- 09:00 live\n\n#### Tuesday, 3 June 2025\n\n- 10:00 found\n"
    assert [entry.time.day for entry in timeline(headed).entries] == [2, 3]


def test_a_timeline_without_dates_is_none():
    assert timeline("We looked at it for a while.") is None


def test_steps_with_dates_of_any_kind():
    text = "1. How we first became aware\nSo.\n\n7. List of steps your CA is taking\n"
    text += "- ocsp1 switched until 30.11.2021\n- a monitor in the first quarter of 2022\n- (i) Training\n"
    rows = read_action_rows(read_outline(text).part("q7-steps"), date(2021, 11, 15))
    assert [(row.item, row.due and row.due.isoformat(), row.due_text) for row in rows] == [
        ("ocsp1 switched", "2021-11-30", "2021-11-30"),
        ("a monitor", None, "the first quarter of 2022"),
        ("Training", None, None),
    ]


def test_related_incidents_in_a_table_or_a_list():
    table = (
        "## Related Incidents\n| Bug | Date | Description |\n|-|-|-|\n"
        "| [it](https://bugzilla.mozilla.org/show_bug.cgi?id=1234567) | 2024-01-02 | Like |\n"
    )
    assert [(row.bug, row.date) for row in read_related(read_outline(table).part("related"), DAY)] == [
        ("1234567", "2024-01-02")
    ]
    listed = "## Related Incidents\n- Bug 1234567 of 2024-01-02, like this one\n"
    assert [row.bug for row in read_related(read_outline(listed).part("related"), DAY)] == ["1234567"]


@pytest.mark.parametrize(
    "text", ["", "[what happened]", "YYYY-MM-DD:\n- HH:MM Example", "All times are UTC.", "...", "<text>"]
)
def test_template_text_fills_no_part(text):
    assert not is_filled(read_outline(f"## Timeline\n\n{text}\n").part("timeline"))


@pytest.mark.parametrize("text", ["N/A", "n/a.", "Not applicable, no certificates.", "Does not apply."])
def test_what_does_not_apply_fills_it(text):
    assert is_not_applicable(text)
    assert is_filled(read_outline(f"## Appendix\n\n{text}\n").part("appendix"))


def test_an_example_row_is_no_action_item():
    text = "## Action Items\n| Action Item | Kind | Due Date |\n|-|-|-|\n| Example | Prevent | 2038-01-19 |\n"
    part = read_outline(text).part("actions")
    assert not is_filled(part)
    assert read_action_rows(part, DAY) == ()


def test_the_four_numbers_of_a_delayed_revocation():
    text = "- revoked: 6\n- not yet revoked: 5\n- planned but expired before: 1\n- estimated end: 2025-04-30"
    figures = read_revocation_figures(text, date(2025, 3, 5))
    assert (figures.revoked, figures.left, figures.expired) == (6, 5, 1)
    assert figures.estimate == date(2025, 4, 30)
    assert read_revocation_figures("5 certificates are revoked, 7 are not.", DAY).missing == ("expired", "estimate")
