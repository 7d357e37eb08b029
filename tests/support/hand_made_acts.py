"""What the comments of the invented lives do, by the hand-made answers of ../shared, as the inputs of clocks."""

import json
import random
from dataclasses import replace
from datetime import date, datetime
from functools import cache

from handlers.acts.values import RevocationFigures
from handlers.deadlines.closing_words import announces_closing
from handlers.deadlines.inputs import (
    Acts,
    AnswerActs,
    CommentActs,
    ItemUpdate,
    ReportActs,
)
from tests.support.lives import LIVES, read_lives

# Lives whose clocks nobody looked at while the computation was written.
SEED = 20261126


@cache
def read_cases():
    """Return the bugs at a moment with their clocks and traps."""
    return json.loads((LIVES / "deadlines_dev.json").read_text(encoding="utf-8"))["cases"]


def final_lives():
    """Return the third of the lives that was set aside for the last look."""
    bugs = sorted({case["bug"] for case in read_cases()})
    return frozenset(random.Random(SEED).sample(bugs, len(bugs) // 3))


def moment(text):
    """Return a moment as given in the files; a bare day means its end."""
    return datetime.fromisoformat(text if "T" in text else f"{text}T23:59:59Z")


@cache
def read_acts():
    """Return the acts by bug, as known at the end of the life."""
    bugs = json.loads((LIVES / "acts_dev.json").read_text(encoding="utf-8"))["bugs"]
    reports = json.loads((LIVES / "reports_dev.json").read_text(encoding="utf-8"))["reports"]
    by_comment = {(report["bug"], report["comment"]): report for report in reports}
    return {bug["bug"]: build_acts(bug, by_comment) for bug in bugs}


def build_acts(bug, reports):
    aware = bug["aware"] or {"from": None}
    comments = []
    texts = {comment.number: comment.text for comment in read_lives()[bug["bug"]].comments}
    for row in bug["comments"]:
        report = reports.get((bug["bug"], row["comment"]))
        from_here = aware["from"] == f"c{row['comment']}"
        comment = build_comment(row, report, moment(aware["time"]) if from_here else None)
        closing = comment.role == "program" and announces_closing(texts[comment.number])
        comments.append(replace(comment, announces_closing=closing))
    return Acts(tuple(comments))


def build_comment(row, report, aware):
    items = {}
    for action in report["actions"] if report else ():
        items[action["id"]] = ItemUpdate(action["id"], day(action["due"]), (action["status"] or "").lower() or None)
    for name, change in row.get("items", {}).items():
        status = change.get("status", "").lower() or None
        items[name] = ItemUpdate(name, day(change.get("due")), status, day(change.get("on")))
    numbers = row.get("numbers")
    return CommentActs(
        row["comment"],
        row["role"],
        build_report(report, aware) if report else None,
        row.get("disclosure", False),
        tuple(question["id"] for question in row.get("questions", ())),
        tuple(AnswerActs(answer["question"], answer["how"]) for answer in row.get("answers", ())),
        tuple(items.values()),
        RevocationFigures(
            numbers.get("revoked"), numbers.get("left"), numbers.get("expired"), day(numbers.get("estimate"))
        )
        if numbers
        else None,
        day(row.get("update_for")),
    )


def build_report(report, aware):
    began = report["start"]
    return ReportActs(report["form"], report["allowed"] is not False, aware, day(began[:10]) if began else None)


def day(text):
    return date.fromisoformat(text) if text else None
