"""Which comment of the CA answers which question, and how."""

import re

import pytest

from handlers.acts.read import read_acts
from handlers.acts.values import ActionItem, ReportFacts
from handlers.parsing.owners import build_owner_directory
from tests.unit.acts.dialogues import dialogue

OWNERS = build_owner_directory()
MENTION = re.compile(r"((?<!bug )comment #?)([0-9])(?! of bug)", re.IGNORECASE)

# The comments with their roles, action items that are open, and the answers: question, comment, kind.
DIALOGUES = (
    (
        [("program", "When was the certificate issued, and by which issuing CA?"), ("ca", "On 3 March 2025, by G4.")],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Why was the linter disabled?"),
            ("ca", "Thank you for the question. We are collecting the facts and will reply by 2025-06-20."),
        ],
        [],
        [("c0q1", 1, "date")],
    ),
    (
        [
            ("program", "Why was the linter disabled?"),
            ("ca", "Weekly update: the new linter is installed on two of three signers."),
            ("ca", "It was disabled during a load test in April and not enabled afterwards."),
        ],
        ["Install the new linter"],
        [("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "Why was the linter disabled? Who approved that? Was it logged?"),
            (
                "ca",
                "> Why was the linter disabled?\n\nFor a load test.\n\n> Who approved that?\n\nThe head of operations.",
            ),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [
            ("program", "Why was the linter disabled? Who approved that? Was it logged?"),
            ("ca", "1. For a load test.\n2. The head of operations.\n3. Yes, see the attached log."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full"), ("c0q3", 1, "full")],
    ),
    (
        [
            ("program", "Why was the linter disabled? Who approved that?"),
            ("ca", "For a load test. We will come back to the second question by 12 July 2025."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "date")],
    ),
    (
        [
            ("community", "Do you also issue code signing certificates from this CA?"),
            ("program", "What is the date of the last key ceremony?"),
            (
                "ca",
                "(In reply to A. Person from comment #1)\n> What is the date of the last key ceremony?\n\n2023-11-07.",
            ),
        ],
        [],
        [("c1q1", 2, "full")],
    ),
    (
        [
            ("community", "Do you also issue code signing certificates from this CA?"),
            ("program", "What is the date of the last key ceremony?"),
            ("ca", "Re comment 0: no.\n\nRe comment 1: 2023-11-07."),
        ],
        [],
        [("c0q1", 2, "full"), ("c1q1", 2, "full")],
    ),
    (
        [
            ("community", "Do you also issue code signing certificates from this CA?"),
            ("community", "Never mind, I found it in your CPS."),
        ],
        [],
        [("c0q1", 1, "withdrawn")],
    ),
    (
        [
            ("community", "Do you also issue code signing certificates from this CA?"),
            ("community", "I withdraw my question from comment 0, the CPS answers it."),
        ],
        [],
        [("c0q1", 1, "withdrawn")],
    ),
    (
        [
            ("program", "How many subscribers are affected? Please list the countries they are in."),
            ("ca", "There are 14 subscribers."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "What prevented an automatic rollback?"),
            ("ca", "No update this week."),
            ("ca", "Regarding the rollback: the release tool keeps a single version."),
        ],
        [],
        [("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "What prevented an automatic rollback?"),
            ("ca", "Item 2 has been completed on 2025-05-02."),
            ("ca", "The release tool keeps a single version, so there was nothing to roll back to."),
        ],
        ["Keep two versions", "Alarm on failed rollback"],
        [("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "Could you explain the gap between 10:00 and 16:00 in the timeline?"),
            ("ca", "The officer on duty was travelling and unreachable."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Could you explain the gap between 10:00 and 16:00 in the timeline?"),
            ("ca", "We acknowledge your question and are looking into it."),
            ("ca", "We were waiting for the subscriber to confirm; nobody else could act."),
        ],
        [],
        [("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "Is the profile used elsewhere?"),
            (
                "ca",
                "We can answer this only in part today: not by our TLS CAs. The S/MIME side is still being examined.",
            ),
        ],
        [],
        [("c0q1", 1, "part")],
    ),
    (
        [("program", "Is the profile used elsewhere? And since when has it existed?"), ("ca", "No. Since 2021.")],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    ([("program", "Which of the twelve checks failed?"), ("ca", "The ninth.")], [], [("c0q1", 1, "full")]),
    (
        [
            ("program", "Which of the twelve checks failed?"),
            (
                "ca",
                (
                    "## Incident Closure Summary\n\n- **Incident description**: Some check failed.\n- **Incident "
                    "Root Cause(s)**: None.\n- **Remediation description**: done\n- **Commitment summary**: None\n"
                    "\nWe ask for closure."
                ),
            ),
        ],
        [],
        [],
    ),
    (
        [
            ("program", "Which of the twelve checks failed?"),
            ("ca", "As to comment 0: the ninth one.\n\nAll action items are complete."),
        ],
        ["Fix the check"],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Why did revocation take six days? Were the subscribers informed on day one?"),
            ("ca", "The subscribers were informed within two hours."),
        ],
        [],
        [("c0q2", 1, "full")],
    ),
    (
        [
            ("program", "Why did revocation take six days? Were the subscribers informed on day one?"),
            ("ca", "Revocation took six days because two approvers were ill."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Please describe how the dual control is enforced."),
            (
                "ca",
                (
                    "Hello,\n\nTwo badges have to be presented at the same time, and the log of the door is "
                    "compared each week.\n\nBest regards,\nM. Muster"
                ),
            ),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Please describe how the dual control is enforced."),
            ("ca", "We plan to give the description in our next update on 2025-08-01."),
            ("ca", "Two badges have to be presented at the same time."),
        ],
        [],
        [("c0q1", 1, "date"), ("c0q1", 2, "full")],
    ),
    ([("program", "Has the auditor been told?"), ("ca", "Yes, on 4 May.")], [], [("c0q1", 1, "full")]),
    (
        [
            ("program", "Has the auditor been told?"),
            ("community", "I think so, see the seal."),
            ("ca", "Not yet. A meeting is set for 9 June."),
        ],
        [],
        [("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "Will the template be removed?"),
            ("ca", "It will be removed on 2025-09-01, together with the old portal."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [("program", "When will the remaining certificates be revoked?"), ("ca", "By 2025-09-01.")],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [("program", "When will the remaining certificates be revoked?"), ("ca", "We will revoke them by 2025-09-01.")],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("community", "How were these domains validated?"),
            ("ca", "**How were these domains validated?**\n\nBy the agreed change of a DNS record."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("community", "How were these domains validated?"),
            ("ca", "Q: How were these domains validated?\nA: By the agreed change of a DNS record."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Who found the error? Who reported it to you? What does the monitoring show now?"),
            (
                "ca",
                "An engineer found the error. The compliance team reported it. The monitoring shows no further case.",
            ),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full"), ("c0q3", 1, "full")],
    ),
    (
        [
            ("program", "What is the reason for the delay of item 3?"),
            ("ca", "Item 3 was completed today."),
            ("ca", "The delay of item 3 was caused by a late delivery of hardware."),
        ],
        ["x", "y", "Hardware in place"],
        [("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "Are the HSM firmware versions the same on both sites?"),
            ("ca", "Progress report: 70 % of the log is read."),
            ("ca", "They are."),
        ],
        ["Read the log"],
        [("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "Are the HSM firmware versions the same on both sites? If not, why?"),
            ("ca", "They differ; the second site is updated a month later on purpose."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [
            ("community", "Where is the CP of 2019 published?"),
            ("program", "Please also tell us who signs off changes."),
            ("ca", "The CP of 2019 can be found in the repository under /archive."),
            ("ca", "Changes are signed off by the policy authority."),
        ],
        [],
        [("c0q1", 2, "full"), ("c1q1", 3, "full")],
    ),
    (
        [
            ("program", "How did you search for further cases?"),
            (
                "ca",
                (
                    "We thank Mozilla for the comment. An answer needs input from our vendor; we expect it by 30 "
                    "June and will post it here the same day."
                ),
            ),
        ],
        [],
        [("c0q1", 1, "date")],
    ),
    (
        [
            ("program", "How did you search for further cases?"),
            ("ca", "We apologise for the late answer. The search was done by a query on the issuance database."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Which systems were checked? Which were not?"),
            ("ca", "Checked: the two signers. Not checked: the archive."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [
            ("program", "Why are three names missing from the list?"),
            ("ca", "They were added to the list, see the new attachment. They had been filtered as duplicates."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Why are three names missing from the list? Were they reported to the registry?"),
            ("ca", "They had been filtered as duplicates."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "How long had the key been unprotected? Was it used in that time?"),
            ("ca", "For nine days. The HSM counted no signature in that time."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [
            ("community", "Is this the same root cause as in bug 1234567?"),
            ("ca", "Weekly update. The rollout is at 60 %."),
            ("ca", "No news."),
            ("ca", "It is a different root cause; there the template was wrong, here the data."),
        ],
        ["Rollout of the validator"],
        [("c0q1", 3, "full")],
    ),
    (
        [
            ("community", "Is this the same root cause as in bug 1234567?"),
            ("ca", "@C: no, there the template was wrong."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("community", "Is this the same root cause as in bug 1234567?"),
            ("program", "Please say how many were revoked in time."),
            ("ca", "Regarding comment 1: 40 of 52."),
            ("ca", "Regarding comment 0, we apologise for overlooking it: no."),
        ],
        [],
        [("c1q1", 2, "full"), ("c0q1", 3, "full")],
    ),
    (
        [("program", "Why was the report late?"), ("ca", "As announced in comment 0 of bug 99, this took longer.")],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Why was the report late? What will you change?"),
            (
                "ca",
                (
                    "Answers to comment 0:\n\n* The author fell ill and had no deputy.\n* A deputy is named for "
                    "each report from now on."
                ),
            ),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [
            ("program", "Why was the report late? What will you change?"),
            (
                "ca",
                (
                    "Answer to your first question: the author fell ill. The answer to the second will follow by "
                    "2025-05-10."
                ),
            ),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "date")],
    ),
    (
        [("program", "Please list all affected profiles."), ("ca", "All affected profiles are: A, B and C.")],
        [],
        [("c0q1", 1, "full")],
    ),
    ([("program", "Please list all affected profiles."), ("ca", "The list is attached.")], [], [("c0q1", 1, "full")]),
    (
        [
            ("program", "Please list all affected profiles."),
            ("ca", "We are preparing the list and will post it by 2025-05-09."),
            ("ca", "As promised, here is the list: A, B, C."),
        ],
        [],
        [("c0q1", 1, "date"), ("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "Who approved the exception?"),
            ("program", "I see that the minutes in the attachment answer that, so no need to answer my question."),
        ],
        [],
        [("c0q1", 1, "withdrawn")],
    ),
    (
        [
            ("program", "Who approved the exception? And when?"),
            ("ca", "> Who approved the exception? And when?\n\nThe board, on 2 April."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [("program", "Who approved the exception? And when?"), ("ca", "The board approved it on 2 April.")],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [
            ("program", "Did the monitoring see it?"),
            ("ca", "The certificates of item 1 were all revoked on 2025-05-02."),
            ("ca", "The monitoring saw it, but nobody read the mail."),
        ],
        ["Revoke the certificates"],
        [("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "Did the monitoring see it?"),
            ("ca", "Item 1 is done. As for the monitoring: it saw nothing, since the host was not on its list."),
        ],
        ["Revoke the certificates"],
        [("c0q1", 1, "full")],
    ),
    (
        [("program", "How is the random number made?"), ("ca", "The full report will explain this on 2025-05-12.")],
        [],
        [("c0q1", 1, "date")],
    ),
    (
        [("program", "How is the random number made?"), ("ca", "We do not think that this question is in scope.")],
        [],
        [("c0q1", 1, "full")],
    ),
    ([("program", "How is the random number made?"), ("ca", "We will come back to this.")], [], []),
    ([("program", "How is the random number made?"), ("ca", "Please set the next update to 2025-05-30.")], [], []),
    ([("program", "How is the random number made?"), ("ca", "May this bug be closed?")], [], []),
    (
        [
            ("program", "Do you log the queries?\n\nAlso, how long are logs kept?"),
            ("ca", "We do, and they are kept for seven years."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [
            ("community", "Was the same employee involved in bug 1111111?"),
            ("ca", "We do not comment on individual employees."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Who decides on such exceptions, and is that person independent of sales?"),
            ("ca", "The head of trust services does. She reports to the board and has no sales targets."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            (
                "program",
                ("Which version of the software was in use? Please also tell us when the vendor published the fix."),
            ),
            ("ca", "Version 7.4, as on all our servers."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            (
                "program",
                ("Which version of the software was in use? Please also tell us when the vendor published the fix."),
            ),
            ("ca", "Version 7.4, as on all our servers."),
            ("ca", "The second patch is in test."),
            ("ca", "We had left out one half of comment 0: the vendor's fix is of 12 March."),
        ],
        ["Install the second patch"],
        [("c0q1", 1, "full"), ("c0q2", 3, "full")],
    ),
    (
        [
            ("program", "What did the reviewers look at? And what did they not look at?"),
            ("ca", "Regarding comment 0: at the diff alone; nobody opened the rendered page."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [
            ("community", "Did the mailbox bounce in that time?"),
            ("ca", "It did not. Mail was accepted and lay there unread."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("community", "Did the mailbox bounce in that time?"),
            ("ca", "The person who could tell is away until Monday; we will answer on 2025-05-12."),
        ],
        [],
        [("c0q1", 1, "date")],
    ),
    (
        [
            ("community", "Did the mailbox bounce in that time?"),
            ("ca", "The person who could tell is away until Monday."),
        ],
        [],
        [],
    ),
    (
        [("community", "Did the mailbox bounce in that time?"), ("ca", "Two of three offices have the new form.")],
        ["New form in all offices"],
        [],
    ),
    (
        [
            ("community", "Did the mailbox bounce in that time?"),
            ("community", "I take that back: the header in the attachment shows that it did not."),
        ],
        [],
        [("c0q1", 1, "withdrawn")],
    ),
    (
        [
            ("community", "Did the mailbox bounce in that time?"),
            ("community", "My question of 29 April has answered itself, the logs are public."),
        ],
        [],
        [("c0q1", 1, "withdrawn")],
    ),
    (
        [
            ("program", "How many of them were renewed since?"),
            ("ca", "We count them and will give the number with the next update on 2025-05-15."),
            ("ca", "611 of them were renewed."),
        ],
        [],
        [("c0q1", 1, "date"), ("c0q1", 2, "full")],
    ),
    (
        [
            ("program", "How many of them were renewed since?"),
            ("ca", "At least 600. The exact number follows by 2025-05-15."),
        ],
        [],
        [("c0q1", 1, "part")],
    ),
    ([("program", "Where is that written down?"), ("ca", "Nowhere, until last week.")], [], [("c0q1", 1, "full")]),
    (
        [
            ("program", "Where is that written down?"),
            ("ca", "> Where is that written down?\n\nWe have to search for it and come back by 2025-05-20."),
        ],
        [],
        [("c0q1", 1, "date")],
    ),
    (
        [
            ("program", "1. Is the backup site affected?\n2. Since when?\n3. Who found out?"),
            ("ca", "1) No.\n\n2) Does not apply.\n\n3) A trainee."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full"), ("c0q3", 1, "full")],
    ),
    (
        [
            ("program", "1. Is the backup site affected?\n2. Since when?\n3. Who found out?"),
            ("ca", "Questions 1 and 2: no. Question 3: a trainee."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full"), ("c0q3", 1, "full")],
    ),
    (
        [
            ("program", "1. Is the backup site affected?\n2. Since when?\n3. Who found out?"),
            ("ca", "To question 3: a trainee. The others we answer by 2025-05-10."),
            ("ca", "The backup site is not affected, so that question 2 falls away."),
        ],
        [],
        [("c0q3", 1, "full"), ("c0q1", 1, "date"), ("c0q2", 1, "date"), ("c0q1", 2, "full"), ("c0q2", 2, "full")],
    ),
    (
        [
            ("program", "Why did the import keep only the first line?"),
            ("program", "One thing more: was the import tested with two lines?"),
            ("ca", "The field has room for one. Tests had one line, too."),
        ],
        [],
        [("c0q1", 2, "full"), ("c1q1", 2, "full")],
    ),
    (
        [
            ("program", "Why did the import keep only the first line?"),
            ("ca", "Weekly update: item 2 is live since 2 May. As to the import: the field has room for one line."),
        ],
        ["x", "y"],
        [("c0q1", 1, "full")],
    ),
    ([("program", "Is there a test for it now?"), ("ca", "Since yesterday.")], [], [("c0q1", 1, "full")]),
    (
        [("program", "Is there a test for it now?"), ("ca", "There will be one from 2025-06-01 on.")],
        [],
        [("c0q1", 1, "full")],
    ),
    ([("program", "Please name the standard you follow."), ("ca", "ETSI EN 319 411-1.")], [], [("c0q1", 1, "full")]),
    (
        [("program", "Please name the standard you follow."), ("ca", "We ask for the next update on 2025-06-01.")],
        [],
        [],
    ),
    (
        [("program", "What is your reading of section 4.9.1?"), ("ca", "We read it as you do.")],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "What is your reading of section 4.9.1?"),
            ("ca", "All items are done and we ask for this bug to be closed."),
        ],
        ["Read the rules"],
        [],
    ),
    (
        [
            ("program", "Were the keys ever outside the module?"),
            ("ca", "Never."),
            ("program", "How do you know?"),
            ("ca", "By the module's own counter, which is read each week."),
        ],
        [],
        [("c0q1", 1, "full"), ("c2q1", 3, "full")],
    ),
    (
        [
            ("program", "Who signs off a change of the profile, and did that person see this one?"),
            ("ca", "The policy board signs off; it saw the change in its meeting of 4 March."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("community", "Is the root in the store of any other vendor?"),
            ("ca", "It is in that of two others. Both were told on Friday."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            (
                "program",
                (
                    "How was the wrong box ticked for eleven months without notice? Please describe also what the "
                    "yearly review looked at."
                ),
            ),
            ("ca", "Nobody reads the boxes of others. From now on two people do."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            (
                "program",
                (
                    "How was the wrong box ticked for eleven months without notice? Please describe also what the "
                    "yearly review looked at."
                ),
            ),
            ("ca", "Nobody reads the boxes of others. The yearly review looked at new subscribers only."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [("program", "What made you choose 30 days?"), ("ca", "We set item 2 to 2025-06-01.")],
        ["x", "Choose a shorter time"],
        [],
    ),
    ([("program", "What made you choose 30 days?"), ("ca", "Habit. The rule says ten.")], [], [("c0q1", 1, "full")]),
    (
        [
            ("community", "Are there more of these in your other logs?"),
            ("ca", "The search of the other logs ends on 2025-05-09; we answer then."),
        ],
        [],
        [("c0q1", 1, "date")],
    ),
    (
        [
            ("community", "Are there more of these in your other logs?"),
            ("ca", "The search of the other logs ends on 2025-05-09; we answer then."),
            ("ca", "None in the other logs."),
        ],
        [],
        [("c0q1", 1, "date"), ("c0q1", 2, "full")],
    ),
    (
        [
            ("community", "Are there more of these in your other logs?"),
            ("program", "And what of the logs of 2023?"),
            ("ca", "None in either."),
        ],
        [],
        [("c0q1", 2, "full"), ("c1q1", 2, "full")],
    ),
    (
        [
            ("program", "Why is the figure of comment 0 lower than that of the press release?"),
            ("ca", "The press release counts orders, the report certificates."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Which auditor saw this, and what did he say?"),
            (
                "ca",
                (
                    "An answer to comment 0 needs the auditor's consent. We expect it within a week, that is by "
                    "2025-05-08."
                ),
            ),
        ],
        [],
        [("c0q1", 1, "date")],
    ),
    (
        [
            ("program", "Which auditor saw this, and what did he say?"),
            ("ca", "We regret that we may not name him. He said that it was minor."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Did you tell the subscribers?"),
            ("ca", "In answer to the question: yes, by mail, on the day itself.\n\nItem 1 is complete."),
        ],
        ["Tell it"],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "Did you tell the subscribers?"),
            ("ca", "Item 1 is complete since 2025-05-01. The mail to the subscribers went out on 2025-04-29."),
        ],
        ["Fix the form"],
        [("c0q1", 1, "full")],
    ),
    (
        [("program", "Please add to the report who found it."), ("ca", "Added: a member of the night shift.")],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [("program", "Can you say whether the clocks of the two machines agreed?"), ("ca", "To within a second.")],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "What is the oldest certificate concerned? What is the youngest?"),
            (
                "ca",
                ("> What is the oldest certificate concerned?\n\n2021-02-03\n\n> What is the youngest?\n\n2025-04-01"),
            ),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [
            ("program", "What is the oldest certificate concerned? What is the youngest?"),
            ("ca", "The oldest is of 2021-02-03."),
        ],
        [],
        [("c0q1", 1, "full")],
    ),
    (
        [
            ("program", "What is the oldest certificate concerned? What is the youngest?"),
            ("ca", "2021-02-03 and 2025-04-01."),
        ],
        [],
        [("c0q1", 1, "full"), ("c0q2", 1, "full")],
    ),
    (
        [
            ("program", "What is the oldest certificate concerned?"),
            ("program", "No answer is needed any more, the attachment has the dates."),
        ],
        [],
        [("c0q1", 1, "withdrawn")],
    ),
    (
        [
            ("community", "What is the oldest certificate concerned?"),
            ("ca", "No update this week; the table of item 1 grows."),
            ("ca", "Sorry, we had not seen comment 0. The oldest is of 2021."),
        ],
        ["Make a table"],
        [("c0q1", 2, "full")],
    ),
    (
        [
            ("community", "What is the oldest certificate concerned?"),
            ("ca", "We have nothing new to report, please set the next update to 2025-06-02."),
        ],
        [],
        [],
    ),
)


def reports_of(comments, items):
    """Return the facts of a report in the first word that `dialogue` puts before the comments, and of closures."""
    actions = tuple(ActionItem(f"a{number}", text) for number, text in enumerate(items, 1))
    closures = {i: ReportFacts("3-closure") for i, (_, text) in enumerate(comments, 1) if "Closure Summary" in text}
    return {0: ReportFacts("3-full", actions), **closures}


@pytest.mark.parametrize(("comments", "items", "answers"), DIALOGUES)
def test_each_answer_goes_to_its_question(comments, items, answers):
    acts = read_acts(
        dialogue([("ca", "We became aware of it."), *shifted(comments)]), OWNERS, reports_of(comments, items)
    )
    answered = {(answer.question, answer.comment, answer.kind) for answer in acts.answers}
    assert answered == {(f"c{int(q[1 : q.index('q')]) + 1}{q[q.index('q') :]}", n + 1, kind) for q, n, kind in answers}


def shifted(comments):
    """Return comments with the numbers that they mention one higher, for the first word stands before them."""
    return [(role, MENTION.sub(lambda match: f"{match[1]}{int(match[2]) + 1}", text)) for role, text in comments]
