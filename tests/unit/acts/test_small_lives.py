"""Small lives, invented with what should be read from them: questions, answers, changes of items, promises."""

from datetime import date

import pytest

from handlers.acts.commitments import read_commitments
from handlers.acts.read import read_acts
from handlers.acts.values import ActionItem, ReportFacts
from handlers.parsing.owners import build_owner_directory
from tests.unit.acts.dialogues import dialogue

OWNERS = build_owner_directory()


def report(form, *actions, commitments=()):
    items = (
        ActionItem(f"a{number}", text, due and date.fromisoformat(due)) for number, (text, due) in enumerate(actions, 1)
    )
    return ReportFacts(form, tuple(items), commitments)


# Comments (who, days after 2025-04-29, text), reports, status; then questions, answers, changes of items (comment,
# item, status, day, new date) and promises (comment, kind, date, what became of it).
LIVES = (
    (
        [
            (
                "ca",
                0,
                (
                    "## Preliminary Incident Report\n\n### Summary\n\n- **Incident description**: Our OCSP "
                    "answers for one issuer were two hours too old. The job runs again, so it is over."
                ),
            ),
            ("community", 2, "Two hours by whose clock? And did any browser complain?"),
            ("ca", 6, "By that of the signer, which is the one in the answers. As far as we can see none did."),
            ("ca", 13, "## Full Incident Report\n\n### Summary\n..."),
            (
                "program",
                16,
                (
                    "Why does the job need a person to start it? I should also like to know what the pager said "
                    "that night."
                ),
            ),
            ("ca", 20, "It does not need one any longer: item 1 is done since 2025-05-18."),
            ("ca", 23, "We owe you the second answer of comment 4. The pager said nothing, its battery was empty."),
            ("ca", 33, "Item 2 will take a fortnight more than planned; its new date is 2025-06-14."),
            (
                "ca",
                45,
                (
                    "Item 2 was completed on 2025-06-12.\n\n### Report Closure Summary\n\n- **Incident "
                    "description**: x\n- **Incident Root Cause(s)**: y\n- **Remediation description**: z\n- "
                    "**Commitment summary**: The battery is changed each spring.\n\nWe ask for closing."
                ),
            ),
        ],
        {
            0: report("3-preliminary"),
            3: report("3-full", ("The job starts by itself", "2025-05-20"), ("A second pager", "2025-05-31")),
            8: report("3-closure", commitments=("The battery is changed each spring.",)),
        },
        "RESOLVED",
        ["c1q1", "c1q2", "c4q1", "c4q2"],
        [("c1q1", 2, "full"), ("c1q2", 2, "full"), ("c4q1", 5, "full"), ("c4q2", 6, "full")],
        [
            (5, "a1", "complete", "2025-05-18", None),
            (7, "a2", None, None, "2025-06-14"),
            (8, "a2", "complete", "2025-06-12", None),
        ],
        [
            (3, "action-item", "2025-05-20", "done"),
            (3, "action-item", "2025-05-31", "done"),
            (8, "closure-commitment", None, "open"),
        ],
    ),
    (
        [
            (
                "community",
                0,
                (
                    "The CPS of Foo CA promises CRLs every day; the last three came after 26, 31 and 40 hours. "
                    "Does Foo CA measure this at all?"
                ),
            ),
            (
                "ca",
                3,
                (
                    "Thank you. We do measure it, but the alarm was set to 48 hours. No certificate is affected. "
                    "We will post a full report by 2025-05-12."
                ),
            ),
            ("community", 4, "48 hours, for a promise of 24. One has to laugh, hasn't one?"),
            ("ca", 14, "## Full Incident Report"),
            ("program", 15, "> the alarm was set to 48 hours\n\nBy whom, and when was that looked at last?"),
            (
                "ca",
                18,
                (
                    "> By whom, and when was that looked at last?\n\nBy the team that built the system in 2019. "
                    "It had not been looked at since."
                ),
            ),
            ("program", 19, "Please use the list columns of the form in force, the appendix still has the old ones."),
            (
                "ca",
                22,
                (
                    "The appendix is attached again with the right columns. Item 1: the alarm stands at 20 hours "
                    "since yesterday."
                ),
            ),
            ("ca", 30, "No change since comment 7."),
            ("ca", 37, "Item 2 is cancelled, the new software reports each CRL itself."),
        ],
        {
            1: report("2.0-first"),
            3: report("3-full", ("Alarm at 20 hours", "2025-05-25"), ("A report for each CRL", "2025-06-30")),
        },
        "ASSIGNED",
        ["c0q1", "c4q1"],
        [("c0q1", 1, "full"), ("c4q1", 5, "full")],
        [(7, "a1", "complete", "2025-05-20", None), (9, "a2", "canceled", "2025-06-05", None)],
        [
            (1, "prose", "2025-05-12", "late"),
            (3, "action-item", "2025-05-25", "done"),
            (3, "action-item", "2025-06-30", "canceled"),
        ],
    ),
    (
        [
            (
                "ca",
                0,
                (
                    "## Incident Report\n\n### Summary\n\nWe became aware of 320 certificates with a wrong city. "
                    "We intend to revoke them all by 2025-05-04."
                ),
            ),
            ("program", 1, "Five days are over on 4 May at noon. Is that when you will be ready, or midnight?"),
            ("ca", 3, "At noon. 290 are revoked so far."),
            ("ca", 5, "All 320 certificates are revoked since 4 May, 11:20 UTC."),
            ("program", 6, "Thank you. One question is left: which of the 320 were used for e-mail as well?"),
            ("ca", 12, "We have not got the answer yet and will give it on 2025-05-16."),
            ("ca", 17, "To the question of comment 4: eleven of them."),
            ("program", 18, "Unless anyone objects I will close this next week. Anything else?"),
        ],
        {0: report("2.0", ("Check cities against a register", "2025-05-30"))},
        "ASSIGNED",
        ["c1q1", "c4q1"],
        [("c1q1", 2, "full"), ("c4q1", 5, "date"), ("c4q1", 6, "full")],
        [],
        [
            (0, "action-item", "2025-05-30", "open"),
            (0, "prose", "2025-05-04", "done"),
            (5, "prose", "2025-05-16", "done"),
        ],
    ),
    (
        [
            ("ca", 0, "## Full Incident Report"),
            (
                "auditor@tuv-example.example",
                3,
                (
                    "We have audited this CA for two years. In which system are the minutes of the key ceremony "
                    "kept now?"
                ),
            ),
            ("ca-x@sealsign.example", 4, "We had the same in bug 3000001. @watcher: how did you find it there?"),
            ("ca", 8, "Regarding comment 1: in the document store, with the scripts."),
            ("program", 9, "Are the minutes signed? By two people? And please tell us how long they are kept."),
            ("ca", 12, "1. Yes.\n2. By three.\n3. Seven years after the end of the key."),
            ("ca", 15, "Weekly update: the scan of item 1 is at 80 %."),
            (
                "program",
                16,
                (
                    "I withdraw the request of my last comment but one; the answer was in the report. But: is the "
                    "scan complete?"
                ),
            ),
            ("ca", 22, "It is, as of 2025-05-20. Item 1 can be ticked off."),
        ],
        {0: report("3-full", ("Scan the old minutes", "2025-05-25"))},
        "ASSIGNED",
        ["c1q1", "c4q1", "c4q2", "c4q3", "c7q1"],
        [("c1q1", 3, "full"), ("c4q1", 5, "full"), ("c4q2", 5, "full"), ("c4q3", 5, "full"), ("c7q1", 8, "full")],
        [(8, "a1", "complete", "2025-05-21", None)],
        [(0, "action-item", "2025-05-25", "done")],
    ),
    (
        [
            (
                "ca",
                0,
                (
                    "We became aware on 28 April that our test site served an expired certificate. The seven "
                    "answers follow by 2025-05-13."
                ),
            ),
            ("program", 1, "What is served there today?"),
            ("ca", 2, "A valid one, until 2026."),
            ("ca", 13, "1. How your CA first became aware of the problem\n\nA mail."),
            (
                "community",
                15,
                (
                    "Your timeline has a hole of nine days. What happened in it? Who was in charge? Was it you or "
                    "the hoster who noticed?"
                ),
            ),
            ("ca", 20, "Nothing happened, the person in charge was on leave. It was the hoster who noticed."),
            (
                "ca",
                27,
                (
                    "The renewal is automatic as of today; that was our first item. The second, a check each "
                    "morning, comes on 2025-06-10."
                ),
            ),
            ("ca", 43, "The check runs each morning since 2025-06-11, a day late."),
        ],
        {
            0: report("1.0-first"),
            3: report("seven", ("Automatic renewal", "2025-05-31"), ("A check each morning", "2025-06-10")),
        },
        "RESOLVED",
        ["c1q1", "c4q1", "c4q2", "c4q3"],
        [("c1q1", 2, "full"), ("c4q1", 5, "full"), ("c4q2", 5, "full"), ("c4q3", 5, "full")],
        [(6, "a1", "complete", "2025-05-26", None), (7, "a2", "complete", "2025-06-11", None)],
        [
            (0, "prose", "2025-05-13", "done"),
            (3, "action-item", "2025-05-31", "done"),
            (3, "action-item", "2025-06-10", "late"),
        ],
    ),
    (
        [
            (
                "ca",
                0,
                (
                    "## Preliminary Incident Report\n\n### Summary\n\n- **Incident description**: 64 certificates "
                    "could not be revoked by noon of 28 April."
                ),
            ),
            ("ca", 3, "Revoked: 30. To be revoked: 33. Expired before that: 1. End expected on 2025-05-20."),
            (
                "community",
                4,
                (
                    "Which of your subscribers has 33 machines that nobody can reach? What do their contracts say "
                    "about five days?"
                ),
            ),
            (
                "ca",
                7,
                (
                    'The names we may not give. The contracts speak of "reasonable time", a wording we are '
                    "removing.\n\nRevoked: 41. To be revoked: 22. Expired before that: 1. End expected on "
                    "2025-05-20."
                ),
            ),
            ("ca", 13, "## Full Incident Report"),
            (
                "ca",
                20,
                (
                    "Three hospitals have asked again. We let them have until 2025-06-03, which becomes the date "
                    "of item 1.\n\nRevoked: 60; to be revoked: 3; expired: 1; estimated end: 2025-06-03."
                ),
            ),
            (
                "program",
                21,
                (
                    "This was promised for 20 May. Who took that decision, and under which section of your CPS? "
                    "An answer before 3 June would be welcome."
                ),
            ),
            ("ca", 27, "The board took it on 16 May. No section of the CPS allows it; we should not have done it."),
            ("ca", 35, "The three were revoked on 2025-06-02. Nothing is left."),
        ],
        {
            0: report("3-preliminary"),
            4: report(
                "3-full", ("Revoke the 64 certificates", "2025-05-20"), ("Contracts name the five days", "2025-08-01")
            ),
        },
        "ASSIGNED",
        ["c2q1", "c2q2", "c6q1"],
        [("c2q1", 3, "full"), ("c2q2", 3, "full"), ("c6q1", 7, "full")],
        [(5, "a1", None, None, "2025-06-03"), (8, "a1", "complete", "2025-06-02", None)],
        [(4, "action-item", "2025-05-20", "done"), (4, "action-item", "2025-08-01", "open")],
    ),
    (
        [
            (
                "program",
                0,
                (
                    "The audit report of Foo CA of last week has no list of incidents. Is one kept? If so, please "
                    "attach it or say where it is published."
                ),
            ),
            (
                "ca",
                6,
                ("One is kept, though not published. We need the auditor's consent and will attach it by 2025-05-09."),
            ),
            ("ca", 11, "Attached. We will explain in seven points, by 2025-05-16, why it was not in the report."),
            ("ca", 17, "1. How your CA first became aware of the problem\n\nBy this bug."),
            (
                "program",
                20,
                "Thank you. I miss two bugs in that list, 3000004 and 3000013. Were these left out on purpose?",
            ),
            ("community", 20, "Who at the auditor's signed it?"),
            (
                "ca",
                26,
                ("To comment 4: not on purpose; the list was drawn up by hand. A corrected one follows with item 2."),
            ),
            ("ca", 28, "To comment 5: their partner for our region, as the last page shows."),
            (
                "ca",
                45,
                (
                    "Item 1: the list is made from Bugzilla since 2025-06-10. For item 2 we are waiting for the "
                    "auditor, who has promised it for 2025-06-20."
                ),
            ),
            (
                "ca",
                60,
                (
                    "Item 2 is complete, the auditor sent the corrected list on 2025-06-20. May we ask for this "
                    "bug to be closed?"
                ),
            ),
        ],
        {
            3: report(
                "seven",
                ("Make the list from Bugzilla", "2025-06-13"),
                ("A corrected list from the auditor", "2025-06-27"),
            )
        },
        "RESOLVED",
        ["c0q1", "c0q2", "c4q1", "c5q1"],
        [("c0q1", 1, "full"), ("c0q2", 1, "date"), ("c0q2", 2, "full"), ("c4q1", 6, "full"), ("c5q1", 7, "full")],
        [(8, "a1", "complete", "2025-06-10", None), (9, "a2", "complete", "2025-06-20", None)],
        [
            (1, "prose", "2025-05-09", "late"),
            (2, "prose", "2025-05-16", "done"),
            (3, "action-item", "2025-06-13", "done"),
            (3, "action-item", "2025-06-27", "done"),
        ],
    ),
    (
        [
            (
                "ca",
                0,
                (
                    "On 27 April a subscriber showed us that our portal accepts keys of 1024 bits. Four "
                    "certificates had been issued for such keys; they were revoked within the hour. The full "
                    "report is planned for 2025-05-12."
                ),
            ),
            ("community", 1, "Four that you know of. How did you look for more?"),
            ("community", 1, "And is the portal closed meanwhile?"),
            (
                "ca",
                2,
                (
                    "We read all keys of all valid certificates, by a script that we attach. The portal is open, "
                    "with the check in place since 28 April."
                ),
            ),
            ("ca", 12, "## Incident Report"),
            (
                "program",
                13,
                (
                    "(In reply to Officer from comment #4)\n> The check had been switched off for a migration.\n\n"
                    "For how long, and is there a record of that?"
                ),
            ),
            (
                "ca",
                19,
                (
                    "> For how long, and is there a record of that?\n\nFor 26 days. There is a ticket, which "
                    "nobody closed."
                ),
            ),
            (
                "community",
                19,
                "> For how long, and is there a record of that?\n> For 26 days.\n\n26 days! Does nobody count?",
            ),
            (
                "ca",
                33,
                (
                    "The linter of item 2 has been in production since Monday, 26 May. Item 1 had been finished "
                    "on 2025-05-15."
                ),
            ),
        ],
        {
            0: report("2.0-first"),
            4: report(
                "2.0", ("Migrations end with a checklist", "2025-05-16"), ("Run a linter before signing", "2025-05-30")
            ),
        },
        "ASSIGNED",
        ["c1q1", "c2q1", "c5q1", "c7q1"],
        [("c1q1", 3, "full"), ("c2q1", 3, "full"), ("c5q1", 6, "full")],
        [(8, "a1", "complete", "2025-05-15", None), (8, "a2", "complete", "2025-05-26", None)],
        [
            (0, "prose", "2025-05-12", "done"),
            (4, "action-item", "2025-05-16", "done"),
            (4, "action-item", "2025-05-30", "done"),
        ],
    ),
    (
        [
            ("ca", 0, "## Full Incident Report"),
            (
                "program",
                2,
                (
                    "Thanks for the report. I have these questions:\n- Which team owns the list?\n- Since when is "
                    "it out of date?\n- Please name the day on which it will be right again."
                ),
            ),
            ("ca", 8, "- The team of the registration authority.\n- Since the reform of 1 January.\n- 2025-05-30."),
            ("ca", 15, "Weekly update. Nothing to add."),
            ("ca", 22, "Weekly update. Half of the entries of item 1 are checked."),
            ("program", 25, "Is the other half used for issuance while it is unchecked?"),
            ("ca", 31, "No, those entries are locked until item 1 is complete."),
            ("ca", 36, "Item 1 is delayed by the public holiday; we finish on 2025-06-06."),
            ("ca", 39, "The list is complete and item 1 with it."),
            ("program", 40, "Is there anything that others would like to add before this is closed on 15 June?"),
        ],
        {0: report("3-full", ("Check all entries of the list", "2025-05-30"))},
        "ASSIGNED",
        ["c1q1", "c1q2", "c1q3", "c5q1"],
        [("c1q1", 2, "full"), ("c1q2", 2, "full"), ("c1q3", 2, "full"), ("c5q1", 6, "full")],
        [(7, "a1", "delayed", None, "2025-06-06"), (8, "a1", "complete", "2025-06-07", None)],
        [(0, "action-item", "2025-05-30", "late")],
    ),
    (
        [
            (
                "community",
                0,
                (
                    "I have a certificate of Foo CA in which the state is spelt in two ways. Which of the two is "
                    "in your register? How many more such pairs exist?"
                ),
            ),
            ("ca", 2, "We have received this and look into it."),
            (
                "ca",
                3,
                (
                    "The second spelling is that of the register; the first one came from an old form. We know of "
                    "nine pairs so far. All are being revoked until 2025-05-04. A full report will be posted no "
                    "later than 2025-05-13."
                ),
            ),
            ("ca", 6, "All nine were revoked by 4 May, 10:00 UTC."),
            ("ca", 14, "## Incident Report"),
            (
                "program",
                17,
                (
                    "The root cause analysis ends at the form. Who let it stay in use after 2022, and why did no "
                    "audit find it?"
                ),
            ),
            (
                "ca",
                25,
                (
                    "This is a fair question. The form was kept for two resellers, by a decision of our sales "
                    "team. Auditors were shown the new form alone."
                ),
            ),
            ("program", 26, "Were the resellers told to stop?"),
            ("ca", 27, "They were."),
            (
                "ca",
                30,
                (
                    "The old form is switched off since 2025-05-28, so item 1 is complete, a week early. Please "
                    "set the next update to 2025-06-30, when item 2 is due."
                ),
            ),
            ("ca", 62, "Item 2 (comparison with the register) went live on 2025-06-30."),
        ],
        {
            2: report("2.0-first"),
            4: report(
                "2.0", ("Switch off the old form", "2025-06-04"), ("Compare each state with the register", "2025-06-30")
            ),
        },
        "ASSIGNED",
        ["c0q1", "c0q2", "c5q1", "c7q1"],
        [("c0q1", 2, "full"), ("c0q2", 2, "full"), ("c5q1", 6, "full"), ("c7q1", 8, "full")],
        [(9, "a1", "complete", "2025-05-28", None), (10, "a2", "complete", "2025-06-30", None)],
        [
            (2, "prose", "2025-05-13", "done"),
            (4, "action-item", "2025-06-04", "done"),
            (4, "action-item", "2025-06-30", "done"),
        ],
    ),
    (
        [
            (
                "ca",
                0,
                (
                    "## Preliminary Incident Report\n\n### Summary\n\n- **Incident description**: Our log of key "
                    "ceremonies of 2021 cannot be found."
                ),
            ),
            ("program", 1, "In which form was it kept, on paper or as a file? Has the auditor of that year a copy?"),
            ("ca", 5, "On paper. We have asked the auditor and expect an answer this week."),
            ("ca", 9, "The auditor has no copy."),
            ("community", 10, "So what do you mean to do?"),
            ("ca", 13, "## Full Incident Report"),
            ("ca", 20, "No update."),
            ("program", 21, "That is no update. What was done for item 1 in this week?"),
            ("ca", 24, "Rightly said. The three witnesses were asked, and two have written down what they remember."),
            (
                "ca",
                34,
                (
                    "The third witness cannot be reached, so that we cannot finish item 1 by 1 June. We propose "
                    "2025-06-20."
                ),
            ),
            ("ca", 52, "Item 1 is finished: the third witness has answered today."),
            (
                "ca",
                53,
                (
                    "### Report Closure Summary\n\n- **Incident description**: x\n- **Incident Root Cause(s)**: "
                    "y\n- **Remediation description**: z\n- **Commitment summary**: Each ceremony is filmed from "
                    "now on.\n\nMay we ask you to close this?"
                ),
            ),
        ],
        {
            0: report("3-preliminary"),
            5: report("3-full", ("Ask the witnesses of 2021", "2025-06-01")),
            11: report("3-closure", commitments=("Each ceremony is filmed from now on.",)),
        },
        "RESOLVED",
        ["c1q1", "c1q2", "c4q1", "c7q1"],
        [("c1q1", 2, "full"), ("c1q2", 3, "full"), ("c7q1", 8, "full")],
        [(9, "a1", None, None, "2025-06-20"), (10, "a1", "complete", "2025-06-20", None)],
        [(5, "action-item", "2025-06-01", "done"), (11, "closure-commitment", None, "open")],
    ),
    (
        [
            (
                "ca",
                0,
                (
                    "We became aware that the CAA check was skipped for names with a trailing dot. Issuance for "
                    "such names is stopped. We commit to revoking the two certificates concerned within 24 hours, "
                    "and to a full report by 2025-05-12."
                ),
            ),
            ("ca", 1, "Both certificates were revoked on 29 April at 20:15 UTC."),
            ("community", 2, "Which resolver do you use? (I ask since ours does not return the dot.)"),
            (
                "ca",
                4,
                ("Unbound, with a parser of our own behind it that keeps the dot. More on this in the full report."),
            ),
            ("ca", 14, "## Incident Report"),
            (
                "program",
                15,
                (
                    "Three questions, please:\n\n(1) Was the parser ever tested with a dot?\n(2) Who reviewed "
                    "it?\n(3) When will item 2 be done, as it has no date?"
                ),
            ),
            (
                "ca",
                20,
                ("(1) No, as the report says.\n\n(2) One developer and one officer.\n\n(3) We set 2025-07-31 for it."),
            ),
            ("ca", 33, "Item 1 was closed on 2025-05-30."),
            ("ca", 95, "We are late with item 2: the tests found another fault. It will be ready on 2025-08-15."),
            ("ca", 108, "The new parser went live today, with which item 2 is done."),
        ],
        {
            0: report("2.0-first"),
            4: report("2.0", ("Test cases with dots", "2025-05-31"), ("A parser by others", None)),
        },
        "ASSIGNED",
        ["c2q1", "c5q1", "c5q2", "c5q3"],
        [("c2q1", 3, "full"), ("c5q1", 6, "full"), ("c5q2", 6, "full"), ("c5q3", 6, "full")],
        [
            (6, "a2", None, None, "2025-07-31"),
            (7, "a1", "complete", "2025-05-30", None),
            (8, "a2", "delayed", None, "2025-08-15"),
            (9, "a2", "complete", "2025-08-15", None),
        ],
        [
            (0, "prose", "2025-04-30", "done"),
            (0, "prose", "2025-05-12", "late"),
            (4, "action-item", "2025-05-31", "done"),
            (4, "action-item", None, "done"),
        ],
    ),
)


def iso(day):
    return day and day.isoformat()


@pytest.mark.parametrize(("comments", "reports", "status", "questions", "answers", "items", "promises"), LIVES)
def test_a_life_is_read_as_it_was_meant(comments, reports, status, questions, answers, items, promises):
    is_delay = any("Expired before" in text for _, _, text in comments)
    life = dialogue(
        [(role, text) for role, _, text in comments],
        summary="Foo CA: delayed revocation" if is_delay else "Foo CA: an error",
        status=status,
        days=[day for _, day, _ in comments],
    )
    acts = read_acts(life, OWNERS, reports)
    assert [question.id for question in acts.questions] == questions
    assert sorted((answer.question, answer.comment, answer.kind) for answer in acts.answers) == sorted(answers)
    changes = [
        (comment.comment, change.item, change.status, iso(change.on), iso(change.due))
        for comment in acts.comments
        for change in comment.items
    ]
    assert changes == items
    read = [
        (promise.comment, promise.kind, iso(promise.due), promise.became)
        for promise in read_commitments(life, acts, reports)
    ]
    assert sorted(read, key=str) == sorted(promises, key=str)
