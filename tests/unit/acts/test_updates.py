"""What a comment is besides its answers."""

from datetime import date

import pytest

from handlers.acts.statements import read_statements
from handlers.acts.updates import (
    announces_closing,
    asked_next_update,
    asks_closure,
    audit_letter_day,
    discloses,
    update_stands_for,
)

DAY = date(2025, 10, 10)

STANDS_FOR = (
    ("This is the update due on 2025-10-13.", "2025-10-13"),
    ("We post the update of 13 October early.", "2025-10-13"),
    ("This comment stands as the update for 13 October 2025.", "2025-10-13"),
    ("Our next update will be on 2025-10-20.", None),
    ("Please set the Next update to 2025-10-20.", None),
    ("We give the update planned for 2025-10-13 today, as the office is closed on that day.", "2025-10-13"),
    ("Please take this as our update for 2025-10-13.", "2025-10-13"),
    ("In advance of the Next update on 2025-10-13: the scan is running.", "2025-10-13"),
    ("The update of the software on 2025-10-09 went well.", None),
    ("As the next update date is 2025-10-13, this is our report for that date.", "2025-10-13"),
    ("This is a day early for the update of 2025-10-11.", "2025-10-11"),
    ("Update for 2025-10-10: nothing new.", "2025-10-10"),
    ("We answer ahead of the date set (2025-10-13).", "2025-10-13"),
    ("The patch of 2025-10-13 will be part of our next update.", None),
)
NEXT_UPDATES = (
    ("Please set Next update to 2025-11-01.", "2025-11-01"),
    ("May we have 1 November as the next update?", "2025-11-01"),
    ("We kindly request a next update date of November 1st.", "2025-11-01"),
    ("The next update stays at 2025-11-01.", None),
    ("We would like to ask for a Next Update on 2025-11-01, when item 2 is due.", "2025-11-01"),
    ("Could the Next update be moved to 2025-11-01?", "2025-11-01"),
)
CLOSURES = (
    ("We respectfully request closure of this bug.", True),
    ("We believe this incident can be closed.", True),
    ("Please consider closing this bug.", True),
    ("Please close.", True),
    ("The gate was closed.", False),
    ("We closed the account.", False),
    ("There is nothing left to do, so we would be grateful if this could be closed.", True),
    ("Please keep this bug open.", False),
    ("We request that the ticket be marked as resolved.", True),
    ("Closing is asked for.", True),
    ("The investigation was closed on 2025-10-01.", False),
    ("We ask our subscribers to close the port.", False),
)
LAST_CALLS = (
    ("I intend to close this bug on or about 2025-10-17.", True),
    ("This is a last call for comments.", True),
    ("I will close this on Friday unless there are objections.", True),
    ("This will be closed on 2025-10-17 if nothing else comes up.", True),
    ("Closing this, thank you.", False),
    ("I do not plan to close this yet.", False),
    ("Any objections to closing this next week?", True),
    ("Unless there are further questions, this can be closed next Wednesday.", True),
)
FIRST_WORDS = (
    ("We are aware of this report and are investigating.", False),
    ("Thank you. We acknowledge receipt and will respond shortly.", False),
    ("The certificate was revoked an hour ago; the cause is a typing error. Full report by 2025-10-20.", True),
    ("We confirm the problem. About 20 certificates are affected.", True),
    ("Hello, this is being investigated.", False),
)


@pytest.mark.parametrize(("text", "day"), STANDS_FOR)
def test_an_update_may_stand_for_a_date(text, day):
    read = update_stands_for(read_statements(text), DAY)
    assert (read and read.isoformat()) == day


@pytest.mark.parametrize(("text", "day"), NEXT_UPDATES)
def test_the_ca_may_ask_for_a_next_update(text, day):
    read = asked_next_update(read_statements(text), DAY)
    assert (read and read.isoformat()) == day


@pytest.mark.parametrize(("text", "is_asked"), CLOSURES)
def test_the_ca_asks_for_closing(text, is_asked):
    assert asks_closure(read_statements(text)) is is_asked


@pytest.mark.parametrize(("text", "is_announced"), LAST_CALLS)
def test_staff_announce_closing(text, is_announced):
    assert announces_closing(read_statements(text)) is is_announced


@pytest.mark.parametrize(("text", "is_first_word"), FIRST_WORDS)
def test_a_receipt_discloses_nothing(text, is_first_word):
    comment = read_statements(text)
    assert discloses(comment.own, comment) is is_first_word


def test_the_day_of_an_audit_letter_is_read():
    assert audit_letter_day(read_statements("The audit letter is dated 2025-09-01."), DAY) == date(2025, 9, 1)
