"""A report as a JSON document, with the keys of the design's `reports`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from handlers.reports.values import ActionItem, Figure, Report

Document = dict[str, Any]


def report_document(report: Report, figures: Sequence[Figure] = ()) -> Document:
    """Return a report; `figures` are the counts of its bug over time. Times are "2024-05-19T08:15:00Z", UTC."""
    lessons, timeline = report.lessons, report.timeline
    document: Document = {
        "bug": report.bug,
        "comment": report.comment,
        "form": report.form,
        "ccadb_id": report.ccadb_id,
        "description": report.description,
        **{name: _moment(report, name) for name in ("start", "identified", "end")},
        "ongoing": report.ongoing,
        "policies": report.policies,
        "source": report.source,
        "certificates": {
            "total": report.total.value if report.total else None,
            "remaining_valid": report.remaining_valid.value if report.remaining_valid else None,
            "history": [figure_document(figure) for figure in figures],
        },
        "types": list(report.types),
        "stopped": report.stopped,
        "timeline": {"entries": len(timeline.entries), "first": _time(timeline.first), "last": _time(timeline.last)}
        if timeline
        else None,
        "related": [{"bug": row.bug, "date": row.date, "description": row.description} for row in report.related],
        "factors": list(report.factors),
        "lessons": {
            "well": list(lessons.well),
            "bad": list(lessons.bad),
            "lucky": list(lessons.lucky),
            "other": list(lessons.other),
        },
        "actions": [action_document(item) for item in report.actions],
        "commitments": list(report.commitments),
        "cause": report.cause,
        "remediation": report.remediation,
        "first_issued": _day(report.first_issued),
        "last_issued": _day(report.last_issued),
        "full_by": _day(report.full_by),
        "missing": list(report.missing),
        "na": list(report.na),
        "posted": _time(report.posted),
        "in_force": report.in_force,
        "version": report.version,
        "allowed": report.allowed,
        "names_reporter": report.names_reporter,
    }
    if report.findings:
        findings = enumerate(report.findings, 1)
        document["findings"] = [{"number": number, "description": text} for number, text in findings]
        document["audit_letter"] = _day(report.audit_letter)
    if report.missing_in_force:
        document["missing_by_form_in_force"] = {"form": "3-full", "missing": list(report.missing_in_force)}
    return document


def action_document(item: ActionItem) -> Document:
    """Return an action item."""
    return {
        "id": item.id,
        "item": item.item,
        "kind": item.kind,
        "causes": item.causes,
        "criteria": item.criteria,
        "due": _day(item.due),
        "due_text": item.due_text,
        "status": item.status,
    }


def figure_document(figure: Figure) -> Document:
    """Return a count with its comment; flags that are not set are left out."""
    document: Document = {"figure": figure.figure, "comment": figure.comment, "value": figure.value}
    for name in ("about", "explained"):
        if getattr(figure, name):
            document[name] = True
    if figure.by:
        document["by"] = figure.by
    if figure.edited:
        document["edited"] = _time(figure.edited)
    return document


def _moment(report: Report, name: str) -> str | None:
    moment: datetime | None = getattr(report, name)
    return moment.date().isoformat() if moment and name in report.day_only else _time(moment)


def _time(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
