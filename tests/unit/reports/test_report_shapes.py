"""A report says the same however it is written: each way of writing is tried on every report of the lives."""

import re

import pytest

from handlers.reports.documents import report_document
from handlers.reports.reading import read_report
from tests.support.lives import read_lives
from tests.support.reports import judged_reports

LABEL = r"(?m)^(\s*)- \*\*([^*\n]+)\*\*: ?(.*)$"
NOISE = (
    "User Agent: Mozilla/5.0 (X11)\nBuild ID: 2020\n\nSteps to reproduce:\n\n{}\n\nActual results:\n\nSee above.\n\n"
)
QUESTION = r"(?m)^(?:\*\*)?([1-7])[.)] (?:How|A|Whether|The|Explanation|List|What|Did|Summary|Data|Why) [^\n]*$"
QUESTIONS = (
    (
        "How your CA first became aware of the problem (e.g. via a problem report submitted to your Problem Reporting "
        "Mechanism, a discussion in mozilla.dev.security.policy, a Bugzilla bug, or internal self-audit), and the "
        "time and date."
    ),
    (
        "A timeline of the actions your CA took in response. A timeline is a date-and-time-stamped sequence of "
        "all relevant events."
    ),
    (
        "Whether your CA has stopped, or has not yet stopped, issuing certificates with the problem. A statement "
        "that you have will be considered a pledge to the community; a statement that you have not requires an "
        "explanation."
    ),
    (
        "A summary of the problematic certificates. For each problem: number of certs, and the date the first and last "
        "certs with that problem were issued."
    ),
    "The complete certificate data for the problematic certificates.",
    (
        "Explanation about how and why the mistakes were made or bugs introduced, and how they avoided detection "
        "until now."
    ),
    (
        "List of steps your CA is taking to resolve the situation and ensure such issuance will not be repeated in the "
        "future, accompanied with a timeline of when your CA expects to accomplish these things."
    ),
)


def headings(replacement):
    return lambda text: re.sub(r"(?m)^(#+) (.*)$", replacement, text)


def labels(replacement):
    return lambda text: re.sub(LABEL, replacement, text)


def questions(form):
    return lambda text: re.sub(QUESTION, lambda match: form.format(match[1], QUESTIONS[int(match[1]) - 1]), text)


WAYS = {
    "headings one level down": headings(r"#\1 \2"),
    "headings of one level": headings(r"## \2"),
    "bold for headings": headings(r"**\2**"),
    "headings without marks": headings(r"\2"),
    "headings without marks, with a colon": headings(r"\2:"),
    "headings underlined": headings(lambda match: f"{match[2]}\n{'-' * len(match[2])}"),
    "headings in capitals": headings(lambda match: f"{match[1]} {match[2].upper()}"),
    "headings with numbers": headings(lambda match: match[0] if match[1] == "##" else f"{match[1]} 3. {match[2]}"),
    "no title": lambda text: re.sub(r"(?m)^#+ (?:Full |Preliminary |Final )?Incident Report$", "", text),
    "labels without bold": labels(r"\1- \2: \3"),
    "the colon within the bold": labels(r"\1- **\2:** \3"),
    "labels as headings": labels(r"#### \2\n\n\3\n"),
    "labels without a list": labels(r"**\2**: \3"),
    "labels on a line of their own": labels(r"**\2:**\n\3\n"),
    "plain labels": labels(r"\2: \3\n"),
    "a dash for the colon": labels(r"\1- **\2** - \3"),
    "values as quotations": labels(r"\1- **\2**:\n\1  > \3"),
    "nested lists made flat": lambda text: re.sub(r"(?m)^  - ", "- ", text),
    "lists with stars": lambda text: re.sub(r"(?m)^(\s*)- ", r"\1* ", text),
    "tables without dashes": lambda text: re.sub(r"(?m)^\| ---.*\n", "", text),
    "tables with too few dashes": lambda text: re.sub(r"(?m)^\| ---.*\n", "|---|\n", text),
    "tables with empty lines": lambda text: re.sub(r"(?m)^(\|.*)$", r"\1\n", text),
    "tables without outer lines": lambda text: re.sub(r"(?m)^\| (.*) \|$", r"\1", text),
    "Bugzilla's form around it": NOISE.format,
    "an answer before it": lambda text: f"> Is that all?\n\nTo comment 4: yes.\n\n{text}",
    "lines of Windows": lambda text: text.replace("\n", "\r\n"),
    "comments of the form": headings(r"\1 \2\n<!---\n\n- This MUST say **Incident description:** things.\n\n-->\n"),
    "another heading for a factor": lambda text: re.sub(r"(?m)^\*\*(Contributing Factor .*)\*\*$", r"#### \1", text),
    "a factor without marks": lambda text: re.sub(r"(?m)^\*\*(Contributing Factor .*)\*\*$", r"\1", text),
    "pasted as code": lambda text: f"```markdown\n{text}\n```",
    "the whole questions": questions("{}. {}"),
    "the whole questions, bold": questions("**{}. {}**"),
    "the whole questions, quoted": questions("> {}. {}"),
    "the whole questions, as headings": questions("### {}. {}"),
    "the whole questions without numbers": questions("{1}"),
    "the answer right below": lambda text: re.sub(f"({QUESTION[4:-1]})\n\n", r"\1\n", text, flags=re.MULTILINE),
}
# A first word is prose: what stands around it is a part of it.
AROUND = ("Bugzilla's form around it", "an answer before it", "pasted as code")
# Without a heading nothing tells these own words of a question from an answer.
OWN_WORDS = ("pasted as code",)


def document(report, text):
    delayed = "revocation-delay" in read_lives()[report.bug].whiteboard
    result = read_report(
        text, report.posted, bug=report.bug, comment=report.comment, by_ca_first=True, is_delay=delayed
    )
    return report_document(result) if result else {"form": None}


def comparable(row):
    without_marks = {key: str(value).replace("\\xa0", " ") for key, value in row.items() if key != "description"}
    return without_marks | {"description": str(row.get("description"))[:40]}


@pytest.mark.parametrize("way", WAYS)
def test_every_report_says_the_same_in_another_way_of_writing(way):
    for report in judged_reports():
        form = report.row["form"]
        if way in AROUND and (form.endswith(("-first", "-audit")) or (way in OWN_WORDS and form == "seven")):
            continue
        original = comparable(document(report, report.text))
        assert comparable(document(report, WAYS[way](report.text))) == original, (report.bug, report.comment)
