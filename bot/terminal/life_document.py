"""The life of an incident as JSON: its reports, questions, roles and clocks."""

from datetime import UTC, date, datetime
from typing import Any

from handlers.acts.documents import question_json
from handlers.deadlines.values import deadline_json
from handlers.reports.documents import report_document
from handlers.results.deadlines import DeadlineList, LifeDetail, MissedHistory, MissedYear

Document = dict[str, Any]


def deadlines_document(listed: DeadlineList) -> Document:
    """Return clocks, what counts most first; `unread` is how many open incidents' histories are still to be read."""
    return {
        "as_of": _iso(listed.as_of),
        "deadlines": [deadline_json(row.deadline, row.incident.ca) for row in listed.rows],
        "unread": listed.unread,
    }


def life_document(detail: LifeDetail, ca: str | None) -> Document:
    """Return what is read from the life of an incident; all null if its history has not been read yet."""
    reading = detail.reading
    if reading is None:
        return dict.fromkeys(("reports", "questions", "roles", "deadlines"))
    return {
        "reports": [report_document(report, detail.figures) for report in reading.reports],
        "questions": question_json(reading.acts),
        "roles": [{"comment": comment.comment, "role": comment.role} for comment in reading.acts.comments],
        "deadlines": [deadline_json(deadline, ca) for deadline in detail.deadlines],
    }


def history_document(history: MissedHistory) -> Document:
    """Return the missed clocks of a CA owner: counts by year and rule beside those of all CAs, and each of them."""
    owner = history.owner
    return {
        "ca": {"name": owner.name, "aliases": list(owner.aliases)},
        "as_of": history.as_of.isoformat(),
        "incidents": history.incident_count,
        "years": [
            {"year": year.year, **_year(year), "all": _year(history.all_years[year.year])} for year in history.years
        ],
        "missed": [
            {
                "bug": miss.clock.bug,
                "ca": miss.incident.ca,
                "rule": miss.clock.rule.id,
                "due": _iso(miss.clock.due),
                "late_days": miss.clock.late_days,
                "because": list(miss.clock.because),
                "of": miss.clock.of,
                "ambiguous": miss.clock.why_ambiguous is not None,
                "why": miss.clock.why_ambiguous,
                "source": miss.clock.rule.source,
                "strength": miss.clock.rule.strength,
            }
            for miss in history.missed
        ],
        "unread": history.unread,
    }


def _year(year: MissedYear) -> Document:
    return {"missed": year.missed, "incidents": year.incidents, "rules": dict(sorted(year.rules.items()))}


def _iso(value: date | datetime | None) -> str | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if value else None
