"""Turns what was read from a life into the inputs of its clocks."""

import re
from typing import cast

from handlers.acts.item_words import parse_status
from handlers.acts.values import CommentActs as ReadComment
from handlers.deadlines.closing_words import announces_closing
from handlers.deadlines.inputs import (
    Acts,
    AnswerActs,
    CommentActs,
    ItemUpdate,
    ReportActs,
    ReportForm,
)
from handlers.lives.reading import LifeReading
from handlers.reports.values import Report
from storage.values.lives import LifeComment

# Bugzilla puts two lines before the text of a comment that comes with an attachment: its number and its description.
_ATTACHMENT = re.compile(r"\s*Created attachment [0-9]+[^\n]*(?:\n[^\n]*)?")
_MAX_COVERING_WORDS = 25


def to_acts(reading: LifeReading) -> Acts:
    """Return the inputs of the clocks of a bug, as known at the moment of the reading."""
    reports = {report.comment: report for report in reading.reports}
    texts = {comment.number: comment for comment in reading.life.comments}
    comments = (
        _comment(comment, reports.get(comment.comment), texts[comment.comment]) for comment in reading.acts.comments
    )
    return Acts(tuple(comments))


def is_attachment_only(text: str) -> bool:
    """Return whether a comment only brings an attachment, with a covering line at most, or has no text at all."""
    if not text.strip():
        return True
    match = _ATTACHMENT.match(text)
    return match is not None and len(text[match.end() :].split(None, _MAX_COVERING_WORDS)) <= _MAX_COVERING_WORDS


def _comment(read: ReadComment, report: Report | None, comment: LifeComment) -> CommentActs:
    return CommentActs(
        read.comment,
        read.role,
        _report(report, read) if report else None,
        read.disclosure,
        tuple(question.id for question in read.questions),
        tuple(AnswerActs(answer.question, answer.kind) for answer in read.answers),
        _items(read, report),
        read.figures,
        read.update_for,
        read.role == "program" and announces_closing(comment.text),
        report is None and is_attachment_only(comment.text),
        read.role == "ca" and read.closure_asked,
    )


def _report(report: Report, read: ReadComment) -> ReportActs:
    form = "2.0-audit" if report.form == "1.0-audit" else report.form
    began = report.start.date() if report.start else None
    letter = report.audit_letter or read.audit_letter
    return ReportActs(cast("ReportForm", form), report.allowed, report.identified, began, letter)


def _items(read: ReadComment, report: Report | None) -> tuple[ItemUpdate, ...]:
    """Return what a comment says of each action item; what it says in words completes what its table says."""
    updates = {
        action.id: ItemUpdate(action.id, action.due, parse_status(action.status or ""))
        for action in (report.actions if report else ())
    }
    for change in read.items:
        table = updates.get(change.item, ItemUpdate(change.item))
        updates[change.item] = ItemUpdate(
            change.item, change.due or table.due, change.status or table.status, change.on
        )
    return tuple(updates.values())
