"""Action items: late by the CA's own date, and word due within three days."""

from datetime import date

from handlers.deadlines.compute import compute_deadlines
from handlers.deadlines.inputs import ItemUpdate
from tests.support.clocks import at, build, clock, comment

DUE = date(2025, 8, 20)


def case(*later, due=DUE, status=None):
    return build(comment("2025-08-01", report="3-full", items=(ItemUpdate("a1", due, status),)), *later)


def test_an_item_past_its_date_is_late_and_word_is_due_three_days_later():
    assert clock(case(), "2025-08-20 23:00", "action-due").state == "due"
    assert clock(case(), "2025-08-21", "action-due").state == "overdue"
    report = clock(case(), "2025-08-21", "action-report-3.1")
    assert (report.state, str(report.due)) == ("due", "2025-08-23")
    assert clock(case(), "2025-08-24", "action-report-3.1").ambiguous
    assert not clock(case(), "2025-08-25", "action-report-3.1").ambiguous


def test_an_item_done_in_time_never_was_late_however_late_the_word():
    told_late = case(comment("2025-08-30", items=(ItemUpdate("a1", None, "complete", date(2025, 8, 19)),)))
    assert clock(told_late, "2025-08-25", "action-due").state == "overdue"
    assert clock(told_late, "2025-09-01", "action-due").late_days == 0
    report = clock(told_late, "2025-09-01", "action-report-3.1")
    assert (str(report.due), report.late_days) == ("2025-08-22", 8)


def test_an_item_done_late_has_both_clocks():
    late = case(comment("2025-08-26", items=(ItemUpdate("a1", None, "complete", date(2025, 8, 25)),)))
    assert clock(late, "2025-09-01", "action-due").late_days == 5
    deadlines = compute_deadlines(*late, at("2025-09-01"), include_all=True)
    reports = [str(entry.due) for entry in deadlines if entry.rule.id == "action-report-3.1"]
    assert sorted(reports) == ["2025-08-23", "2025-08-28"]


def test_a_new_date_in_time_is_no_lateness():
    moved = case(comment("2025-08-20", items=(ItemUpdate("a1", date(2025, 9, 30), "delayed"),)))
    assert str(clock(moved, "2025-08-25", "action-due").due) == "2025-09-30"
    assert clock(moved, "2025-08-25", "action-report-3.1") is None


def test_canceling_ends_the_item_and_starts_nothing():
    canceled = case(comment("2025-08-20", items=(ItemUpdate("a1", None, "canceled"),)))
    assert clock(canceled, "2025-09-25", "action-due").state == "met"
    assert clock(canceled, "2025-09-25", "action-report-3.1") is None


def test_a_date_that_cannot_be_read_is_unknown_until_there_is_one():
    dated = case(comment("2025-08-10", items=(ItemUpdate("a1", DUE),)), due=None)
    assert clock(dated, "2025-08-09", "action-due").state == "unknown"
    assert clock(dated, "2025-08-11", "action-due").state == "due"


def test_an_item_that_was_complete_from_the_beginning_has_no_clock():
    assert clock(case(status="complete"), "2025-09-25", "action-due") is None
