"""Readings of whole lives: what is read at a moment, and what clocks get of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.lives.clock_inputs import is_attachment_only, to_acts
from handlers.lives.clock_life import may_have_clocks, read_clock_life
from handlers.lives.reading import read_life
from handlers.parsing.owners import build_owner_directory
from storage.values.incidents import Person
from storage.values.lives import Change, CommentVersion, Life, LifeComment

OWNERS = build_owner_directory()
COMPONENT = "CA Certificate Compliance"
OPENED = datetime(2025, 5, 1, 9, tzinfo=UTC)
CA, STAFF = Person("ops", "granitepki.example"), Person("ben", "mozilla.com")
END = OPENED + timedelta(days=60)
FULL = """## Full Incident Report

### Summary

- **CA Owner CCADB unique ID**: A009008
- **Incident description**: Two certificates had the wrong state.
- **Timeline summary**:
  - **Non-compliance start date**: 2025-04-01 10:00 UTC
  - **Non-compliance identified date**: 2025-04-29 10:00 UTC
  - **Non-compliance end date**: 2025-04-30 10:00 UTC

### Action Items

| Action Item | Kind | Corresponding Root Cause(s) | Evaluation Criteria | Due Date | Status |
| --- | --- | --- | --- | --- | --- |
| Check states against a list | Prevent | Root Cause # 1 | List in use | 2025-06-20 | Ongoing |
"""


def comment(number, author, day, *texts):
    posted = OPENED + timedelta(days=day)
    versions = tuple(CommentVersion(posted + timedelta(days=index), text) for index, text in enumerate(texts))
    return LifeComment(number, author, posted, versions)


def life(*comments, changes=(), whiteboard="[ca-compliance] [ov-misissuance]", status="ASSIGNED"):
    return Life(
        3_000_500, "Granite PKI: Wrong state in certificates", whiteboard, status, "", COMPONENT, False, OPENED,
        CA, CA, tuple(changes), comments,
    )  # fmt: skip


WHOLE = life(
    comment(0, CA, 0, FULL),
    comment(1, STAFF, 3, "How many customers were told of this, and when?"),
    comment(2, CA, 5, "Thank you. Item 1 will be done by 2025-07-04 instead."),
)


def clocks(subject, as_of, **options):
    read = read_clock_life(subject, OWNERS, as_of)
    return {clock.rule.kind: clock for clock in read.deadlines(as_of, COMPONENT, include_all=True, **options)}


def test_reports_roles_questions_and_items_are_read_together():
    reading = read_life(WHOLE, OWNERS, END)
    assert [(report.comment, report.form) for report in reading.reports] == [(0, "3-full")]
    assert reading.roles == {0: "ca", 1: "program", 2: "ca"}
    assert [question.id for question in reading.acts.questions] == ["c1q1"]
    (first, _, last) = to_acts(reading).comments
    assert (first.report.form, first.report.aware.day, first.report.began) == ("3-full", 29, date(2025, 4, 1))
    assert [(item.item, item.due, item.status) for item in first.items] == [("a1", date(2025, 6, 20), "ongoing")]
    assert [(item.item, item.due) for item in last.items] == [("a1", date(2025, 7, 4))]


def test_clocks_follow_from_the_texts():
    running = clocks(WHOLE, OPENED + timedelta(days=20))
    assert (running["question"].state, running["question"].due) == ("unknown", date(2025, 5, 11))
    assert running["action-due"].due == date(2025, 7, 4)
    assert running["full-report"].state == "met"


def test_nothing_later_is_used():
    assert "question" not in clocks(WHOLE, OPENED + timedelta(days=2))
    assert clocks(WHOLE, OPENED + timedelta(days=4))["action-due"].due == date(2025, 6, 20)
    edited = replace(WHOLE, comments=(comment(0, CA, 0, "We look into it.", FULL), *WHOLE.comments[1:]))
    assert clocks(edited, OPENED + timedelta(hours=5))["full-report"].state == "due"
    assert clocks(edited, OPENED + timedelta(days=2))["full-report"].state == "met"


def test_what_stays_in_memory_has_no_text_of_a_comment():
    kept = read_clock_life(WHOLE, OWNERS)
    assert all(entry.text == "" for entry in kept.life.comments)
    assert kept.known_until == OPENED + timedelta(days=5)
    assert kept.subjects["c1q1"].startswith("How many customers")
    assert kept.subjects["a1"] == "Check states against a list"
    assert kept.posted(1) == OPENED + timedelta(days=3)
    assert kept.posted(9) is None


@pytest.mark.parametrize("day", [1, 4, 6, 30])
def test_a_reading_of_everything_gives_the_clocks_of_now(day):
    as_of = OPENED + timedelta(days=max(day, 6))
    assert read_clock_life(WHOLE, OWNERS).deadlines(as_of, COMPONENT) == read_clock_life(
        WHOLE, OWNERS, as_of
    ).deadlines(as_of, COMPONENT)


def test_a_closed_bug_is_not_read_for_its_clocks():
    closed = Change(OPENED + timedelta(days=9), STAFF, "status", "ASSIGNED", "RESOLVED")
    subject = replace(WHOLE, status="RESOLVED", changes=(closed,))
    assert may_have_clocks(subject, OPENED + timedelta(days=8), COMPONENT)
    assert not may_have_clocks(subject, OPENED + timedelta(days=10), COMPONENT)
    assert not may_have_clocks(subject, OPENED - timedelta(days=1), COMPONENT)
    assert not read_clock_life(subject, OWNERS).is_open


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Created attachment 9900081\nreport.pdf", True),
        ("Created attachment 9900081\nreport.pdf\n\nPlease find our incident report attached.", True),
        ("Created attachment 9900081\nlist.csv\n\n" + "We revoked them. " * 20, False),
        ("We attach our report.", False),
        (" \n", True),
    ],
)
def test_a_comment_that_only_brings_an_attachment_is_known(text, expected):
    assert is_attachment_only(text) is expected


def test_without_a_full_report_an_attachment_leaves_it_open():
    subject = life(
        comment(0, CA, 0, "We found two certificates with the wrong state. The full report comes by 2025-05-14."),
        comment(1, CA, 9, "Created attachment 9900081\nfull-report.pdf"),
    )
    clock = clocks(subject, OPENED + timedelta(days=20))["full-report"]
    assert (clock.state, clock.ambiguous) == ("overdue", True)


@given(st.lists(st.tuples(st.sampled_from([CA, STAFF, Person("x", "")]), st.text(max_size=300)), max_size=6))
def test_whatever_is_written_a_life_is_read(entries):
    subject = life(*(comment(number, author, number, text) for number, (author, text) in enumerate(entries)))
    read = read_clock_life(subject, OWNERS)
    assert len(read.acts.comments) == len(entries)
    read.deadlines(END, COMPONENT)
    read.missed(END, COMPONENT)


def test_an_account_that_was_closed_since_is_a_person():
    gone = Person("user-1", "disabled.tld")
    subject = replace(WHOLE, assignee=gone, creator=gone, comments=(comment(0, gone, 0, FULL), WHOLE.comments[1]))
    assert read_life(subject, OWNERS, END).roles[0] == "ca"
