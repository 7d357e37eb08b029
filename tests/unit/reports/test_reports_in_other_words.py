"""Reports in other words than those of the lives, written by hand with what should be read from them."""

from datetime import UTC, date, datetime

import pytest

from handlers.reports.check import check_draft
from handlers.reports.documents import report_document
from handlers.reports.reading import read_report

FULL = """Thanks for the question in comment 2; the answer is in the report.

## Full Incident Report

### Summary

- **CA Owner CCADB unique ID**: {ccadb_id}
- **Incident description**: {description}
- **Timeline summary**:
  - **Non-compliance start date**: {start}
  - **Non-compliance identified date**: {identified}
  - **Non-compliance end date**: {end}
- **Relevant policies**: {policies}
- **Source of incident disclosure**: Audit

### Impact

- **Total number of certificates**: {total}
- **Total number of "remaining valid" certificates**: {remaining}
- **Affected certificate types**: {types}
- **Incident heuristic**: {heuristic}
- **Was issuance stopped in response to this incident, and why or why not?**: No, one order only.
- **Analysis**: N/A

### Timeline

{timeline}

### Related Incidents

{related}

### Root Cause Analysis

{causes}

### Lessons Learned

{lessons}

### Action Items

{actions}

### Appendix

Attached.
"""
ACTIONS = (
    "| Action Item | Kind | Corresponding Root Cause(s) | Evaluation Criteria | Due Date | Status |\n"
    "| --- | --- | --- | --- | --- | --- |\n"
)
RELATED = "| Bug | Date | Description |\n| --- | --- | --- |\n"
FACTOR = "**Contributing Factor #{}: {}**\n\n- **Description**: The form takes any name.\n- **Timeline**: Since 2022.\n"
REST_OF_FACTOR = "- **Detection**: Audit.\n- **Interaction with other factors**: None.\n\n"
VALUES = {
    "ccadb_id": "A001234",
    "description": "17 OV certificates carry a wrong name.",
    "start": "2025-09-01 08:00 UTC",
    "identified": "2025-09-10 09:00 UTC",
    "end": "2025-09-10 12:00 UTC",
    "policies": "TLS BR 7.1",
    "total": "17",
    "remaining": "3",
    "types": "OV",
    "heuristic": "Listed in the appendix.",
    "timeline": "- 2025-09-01 08:00 UTC: first certificate\n- 2025-09-10 09:00 UTC: auditor tells us (aware)\n"
    "- 2025-09-10 12:00 UTC: order form mended",
    "related": f"{RELATED}| [1886135](https://bugzilla.mozilla.org/show_bug.cgi?id=1886135) | 2024-03-19 | Like it |",
    "causes": FACTOR.format(1, "A form without a check") + REST_OF_FACTOR,
    "lessons": "- **What went well**:\n  - Quick.\n- **What didn’t go well**:\n  - The form checks nothing.\n"
    "- **Where we got lucky**:\n  - Few orders.",
    "actions": f"{ACTIONS}| Check names in the form | Prevent | Factor 1 | Refused | 2025-10-31 | Ongoing |",
}
ALL_FACTORS = ("factors", "factor-description", "factor-timeline", "factor-detection", "factor-interaction")


def flat(document):
    """Return a document with counts and short forms of lists at its top."""
    return document | {
        "total": document["certificates"]["total"],
        "remaining": document["certificates"]["remaining_valid"],
        "entries": document["timeline"] and document["timeline"]["entries"],
        "items": [(item["item"], item["due"]) for item in document["actions"]],
        "bad": document["lessons"]["bad"],
    }


def read(text, day):
    report = read_report(text, datetime(day.year, day.month, day.day, 12, tzinfo=UTC), by_ca_first=True)
    return flat(report_document(report))


def check_expected(document, expected):
    assert {name: document[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"total": 17, "remaining": 3, "types": ["OV"], "stopped": "no", "start": "2025-09-01T08:00:00Z"}),
        ({"end": "Ongoing (planned: 2025-10-05)"}, {"end": None, "ongoing": True}),
        ({"types": "N/A"}, {"types": [], "na": ["types", "analysis"]}),
        ({"types": "S/MIME, organization-validated"}, {"types": ["organization-validated"]}),
        ({"policies": "\n  - TLS BR 7.1\n  - CPS 3.2"}, {"policies": "TLS BR 7.1; CPS 3.2"}),
        ({"description": "One.\n\n  Two."}, {"description": "One.\nTwo."}),
        ({"total": "1,204 certificates (1,100 precertificates)", "remaining": "None"}, {"total": 1204, "remaining": 0}),
        (
            {"timeline": "- **2025-09-01**\n  - 08:00 UTC go\n- **2025-09-10**\n  - 09:00 UTC aware\n  - 12:00 UTC b"},
            {"entries": 3},
        ),
        (
            {"timeline": "| Date | Time | Event |\n|-|-|-|\n| 2025-09-01 | 08:00 | go |\n| 2025-09-10 | 09:00 | end |"},
            {"entries": 2},
        ),
        ({"start": "2025-09-01 10:00 CEST"}, {"start": "2025-09-01T08:00:00Z"}),
        ({"related": "N/A"}, {"related": [], "na": ["analysis", "related"]}),
        ({"related": RELATED}, {"missing": ["related"]}),
        (
            {"related": f"{RELATED}| [Related Bug ID](Related Bug URL) | Date Related Bug was opened | Text |"},
            {"missing": ["related"]},
        ),
        (
            {"causes": FACTOR.format(1, "A") + REST_OF_FACTOR + FACTOR.format(2, "B") + REST_OF_FACTOR[24:]},
            {"missing": ["factor-detection"], "factors": ["A", "B"]},
        ),
        ({"causes": "The form takes any name."}, {"missing": list(ALL_FACTORS), "factors": []}),
        ({"causes": "**Contributing Factor #: title**\n\n- **Description**:\n"}, {"missing": list(ALL_FACTORS)}),
        (
            {"lessons": "- **What went well**: Quick.\n- **What didn't go well**: Slow."},
            {"bad": ["Slow."], "missing": ["lucky"]},
        ),
        (
            {"actions": "- Check names in the form by 2025-10-31."},
            {
                "missing": ["action-kind", "action-causes", "action-criteria", "action-status"],
                "items": [("Check names in the form", "2025-10-31")],
            },
        ),
        (
            {"actions": f"{ACTIONS}| Example | Prevent | Root Cause # 1 | Criteria | 2025-01-19 | Value |"},
            {"missing": ["actions"]},
        ),
        ({"ccadb_id": "pending"}, {"ccadb_id": None, "missing": []}),
        ({"heuristic": "<to be written>"}, {"missing": ["heuristic"]}),
    ],
)
def test_a_full_report(changes, expected):
    document = read(FULL.format(**{**VALUES, **changes}), date(2025, 9, 20))
    check_expected(document, {"form": "3-full", "missing": [], **expected})


def test_nothing_is_said_against_that_report():
    assert check_draft(FULL.format(**VALUES), date(2025, 9, 20)).remarks == ()


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        (
            "We learned on 12 August 2025, 06:40 UTC, that our responders answer “unknown” for 1,204 certificates.",
            {"identified": "2025-08-12T06:40:00Z", "total": 1204, "remaining": None},
        ),
        (
            "A customer told us on 2025-08-01 (10:15 UTC) of it. At least five certificates are affected.",
            {"identified": "2025-08-01T10:15:00Z", "total": 5},
        ),
        (
            "Around 3,000 certificates lack it. This was found on 2025-08-03 at 22:05 UTC+02:00. All are revoked.",
            {"identified": "2025-08-03T20:05:00Z", "total": 3000, "remaining": 0},
        ),
        (
            "On 2025-08-10 at 08:00 UTC an auditor pointed out a gap. No certificates are concerned.",
            {"identified": "2025-08-10T08:00:00Z", "total": 0},
        ),
        (
            "40 EV certificates could not be revoked in five days (until 2025-08-02 at 15:00 UTC); 25 remain valid.",
            {"total": 40, "remaining": 25},
        ),
    ],
)
def test_a_preliminary_report(description, expected):
    text = f"## Preliminary Incident Report\n\n### Summary\n\n- **Incident description**: {description}\n"
    text += "- **Relevant policies**: TLS BR 7.1\n- **Source of incident disclosure**: Self Reported\n"
    check_expected(read(text, date(2025, 8, 13)), {"form": "3-preliminary", "missing": [], **expected})


SECOND = """## Incident Report
### Summary
{}
### Impact
{}
### Timeline
All times are UTC.

{}
### Root Cause Analysis
A cause.
"""


@pytest.mark.parametrize(
    ("impact", "timeline", "expected"),
    [
        (
            "318 DV certificates. 300 have been revoked, 18 had expired. Issuance was halted on 9 March.",
            "2024-03-01:\n\n- 12:00 release 4\n\n2024-03-09:\n\n- 06:15 a linter shows it\n- 07:00 stop\n",
            {"total": 318, "types": ["DV"], "stopped": "yes", "identified": "2024-03-09T06:15:00Z"},
        ),
        (
            "No certificates were issued incorrectly. Two problem reports were answered late.",
            "2024-03-01:\n\n- 12:00 new server\n\n2024-03-04:\n\n- 10:00 we discover it\n- 10:20 mailbox restored\n",
            {"total": 0, "start": "2024-03-01T12:00:00Z", "end": "2024-03-04T10:20:00Z", "stopped": None},
        ),
        (
            "Eleven OV certificates; all have been revoked. We did not stop issuance.",
            "- 2024-03-01 12:00 order\n- 2024-03-03 12:30 somebody reports it\n- 2024-03-04 16:00 they are revoked\n",
            {"total": 11, "remaining": 0, "stopped": "no", "end": "2024-03-04T16:00:00Z"},
        ),
        (
            "Number of certificates: 64, of which 60 are valid. They are sponsor-validated.",
            "| Time | Event |\n|-|-|\n| 2024-03-01 12:00 | go-live |\n| 2024-03-03 12:30 | audit identifies it |\n",
            {"total": 64, "remaining": 60, "types": ["sponsor-validated"], "identified": "2024-03-03T12:30:00Z"},
        ),
    ],
)
def test_a_report_of_form_2(impact, timeline, expected):
    document = read(SECOND.format("Something happened.", impact, timeline), date(2024, 3, 20))
    check_expected(document, {"form": "2.0", **expected})


SEVEN = (
    "1. How your CA first became aware of the problem\n\n{}\n\n2. A timeline of the actions your CA took\n\n{}\n\n"
    "3. Whether your CA has stopped, or has not yet stopped, issuing certificates with the problem\n\n{}\n\n"
    "4. A summary of the problematic certificates\n\n{}\n\n5. The complete certificate data\n\nhttps://crt.sh/?id=1\n\n"
    "6. Explanation about how and why the mistakes were made\n\nA typo.\n\n7. List of steps your CA is taking\n\n{}\n"
)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (
            (
                "On May 4th, 2021 at 9:00 AM UTC a researcher mailed us.",
                "2021-05-04 09:00 UTC - mail\n2021-05-05 11:00 UTC - revoked",
                "We have stopped issuance until the profile is corrected.",
                "In total 1,017 certificates, OV and EV, issued between 2020-10-01 and 2021-05-03. All are revoked.",
                "- Lint before signing (done on 2021-05-06)\n- Training, by end of June 2021\n- Reviewer: 2021-07-15",
            ),
            {
                "identified": "2021-05-04T09:00:00Z", "stopped": "yes", "total": 1017, "remaining": 0,
                "types": ["OV", "EV"], "first_issued": "2020-10-01", "last_issued": "2021-05-03",
                "items": [("Lint before signing", "2021-05-06"), ("Training", None), ("Reviewer", "2021-07-15")],
            },
        ),
        (
            (
                "A linter run of 2021-04-05 13:00 CEST.",
                "- 2021-04-05 13:00 CEST linter run\n- 2021-04-05 14:30 CEST profile corrected",
                "Yes, we stopped.",
                "Five certificates (DV). First issued: 2021-04-01. Last issued: 2021-04-04. Two are still valid.",
                "Nothing more is to be done.",
            ),
            {
                "identified": "2021-04-05T11:00:00Z", "total": 5, "remaining": 2, "first_issued": "2021-04-01",
                "last_issued": "2021-04-04", "items": [], "entries": 2,
            },
        ),
    ],
)  # fmt: skip
def test_seven_answers(answers, expected):
    check_expected(read(SEVEN.format(*answers), date(2021, 5, 10)), {"form": "seven", "missing": [], **expected})


def test_first_words():
    text = "Yesterday at 16:00 UTC, on 2023-04-18, we found 12 bad certificates. A full report follows by 2023-05-02."
    check_expected(read(text, date(2023, 4, 19)), {"form": "1.0-first", "total": 12, "full_by": "2023-05-02"})
    text = "Our CRL was late on 3 May 2024. We will publish an incident report by Friday, May 17, as we must."
    check_expected(read(text, date(2024, 5, 4)), {"form": "2.0-first", "full_by": "2024-05-17"})


def test_a_closure_summary_without_a_list_and_one_without_its_request():
    text = "Done.\n\n## Incident Closure Report\n\n**Incident description:** A.\n\n**Incident Root Cause(s):** B.\n\n"
    text += "**Remediation description:** C.\n\n**Commitment summary:**\n- We drill.\n- We publish.\n\n"
    request = "All Action Items disclosed in this report have been completed, and we request its closure.\n"
    expected = {"form": "3-closure", "missing": [], "commitments": ["We drill.", "We publish."]}
    check_expected(read(text + request, date(2025, 12, 1)), expected)
    check_expected(read(text, date(2025, 12, 1)), {"missing": ["request"]})
