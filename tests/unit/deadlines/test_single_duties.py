"""Disclosure, full report, questions and audit reports: from when they count, when they end, what is left open."""

from datetime import date

from handlers.deadlines.inputs import AnswerActs
from tests.support.clocks import build, change, clock, clocks, comment


def filed(moment="2025-06-02 10:00", **acts):
    return comment(moment, report="3-preliminary", **acts)


def test_seven_days_end_with_the_seventh_day():
    case = build(filed(), comment("2025-06-05 09:00", "program", questions=("c1q1",)))
    assert ("question-7d-3.0", "2025-06-12", "due") in clocks(case, "2025-06-12 23:59")
    assert clocks(case, "2025-06-13")[0] == ("question-7d-3.0", "2025-06-12", "overdue")
    assert clock(case, "2025-06-15", "question-7d-3.0").late_days == 3


def test_a_partial_answer_leaves_it_uncertain_whether_the_rest_was_answered_too():
    case = build(
        filed(),
        comment("2025-06-05", "program", questions=("c1q1", "c1q2")),
        comment("2025-06-07", answers=(AnswerActs("c1q1", "full"), AnswerActs("c1q2", "part"))),
    )
    assert clock(case, "2025-06-20", "question-7d-3.0", "c1q1").state == "met"
    rest = clock(case, "2025-06-20", "question-7d-3.0", "c1q2")
    assert (rest.state, rest.due, rest.late_days) == ("unknown", date(2025, 6, 12), None)


def test_only_the_ca_answers_but_whoever_asked_may_withdraw():
    asked = comment("2025-06-05", "community", questions=("c1q1",))
    answered = build(filed(), asked, comment("2025-06-06", "program", answers=(AnswerActs("c1q1", "full"),)))
    withdrawn = build(filed(), asked, comment("2025-06-06", "community", answers=(AnswerActs("c1q1", "withdrawn"),)))
    assert clock(answered, "2025-06-20", "question-7d-3.0").state == "overdue"
    assert clock(withdrawn, "2025-06-20", "question-7d-3.0").state == "met"


def test_naming_a_date_is_an_answer_under_guidelines_2_and_left_open_since():
    def case(year):
        return build(
            comment(f"{year}-06-02", report="2.0"),
            comment(f"{year}-06-03", "program", questions=("c1q1",)),
            comment(f"{year}-06-04", answers=(AnswerActs("c1q1", "date"),)),
        )

    assert clock(case(2024), "2024-06-20", "question-7d-2.0").state == "met"
    later = clock(case(2025), "2025-06-20", "question-7d-3.0")
    assert later.state == "unknown"
    assert "named a date" in later.why_ambiguous


def test_a_question_in_a_closed_bug_is_unknown_once_it_is_open_again():
    case = build(
        filed(),
        change("2025-06-10", "status", "RESOLVED", "ASSIGNED"),
        comment("2025-06-12", "community", questions=("c1q1",)),
        change("2025-06-20", "status", "REOPENED", "RESOLVED"),
        comment("2025-06-20", "program", questions=("c2q1",)),
    )
    assert clocks(case, "2025-06-15") == []
    assert (clock(case, "2025-07-01", "question-7d-3.0", "c1q1").state) == "unknown"
    assert (clock(case, "2025-07-01", "question-7d-3.0", "c2q1").state) == "overdue"


def test_automation_and_the_ca_ask_nothing():
    case = build(
        filed(), comment("2025-06-05", "automation", questions=("c1q1",)), comment("2025-06-06", questions=("c2q1",))
    )
    assert clock(case, "2025-06-30", "question-7d-3.0") is None


def test_72_hours_count_to_the_second_from_the_word_of_the_report():
    in_time = build(filed("2025-06-04 09:00", aware="2025-06-01 09:00"))
    late = build(filed("2025-06-04 09:01", aware="2025-06-01 09:00"))
    assert clock(in_time, "2025-06-05", "disclosure-72h-3.0").late_days == 0
    assert clock(late, "2025-06-05", "disclosure-72h-3.0").late_days == 1


def test_without_awareness_there_is_no_start_to_count_72_hours_from():
    case = build(filed(), comment("2025-06-12", report="3-full", aware="2025-05-31 10:00"))
    assert clock(case, "2025-06-10", "disclosure-72h-3.0") is None
    assert clock(case, "2025-06-12 10:00", "disclosure-72h-3.0").state == "met"


def test_a_filing_by_somebody_else_starts_72_hours_and_the_first_word_14_days():
    case = build(
        comment("2025-06-01 08:00", "community"),
        comment("2025-06-03 08:00", discloses=True),
        comment("2025-06-18", report="3-full"),
    )
    assert clocks(case, "2025-06-02") == [("disclosure-72h-3.0", "2025-06-04 08:00:00+00:00", "due")]
    assert ("report-14d-3.0", "2025-06-17", "due") in clocks(case, "2025-06-17 12:00")
    report = clock(case, "2025-06-20", "report-14d-3.0")
    assert (report.state, report.late_days, report.because) == ("met", 1, ("c1", "c2"))


def test_until_2023_the_report_counts_from_the_filing():
    case = build(comment("2020-06-01", "community"), comment("2020-06-10", discloses=True))
    assert ("report-14d-2017", "2020-06-15", "overdue") in clocks(case, "2020-06-16 08:00")


def test_a_report_in_a_form_no_longer_allowed_is_a_report_less_surely():
    case = build(filed(), comment("2025-06-10", report="2.0", allowed=False))
    report = clock(case, "2025-06-30", "report-14d-3.0")
    assert report.state == "met"
    assert report.ambiguous


def test_an_attachment_alone_may_be_the_full_report():
    case = build(comment("2025-06-02", discloses=True, attachment_only=True))
    assert clock(case, "2025-06-30", "report-14d-3.0").ambiguous


def test_an_earlier_start_leaves_guidelines_2_open_between_the_two_dates():
    case = build(comment("2024-02-05", report="2.0-first", aware="2024-02-02 14:00"))
    assert not clock(case, "2024-02-16 12:00", "report-14d-2.0").ambiguous
    assert clock(case, "2024-02-18", "report-14d-2.0").ambiguous
    assert not clock(case, "2024-02-21", "report-14d-2.0").ambiguous


def test_an_audit_report_is_ambiguous_in_every_case():
    case = build(comment("2024-05-20", report="2.0-audit", letter="2024-05-10"))
    report = clock(case, "2024-05-21", "audit-report-7d")
    assert (str(report.due), report.late_days, report.ambiguous) == ("2024-05-17", 3, True)
