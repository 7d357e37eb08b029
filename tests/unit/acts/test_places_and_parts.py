"""Answers by their place, in parts and put off; wishes to know; reminders; items that a sentence names back."""

from datetime import date

import pytest

from handlers.acts.dates import find_days
from handlers.acts.item_words import ItemState
from handlers.acts.items import find_item_changes
from handlers.acts.read import read_acts
from handlers.acts.statements import read_statements
from handlers.acts.values import ActionItem
from handlers.parsing.owners import build_owner_directory
from tests.unit.acts.dialogues import dialogue

OWNERS = build_owner_directory()
FIRST = ("ca", "We became aware of it.")
DAY = date(2025, 6, 20)  # a Friday

THREE = ("program", "- How many keys?\n- Please describe the alarm.\n- Is the test system affected, too?")
# The comments after the first one with their roles, and the answers: question, comment, kind.
ANSWERS = (
    (
        [
            THREE,
            ("ca", "- About 90.\n- It rings at the desk.\n- That is being looked into. We answer it by 2025-05-20."),
        ],
        [("c1q1", 2, "full"), ("c1q2", 2, "full"), ("c1q3", 2, "date")],
    ),
    (
        [
            ("program", "Who signs? When was it tested?"),
            ("ca", "Comment 1 gets its answer in the report of 2025-05-20."),
        ],
        [("c1q1", 2, "date"), ("c1q2", 2, "date")],
    ),
    (
        [
            ("program", "1. Who signs?\n2. When was it tested?\n3. Where is the log?"),
            ("ca", "1 - the officer does.\n\n2 and 3 need input from the vendor, we’ll have these soon."),
        ],
        [("c1q1", 2, "full")],
    ),
    (
        [
            ("program", "Why was the mailbox full, and who is in charge of it?"),
            ("ca", "A quota of 1 GB was set in 2019. Who is in charge we are still finding out."),
        ],
        [("c1q1", 2, "part")],
    ),
    (
        [("program", "Which customers were told?"), ("ca", "All but two."), ("program", "And number 1?")],
        [("c1q1", 2, "full")],
    ),
    (
        [
            ("program", "Who signs? Is the log kept?"),
            ("ca", "The officer signs. It is."),
            ("program", "The second part of comment 1 is still open: what is kept, and where?"),
            ("ca", "On comment 1: the log is kept for seven years."),
        ],
        [("c1q1", 2, "full"), ("c1q2", 2, "full"), ("c1q2", 4, "full")],
    ),
    (
        [
            ("program", "Who had approved this?"),
            ("ca", "We will answer by 2025-05-10."),
            ("ca", "With apologies for the delay: the head of operations."),
        ],
        [("c1q1", 2, "date"), ("c1q1", 3, "full")],
    ),
    ([("program", "How much was lost?"), ("ca", "Of the archive, nothing.")], [("c1q1", 2, "full")]),
    (
        [
            ("community", "Who approved it? Does it need a bug?"),
            ("ca", "We will answer by 2025-05-20."),
            ("community", "I take back my number 2."),
        ],
        [("c1q1", 2, "date"), ("c1q2", 2, "date"), ("c1q2", 3, "withdrawn")],
    ),
    (
        [("program", "How many are affected?"), ("ca", "There has been no progress this week.")],
        [],
    ),
    (
        [
            ("program", "Who keeps the keys of the cabinet?"),
            ("ca", "The colleague in charge is on parental leave. You will have an answer by 2025-05-20."),
        ],
        [("c1q1", 2, "date")],
    ),
    (
        [
            ("program", "Was the cabinet ever left open?"),
            ("ca", "The log is secured. Please bear with us for the rest."),
        ],
        [],
    ),
    (
        [
            ("program", "1. Who signs?\n2. Was the log copied?"),
            ("ca", "Signing is done by two officers.\n\nYour second question needs a look into the archive."),
        ],
        [("c1q1", 2, "full")],
    ),
    (
        [
            ("program", "a) Who signs?\nb) Where is the log?\nc) Is it copied?"),
            ("ca", "a) Two officers.\n\nb) In the safe."),
        ],
        [("c1q1", 2, "full"), ("c1q2", 2, "full")],
    ),
    (
        [
            ("program", "(a) Which services stood there?\n(b) How many requests failed?"),
            ("ca", "(a) Only this one."),
            ("program", "I withdraw (b): the logs prove little."),
        ],
        [("c1q1", 2, "full"), ("c1q2", 3, "withdrawn")],
    ),
    (
        [
            ("program", "Is this the responder that was moved to the new site?"),
            ("ca", "The same one. What the move has to do with it will be in the full report."),
        ],
        [("c1q1", 2, "full")],
    ),
    (
        [
            ("program", "1. Which directory was used? 2. Was the authority told?"),
            ("ca", "Number 2 of comment 1 is with our counsel and will be answered on 2025-05-20."),
        ],
        [("c1q2", 2, "date")],
    ),
    (
        [
            ("program", "Why is there no item for the alarm?"),
            ("auditor", "Is the second host inside of the zone?"),
            ("ca", "To the auditor: it is.\n\nTo Chrome: an oversight of ours."),
        ],
        [("c1q1", 3, "full"), ("c2q1", 3, "full")],
    ),
    (
        [
            ("program", "1. Who signs?\n2. Please describe the alarm."),
            ("ca", "On point 1 of comment 1: two officers do."),
        ],
        [("c1q1", 2, "full")],
    ),
)
# What somebody else writes, and how many questions it puts to the CA.
ASKED = (
    ("I would need the number of requests that got this answer.", 1),
    ("I would like to see it confirmed that the log is complete.", 1),
    ("What I could not find in there is the moment at which it was noticed.", 1),
    ("It would be interesting whether the old profile is still in use.", 1),
    ("Would you mind saying what a release train is, with you.", 1),
    ("The report leaves me guessing which servers are meant; can that be spelled out?", 1),
    ("For everybody, or just for the new customers?", 1),
    ("@Mirek: your monitoring job reads one log only, right?", 1),
    ("Please explain:\n\na) what is special about the four,\nb) whether they get a bug of their own.", 2),
    ("We would appreciate more on the alarm. In particular, who hears it?", 1),
    ("Did the scan include expired ones?\n\n(On reading again: it did, so never mind.)", 0),
    ("Which exception do you rely on? There is none, of course.", 0),
    ("I would appreciate an update.", 0),
    ("Isn't it about time that CAs stopped doing this by hand?", 0),
    ("Some have to be told twice, don't they?", 0),
    ("Sometimes I ask myself what a policy is for.", 0),
    ("Any reason to keep this open?", 0),
    ("Which of them was signed by somebody who knew of the second host?", 1),
    ("I'd also like to read what the four reasons say.", 1),
    ("I would like to understand that better. Who decided it?", 1),
    ("That must be the shortest report ever, mustn't it?", 0),
    ("Please clarify the following.\n\na) Who signs?\nb) Who counts?", 2),
    ("Please attach the minutes of the meeting.", 0),
    ("Please attach the list of certificates.", 1),
    ("Would you like to reconsider this section?", 0),
    ("To the one who filed this: do you have the serial numbers?", 0),
)
ITEMS = ("Alarm ahead of the deadline", "Two readers at the gate")
# A comment, and what it says of the items: status with the day, or the new date.
CHANGES = (
    (
        "The alarm has been live since 13 June. That was the first of our two action items.",
        {"a1": ("complete", "2025-06-13")},
    ),
    ("The gate was opened today. That completes the second item.", {"a2": ("complete", "2025-06-20")}),
    ("The readers are not here yet. We shift it to 2025-07-11.", {"a2": ("due", "2025-07-11")}),
    ("Please take 2025-07-04 in place of 2025-06-20 as the date of item 2.", {"a2": ("due", "2025-07-04")}),
    ("Item 2 will therefore be ready on 4 July.", {"a2": ("due", "2025-07-04")}),
    ("As to item 2: after item 1 it changes nothing, and we have dropped it.", {"a2": ("canceled", "2025-06-20")}),
    ("On point 1 of comment 4: the first one was issued on 2025-06-13.", {}),
    ("A report on item 2 follows on 2025-07-11.", {}),
)  # fmt: skip
DAYS = (
    ("It will be here by the seventeenth of July.", ["2025-07-17"]),
    ("July the third would suit us.", ["2025-07-03"]),
    ("A summary comes before Christmas.", ["2025-12-24"]),
    ("We add the second log until 8.7.", ["2025-07-08"]),
    ("Section 4.9. says so.", []),
    ("It went live on the 17th.", ["2025-06-17"]),
    ("All were revoked on Wednesday.", ["2025-06-18"]),
    ("The board meets on Wednesday.", []),
    ("It is done by Wednesday.", ["2025-06-25"]),
    ("The report appears during July 2025.", ["2025-07-31"]),
)


@pytest.mark.parametrize(("comments", "expected"), ANSWERS)
def test_each_answer_goes_to_its_question(comments, expected):
    acts = read_acts(dialogue([FIRST, *comments]), OWNERS)
    assert {(answer.question, answer.comment, answer.kind) for answer in acts.answers} == set(expected)


@pytest.mark.parametrize(("text", "count"), ASKED)
def test_wishes_to_know_are_questions_and_scorn_is_none(text, count):
    acts = read_acts(dialogue([FIRST, ("community", text)]), OWNERS)
    assert len(acts.questions) == count


@pytest.mark.parametrize(("text", "expected"), CHANGES)
def test_an_item_may_be_named_by_the_next_sentence(text, expected):
    states = [ItemState(ActionItem(f"a{number}", item, DAY), DAY, "ongoing") for number, item in enumerate(ITEMS, 1)]
    changes = find_item_changes(read_statements(text), DAY, states)
    changed = {change.item: (change.status or "due", str(change.due or change.on)) for change in changes}
    assert changed == expected


@pytest.mark.parametrize(("sentence", "days"), DAYS)
def test_days_are_named_in_words_too(sentence, days):
    assert [str(named.day) for named in find_days(sentence, DAY)] == days
