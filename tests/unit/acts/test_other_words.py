"""Answers, action items and promises in other words than those that the readers were first written for."""

from datetime import date

import pytest

from handlers.acts.item_words import ItemState
from handlers.acts.items import find_item_changes
from handlers.acts.promises import find_promises
from handlers.acts.read import read_acts
from handlers.acts.statements import read_statements
from handlers.acts.values import ActionItem
from handlers.parsing.owners import build_owner_directory
from tests.unit.acts.dialogues import dialogue
from tests.unit.acts.test_answers import reports_of, shifted

OWNERS = build_owner_directory()
DAY = date(2025, 6, 20)
ITEMS = (
    ("Deploy a pre-issuance linter", date(2025, 6, 10)),
    ("Write a runbook for key ceremonies", date(2025, 6, 30)),
    ("Train all validation specialists", date(2025, 7, 15)),
)
# The comments with their roles, action items that are open, and the answers: question, comment, kind.
DIALOGUES = (
    (
        [
            ("program", "What share of the affected certificates had been issued through the API?"),
            ("ca", "Roughly two thirds (412)."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Who approved the change? Was there a second reviewer?"),
            ("ca", "The release manager did. A second review is only required for the signing code."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [("program", "Which controls exist today to prevent a repeat?"), ("ca", "This point is with our engineers.")],
        [],
        [],
    ),
    (
        [("program", "Why did nobody see the alarm?"), ("ca", "Training of the operators: 12 of 30 done.")],
        ["Train the operators"],
        [],
    ),
    (
        [("program", "Why did nobody see the alarm?"), ("ca", "It went to a mailbox that had been closed in January.")],
        ["Train the operators"],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "1. How was the file copied?\n2. Who has access to the share?\n3. Is the share backed up?"),
            ("ca", "1) By scp.\n2) Five administrators.\n3) Being checked, you will hear from us by 2025-05-20."),
            ("ca", "Point 3 from above: it is, nightly."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full"), ("c0q3", 1, "date"), ("c0q3", 2, "full")],
    ),
    (
        [
            ("program", "How was the file copied?"),
            ("community", "And is it the same file as in bug 1900000?"),
            ("ca", "@watcher: no, that was another one."),
            ("ca", "As to the copying: an operator used scp."),
        ],
        [],
        [("c1q1", 2, "full"), ("c0q1", 3, "full")],
    ),
    (
        [
            ("program", "How many subscribers were told, and how?"),
            ("ca", "No change this week."),
            ("ca", "All 17, by phone."),
        ],
        [],
        [("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "Please explain the gap between 3 and 9 April in the timeline."),
            ("ca", "The gap is explained by the Easter holidays; nobody worked on the incident in that week."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Please explain the gap between 3 and 9 April in the timeline."),
            ("ca", "We acknowledge the request."),
        ],
        [],
        [],
    ),
    (
        [
            ("program", "Please explain the gap between 3 and 9 April in the timeline."),
            ("ca", "We take note of your remark and a detailed statement is in preparation."),
        ],
        [],
        [],
    ),
    (
        [("program", "Did you check the older logs too?"), ("ca", "The logs before 2024 do not exist any more.")],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Did you check the older logs too? And do you plan to keep them longer?"),
            ("ca", "We did, back to 2021. From June on they will be kept for seven years."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [("program", "When will the revocation be finished?"), ("ca", "We expect to finish on 14 May 2025.")],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "What is the state of the second data centre?"),
            ("ca", "Update: all serves as before. The next report comes on 2025-05-14."),
        ],
        [],
        [],
    ),
    (
        [
            ("program", "> The cause was a race.\n\nBetween which two processes?"),
            ("ca", "Between the publisher and the rotation job."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Could you share the configuration before and after?"),
            ("ca", "Created attachment 123\nconfig.diff\n\nAs requested, the difference."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [("program", "Were any EV certificates affected?"), ("ca", "Regarding the question in comment 0: none.")],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Were any EV certificates affected? If so, how many?"),
            ("ca", "There were no EV certificates among them."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [
            ("program", "What was the reason for the delay? Has the vendor been told?"),
            ("ca", "On the second question: yes, on 30 April. On the first we have not come to a conclusion."),
        ],
        [],
        [("c0q2", 1, "full")],
    ),
    (
        [
            ("program", "What was the reason for the delay?"),
            ("ca", "Our legal department has still to approve the wording."),
            ("ca", "The delay is due to a missing signature."),
        ],
        [],
        [("c0q1", 2, "full")],
    ),
    (
        [("program", "How long did the outage last?"), ("ca", "The analysis continues."), ("ca", "41 minutes.")],
        [],
        [("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "Can you confirm that the key was destroyed?"),
            ("ca", "Confirmed. The protocol of the destruction is attached."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Is the monitoring of the third party still active, and who pays for it?"),
            ("ca", "It is; we do."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "I wonder whether the sampling would have shown this."),
            ("ca", "In hindsight it would, had the sample been drawn by profile."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Why five days? The rule says 24 hours for a compromised key."),
            ("ca", "Because we took it for a request of the subscriber, wrongly."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [("program", "Which versions are affected?"), ("ca", "Item 1 was completed today."), ("ca", "4.0 to 4.3.")],
        ["Train the operators"],
        [("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "Which versions are affected?"),
            ("ca", "The board meets on Thursday, after that more can be said."),
        ],
        [],
        [],
    ),
    (
        [
            ("program", "Which of the issuing CAs run the old code?"),
            ("ca", "Hello,\n\nmany thanks for asking. Only RSA-2 does.\n\nKind regards,\nLena"),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Which of the issuing CAs run the old code?"),
            (
                "ca",
                "Merci. We pass the question to our technical staff and come to you with the reply the 15th of May.",
            ),
        ],
        [],
        [("c0q1", 1, "date")],
    ),
    (
        [
            ("program", "Which of the issuing CAs run the old code?"),
            ("ca", "Kindly allow us until 15 May 2025 to collect what is needed."),
        ],
        [],
        [("c0q1", 1, "date")],
    ),
    (
        [
            ("program", "Which of the issuing CAs run the old code?"),
            ("ca", "Status of this week: two of five servers are migrated."),
            ("ca", "Three of them: R1, R4, R6."),
        ],
        ["Migrate the five servers"],
        [("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "Which of the issuing CAs run the old code?"),
            ("ca", "Servers: 2 of 5 migrated."),
            ("ca", "R1, R4, R6."),
        ],
        ["Migrate the five servers"],
        [("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "What did the on-call engineer do between 02:00 and 06:00? Was she trained for it?"),
            ("ca", "She followed the runbook, which ends after the restart. She had been trained in March."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [
            ("program", "What did the on-call engineer do between 02:00 and 06:00? Was she trained for it?"),
            ("ca", "> Was she trained for it?\nYes, in March."),
            ("ca", "Between 02:00 and 06:00 she waited for the vendor."),
        ],
        [],
        [("c0q2", 1, "full"), ("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "What did the on-call engineer do between 02:00 and 06:00? Was she trained for it?"),
            ("ca", "a) She waited for the vendor.\nb) No."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [("program", "A: why the delay? B: who signed?"), ("ca", "A: The person was ill. B: The CTO.")],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [
            ("program", "Is the list complete?"),
            ("ca", "To comment 0: it is not, two certificates were found later; they are in the new attachment."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Is the list complete?"),
            ("ca", "The list was made from the database and compared with CT; both agree."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [("program", "Is the list complete?"), ("ca", "We will check it again."), ("ca", "We have checked: 3 more.")],
        [],
        [("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "How do you know that the list is complete?"),
            ("community", "Also, who made it?"),
            ("ca", "(In reply to Watcher from comment #1)\n> Also, who made it?\n\nThe operations team."),
            ("ca", "(In reply to Staff from comment #0)\n\nIts number equals that of CT."),
        ],
        [],
        [("c1q1", 2, "full"), ("c0q1", 3, "full")],
    ),
    (
        [
            ("program", "Why was the second alarm ignored?"),
            ("community", "They are always ignored."),
            ("ca", "It was taken for a repetition of the first."),
        ],
        [],
        [("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "Why was the second alarm ignored?"),
            ("program", "Please forget my last question, the report has it."),
        ],
        [],
        [("c0q1", 1, "withdrawn")],
    ),
    (
        [("program", "Why was the second alarm ignored?"), ("ca", "Item 1: done.\nItem 2: delayed to 2025-06-10.")],
        ["Louder alarm", "New guard"],
        [],
    ),
    (
        [("program", "Why was the second alarm ignored?"), ("ca", "The new guard started on Monday.")],
        ["Louder alarm", "Hire a new guard"],
        [],
    ),
    (
        [
            ("program", "What happens to requests that are in the queue at that moment?"),
            ("ca", "They are dropped and the subscriber gets an error."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "What happens to requests that are in the queue at that moment? We would also like a figure."),
            ("ca", "They are dropped. We do not have a figure yet and need some days for it."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [("program", "Does your CPS say this? Where?"), ("ca", "Section 4.2.1, second paragraph.")],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [
            ("program", "For the record, the number of employees who could do this would be of interest."),
            ("ca", "Seven."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Tell us more about the lint."),
            ("ca", "The lint is zlint 3.6 with our own rules for the profile."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Have the subscribers been informed, and by whom?"),
            ("ca", "Informed by whom: our account managers, on 3 May."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [("program", "By when do you expect the vendor to deliver?"), ("ca", "They promised the end of May.")],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "How was this missed in the audit?"),
            ("ca", "That is a question we have asked the auditor as well. Once we have their view we share it."),
        ],
        [],
        [],
    ),
    (
        [
            ("program", "How was this missed in the audit?"),
            ("ca", "Owing to holidays the answer is late; it comes on 2025-05-13."),
            ("ca", "The auditor samples ten certificates a year, and none of these was among them."),
        ],
        [],
        [("c0q1", 1, "date"), ("c0q1", 2, "full")],
    ),
    ([("program", "Are there other services on the host?"), ("ca", "DNS only.")], [], [("c0q1", 1, "full")]),
    (
        [
            ("program", "Was the test environment built from the same image? How old was it?"),
            ("ca", "It was. The image dates from March 2023."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [
            ("program", "Why is the number in the report lower than the one in the attachment?"),
            ("ca", "Good catch, the attachment counts precertificates too."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Why is the number in the report lower than the one in the attachment?"),
            ("ca", "Good point. Let us look at this and revert."),
        ],
        [],
        [],
    ),
    ([("program", "Please list the OIDs."), ("ca", "2.16.840.1.1 and 2.16.840.1.2")], [], [("c0q1", 1, "full")]),
    (
        [
            ("program", "What prevented an earlier detection?"),
            ("program", "Second, are there plans for a bug bounty?"),
            ("ca", "Nobody looked at the dashboard.\n\nThere are none."),
        ],
        [],
        [("c0q1", 2, "full"), ("c1q1", 2, "full")],
    ),
    (
        [
            ("program", "What prevented an earlier detection?"),
            ("ca", "The migration is at 70 %. We hold to 2025-06-30."),
            ("ca", "Earlier detection was impossible since the log was off."),
        ],
        ["Migrate to the new HSM"],
        [("c0q1", 2, "full")],
    ),
    ([("program", "How did the key leave the HSM?"), ("ca", "This is a very important question for us too.")], [], []),
    (
        [("program", "How did the key leave the HSM?"), ("ca", "We need to consult the vendor. Back on 2025-05-20.")],
        [],
        [("c0q1", 1, "date")],
    ),
    (
        [
            ("program", "How did the key leave the HSM?"),
            ("ca", "Via the backup utility, which exports in clear if called with -x."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "How did the key leave the HSM? And who noticed it?"),
            ("ca", "First: via the backup. Second: a trainee."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    ([("program", "Would a shorter lifetime have helped?"), ("ca", "Hardly.")], [], [("c0q1", 1, "full")]),
    (
        [
            ("program", "Would a shorter lifetime have helped?"),
            ("ca", "We are unable to comment before the forensic report is available, planned for 2025-05-30."),
        ],
        [],
        [("c0q1", 1, "date")],
    ),
    (
        [
            ("program", 'The report says "human error". Whose, and what made it possible?'),
            ("ca", "An operator of the night shift typed the wrong profile; the form accepts any profile."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Could the CA also publish the script?"),
            ("ca", "The script is now at https://example.com/script."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("community", "Who audits this CA?"),
            ("program", "What is the plan for the legacy customers?"),
            ("ca", "In reply to comment 1: they move to the new portal in summer."),
        ],
        [],
        [("c1q1", 2, "full")],
    ),
    ([("program", "Are you aware of bug 1900001?"), ("ca", "Yes. It has the same cause.")], [], [("c0q1", 1, "full")]),
    (
        [
            ("program", "Do all resellers use the API, and if not, how do the others order?"),
            ("ca", "Eleven of fourteen do; the others send a form."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [("program", "What did it cost you in time?"), ("ca", "Question noted. Our answer: about four person-weeks.")],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "When was the last successful restore?"),
            ("ca", "Apologies for the late reply. The last one was on 2024-11-02."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "When was the last successful restore?"),
            ("ca", "We regret the delay; we will answer in the course of next week."),
        ],
        [],
        [],
    ),
    (
        [
            ("program", "Which team owns the profile, and has it changed since?"),
            ("ca", "| Team | Since |\n|---|---|\n| PKI core | 2022 |"),
            ("ca", "The PKI core team, see the table above."),
        ],
        [],
        [("c0q1", 2, "full")],
    ),
    (
        [("program", "Where is it documented?"), ("ca", "Please refer to section 7 of the CP.")],
        [],
        [("c0q1", 1, "full")],
    ),
    ([("program", "Is the fix in place?"), ("ca", "It has been since 5 May.")], [], [("c0q1", 1, "full")]),
    ([("program", "Is the fix in place?"), ("ca", "Not yet.")], [], [("c0q1", 1, "full")]),
)
# A sentence of 20 June 2025, and what it says of the items above: a status with its day, or another due date.
SENTENCES = (
    ("The linter is in production since 9 June.", {"a1": ("complete", "2025-06-09")}),
    ("Linting before issuance has been switched on last Monday.", {"a1": ("complete",)}),
    ("The linter went in on 2025-06-12, two days late.", {"a1": ("complete", "2025-06-12")}),
    ("Runbook: finished and signed on 18 June.", {"a2": ("complete", "2025-06-18")}),
    ("The runbook will be late, we aim for 15 July.", {"a2": ("due", "2025-07-15")}),
    ("Runbook slips. 2025-07-10.", {"a2": ("due", "2025-07-10")}),
    ("For the training we need three more weeks, until 2025-08-05.", {"a3": ("due", "2025-08-05")}),
    ("Training takes place on 2025-07-10.", {}),
    ("The training of the specialists has begun on 16 June.", {}),
    ("Validation specialists: 8 of 20 trained.", {}),
    ("All specialists have passed the training on 2025-06-19.", {"a3": ("complete", "2025-06-19")}),
    ("We shelved the runbook, as the ceremonies move to the vendor.", {"a2": ("canceled",)}),
    ("The linter found four errors on 2025-06-18.", {}),
    ("Item 1 done, item 2 on track.", {"a1": ("complete",)}),
    ("Action 3: postponed to 30 July.", {"a3": ("due", "2025-07-30")}),
    (
        "The linter could not be deployed by 10 June as the vendor is late. New target: 2025-06-27.",
        {"a1": ("due", "2025-06-27")},
    ),
    ("We no longer pursue the runbook.", {"a2": ("canceled",)}),
    ("The linter was deployed to production.", {"a1": ("complete",)}),
    ("Since yesterday every certificate is linted before it is issued.", {"a1": ("complete", "2025-06-19")}),
    ("Our validation team completed the course on Wednesday, 18 June.", {"a3": ("complete", "2025-06-18")}),
    ("The second action item is complete.", {"a2": ("complete",)}),
    ("The rollout of the linter is 60 % done.", {}),
    ("Two of the three steps are done.", {}),
    ("The linter is live.", {"a1": ("complete",)}),
)
# A sentence of that day, and the days of the promises in it; None is a promise without one.
PROMISES = (
    ("All remaining certificates are to be revoked by 2025-06-25.", ["2025-06-25"]),
    ("The full report will be posted no later than 30 June.", ["2025-06-30"]),
    ("You will find our answer here by 25 June 2025.", ["2025-06-25"]),
    ("We have scheduled the migration for 2025-07-01.", ["2025-07-01"]),
    ("They will be replaced by the subscribers by 2025-07-01.", []),
    ("The revocation of the last 12 is set for 2025-06-24.", ["2025-06-24"]),
    ("We expect the audit letter by the end of July.", []),
    ("Our next update is on 2025-06-27.", []),
    ("It is our commitment to have this fixed by 2025-07-04.", ["2025-07-04"]),
    ("A post-mortem is going to be published within two weeks.", ["2025-07-04"]),
    ("We are going to revoke them on Tuesday, 24 June.", ["2025-06-24"]),
    ("We promise to keep the log for ten years.", []),
    ("We had promised the report for 12 June.", []),
    ("The certificates expire on 2025-08-01.", []),
    ("The affected 34 certificates must be revoked by 2025-06-24.", []),
    ("We intend to publish the tool by 1 August.", ["2025-08-01"]),
    ("Until 2025-06-30 we will have checked all profiles.", ["2025-06-30"]),
    ("A statistic will be published every month.", [None]),
    ("We will make sure that this never happens again.", [None]),
    ("The report follows in the next days.", [None]),
    ("Another scan is planned for 2025-07-02.", ["2025-07-02"]),
)


@pytest.mark.parametrize(("comments", "items", "answers"), DIALOGUES)
def test_each_answer_goes_to_its_question(comments, items, answers):
    life = dialogue([("ca", "We became aware of it."), *shifted(comments)])
    acts = read_acts(life, OWNERS, reports_of(comments, items))
    answered = {(answer.question, answer.comment, answer.kind) for answer in acts.answers}
    assert answered == {(f"c{int(q[1 : q.index('q')]) + 1}{q[q.index('q') :]}", n + 1, kind) for q, n, kind in answers}


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES)
def test_a_sentence_changes_the_item_that_it_speaks_of(sentence, expected):
    states = [
        ItemState(ActionItem(f"a{number}", text, due), due, "ongoing", date(2025, 5, 1))
        for number, (text, due) in enumerate(ITEMS, 1)
    ]
    changes = {change.item: change for change in find_item_changes(read_statements(sentence), DAY, states)}
    assert changes.keys() == expected.keys()
    for item, (kind, *days) in expected.items():
        if kind == "due":
            assert [str(changes[item].due)] == days
        else:
            assert changes[item].status == kind
            assert not days or [str(changes[item].on)] == days


@pytest.mark.parametrize(("sentence", "days"), PROMISES)
def test_promises_in_a_sentence_are_found_with_their_days(sentence, days):
    promises = find_promises(read_statements(sentence), DAY)
    assert [promise.due and str(promise.due) for promise in promises] == days
