"""Next update, weekly, revocation figures and closing: what runs, what suspends it, what the rules leave open."""

from handlers.acts.values import RevocationFigures
from tests.support.clocks import build, change, clock, clocks, comment

FULL = comment("2025-06-02 10:00", report="3-full", aware="2025-06-01 10:00")


def whiteboard(moment, added, removed="[ca-compliance]"):
    return change(moment, "whiteboard", f"[ca-compliance] {added}".strip(), removed)


def test_a_comment_without_news_is_a_weekly_update_one_by_others_is_not():
    case = build(FULL, comment("2025-06-09"), comment("2025-06-12", "program"), comment("2025-06-13", "automation"))
    assert clocks(case, "2025-06-16 12:00") == [("weekly-3.0", "2025-06-16", "due")]
    assert clocks(case, "2025-06-17") == [("weekly-3.0", "2025-06-16", "overdue")]


def test_a_next_update_stands_for_the_weekly_updates_until_its_day():
    case = build(FULL, whiteboard("2025-06-05", "Next update 2025-07-01"))
    assert clocks(case, "2025-06-30") == [("next-update-3.0", "2025-07-01", "due")]
    assert clocks(case, "2025-07-02") == [("next-update-3.0", "2025-07-01", "overdue")]


def test_after_its_removal_the_week_counts_from_the_removal():
    case = build(
        FULL,
        whiteboard("2025-06-05", "Next update 2025-07-01"),
        whiteboard("2025-06-10", "", "[] Next update 2025-07-01"),
    )
    assert clocks(case, "2025-06-12") == [("weekly-3.0", "2025-06-17", "due")]


def test_other_tags_do_not_set_a_next_update_anew():
    case = build(
        FULL,
        whiteboard("2025-06-05", "Next update 2025-07-01"),
        whiteboard("2025-06-20", "[ov-misissuance] Next update 2025-07-01", "[ca-compliance] Next update 2025-07-01"),
    )
    assert clock(case, "2025-06-25", "next-update-3.0").because == ("h0",)


def test_a_next_update_that_could_mean_two_days_is_unknown_and_stands_for_the_weekly_updates():
    case = build(
        FULL,
        whiteboard("2025-06-05", "Next update 3-7-2025"),
        whiteboard("2025-07-05", "", "[ca-compliance] Next update 3-7-2025"),
    )
    assert clocks(case, "2025-07-04") == []
    assert clock(case, "2025-07-04", "next-update-3.0").state == "unknown"
    assert clocks(case, "2025-07-06") == [("weekly-3.0", "2025-07-12", "due")]


def test_a_met_next_update_that_still_stands_leaves_the_weekly_clock_open():
    case = build(FULL, whiteboard("2025-06-05", "Next update 2025-06-20"), comment("2025-06-20 15:00"))
    weekly = clock(case, "2025-06-25", "weekly-3.0")
    assert (str(weekly.due), weekly.state, weekly.ambiguous) == ("2025-06-27", "due", True)
    assert clock(case, "2025-06-25", "next-update-3.0") is None


def test_an_early_comment_meets_a_next_update_only_if_it_says_so():
    standing = whiteboard("2025-06-05", "Next update 2025-06-20")
    for_it = build(FULL, standing, comment("2025-06-18", update_for=comment("2025-06-20")[0].date()))
    other = build(FULL, standing, comment("2025-06-18"))
    assert clock(for_it, "2025-06-22", "next-update-3.0") is None
    assert clock(other, "2025-06-22", "next-update-3.0").state == "overdue"
    assert clock(other, "2025-06-22", "next-update-3.0").ambiguous


def test_since_guidelines_3_1_a_closure_report_ends_the_weekly_updates_until_a_question():
    case = build(
        FULL, comment("2025-06-10", report="3-closure"), comment("2025-08-01", "community", questions=("c2q1",))
    )
    assert ("weekly-3.0", "2025-06-17", "overdue") in clocks(case, "2025-07-14")
    assert not any(rule.startswith("weekly") for rule, *_ in clocks(case, "2025-07-15 08:00"))
    assert clock(case, "2025-08-04", "weekly-3.1").ambiguous


def test_guidelines_1_end_the_weekly_updates_when_closing_is_announced():
    announced = comment("2023-06-20", "program", announces_closing=True)
    assert clocks(build(comment("2023-06-15", report="seven"), announced), "2023-07-10") == []
    older = build(comment("2020-06-15", report="seven"), comment("2020-06-20", "program", announces_closing=True))
    assert clock(older, "2020-07-10", "weekly-2019").ambiguous


def test_nothing_runs_on_closed_restricted_moved_bugs_and_no_incidents():
    for field, added, removed in (
        ("status", "RESOLVED", "ASSIGNED"),
        ("groups", "ca-program-security", ""),
        ("component", "CA Certificate Root Program", "CA Certificate Compliance"),
        ("whiteboard", "[ca-compliance] [meta]", "[ca-compliance]"),
        ("resolution", "INVALID", ""),
    ):
        case = build(FULL, change("2025-06-10", field, added, removed))
        assert clocks(case, "2025-06-09", include_all=True)
        assert clocks(case, "2025-07-01", include_all=True) == []


def test_dates_from_before_a_reopening_are_left_over():
    case = build(
        FULL,
        whiteboard("2025-06-05", "Next update 2025-06-20 [close on 2025-07-20]"),
        change("2025-06-10", "status", "RESOLVED", "ASSIGNED"),
        change("2025-07-10", "status", "REOPENED", "RESOLVED"),
    )
    assert clocks(case, "2025-07-11") == [("weekly-3.1", "2025-07-17", "due")]


def test_a_delayed_revocation_owes_figures_until_nothing_is_left():
    case = build(
        comment("2025-06-02", report="3-full"),
        comment("2025-06-05", figures=RevocationFigures(3, 9, 0, comment("2025-08-01")[0].date())),
        comment("2025-06-20", figures=RevocationFigures(12, 0, 0)),
        title="Example CA: Delayed revocation of OV certificates",
    )
    assert ("revocation-7d-3.0", "2025-06-12", "overdue") in clocks(case, "2025-06-13")
    assert ("revocation-3d-3.0", "2025-06-08", "overdue") in clocks(case, "2025-06-09")
    assert not any(rule.startswith("revocation") for rule, *_ in clocks(case, "2025-07-10"))


def test_closing_is_asked_for_by_flag_and_waits_until_the_last_call():
    report = comment("2025-08-01", report="3-closure")
    flag = change("2025-08-04", "flagtypes.name", "needinfo?(incident-reporting)")
    call = change("2025-08-10", "whiteboard", "[ca-compliance] [close on 2025-08-17]", "[ca-compliance]")
    case = build(FULL, report, flag, call)
    assert clocks(case, "2025-08-03") == [("closure-flag-3.1", "", "due")]
    assert clocks(case, "2025-08-05") == [("closure-waits", "", "due")]
    assert clocks(case, "2025-08-17 20:00") == [("last-call", "2025-08-17", "due")]
    assert clocks(case, "2025-08-18") == []


def test_a_request_to_somebody_else_asks_for_no_closing():
    case = build(FULL, change("2025-08-04", "flagtypes.name", "needinfo?(alice)"))
    assert clock(case, "2025-08-05", "closure-waits") is None
