"""The judged reports of the invented lives, and gaps that are planted in them."""

import json
import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache

from tests.support.lives import LIVES, read_lives


@dataclass(frozen=True, slots=True)
class Judged:
    """A report's text as first posted, and how it was judged by hand."""

    bug: int
    comment: int
    text: str
    posted: datetime
    row: dict

    @property
    def day(self) -> date:
        return self.posted.date()

    @property
    def is_complete(self) -> bool:
        return not self.row["missing"] and self.row["allowed"]


@cache
def judged_reports():
    """Return every judged report of the lives."""
    rows = json.loads((LIVES / "reports_dev.json").read_text(encoding="utf-8"))["reports"]
    return tuple(_judged(row) for row in rows)


def _judged(row):
    comment = read_lives()[row["bug"]].comments[row["comment"]]
    return Judged(row["bug"], row["comment"], comment.versions[0].text, comment.posted, row)


def complete_reports(form):
    return tuple(report for report in judged_reports() if report.row["form"] == form and report.is_complete)


LABELS = {
    "ccadb-id": "CA Owner CCADB unique ID",
    "description": "Incident description",
    "start": "Non-compliance start date",
    "identified": "Non-compliance identified date",
    "end": "Non-compliance end date",
    "policies": "Relevant policies",
    "source": "Source of incident disclosure",
    "total": "Total number of certificates",
    "remaining-valid": 'Total number of "remaining valid" certificates',
    "types": "Affected certificate types",
    "heuristic": "Incident heuristic",
    "stopped": "Was issuance stopped in response to this incident, and why or why not?",
    "analysis": "Analysis",
    "factor-description": "Description",
    "factor-timeline": "Timeline",
    "factor-detection": "Detection",
    "factor-interaction": "Interaction with other factors",
    "cause": "Incident Root Cause(s)",
    "remediation": "Remediation description",
    "commitments": "Commitment summary",
}
HEADINGS = {
    "timeline": "Timeline",
    "related": "Related Incidents",
    "appendix": "Appendix",
    "summary": "Summary",
    "impact": "Impact",
    "root-cause": "Root Cause Analysis",
    "actions": "Action Items",
}
TEMPLATES = ("", "[a short text, see the guidelines]", "YYYY-MM-DD HH:MM", "<description>")


def plant_in_label(text, field, content):
    """Return a text with another content for a labelled field; None removes its line."""
    line = re.compile(rf"^([ ]*- \*\*{re.escape(LABELS[field])}\*\*:)[^\n]*\n", re.MULTILINE)
    assert line.search(text), field
    return line.sub("" if content is None else lambda match: f"{match[1]} {content}\n", text, count=1)


def plant_under_heading(text, field, content):
    """Return a text with another content under a heading; None removes the heading as well."""
    section = re.compile(
        rf"^(#+ {re.escape(HEADINGS[field])}[ ]*\n)(?:(?!#)[^\n]*\n?)*(?:####[^\n]*\n(?:(?!#)[^\n]*\n?)*)*",
        re.MULTILINE,
    )
    assert section.search(text), field
    return section.sub("" if content is None else lambda match: f"{match[1]}\n{content}\n\n", text, count=1)


def plant_in_lessons(text, label, content):
    """Return a text with other points under one of the lessons; None removes it."""
    points = re.compile(rf"^(- \*\*{label}\*\*:)[^\n]*\n(?:[ ]+-[^\n]*\n)*", re.MULTILINE)
    assert points.search(text), label
    return points.sub("" if content is None else lambda match: f"{match[1]}\n{content}", text, count=1)


def without_column(text, table_head, column):
    """Return a text whose table (known by its first heading) lacks a column, counted from 0."""
    lines, inside = [], False
    for line in text.split("\n"):
        inside = line.startswith("|") and (inside or line.startswith(f"| {table_head} |"))
        cells = line.strip("|").split("|")
        is_row = inside and len(cells) > column
        lines.append("|" + "|".join(cells[:column] + cells[column + 1 :]) + "|" if is_row else line)
    return "\n".join(lines)


def with_cell(text, table_head, row, column, content):
    """Return a text with another content in a cell; rows are counted from 0, below the head."""
    lines, inside, number = [], False, -1
    for line in text.split("\n"):
        inside = line.startswith("|") and (inside or line.startswith(f"| {table_head} |"))
        number += inside and bool(line.strip("|- "))
        cells = line.strip("|").split("|")
        is_wanted = inside and number == row + 1
        lines.append(
            "|" + "|".join([*cells[:column], f" {content} ", *cells[column + 1 :]]) + "|" if is_wanted else line
        )
    return "\n".join(lines)


FIELDS = (
    "ccadb_id", "start", "identified", "end", "ongoing", "policies", "source", "types", "stopped", "timeline",
    "related", "factors", "lessons", "actions", "commitments", "first_issued", "last_issued", "full_by",
)  # fmt: skip
BEGINNINGS = {"description": "description_start", "cause": "cause_start", "remediation": "remediation_start"}


def first_versions(life):
    """Return a life with each comment as first posted: so the reports were judged."""
    return replace(life, comments=tuple(replace(comment, versions=comment.versions[:1]) for comment in life.comments))


def wrong_fields(document, report):
    """Yield the fields of a document that differ from what was judged; texts are known by their beginnings."""
    row = report.row
    for name in FIELDS:
        if document[name] != row.get(name):
            yield name
    for name, beginning in BEGINNINGS.items():
        if row.get(beginning) and not " ".join((document[name] or "").split()).startswith(row[beginning]):
            yield name
    if sorted(document["na"]) != sorted(row["na"]):
        yield "na"
    if document["names_reporter"] != row.get("names_reporter", False):
        yield "names_reporter"
    for name in ("total", "remaining_valid", "history"):
        if document["certificates"][name] != row["certificates"][name]:
            yield name
