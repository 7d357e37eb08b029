"""Answers as JSON documents, for programs: their shape is a promise; fields are added, none is renamed or removed.

Texts are as third parties wrote them: JSON escapes what would steer a terminal.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from handlers import results
from handlers.related.find import Echo
from storage.values.incidents import Assignment, Incident, Section

if TYPE_CHECKING:  # the modules load the database's library, which a document does not need
    from bot.polling.backoff import SyncResult
    from handlers.sections.preview import Preview
    from handlers.sections.proposals import Proposal

BugUrl = Callable[[int], str]
Document = dict[str, Any]

MOST_PERHAPS = 3
MOST_ECHOES = 5


def _time(when: datetime | None) -> str | None:
    return None if when is None else when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(when: date | None) -> str | None:
    return None if when is None else when.isoformat()


def _perhaps(sections: Iterable[Assignment]) -> list[Document]:
    """Return what the text suggests, best first; nothing where the text left something sure."""
    by_text = [each for each in sections if each.by == "text"]
    if any(each.sure for each in by_text):
        return []
    best = sorted(by_text, key=lambda each: -each.confidence)[:MOST_PERHAPS]
    return [{"key": each.section, "confidence": round(each.confidence, 4)} for each in best]


def incident_document(incident: Incident, bug_url: BugUrl) -> Document:
    """Return one incident."""
    bug = incident.bug
    return {
        "bug": bug.id,
        "url": bug_url(bug.id),
        "ca": incident.ca,
        "summary": bug.summary,
        "title": incident.title,
        "opened": _time(bug.created),
        "closed": _time(bug.closed),
        "status": "open" if bug.is_open else "closed",
        "resolution": bug.resolution,
        "tags": list(incident.tags),
        "next_update": _day(incident.next_update),
        "close_on": _day(incident.close_on),
        "comments": incident.comments,
        "sections": [
            {"key": each.section, "by": each.by, "confidence": round(each.confidence, 4)}
            for each in incident.sections
            if each.sure
        ],
        "perhaps": _perhaps(incident.sections),
    }


def incidents_document(answer: results.IncidentList, bug_url: BugUrl, limit: int | None = None) -> Document:
    """Return the totals of all that match, and the newest `limit` of them (all where it is None)."""
    owner = answer.owner
    return {
        "ca": None if owner is None else {"name": owner.name, "aliases": list(owner.aliases)},
        "total": answer.total,
        "open": answer.open,
        "incidents": [incident_document(each, bug_url) for each in answer.incidents[:limit]],
    }


def detail_document(
    answer: results.IncidentDetail, why: results.SectionExplanation, similar: results.RelatedIncidents, bug_url: BugUrl
) -> Document:
    """Return one incident with the reasons for its sections and its best echoes; null: not built yet."""
    return incident_document(answer.incident, bug_url) | {
        "why": [{"section": each.section, "by": each.by, "words": list(each.words)} for each in why.sections],
        "echoes": [echo_document(each.echo) for each in similar.echoes[:MOST_ECHOES]],
        "deadlines": None,
        "report": None,
    }


def echo_document(echo: Echo) -> Document:
    """Return one echo; `why` is "refers to" or a list of reasons."""
    return {
        "bug": echo.bug,
        "score": round(echo.score, 4),
        "why": echo.why if echo.why == "refers to" else list(echo.why),
        "group": echo.group,
        "within_two_years": echo.within_two_years,
    }


def similar_document(answer: results.RelatedIncidents, limit: int | None = None) -> Document:
    """Return the echoes of an incident, best first, the best `limit` of them (all where it is None)."""
    return {"bug": answer.incident.bug.id, "echoes": [echo_document(each.echo) for each in answer.echoes[:limit]]}


def section_document(section: Section) -> Document:
    """Return one section."""
    return {
        "key": section.key,
        "title": section.title,
        "state": section.state,
        "community": section.community,
        "incidents": section.incidents,
    }


def sections_document(sections: Iterable[Section]) -> Document:
    """Return all sections."""
    return {"sections": [section_document(each) for each in sections]}


def preview_document(preview: "Preview", limit: int | None = None) -> Document:
    """Return what a section would hold: all incidents but the examples, best first, `limit` of them at most."""
    return {
        "name": preview.name,
        "key": preview.key,
        "would_assign": preview.would_assign,
        "matches": [
            {"bug": each.bug, "score": round(each.score, 4), "why": list(each.why)} for each in preview.matches[:limit]
        ],
        "note": preview.note or None,
        "by_ca": [{"ca": name, "incidents": count} for name, count in preview.by_ca],
        "by_year": [{"year": year, "incidents": count} for year, count in preview.by_year],
        "in_sections": [
            {"section": key, "incidents": count, "share": round(count / preview.would_hold, 4)}
            for key, count in preview.in_sections
        ],
    }


def proposal_document(section: Section, proposal: "Proposal") -> Document:
    """Return a section as it was proposed, and which examples could not be taken."""
    return {
        "section": section_document(section),
        "proposal": proposal.section.id,
        "would_assign": proposal.preview.would_assign,
        "near": [each.key for each in proposal.near],
        "left_out": list(proposal.left_out),
    }


def summary_document(answer: results.Summary) -> Document:
    """Return numbers and sentences, each sentence with its sources."""
    return {
        "about": answer.about,
        "kind": answer.kind,
        "since": _day(answer.since),
        "until": _day(answer.until),
        "facts": dict(answer.facts),
        "sentences": [
            {"text": each.text, "sources": [{"bug": source.bug, "comment": source.comment} for source in each.citations]}
            for each in answer.claims
        ],
    }


def status_document(answer: results.Status) -> Document:
    """Return how fresh the sources are and what is stored; a source that is well has null as its error."""
    return {
        "sources": [
            {
                "name": each.name,
                "fresh_seconds": each.fresh_seconds,
                "error": each.error or None,
                "backlog": each.backlog,
                "missed": each.missed,
            }
            for each in answer.sources
        ],
        "incidents": answer.incidents,
        "messages": answer.messages,
        "deliveries": dict(answer.deliveries),
        "comments_pending": answer.comments_pending,
        "classifier": _classifier_document(answer.classifier),
        "errors": [{"at": _time(when), "error": error} for when, error in answer.errors],
    }


def _classifier_document(status: results.ClassifierStatus) -> Document:
    """Return what the classifier learned and the running figure; `lately` counts the last hundred judged guesses."""
    return {
        "learned": _time(status.learned),
        "learned_from": status.learned_from,
        "refused_from": status.refused_from,
        **asdict(status.ever),
        "lately": asdict(status.lately),
        "problem": status.problem or None,
    }


def sync_document(report: "SyncResult") -> Document:
    """Return what one poll of every source brought."""
    found = report.bugzilla
    return {
        "bugzilla": {
            "seen": found.seen,
            "new": found.new,
            "changed": found.changed,
            "gone": found.missing,
            "requests": found.requests,
            "error": found.error,
        },
        "lists": {
            name: {"seen": each.seen, "new": each.new, "error": each.error} for name, each in report.lists.items()
        },
        "seconds": round(report.seconds, 1),
    }
