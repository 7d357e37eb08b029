"""What a CA promises in prose, and what only looks like a promise."""

from datetime import date

import pytest

from handlers.acts.promises import find_promises, topic_of
from handlers.acts.statements import read_statements

DAY = date(2025, 6, 10)

# Each comment with the dates that it promises; None is a promise without one.
COMMENTS = (
    ("We will revoke the remaining certificates by 2025-06-20.", ["2025-06-20"]),
    ("The remaining certificates will be revoked by 20 June 2025.", ["2025-06-20"]),
    ("We commit to publishing the full report no later than 24 June 2025.", ["2025-06-24"]),
    ("A full incident report will be posted within two weeks.", ["2025-06-24"]),
    ("A full incident report will follow.", [None]),
    ("We will provide a final report on June 24.", ["2025-06-24"]),
    ("We intend to publish the incident report on or before 2025-06-24.", ["2025-06-24"]),
    ("We expect the analysis to be finished by 2025-06-24.", []),
    ("Our next update will be on 2025-06-17.", ["2025-06-17"]),
    ("Please set the Next update to 2025-06-17.", []),
    ("We will provide an update by June 17.", ["2025-06-17"]),
    ("We will update this bug next week.", []),
    ("The subscriber will replace the certificates by 2025-06-20.", []),
    ("Our auditor will visit us on 2025-07-01.", []),
    ("We revoked the certificates on 2025-06-09.", []),
    ("By 2025-06-30 we will have replaced all templates.", ["2025-06-30"]),
    ("The fix is scheduled to be deployed on 2025-06-18.", ["2025-06-18"]),
    ("The patch will be in production by the end of June.", ["2025-06-30"]),
    ("We aim to finish the migration by the end of the year.", ["2025-12-31"]),
    ("We will not issue from this CA until item 2 is complete.", [None]),
    ("Issuance stays stopped until item 2 is complete.", []),
    ("We will keep the community informed.", []),
    ("We will never again use that template.", [None]),
    ("We will discuss this at the next audit.", [None]),
    ("Details will be given in the final report.", [None]),
    ("If more certificates are found, we will revoke them within five days.", []),
    ("We would revoke them by 2025-06-20 if the subscribers agreed.", []),
    ("Item 2 will be done by 2025-06-20.", []),
    ("We cannot meet the date of 12 June; the full report will now be posted on 19 June.", ["2025-06-19"]),
    ("We guarantee that no certificate with this profile is valid after 2025-06-20.", ["2025-06-20"]),
    ("We'll answer your second question by Friday, 13 June.", ["2025-06-13"]),
    ("The CPS will be corrected within 7 days.", ["2025-06-17"]),
    ("The law will change on 2025-07-01.", []),
    ("These certificates will expire on 2025-06-20.", []),
    ("The results are to be published on 2025-06-20.", ["2025-06-20"]),
    ("We will have a meeting with the vendor on 2025-06-12.", ["2025-06-12"]),
    ("We shall send all subscribers a notice by 2025-06-12.", ["2025-06-12"]),
    ("> We will revoke the remaining certificates by 2025-06-20.\n\nThis was kept.", []),
    ("Next news: 2025-06-17.", []),
    ("Our team is going to replace the validator until 2025-06-20.", ["2025-06-20"]),
    ("We hope to be able to close this by 2025-06-20.", []),
    ("You will have the list by 2025-06-12.", ["2025-06-12"]),
    ("Full report: by 24 June 2025.", ["2025-06-24"]),
    ("By Q4 we will extend the control to our second site.", [None]),
    ("We will publish the notes by the 5th of each month.", [None]),
)


@pytest.mark.parametrize(("text", "dates"), COMMENTS)
def test_promises_have_a_date_or_an_event(text, dates):
    promises = find_promises(read_statements(text), DAY)
    assert [promise.due and promise.due.isoformat() for promise in promises] == dates


def test_an_intention_is_not_firm():
    (plan,) = find_promises(read_statements("We plan to revoke them by 2025-06-20."), DAY)
    (word,) = find_promises(read_statements("We will revoke them by 2025-06-20."), DAY)
    assert (plan.firm, word.firm) == (False, True)


def test_a_date_before_a_when_is_the_promise_s_date():
    text = "No update; please set next update to 2025-06-20, when the full report will be here."
    (promise,) = find_promises(read_statements(text), DAY)
    assert (promise.due, promise.topic) == (date(2025, 6, 20), "report")


@pytest.mark.parametrize(
    "text",
    [
        "## Action Items\n\n| Action Item | Due Date |\n| --- | --- |\n| We will revoke all | 2025-06-20 |",
        "### Timeline\n\n- 2025-06-09 10:00 UTC: we will revoke them by 2025-06-20",
        "7. List of steps your CA is taking to resolve the situation\n\n1. We will revoke them by 2025-06-20",
    ],
)
def test_action_items_and_timelines_are_read_as_such(text):
    assert find_promises(read_statements(text), DAY) == ()


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("We will post an addendum", "addendum"),
        ("The full report will be here", "report"),
        ("we will revoke those 12", "revocation"),
        ("We will answer this", "answer"),
        ("The next news will be", "news"),
        ("The CPS will be corrected", "other"),
    ],
)
def test_what_is_promised_is_known_by_its_words(text, topic):
    assert topic_of(text) == topic
