"""What became of promises, as known at a moment."""

from datetime import date, timedelta

import pytest

from handlers.acts.commitments import read_commitments, resolve_elsewhere
from handlers.acts.documents import commitment_json, question_json, role_json
from handlers.acts.read import read_acts
from handlers.acts.values import ActionItem, ReportFacts
from handlers.parsing.owners import build_owner_directory
from tests.unit.acts.dialogues import OPENED, dialogue

OWNERS = build_owner_directory()
# Comment 0 is of 2025-04-29, the next ones follow every two days.
REPORT = ReportFacts(
    "3-full",
    (
        ActionItem("a1", "Deploy the linter in the signing pipeline", date(2025, 5, 10)),
        ActionItem("a2", "Train the clerks", None, "Q3 2025"),
    ),
)


def commitments_of(comments, reports=None, **more):
    life = dialogue(comments, **more)
    acts = read_acts(life, OWNERS, reports or {})
    return read_commitments(life, acts, reports or {})


def test_an_action_item_is_done_late_or_canceled_as_a_comment_tells():
    comments = [
        ("ca", "## Full Incident Report"),
        ("ca", "Item 1 is postponed to 2025-05-12."),
        ("ca", "We cancel item 2."),
        ("ca", "The linter is deployed in the signing pipeline since yesterday."),
    ]
    linter, training = commitments_of(comments, {0: REPORT}, days=[0, 12, 13, 16])
    assert (linter.became, linter.told_in, linter.late_days, linter.done_on) == ("late", 3, 2, date(2025, 5, 14))
    assert [(c.comment, c.old, c.new, c.after_due) for c in linter.changes] == [
        (1, date(2025, 5, 10), date(2025, 5, 12), True)
    ]
    assert (training.became, training.told_in, training.late_days, training.due_text) == (
        "canceled",
        2,
        None,
        "Q3 2025",
    )


def test_what_was_complete_when_it_was_first_told_is_done():
    report = ReportFacts("3-full", (ActionItem("a1", "Deploy the linter", date(2025, 5, 10), "", "Complete"),))
    (item,) = commitments_of([("ca", "## Full Incident Report")], {0: report})
    assert (item.became, item.told_in, item.late_days) == ("done", 0, 0)


def test_a_promised_report_is_late_when_it_comes_late():
    comments = [
        ("ca", "We became aware of it. We will post the full report by 2025-05-04."),
        ("ca", "..."),
        ("ca", "x"),
    ]
    reports = {0: ReportFacts("first"), 2: REPORT}
    promise = next(c for c in commitments_of(comments, reports, days=[0, 2, 8]) if c.kind == "prose")
    assert (promise.became, promise.told_in, promise.late_days) == ("late", 2, 3)


def test_a_promised_answer_is_kept_by_the_answer():
    comments = [
        ("ca", "We became aware of it."),
        ("program", "How many fetches did your servers see?"),
        ("ca", "We will answer this by 2025-05-06."),
        ("ca", "4,210 fetches."),
    ]
    (promise,) = commitments_of(comments)
    assert (promise.became, promise.told_in, promise.late_days) == ("done", 3, 0)


def test_a_promise_is_open_while_it_may_be_told_and_never_kept_once_the_bug_is_closed():
    comments = [("ca", "We became aware of it. We will correct the CPS by 2025-05-04.")]
    (still_open,) = commitments_of(comments)
    (closed,) = commitments_of(comments, status="RESOLVED")
    assert (still_open.became, closed.became) == ("open", "never")
    assert not still_open.is_broken(date(2025, 5, 4))
    assert still_open.is_broken(date(2025, 5, 5))
    assert closed.is_broken(date(2025, 5, 4))


def test_a_past_moment_knows_nothing_of_what_came_later():
    comments = [("ca", "We became aware of it. We will post the full report by 2025-05-04."), ("ca", "x")]
    reports = {1: REPORT}
    life = dialogue(comments, days=[0, 3])
    before = life.at(OPENED + timedelta(days=2))
    (then,) = read_commitments(before, read_acts(before, OWNERS, reports), reports)
    assert then.became == "open"
    assert next(iter(read_commitments(life, read_acts(life, OWNERS, reports), reports))).became == "done"


def test_what_waits_for_an_audit_stays_unknown():
    (promise,) = commitments_of(
        [("ca", "We became aware of it. We will show it at the audit."), ("ca", "It is shown.")], status="RESOLVED"
    )
    assert (promise.due, promise.became) == (None, "unknown")


def test_a_moved_promise_keeps_its_first_date_and_names_the_later_one():
    comments = [
        ("ca", "We became aware of it. We will post the full report by 2025-05-04."),
        ("ca", "We cannot keep that date; the full report will be posted on 2025-05-08."),
        ("ca", "x"),
    ]
    promise = commitments_of(comments, {2: REPORT}, days=[0, 4, 9])[0]
    assert (promise.due, promise.last_due) == (date(2025, 5, 4), date(2025, 5, 8))
    assert (promise.became, promise.late_days) == ("done", 0)


def test_commitments_of_a_closure_summary_count_once():
    closure = ReportFacts("3-closure", (), ("The samples go on until the end of 2026.", "None."))
    comments = [("ca", "We became aware of it."), ("ca", "### Report Closure Summary"), ("ca", "Again.")]
    (commitment,) = commitments_of(comments, {1: closure, 2: closure}, status="RESOLVED")
    assert (commitment.comment, commitment.kind, commitment.due) == (1, "closure-commitment", date(2026, 12, 31))
    assert commitment.became == "open"


def test_a_revocation_may_end_in_the_bug_of_its_delay():
    parent = dialogue(
        [("ca", "We became aware of 12 certificates. We will revoke them by 2025-05-04. See bug 1234567.")]
    )
    delay = dialogue(
        [("ca", "We became aware: 12 certificates are late."), ("ca", "12 revoked, 0 left, 0 expired.")],
        summary="Foo CA: delayed revocation",
        days=[3, 9],
    )
    acts, late = read_acts(parent, OWNERS), read_acts(delay, OWNERS)
    promises = read_commitments(parent, acts)
    (promise,) = resolve_elsewhere(promises, parent, {1234567: (delay, late)})
    assert (promise.became, promise.told_in, promise.of_bug, promise.late_days) == ("late", None, 1234567, 4)


def test_documents_have_the_keys_of_the_interface():
    comments = [
        ("ca", "We became aware. We will answer by 2025-05-02."),
        ("program", "Why?"),
        ("ca", "A typing error."),
    ]
    life = dialogue(comments)
    acts = read_acts(life, OWNERS)
    assert question_json(acts) == [
        {"id": "c1q1", "comment": 1, "text": "Why?", "role": "program", "answers": [{"comment": 2, "how": "full"}]}
    ]
    assert role_json(acts)[1] == {"comment": 1, "role": "program"}
    document = commitment_json(read_commitments(life, acts)[0])
    assert {"bug", "comment", "kind", "text", "due", "became", "told_in", "late_days", "changes"} <= document.keys()
    assert document["due"] == "2025-05-02"


def report(form, actions=(), commitments=()):
    items = tuple(ActionItem(f"a{number}", text, due) for number, (text, due) in enumerate(actions, 1))
    return ReportFacts(form, items, tuple(commitments))


# Comments with the days after 2025-04-29, reports, the status, and the promises: comment, kind, date, what became of
# it, the comment that tells it, days late.
LIVES = (
    (
        [
            (
                "ca",
                0,
                ("We became aware of a typing error in the CPS. The corrected CPS will be published by 2025-05-09."),
            ),
            ("ca", 9, "Version 5.2 of the CPS, with the correction, was published on 2025-05-08."),
        ],
        {},
        "RESOLVED",
        [(0, "prose", "2025-05-09", "done", 1, 0)],
    ),
    (
        [
            ("ca", 0, "We became aware of it. All subscribers will be told by 2025-05-02."),
            ("ca", 4, "The last subscriber was told on 2025-05-03."),
        ],
        {},
        "RESOLVED",
        [(0, "prose", "2025-05-02", "late", 1, 1)],
    ),
    (
        [
            ("ca", 0, "We became aware of it. We will revoke the 9 certificates by 2025-05-04."),
            ("ca", 5, "All 9 certificates were revoked on 2025-05-04 at 09:00 UTC."),
        ],
        {},
        "RESOLVED",
        [(0, "prose", "2025-05-04", "done", 1, 0)],
    ),
    (
        [
            ("ca", 0, "We became aware of it. We will revoke the 9 certificates by 2025-05-04."),
            ("ca", 5, "7 of the 9 certificates were revoked on 2025-05-04."),
            ("ca", 8, "The remaining two were revoked today."),
        ],
        {},
        "RESOLVED",
        [(0, "prose", "2025-05-04", "late", 2, 3)],
    ),
    (
        [
            ("ca", 0, "We became aware of it. The preliminary analysis will be posted on 2025-05-02."),
            ("ca", 3, "As announced, here is the preliminary analysis: the field was empty."),
        ],
        {},
        "ASSIGNED",
        [(0, "prose", "2025-05-02", "done", 1, 0)],
    ),
    (
        [
            ("ca", 0, "We became aware of it. We will give an update by 2025-05-06."),
            ("program", 5, "Thanks."),
            ("ca", 8, "The search is finished: five more."),
        ],
        {},
        "ASSIGNED",
        [(0, "prose", "2025-05-06", "late", 2, 1)],
    ),
    (
        [
            ("ca", 0, "We became aware of it."),
            ("program", 1, "How many were there?"),
            ("ca", 3, "We will give the number by 2025-05-10."),
            ("ca", 12, "To comment 1: 811."),
        ],
        {},
        "ASSIGNED",
        [(2, "prose", "2025-05-10", "late", 3, 1)],
    ),
    (
        [("ca", 0, "We became aware of it. We will stop using that validator by 2025-05-20.")],
        {},
        "ASSIGNED",
        [(0, "prose", "2025-05-20", "open", None, None)],
    ),
    (
        [
            ("ca", 0, "We became aware of it. We will stop using that validator by 2025-05-20."),
            ("ca", 30, "We ask for closing."),
        ],
        {},
        "RESOLVED",
        [(0, "prose", "2025-05-20", "never", None, None)],
    ),
    (
        [
            ("ca", 0, "x"),
            ("ca", 8, "Item 1 is done. We will send the drill's record to the auditor by 2025-05-30."),
            ("ca", 31, "The record of the drill went to the auditor on 2025-05-29."),
        ],
        {0: report("3-full", [("Hold a drill", date(2025, 5, 9))])},
        "RESOLVED",
        [(0, "action-item", "2025-05-09", "done", 1, 0), (1, "prose", "2025-05-30", "done", 2, 0)],
    ),
    (
        [("ca", 0, "x"), ("ca", 20, "We ask for closing.")],
        {
            0: report("3-full", [("Hold a drill", date(2025, 5, 9))]),
            1: report("3-closure", (), ["Drills are held each quarter.", "By 2025-12-01 the manual is translated."]),
        },
        "RESOLVED",
        [
            (0, "action-item", "2025-05-09", "never", None, None),
            (1, "closure-commitment", None, "open", None, None),
            (1, "closure-commitment", "2025-12-01", "open", None, None),
        ],
    ),
    (
        [("ca", 0, "We became aware of it. A full report follows within two weeks."), ("ca", 13, "report")],
        {0: report("2.0-first"), 1: report("2.0")},
        "ASSIGNED",
        [(0, "prose", "2025-05-13", "done", 1, 0)],
    ),
    (
        [
            ("ca", 0, "We became aware of it. We will post the report by 2025-05-10."),
            ("ca", 10, "The report needs until 2025-05-14, we are sorry."),
            ("ca", 15, "report"),
        ],
        {2: report("2.0")},
        "ASSIGNED",
        [(0, "prose", "2025-05-10", "done", 2, 0)],
    ),
    (
        [
            ("ca", 0, "We became aware of it. We promise to have the new form in use by 2025-05-10."),
            ("ca", 10, "The new form is in use since 7 May."),
        ],
        {},
        "ASSIGNED",
        [(0, "prose", "2025-05-10", "done", 1, 0)],
    ),
    (
        [
            ("ca", 0, "We became aware of it."),
            ("ca", 5, "The fix goes live on 2025-05-12."),
            ("ca", 14, "The fix went live yesterday."),
        ],
        {},
        "ASSIGNED",
        [],
    ),
    (
        [
            ("ca", 0, "We became aware of it. We aim to have the fix live by 2025-05-12."),
            ("ca", 14, "The fix went live yesterday."),
        ],
        {},
        "ASSIGNED",
        [(0, "prose", "2025-05-12", "done", 1, 0)],
    ),
    ([("ca", 0, "We became aware of it. The letter will be sent next month.")], {}, "ASSIGNED", []),
)


@pytest.mark.parametrize(("comments", "reports", "status", "promises"), LIVES)
def test_what_became_of_a_promise_is_told_by_later_comments(comments, reports, status, promises):
    spoken, days = [(role, text) for role, _, text in comments], [day for _, day, _ in comments]
    read = commitments_of(spoken, reports, status=status, days=days)
    assert [
        (c.comment, c.kind, c.due and c.due.isoformat(), c.became, c.told_in, c.late_days) for c in read
    ] == promises
