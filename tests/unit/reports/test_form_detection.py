"""Which form a comment follows: by its headings, labels, questions and day, and what is no report."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.reports.forms import is_allowed, read_forms, version_in_force, version_of
from handlers.reports.reading import is_delay_report, read_report
from tests.support.growth import takes_linear_time

REQUEST = """The following problems have been found in certificates issued by your CA.

To continue inclusion of your CA's root certificates you must respond in this bug to provide the following information:
1) How your CA first became aware of the problems listed below (e.g. via a Problem Report), and the date.
2) Prompt confirmation that your CA has stopped issuing TLS/SSL certificates with the problems listed below.
3) Complete list of certificates that your CA finds with each of the listed problems."""
QUOTING = """> ## Full Incident Report
> ### Summary
> - **Incident description**: Something.
> - **Relevant policies**: Some.

Which policy is that?"""
PRELIMINARY = "## Preliminary Incident Report\n\n### Summary\n\n{}\n"
PROSE = "On 2 February a colleague noticed that our CPS lacks a section. We will post a full report by 19 February."


def form_of(text, day, **options):
    report = read_report(text, datetime(day.year, day.month, day.day, 12, tzinfo=UTC), **options)
    return report and report.form


@pytest.mark.parametrize("text", [REQUEST, QUOTING, "", "Weekly update: nothing new.", "# Results\n\nall good"])
def test_what_is_no_report(text):
    assert form_of(text, date(2025, 6, 1)) is None


def test_a_first_word_is_prose_by_the_ca_under_guidelines_1_and_2():
    assert form_of(PROSE, date(2023, 6, 1), by_ca_first=True) == "1.0-first"
    assert form_of(PROSE, date(2024, 2, 5), by_ca_first=True) == "2.0-first"
    assert form_of(PROSE, date(2024, 2, 5)) is None
    assert form_of(PROSE, date(2022, 2, 5), by_ca_first=True) is None
    assert form_of(PROSE, date(2025, 4, 1), by_ca_first=True) is None


def test_a_later_comment_is_a_first_word_only_if_it_announces_the_report():
    thanks = "We thank the reporter for the certificates; the account in question is locked and nothing else happened."
    assert form_of(PROSE, date(2024, 2, 5), by_ca_first=True, comment=1) == "2.0-first"
    assert form_of(thanks, date(2024, 2, 5), by_ca_first=True, comment=1) is None


def test_a_preliminary_report_follows_the_form_of_its_day():
    assert form_of(PRELIMINARY.format(PROSE), date(2024, 2, 5)) == "2.0-first"
    assert form_of(PRELIMINARY.format(PROSE), date(2025, 4, 1)) == "3-preliminary"
    draft = PRELIMINARY.format("- **Incident description**: A.\n- **Relevant policies**: B.")
    assert form_of(draft, date(2024, 11, 22)) == "3-preliminary"


def test_headings_of_form_2_are_no_form_years_before_it():
    text = "## Incident Report\n### Summary\nA thing.\n### Impact\nNone.\n### Timeline\n2019-01-01 10:00 it\n"
    assert form_of(text, date(2019, 1, 25)) is None
    assert form_of(text, date(2023, 11, 1)) == "2.0"


def test_a_finding_in_a_sentence_makes_no_audit_report():
    assert form_of("Finding 1 was remediated on 2024-10-15. Finding 2 is planned.", date(2024, 10, 31)) is None
    text = "## Audit Incident Report\n### Finding #1\nA list is old.\n#### Root Cause Analysis\nHabit.\n"
    assert form_of(text, date(2024, 10, 31)) == "2.0-audit"


def test_issues_of_guidelines_1_are_findings_with_their_parts():
    text = (
        "Issue #1: Old logs\nIssue #1 Description: Logs are old.\nIssue #1 Root Cause of Issue: Habit.\n"
        "Issue #1 Remediation Plan for this Issue: New logs by 2023-07-01."
    )
    report = read_report(text, datetime(2023, 5, 17, tzinfo=UTC))
    assert (report.form, report.missing, report.findings) == ("1.0-audit", (), ("Logs are old.",))
    assert report.fields["root-cause"].text == "Habit."


@pytest.mark.parametrize(
    ("day", "form", "version", "in_force"),
    [
        (date(2020, 3, 3), "seven", "2017", "Mozilla page"),
        (date(2023, 2, 15), "seven", "1.0", "1.0"),
        (date(2024, 2, 5), "seven", "1.0", "2.0"),
        (date(2025, 2, 28), "2.0", "2.0", "2.0"),
        (date(2025, 10, 1), "2.0", "2.0", "3.1"),
        (date(2024, 11, 22), "3-preliminary", "3.0", "2.0"),
        (date(2025, 3, 1), "3-full", "3.0", "3.0"),
        (date(2025, 7, 15), "3-full", "3.1", "3.1"),
        (date(2026, 3, 20), "3-closure", "3.2", "3.2"),
    ],
)
def test_version_of_a_form_and_version_in_force(day, form, version, in_force):
    assert version_of(read_forms().forms[form], day) == version
    assert version_in_force(day).name == in_force


def test_a_replaced_form_is_allowed_for_thirty_days_and_before_the_rule():
    second = read_forms().forms["2.0"]
    assert is_allowed(second, date(2025, 7, 14))
    assert not is_allowed(second, date(2025, 7, 15))
    assert is_allowed(read_forms().forms["3-full"], date(2030, 1, 1))


def test_delays_are_known_by_title_or_tag():
    assert is_delay_report("Acme: Delayed revocation of 12 certificates")
    assert is_delay_report("[ca-compliance] [leaf-revocation-delay]")
    assert is_delay_report("Acme: Failure to revoke within 5 days")
    assert not is_delay_report("Acme: Certificates revoked with a wrong reason [crl-failure]")


PIECES = (
    "a word ", "*", "**a ", "[", "[a](", "|", "| a | b |\n", "> ", "- a\n", "1 ", "2024-01-01 10:00 ", "`a", "\n", "_a",
    "12 certificates ", "seven ", "### Timeline\n", "**Contributing Factor #1: a**\n\n", "<!--", "(", "```\n", "May ",
    "1. How your CA first became aware of the problem\n\n", "all of them were ", "How your CA first became aware (",
    "| Do | Prevent | Root Cause # 1 | x | 2024-01-01 | Ongoing |\n", "the issuance was not ", "10:00 ", "a: ", "~~a",
)  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_reading_takes_linear_time(piece):
    posted = datetime(2025, 10, 1, tzinfo=UTC)
    assert takes_linear_time(lambda text: read_report(text, posted, by_ca_first=True), piece)


def test_a_table_of_five_thousand_rows_is_read():
    rows = "".join(f"| Item {number} | Prevent | 2024-06-01 |\n" for number in range(1_500))
    text = f"## Incident Report\n### Summary\nA.\n### Action Items\n| Action Item | Kind | Due Date |\n|-|-|-|\n{rows}"
    report = read_report(text, datetime(2024, 5, 1, tzinfo=UTC))
    assert len(report.actions) == 1_500
    read_report("| a | b | c |\n" * 5_000, datetime(2024, 5, 1, tzinfo=UTC))


MARKS = st.sampled_from(PIECES)


@given(st.lists(st.one_of(MARKS, st.text(max_size=30)), max_size=60), st.datetimes())
@settings(max_examples=300, deadline=None)
def test_no_text_and_no_day_is_too_odd(pieces, day):
    text = "".join(pieces)
    for whole in (text, f"## Full Incident Report\n### Timeline\n{text}", f"1. How we first became aware\n{text}"):
        read_report(whole, day.replace(tzinfo=UTC), by_ca_first=True, is_delay=True)


TERSE = "\n\n".join(
    f"{number}. {answer}"
    for number, answer in enumerate(
        (
            "Own monitoring, 2021-02-05 07:15 UTC.",
            "2021-02-05 08:50 UTC cache flushed",
            "Fixed the same day.",
            "3 certificates.",
            "crt.sh ids 41000001, 41000002",
            "A package replaced our patch.",
            "\n a) pin the package - 2021-02-12\n b) page on low counts - end of Q2",
        ),
        1,
    )
)


def test_numbers_alone_stand_for_the_questions_of_2017_where_the_ca_speaks_first():
    posted = datetime(2021, 2, 8, tzinfo=UTC)
    report = read_report(TERSE, posted, by_ca_first=True)
    assert (report.form, [action.letter for action in report.actions]) == ("seven", ["a", "b"])
    assert read_report(TERSE, posted) is None
    longer = read_report(f"{TERSE}\n\n8. One thing more.", posted, by_ca_first=True)
    assert longer is None or longer.form != "seven"


@given(st.text("1234567.)\n ab>#", max_size=200))
def test_any_numbers_can_be_read(text):
    read_report(text, datetime(2021, 2, 8, tzinfo=UTC), by_ca_first=True)


@pytest.mark.parametrize("mark", ["{}) ", "({}) ", "{}: ", "Q{}: ", "#{} ", "**{}.** ", "Question {}: ", "{} - "])
def test_the_numbers_of_the_questions_are_written_in_many_ways(mark):
    answers = (
        "Own monitoring.",
        "08:50 UTC flushed",
        "Fixed.",
        "3.",
        "None.",
        "A patch was lost.",
        "- pin it, 2021-03-15",
    )
    text = "\n".join(mark.format(number) + answer for number, answer in enumerate(answers, 1))
    report = read_report(text, datetime(2021, 2, 8, tzinfo=UTC), by_ca_first=True)
    assert (report.form, len(report.actions)) == ("seven", 1)


@pytest.mark.parametrize(
    "table",
    [
        "| What | When |\n|---|---|\n| Patch the parser | 2021-03-15 |\n| Train the staff | 2021-04-01 |",
        "| Step | Who | By |\n|---|---|---|\n| Patch the parser | Ops | 15 March |\n| Train the staff | X | 1 April |",
    ],
)
def test_due_dates_stand_where_a_table_with_other_headings_has_days(table):
    text = f"## Incident Report\n\n### Summary\nA parser failed.\n\n### Impact\nNone.\n\n### Action Items\n\n{table}\n"
    report = read_report(text, datetime(2024, 2, 8, tzinfo=UTC))
    assert [(action.item, action.due and (action.due.month, action.due.day)) for action in report.actions] == [
        ("Patch the parser", (3, 15)),
        ("Train the staff", (4, 1)),
    ]


def test_a_step_of_a_list_that_is_done_says_so():
    text = TERSE.replace("- 2021-02-12", "- done 2021-02-06")
    report = read_report(text, datetime(2021, 2, 8, tzinfo=UTC), by_ca_first=True)
    assert [action.status for action in report.actions] == ["Complete", None]
