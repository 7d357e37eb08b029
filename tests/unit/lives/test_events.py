"""What happened within an incident, by the texts and changes of its life."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handlers.lives.events import events_in, new_events
from handlers.lives.reading import read_life
from handlers.parsing.owners import build_owner_directory
from storage.values.incidents import Person
from storage.values.lives import Change, CommentVersion, LifeComment
from tests.support.growth import MAX_GROWTH
from tests.support.hand_made_acts import moment, read_cases
from tests.support.lives import read_lives
from tests.unit.lives.test_readings import FULL, WHOLE

OWNERS = build_owner_directory()
COMPONENT = "CA Certificate Compliance"
OPENED = datetime(2025, 5, 1, 9, tzinfo=UTC)
END = OPENED + timedelta(days=60)
CA, STAFF = Person("ops", "granitepki.example"), Person("ben", "mozilla.com")
DAY = timedelta(days=1)
CLOCKS = ("became-overdue", "met-late")
CLOSURE = """## Report Closure Summary

- **Incident description**: Two certificates had the wrong state.
- **Incident Root Cause(s)**: Nobody compared states with a list.
- **Remediation description**: A list is in use.
- **Commitment summary**: None.

All Action Items disclosed in this report have been completed as described, and we request its closure.
"""


def comment(number, author, day, *texts):
    posted = OPENED + day * DAY
    return LifeComment(
        number, author, posted, tuple(CommentVersion(posted + 20 * i * DAY, t) for i, t in enumerate(texts))
    )


def change(day, field, removed, added, who=STAFF):
    return Change(OPENED + day * DAY, who, field, removed, added)


def life(*comments, changes=(), **values):
    return replace(WHOLE, comments=comments, changes=changes, **values)


def events(subject, as_of=END):
    return events_in(read_life(subject, OWNERS, as_of), as_of, COMPONENT)


def happened(subject, as_of=END, *, clocks=False):
    """Return (kind, reference) of what happened, without clocks or clocks alone."""
    return [(event.kind, event.reference) for event in events(subject, as_of) if (event.kind in CLOCKS) is clocks]


def test_reports_questions_answers_and_the_end_are_events():
    subject = life(
        comment(0, CA, 0, FULL),
        comment(1, STAFF, 3, "How many customers were told of this, and when?"),
        comment(2, CA, 5, "All 14 customers were told of this on 2025-05-02."),
        comment(3, CA, 30, CLOSURE),
        comment(4, STAFF, 31, "This is a final call for comments. I intend to close this bug on 2025-06-08."),
        changes=(
            change(3, "whiteboard", "", "[ca-compliance] [ov-misissuance]"),
            change(6, "summary", "Granite PKI: States", "Granite PKI: Wrong state in certificates"),
            change(7, "whiteboard", "[ca-compliance]", "[ca-compliance] Next update 2025-06-01"),
            change(40, "status", "ASSIGNED", "RESOLVED"),
            change(50, "status", "RESOLVED", "REOPENED"),
        ),
        status="REOPENED",
    )  # fmt: skip
    assert happened(subject) == [
        ("full-report", "c0"), ("question-asked", "c1q1"), ("tags-changed", "h0"), ("question-answered", "c1q1 c2"),
        ("title-changed", "h1"), ("closure-asked", "c3"), ("closure-report", "c3"), ("last-call", "c4"),
        ("closed", "h3"), ("reopened", "h4"),
    ]  # fmt: skip
    first = events(subject)[0]
    assert (first.happened, first.detail, first.bug) == (OPENED, "3-full", subject.bug)


def test_a_report_that_comes_again_is_a_correction_and_an_edit_an_event_of_its_own():
    subject = life(
        comment(0, CA, 0, FULL), comment(1, CA, 9, FULL.replace("Two", "Three"), FULL.replace("Two", "Four"))
    )
    assert happened(subject) == [("full-report", "c0"), ("corrected-report", "c1"), ("comment-edited", "c1v2")]


def test_closing_that_is_asked_for_by_flag_and_word_at_once_is_one_event():
    flag = change(30, "flags", "", "needinfo?(incident-reporting)", CA)
    subject = life(comment(0, CA, 0, FULL), comment(1, CA, 30, CLOSURE), changes=(flag,))
    assert [event for event in happened(subject) if event[0] == "closure-asked"] == [("closure-asked", "c1")]
    alone = life(comment(0, CA, 0, FULL), changes=(flag,))
    assert ("closure-asked", "h0") in happened(alone)


def test_a_clock_is_overdue_from_the_day_after_and_met_late_with_the_answer():
    subject = life(
        comment(0, CA, 0, FULL),
        comment(1, STAFF, 3, "How many customers were told of this, and when?"),
        comment(2, CA, 14, "All 14 customers were told of this on 2025-05-02."),
    )
    due = "question-7d-3.0 2025-05-11 c1q1"
    clocks = {(event.kind, event.reference): event for event in events(subject) if event.kind in CLOCKS}
    assert clocks["became-overdue", due].happened == datetime(2025, 5, 12, tzinfo=UTC)
    assert clocks["met-late", due].happened == OPENED + 14 * DAY
    assert ("became-overdue", due) not in happened(subject, datetime(2025, 5, 11, 23, 59, tzinfo=UTC), clocks=True)
    assert ("met-late", "weekly-3.0 2025-05-08") in clocks


def test_what_was_due_before_it_was_set_is_overdue_from_the_setting_on():
    whiteboard = "[ca-compliance] Next update 2025-05-05"
    late = change(20, "whiteboard", "[ca-compliance]", whiteboard)
    subject = life(comment(0, CA, 0, FULL), changes=(late,), whiteboard=whiteboard)
    (event,) = [event for event in events(subject) if event.reference == "next-update-3.0 2025-05-05"]
    assert event.happened == OPENED + 20 * DAY


def test_clocks_of_others_than_the_ca_and_of_no_incidents_are_no_events():
    assert happened(life(comment(0, CA, 0, FULL), whiteboard="[ca-compliance] [meta]"), clocks=True) == []
    assert not any("closure-waits" in reference for _, reference in happened(WHOLE, clocks=True))


def test_new_events_are_those_after_a_moment_and_what_an_edit_brought():
    after = OPENED + 10 * DAY
    subject = life(comment(0, CA, 0, "We look into it."), comment(1, CA, 2, "More will follow.", FULL))
    new = new_events(subject, OWNERS, after, END, COMPONENT)
    brought = {(event.kind, event.reference): event.happened for event in new if event.kind not in CLOCKS}
    edit = OPENED + 22 * DAY
    assert brought == {("full-report", "c1"): edit, ("comment-edited", "c1v2"): edit}
    assert new_events(subject, OWNERS, END, END, COMPONENT) == ()


def test_events_of_the_lives_happen_once_in_order_and_say_no_word_of_their_texts():
    for subject in read_lives().values():
        listed = events(subject, datetime(2026, 12, 1, tzinfo=UTC))
        assert len({(event.kind, event.reference) for event in listed}) == len(listed)
        assert [event.happened for event in listed] == sorted(event.happened for event in listed)
        assert all(len(event.detail) < 15 and len(event.reference) < 60 for event in listed)


def test_what_a_person_calls_overdue_is_an_event_by_then():
    missing, total = [], 0
    for case in read_cases():
        as_of = moment(case["as_of"])
        subject = read_lives()[case["bug"]].at(as_of)
        names = {reference for kind, reference in happened(subject, as_of, clocks=True) if kind == "became-overdue"}
        for clock in case["clocks"]:
            if clock["state"] != "overdue" or clock.get("ambiguous") or clock["rule"] == "action-report-3.1":
                continue
            total += 1
            name = " ".join(filter(None, (clock["rule"], clock["due"], clock.get("of"))))
            if name not in names:
                missing.append((case["bug"], case["as_of"], clock["rule"], clock.get("of")))
    assert total > 30
    # a question or an action item since which the CA has commented is uncertain
    assert all(of for *_, of in missing), missing
    assert len(missing) <= 0.1 * total, missing


WORDS = st.text(max_size=40) | st.sampled_from((FULL, CLOSURE, "Why?", "[ca-compliance] [a]", "RESOLVED", "NEW"))
MOMENTS = st.datetimes(datetime(2025, 4, 1), datetime(2025, 7, 30), timezones=st.just(UTC))  # noqa: DTZ001
COMMENTS = st.lists(
    st.tuples(st.sampled_from((CA, STAFF)), MOMENTS, st.lists(WORDS, min_size=1, max_size=2)), max_size=4
)
CHANGES = st.lists(
    st.tuples(MOMENTS, st.sampled_from(("status", "whiteboard", "summary", "flags", "groups")), WORDS, WORDS),
    max_size=4,
)


@given(COMMENTS, CHANGES, MOMENTS)
def test_any_life_is_read(comments, changes, as_of):
    subject = life(
        *(
            LifeComment(
                n, author, posted, tuple(CommentVersion(posted + i * DAY, text) for i, text in enumerate(texts))
            )
            for n, (author, posted, texts) in enumerate(comments)
        ),
        changes=tuple(Change(time, STAFF, field, old, new) for time, field, old, new in changes),
    )
    listed = events(subject, as_of)
    assert len({(event.kind, event.reference) for event in listed}) == len(listed)
    new_events(subject, OWNERS, OPENED + 20 * DAY, as_of, COMPONENT)


def test_ten_times_the_comments_take_far_less_than_their_square():
    def seconds(count):
        comments = tuple(comment(n, (CA, STAFF)[n % 2], n / 24, "Nothing is new. Was it?") for n in range(count))
        started_at = time.process_time()
        events(life(*comments), OPENED + 300 * DAY)
        return time.process_time() - started_at

    assert seconds(600) < MAX_GROWTH * max(seconds(60), 0.01)
