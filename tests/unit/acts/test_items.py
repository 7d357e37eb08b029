"""What a comment of the CA says of its action items."""

from datetime import date

import pytest

from handlers.acts.item_words import ItemState
from handlers.acts.items import find_item_changes
from handlers.acts.statements import read_statements
from handlers.acts.values import ActionItem

THREE = [
    ("Deploy zlint 3.6 in the signing pipeline", "2025-06-30"),
    ("Train validation specialists", "2025-07-15"),
    ("Revoke the 48 affected certificates", "2025-06-05"),
]
ONE = [("Automated comparison of CPS and profiles", "2025-08-31")]
READERS = [
    ("Second reader for each CRL before it is published", "2025-06-30"),
    ("A monitor that counts perspectives", "2025-07-15"),
    ("Move the archive to another building", None),
]
TEMPLATES = [("All templates carry their section of the rules", "2025-08-31")]
REVOCATION = [
    ("Revoke the 48 affected certificates", "2025-06-05"),
    ("Write the procedure for mass revocation", "2025-07-31"),
]

# The items, the day of the comment, its text, and the changes: item, status, day, new due date.
COMMENTS = (
    (THREE, "2025-06-30", "Action item 1 has been completed.", [("a1", "complete", "2025-06-30", None)]),
    (THREE, "2025-07-02", "Action item #1 was deployed on 30 June.", [("a1", "complete", "2025-06-30", None)]),
    (
        THREE,
        "2025-07-16",
        "Update: items 1 and 2 are done; item 3 was finished on June 4th.",
        [
            ("a1", "complete", "2025-07-16", None),
            ("a2", "complete", "2025-07-16", None),
            ("a3", "complete", "2025-06-04", None),
        ],
    ),
    (
        THREE,
        "2025-06-25",
        "We need more time for item 1. The new target date is 2025-07-31.",
        [("a1", None, None, "2025-07-31")],
    ),
    (
        THREE,
        "2025-06-25",
        "Item 1 will be completed by 31 July 2025 instead of 30 June 2025.",
        [("a1", None, None, "2025-07-31")],
    ),
    (THREE, "2025-06-25", "Item 1 is on schedule for 2025-06-30.", []),
    (THREE, "2025-06-25", "Item 1 is postponed to 2025-07-31.", [("a1", "delayed", None, "2025-07-31")]),
    (THREE, "2025-06-05", "All 48 certificates were revoked on 2025-06-04.", [("a3", "complete", "2025-06-04", None)]),
    (THREE, "2025-06-05", "30 of the 48 certificates were revoked on 2025-06-04.", []),
    (
        THREE,
        "2025-06-05",
        "The last of the affected certificates was revoked this morning.",
        [("a3", "complete", "2025-06-05", None)],
    ),
    (
        THREE,
        "2025-07-15",
        "The training of all validation specialists was held on 14 July.",
        [("a2", "complete", "2025-07-14", None)],
    ),
    (THREE, "2025-07-10", "The training of validation specialists begins on 14 July.", []),
    (
        THREE,
        "2025-06-30",
        "zlint 3.6 went into production in the signing pipeline yesterday.",
        [("a1", "complete", "2025-06-29", None)],
    ),
    (
        THREE,
        "2025-06-30",
        "zlint 3.6 is now deployed in the signing pipeline.",
        [("a1", "complete", "2025-06-30", None)],
    ),
    (
        THREE,
        "2025-07-20",
        "We have decided not to pursue item 2 any further.",
        [("a2", "canceled", "2025-07-20", None)],
    ),
    (
        THREE,
        "2025-07-20",
        "Item 2 is withdrawn, since the role no longer exists.",
        [("a2", "canceled", "2025-07-20", None)],
    ),
    (
        THREE,
        "2025-07-20",
        "All action items have been completed.",
        [
            ("a1", "complete", "2025-07-20", None),
            ("a2", "complete", "2025-07-20", None),
            ("a3", "complete", "2025-07-20", None),
        ],
    ),
    (
        THREE,
        "2025-07-20",
        "Items 1 to 3 are complete.",
        [
            ("a1", "complete", "2025-07-20", None),
            ("a2", "complete", "2025-07-20", None),
            ("a3", "complete", "2025-07-20", None),
        ],
    ),
    (
        THREE,
        "2025-07-20",
        (
            "| Action Item | Kind | Due Date | Status |\n|---|---|---|---|\n| Deploy zlint 3.6 in the "
            "signing pipeline | Prevent | 2025-06-30 | Complete |\n| Train validation specialists | "
            "Prevent | 2025-08-15 | Delayed |"
        ),
        [("a1", "complete", None, None), ("a2", "delayed", None, "2025-08-15")],
    ),
    (THREE, "2025-07-20", "Item 2: done.", [("a2", "complete", "2025-07-20", None)]),
    (
        THREE,
        "2025-07-20",
        "- Item 1: Completed (2025-06-28)\n- Item 2: In progress\n- Item 3: Completed (2025-06-04)",
        [("a1", "complete", "2025-06-28", None), ("a3", "complete", "2025-06-04", None)],
    ),
    (
        THREE,
        "2025-07-20",
        "Item 2 is late; we now plan to finish it by 2025-08-01.",
        [("a2", "delayed", None, "2025-08-01")],
    ),
    (THREE, "2025-07-01", "Item 1 could not be finished in time.", [("a1", "delayed", None, None)]),
    (THREE, "2025-07-01", "Item 1 has slipped by two weeks, to 14 July.", [("a1", "delayed", None, "2025-07-14")]),
    (THREE, "2025-07-01", "Please set the next update to 2025-07-15, the due date of item 2.", []),
    (ONE, "2025-08-31", "The comparison runs since last night.", [("a1", "complete", "2025-08-30", None)]),
    (ONE, "2025-09-01", "Our only action item is finished.", [("a1", "complete", "2025-09-01", None)]),
    (ONE, "2025-08-20", "The comparison is in test.", []),
    (ONE, "2025-08-20", "The comparison is expected to be ready on time.", []),
    (
        ONE,
        "2025-09-05",
        "The comparison of CPS and profiles has been in place since 3 September 2025.",
        [("a1", "complete", "2025-09-03", None)],
    ),
    (ONE, "2025-08-20", "The comparison will take until 30 September.", [("a1", None, None, "2025-09-30")]),
    (ONE, "2025-08-20", "The due date of the comparison is moved to 30 September.", [("a1", None, None, "2025-09-30")]),
    (ONE, "2025-08-20", "We found on 2025-08-18 that one profile differs from the CPS.", []),
    (ONE, "2025-08-20", "In comment 2 you ask about the CPS; it was published on 2025-08-01.", []),
    (THREE, "2025-06-20", "Item 1 was tested on 18 June, it goes live on 30 June.", []),
    (THREE, "2025-06-20", "Once item 1 is done we will report here.", []),
    (THREE, "2025-06-20", "Item 3 has been done in part: 40 of 48.", []),
    (
        THREE,
        "2025-07-20",
        "Since items 1 and 3 are complete, only item 2 remains.",
        [("a1", "complete", "2025-07-20", None), ("a3", "complete", "2025-07-20", None)],
    ),
    (
        THREE,
        "2025-07-20",
        "Regarding item 2, all specialists have now been trained (last session: 2025-07-18).",
        [("a2", "complete", "2025-07-18", None)],
    ),
    (
        THREE,
        "2025-07-20",
        "We completed the second action item on 2025-07-12.",
        [("a2", "complete", "2025-07-12", None)],
    ),
    (
        THREE,
        "2025-07-20",
        "The second and third items were completed last week.",
        [("a2", "complete", "2025-07-20", None), ("a3", "complete", "2025-07-20", None)],
    ),
    (THREE, "2025-06-20", "We have not begun with item 2.", []),
    (THREE, "2025-06-20", "AI-1 closed 2025-06-19.", [("a1", "complete", "2025-06-19", None)]),
    (
        THREE,
        "2025-06-20",
        "The due date for item 2 has been changed from 2025-07-15 to 2025-08-15 because two trainers are ill.",
        [("a2", None, None, "2025-08-15")],
    ),
    (THREE, "2025-06-20", "Item 2 remains due on 2025-07-15.", []),
    (
        READERS,
        "2025-06-28",
        "A second reader looks at each CRL since Thursday, 26 June.",
        [("a1", "complete", "2025-06-26", None)],
    ),
    (
        READERS,
        "2025-06-28",
        "Since 26 June each CRL has a second reader before it is published.",
        [("a1", "complete", "2025-06-26", None)],
    ),
    (READERS, "2025-07-16", "The monitor counts perspectives as of today.", [("a2", "complete", "2025-07-16", None)]),
    (
        READERS,
        "2025-07-16",
        "The monitor of item 2 is two weeks late; 2025-07-29 is the new day.",
        [("a2", "delayed", None, "2025-07-29")],
    ),
    (
        READERS,
        "2025-06-10",
        "For the archive (item 3) we have agreed on 2025-10-31 with the mover.",
        [("a3", None, None, "2025-10-31")],
    ),
    (READERS, "2025-06-10", "Item 3 has a date now: 31 October 2025.", [("a3", None, None, "2025-10-31")]),
    (READERS, "2025-10-31", "The archive moved on 2025-10-30.", [("a3", "complete", "2025-10-30", None)]),
    (READERS, "2025-06-10", "The archive moves on 2025-10-30.", [("a3", None, None, "2025-10-30")]),
    (READERS, "2025-07-01", "With item 1 done yesterday, item 2 is next.", [("a1", "complete", "2025-06-30", None)]),
    (
        READERS,
        "2025-07-01",
        "Item 1: done 2025-06-30. Item 2: ongoing. Item 3: waiting for an offer.",
        [("a1", "complete", "2025-06-30", None)],
    ),
    (
        READERS,
        "2025-07-01",
        "We give up item 3: the building has been found to be fireproof.",
        [("a3", "canceled", "2025-07-01", None)],
    ),
    (READERS, "2025-07-01", "Item 3 is no longer needed.", [("a3", "canceled", "2025-07-01", None)]),
    (READERS, "2025-07-01", "Item 2 replaces the old monitor, which was switched off on 2025-06-20.", []),
    (READERS, "2025-07-01", "Work on item 2 has begun.", []),
    (
        READERS,
        "2025-07-20",
        "Both items 1 and 2 were finished in time, on 2025-06-30 and 2025-07-15.",
        [("a1", "complete", "2025-06-30", None), ("a2", "complete", "2025-07-15", None)],
    ),
    (
        READERS,
        "2025-07-20",
        "Item 2 was due on 2025-07-15 and is not done. We ask for time until 2025-08-15.",
        [("a2", "delayed", None, "2025-08-15")],
    ),
    (
        READERS,
        "2025-07-20",
        "Unfortunately the date of item 2 could not be met; it becomes 2025-08-15.",
        [("a2", "delayed", None, "2025-08-15")],
    ),
    (
        READERS,
        "2025-07-10",
        "Item 2 will not be ready on the 15th. We need until 2025-08-15.",
        [("a2", None, None, "2025-08-15")],
    ),
    (TEMPLATES, "2025-08-20", "Nine of twelve templates carry their section.", []),
    (TEMPLATES, "2025-08-30", "The last template got its section today.", [("a1", "complete", "2025-08-30", None)]),
    (TEMPLATES, "2025-08-30", "All templates now carry their section.", [("a1", "complete", "2025-08-30", None)]),
    (TEMPLATES, "2025-08-30", "We looked at the templates on 2025-08-28 and found one more.", []),
    (
        REVOCATION,
        "2025-06-06",
        "The 48 certificates are gone since 2025-06-05, 16:00 UTC.",
        [("a1", "complete", "2025-06-05", None)],
    ),
    (REVOCATION, "2025-06-06", "Revocation was completed yesterday.", [("a1", "complete", "2025-06-05", None)]),
    (
        REVOCATION,
        "2025-07-30",
        "The procedure for mass revocation is written and was approved on 2025-07-29.",
        [("a2", "complete", "2025-07-29", None)],
    ),
    (REVOCATION, "2025-07-01", "A first draft of the procedure was discussed on 2025-06-27.", []),
    (REVOCATION, "2025-07-31", "Item 2 was completed on time (31 July).", [("a2", "complete", "2025-07-31", None)]),
    (REVOCATION, "2025-06-06", "Item 1 done, item 2 open.", [("a1", "complete", "2025-06-06", None)]),
)


@pytest.mark.parametrize(("items", "day", "text", "changes"), COMMENTS)
def test_a_comment_changes_the_items_that_it_speaks_of(items, day, text, changes):
    states = [
        ItemState(ActionItem(f"a{number}", item), due and date.fromisoformat(due))
        for number, (item, due) in enumerate(items, 1)
    ]
    read = find_item_changes(read_statements(text), date.fromisoformat(day), states)
    assert [(c.item, c.status, c.on and c.on.isoformat(), c.due and c.due.isoformat()) for c in read] == changes


def test_what_is_done_is_not_done_again():
    done = ItemState(ActionItem("a1", "Comparison of CPS and profiles"), None, "complete")
    text = "The comparison of CPS and profiles has been in place since 3 September 2025."
    assert find_item_changes(read_statements(text), date(2025, 9, 10), [done]) == ()


def changes_of(text, day, *items):
    states = [ItemState(item, item.due, None, date(2025, 5, 1)) for item in items]
    read = find_item_changes(read_statements(text), date.fromisoformat(day), states)
    return [(change.item, change.status, change.on and change.on.isoformat()) for change in read]


def test_an_item_whose_criterion_is_met_is_complete():
    item = ActionItem("a1", "Alarms in place of letters", date(2025, 6, 30), criterion="Mailbox retired")
    other = ActionItem("a2", "Count perspectives", date(2025, 6, 30), criterion="A count each day")
    text = "The old mailbox has been retired, on 2025-06-20."
    assert changes_of(text, "2025-06-21", item, other) == [("a1", "complete", "2025-06-20")]
    assert changes_of("The mailbox will be retired on 2025-06-30.", "2025-06-21", item, other) == []


def test_words_that_no_other_item_has_name_it_once_it_is_done():
    items = (ActionItem("a1", "Second reader for published CRLs"), ActionItem("a2", "Nightly probe of responders"))
    text = "The probe went live on 2025-06-18."
    assert changes_of(text, "2025-06-20", *items) == [("a2", "complete", "2025-06-18")]


def test_what_was_so_before_an_item_was_listed_does_not_complete_it():
    item = ActionItem("a1", "Challenge the mailbox at renewal")
    other = ActionItem("a2", "Train the clerks")
    text = "The mailbox was challenged at the first order on 2023-02-01."
    assert changes_of(text, "2025-06-20", item, other) == []


def test_an_item_that_is_given_up_in_its_own_words_is_canceled():
    items = (ActionItem("a1", "Third log in another country"), ActionItem("a2", "Train the clerks"))
    assert changes_of("We have dropped the third log.", "2025-06-20", *items) == [("a1", "canceled", "2025-06-20")]


@pytest.mark.parametrize("text", ["b) done 2025-06-18.", "(b) went live on 2025-06-18, a day late."])
def test_items_listed_by_letters_are_named_by_them(text):
    items = (ActionItem("a1", "Pin the package", letter="a"), ActionItem("a2", "Page on low counts", letter="b"))
    assert changes_of(text, "2025-06-20", *items) == [("a2", "complete", "2025-06-18")]
    unlettered = (ActionItem("a1", "Pin the package"), ActionItem("a2", "Page on low counts"))
    assert changes_of(text, "2025-06-20", *unlettered) == []


def test_a_table_tells_the_day_behind_its_status():
    text = (
        "| Action Item | Status | Due Date |\n| --- | --- | --- |\n"
        "| Nightly probe of responders | Complete (2025-06-09) | 2025-06-14 |\n"
    )
    item = ActionItem("a1", "Nightly probe of responders", date(2025, 6, 14))
    assert changes_of(text, "2025-06-10", item, ActionItem("a2", "Other")) == [("a1", "complete", "2025-06-09")]


def test_all_of_a_number_is_no_part_of_it():
    item = ActionItem("a1", "Read a sample of 30 files again")
    other = ActionItem("a2", "Train the clerks")
    whole = "Reading the sample of files was finished on 2025-06-18: 30 of 30."
    part = "Reading the sample of files was finished on 2025-06-18: 20 of 30."
    assert changes_of(whole, "2025-06-20", item, other) == [("a1", "complete", "2025-06-18")]
    assert changes_of(part, "2025-06-20", item, other) == []
