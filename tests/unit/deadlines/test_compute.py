"""The list of clocks: its order, its JSON, and that no life makes it fail or look ahead."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handlers.acts.values import RevocationFigures
from handlers.deadlines.compute import compute_deadlines, in_order
from handlers.deadlines.history import count_missed, missed_clocks
from handlers.deadlines.inputs import (
    Acts,
    AnswerActs,
    CommentActs,
    ItemUpdate,
    ReportActs,
)
from handlers.deadlines.values import deadline_json
from storage.values.incidents import Person
from storage.values.lives import Change, CommentVersion, Life, LifeComment
from tests.support.clocks import at, build, change, clocks, comment

START = datetime(2025, 2, 20, tzinfo=UTC)
MOMENTS = st.builds(
    lambda hours, seconds: START + timedelta(hours=hours, seconds=seconds),
    st.integers(-500, 6_000),
    st.integers(0, 2),
)
DAYS = st.one_of(st.dates(), st.dates(date(2025, 2, 1), date(2025, 12, 1)))
WHITEBOARDS = st.one_of(
    st.just(""),
    st.builds(lambda day: f"[ca-compliance] Next update {day}", DAYS),
    st.builds(lambda day: f"[ca-compliance] [leaf-revocation-delay] [close on {day}]", DAYS),
    st.text(max_size=30),
)
STATUSES = st.sampled_from(("UNCONFIRMED", "ASSIGNED", "RESOLVED", "VERIFIED", "REOPENED", ""))
FLAGS = st.sampled_from(("", "needinfo?(incident-reporting)", "needinfo?(alice)"))
VALUES = {
    "whiteboard": WHITEBOARDS,
    "status": STATUSES,
    "flagtypes.name": FLAGS,
    "groups": st.sampled_from(("", "secret", "secret, other")),
    "component": st.sampled_from(("CA Certificate Compliance", "Elsewhere")),
    "resolution": st.sampled_from(("", "FIXED", "INVALID")),
    "summary": st.sampled_from(("CA: Delayed revocation", "CA: wrong country", "")),
}
CHANGES = st.sampled_from(sorted(VALUES)).flatmap(
    lambda field: st.builds(
        Change, MOMENTS, st.just(Person("ben")), st.just(field), VALUES[field], VALUES[field], st.none()
    )
)
ITEMS = st.builds(
    ItemUpdate,
    st.sampled_from(("a1", "a2")),
    st.none() | DAYS,
    st.sampled_from((None, "ongoing", "complete", "delayed", "canceled")),
    st.none() | DAYS,
)
REPORTS = st.builds(
    ReportActs,
    st.sampled_from(("seven", "2.0", "2.0-audit", "2.0-first", "3-preliminary", "3-full", "3-closure")),
    st.booleans(),
    st.none() | MOMENTS | st.datetimes(timezones=st.just(UTC)),
    st.none() | DAYS,
    st.none() | DAYS,
)
COMMENTS = st.builds(
    CommentActs,
    st.integers(0, 8),
    st.sampled_from(("ca", "program", "community", "auditor", "other-ca", "automation")),
    st.none() | REPORTS,
    st.booleans(),
    st.sampled_from(((), ("c1q1",), ("c1q1", "c1q2"))),
    st.lists(
        st.builds(
            AnswerActs, st.sampled_from(("c1q1", "c9q9")), st.sampled_from(("full", "part", "date", "withdrawn"))
        ),
        max_size=2,
    ).map(tuple),
    st.lists(ITEMS, max_size=2).map(tuple),
    st.none() | st.builds(RevocationFigures, st.none() | st.integers(), st.none() | st.integers()),
    st.none() | DAYS,
    st.booleans(),
)


@st.composite
def lives(draw):
    numbers = draw(st.lists(st.integers(0, 8), max_size=6, unique=True))
    posted = [draw(MOMENTS) for _ in numbers]
    life = Life(
        1,
        draw(st.sampled_from(("CA: Delayed revocation", "CA: wrong country"))),
        draw(WHITEBOARDS),
        draw(STATUSES),
        "",
        "CA Certificate Compliance",
        draw(st.booleans()),
        draw(MOMENTS),
        Person("alice"),
        Person("alice"),
        tuple(draw(st.lists(CHANGES, max_size=6))),
        tuple(
            LifeComment(number, Person("alice"), moment, (CommentVersion(moment, ""),))
            for number, moment in zip(numbers, posted, strict=True)
        ),
    )
    return life, Acts(tuple(draw(st.lists(COMMENTS, max_size=8))))


@given(lives(), MOMENTS | st.datetimes(timezones=st.just(UTC)))
def test_any_life_at_any_moment_is_computed(case, moment):
    for deadline in compute_deadlines(*case, moment, include_all=True):
        json.dumps(deadline_json(deadline, "CA"))
    count_missed(missed_clocks(*case, moment))


@given(lives(), MOMENTS)
def test_nothing_later_than_the_moment_is_used(case, moment):
    life, acts = case
    comments = tuple(comment for comment in life.comments if comment.posted <= moment)
    earlier = replace(life, comments=comments)
    numbers = {comment.number for comment in comments}
    known = Acts(tuple(comment for comment in acts.comments if comment.number in numbers))
    expected = compute_deadlines(life, acts, moment, include_all=True)
    assert compute_deadlines(earlier, known, moment, include_all=True) == expected


@given(lives(), MOMENTS)
def test_the_state_of_a_later_day_does_not_matter(case, moment):
    life, acts = case
    life = replace(life, changes=tuple(sorted(life.changes, key=lambda change: change.time)))
    earlier = _consistent(life).at(moment)
    expected = compute_deadlines(_consistent(life), acts, moment, include_all=True)
    assert compute_deadlines(earlier, acts, moment, include_all=True) == expected


def _consistent(life):
    """Return a life whose changes follow one another, each removing what the one before added."""
    last = {}
    changes = []
    for entry in life.changes:
        if entry.field in ("groups", "flagtypes.name"):
            continue
        changes.append(replace(entry, removed=last.get(entry.field, entry.removed)))
        last[entry.field] = entry.added
    return replace(
        life,
        changes=tuple(changes),
        whiteboard=last.get("whiteboard", life.whiteboard),
        status=last.get("status", life.status),
        resolution=last.get("resolution", life.resolution),
        component=last.get("component", life.component),
        summary=last.get("summary", life.summary),
    )


def test_before_its_filing_a_bug_has_no_clocks():
    life, acts = build(comment("2025-06-02", report="3-full"))
    assert compute_deadlines(life, acts, life.created - timedelta(seconds=1), include_all=True) == ()


@given(lives(), MOMENTS, st.randoms(use_true_random=False))
def test_the_stored_order_of_comments_does_not_matter(case, moment, random):
    life, acts = case
    shuffled = list(life.comments)
    random.shuffle(shuffled)
    expected = compute_deadlines(life, acts, moment, include_all=True)
    assert compute_deadlines(replace(life, comments=tuple(shuffled)), acts, moment, include_all=True) == expected


def test_what_counts_most_and_is_surest_comes_first():
    case = build(
        comment("2025-06-02", report="3-preliminary", items=(ItemUpdate("a1", date(2025, 6, 10)),)),
        change("2025-06-03", "whiteboard", "[ca-compliance] Next update 2025-06-12", "[ca-compliance]"),
        comment("2025-06-05", "program", questions=("c1q1",)),
    )
    assert [rule for rule, *_ in clocks(case, "2025-06-30")] == [
        "question-7d-3.0",
        "report-14d-3.0",
        "next-update-3.0",
        "action-due",
    ]


def test_what_words_of_the_ca_may_have_ended_does_not_appear_overdue():
    def states(*later):
        case = build(
            comment("2025-06-02", report="3-full", items=(ItemUpdate("a1", date(2025, 6, 10)),)),
            comment("2025-06-05", "program", questions=("c1q1",)),
            *later,
        )
        listed = clocks(case, "2025-06-30", include_all=True)
        return [state for rule, _, state in listed if rule.startswith(("question", "action-due"))]

    assert states() == ["overdue", "overdue"]
    # an item that is not due yet is not told done
    assert states(comment("2025-06-08")) == ["overdue", "unknown"]
    assert states(comment("2025-06-11")) == ["unknown", "unknown"]
    assert states(comment("2025-06-11", "community")) == ["overdue", "overdue"]


def test_clocks_of_several_bugs_are_put_in_one_order():
    first = compute_deadlines(*build(comment("2025-06-02", report="3-full")), at("2025-06-30"))
    second = compute_deadlines(*build(comment("2025-06-02", report="3-preliminary")), at("2025-06-30"))
    assert in_order([*first, *second])[0].rule.id == "report-14d-3.0"


def test_json_has_the_promised_keys():
    case = build(comment("2025-06-02 10:00", report="3-full", aware="2025-06-01 09:00"))
    disclosure, *_ = [
        deadline_json(entry, "Example CA")
        for entry in compute_deadlines(*case, at("2025-06-03"), include_all=True)
        if entry.rule.kind == "disclosure"
    ]
    assert disclosure == {
        "bug": 3999999,
        "ca": "Example CA",
        "rule": "disclosure-72h-3.0",
        "due": "2025-06-04T09:00:00Z",
        "state": "met",
        "since": "2025-06-01T09:00:00Z",
        "because": ["c0"],
        "of": None,
        "late_days": 0,
        "ambiguous": False,
        "source": "CCADB Incident Reporting Guidelines 3.0 to 3.2",
        "why": None,
        "strength": "must",
        "last_word": 0,
    }


def test_history_names_what_was_missed_in_a_closed_bug_by_year_and_rule():
    case = build(
        comment("2024-12-02", report="2.0"),
        comment("2024-12-20"),
        comment("2024-12-22", "program", questions=("c2q1",)),
        change("2025-01-10", "status", "RESOLVED", "ASSIGNED"),
    )
    missed = missed_clocks(*case, at("2025-06-01"))
    assert [(entry.rule.id, str(entry.due), entry.late_days) for entry in missed] == [
        ("weekly-2.0", "2024-12-09", 11),
        ("weekly-2.0", "2024-12-27", 14),
        ("question-7d-2.0", "2024-12-29", 12),
    ]
    assert count_missed(missed) == {(2024, "weekly-2.0"): 2, (2024, "question-7d-2.0"): 1}


def test_a_miss_stays_in_the_history_when_a_later_rule_ends_its_clock():
    case = build(comment("2025-06-20", report="3-full"), comment("2025-06-30", report="3-closure"))
    weekly = [entry for entry in missed_clocks(*case, at("2025-09-01")) if entry.rule.clock == "weekly"]
    assert [(str(entry.due), entry.late_days) for entry in weekly] == [("2025-06-27", 3), ("2025-07-07", 7)]
