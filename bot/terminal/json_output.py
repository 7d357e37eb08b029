"""Results as JSON documents for programs: keys are only ever added, none is renamed or removed.

Texts are as third parties wrote them: the JSON encoder escapes what would steer a terminal.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from bot.formatting.links import BugUrl
from bot.polling.results import SyncResult
from handlers.related.alike import Alike
from handlers.related.echoes import Echo
from handlers.results.incidents import IncidentDetail, IncidentList, SectionExplanation
from handlers.results.messages import MessageList
from handlers.results.proposals import IncidentTally, Preview, Proposal
from handlers.results.related import RelatedIncidents
from handlers.results.status import ClassifierStatus, Status
from storage.values.incidents import Accuracy, Assignment, Incident
from storage.values.sections import Section

Document = dict[str, Any]

MAX_SUGGESTED = 3
MAX_ECHOES = 5


def incident_document(incident: Incident, bug_url: BugUrl) -> Document:
    """Return one incident."""
    bug = incident.bug
    return {
        "bug": bug.id,
        "url": bug_url(bug.id),
        "ca": incident.ca,
        "summary": bug.summary,
        "title": incident.title,
        "opened": _iso_time(bug.created),
        "closed": _iso_time(bug.closed),
        "status": "open" if bug.is_open else "closed",
        "resolution": bug.resolution,
        "not_incident": incident.not_incident,
        "tags": list(incident.tags),
        "next_update": _iso_day(incident.next_update),
        "close_on": _iso_day(incident.close_on),
        "comments": incident.comments,
        "sections": [
            {"key": assignment.section, "by": assignment.by, "confidence": round(assignment.confidence, 4)}
            for assignment in incident.sections
            if assignment.confident
        ],
        "perhaps": _suggested_sections(incident.sections),
    }


def incidents_document(page: IncidentList, bug_url: BugUrl, limit: int | None = None) -> Document:
    """Return the totals of all that match, and the newest `limit` incidents (all if it is None).

    `ca` is the CA owner that was asked for; `cas` are several, and `ca` is null then.
    """
    owners: list[Document] = [{"name": owner.name, "aliases": list(owner.aliases)} for owner in page.owners]
    return {
        "ca": owners[0] if len(owners) == 1 else None,
        **({"cas": owners} if len(owners) > 1 else {}),
        "total": page.counts.total,
        "open": page.counts.open_count,
        "not_incidents": page.counts.not_incidents,
        "incidents": [incident_document(incident, bug_url) for incident in page.incidents[:limit]],
    }


def messages_document(page: MessageList) -> Document:
    """Return how many messages match, and those of the page, newest first; `thread` is the subject without "Re:"."""
    return {
        "total": page.total,
        "messages": [
            {
                "list": message.list,
                "url": message.url,
                "subject": message.subject,
                "author": message.author,
                "posted": _iso_time(message.posted),
                "bugs": list(message.bugs),
                "cas": list(message.cas),
                "thread": message.thread,
            }
            for message in (listed.message for listed in page.messages)
        ],
    }


def detail_document(
    detail: IncidentDetail, explanation: SectionExplanation, related: RelatedIncidents, bug_url: BugUrl
) -> Document:
    """Return one incident with the reasons for its sections and its best echoes.

    `report` is always null; the reports are in the document of the bug's life.
    """
    return incident_document(detail.incident, bug_url) | {
        "why": [
            {"section": assignment.section, "by": assignment.by, "words": list(assignment.reasons)}
            for assignment in explanation.sections
        ],
        "echoes": [echo_document(incident.echo) for incident in related.echoes[:MAX_ECHOES]],
        "report": None,
    }


def echo_document(echo: Echo) -> Document:
    """Return one echo; `why` is "refers to" or a list of reasons."""
    return {
        "bug": echo.bug,
        "score": round(echo.score, 4),
        "why": echo.reasons if echo.reasons == "refers to" else list(echo.reasons),
        "group": echo.group,
        "within_two_years": echo.within_two_years,
    }


def alike_document(alike: Alike) -> Document:
    """Return one incident of the same kind of failure; `score` is the probability that a reader would call it so."""
    return {"bug": alike.bug, "score": round(alike.score, 4), "why": list(alike.reasons), "same_ca": alike.same_ca}


def related_document(related: RelatedIncidents) -> Document:
    """Return what an incident refers to and what is alike, best first and cut to the limit, and the whole table."""
    return {
        "bug": related.incident.bug.id,
        "echoes": [echo_document(incident.echo) for incident in related.echoes_shown],
        "alike": [alike_document(incident.alike) for incident in related.alike_shown],
        "table": [incident.incident.bug.id for incident in related.table],
    }


def section_document(section: Section) -> Document:
    """Return one section."""
    return {
        "key": section.key,
        "title": section.title,
        "state": section.state,
        "community": section.community,
        "incidents": section.incidents,
        "by_tag": section.by_tag,
        "by_text": section.by_text,
        "not_incidents": section.not_incidents,
    }


def sections_document(sections: Iterable[Section]) -> Document:
    """Return all sections."""
    return {"sections": [section_document(section) for section in sections]}


def preview_document(preview: Preview, limit: int | None = None) -> Document:
    """Return what a section would hold; `matches` are the best `limit` incidents besides the examples, best first."""
    return {
        "name": preview.name,
        "key": preview.key,
        "would_assign": preview.would_assign,
        "not_incidents": preview.not_incidents,
        "matches": [
            {"bug": match.bug, "score": round(match.score, 4), "why": list(match.reasons)}
            for match in preview.matches[:limit]
        ],
        "note": preview.warning or None,
        "by_ca": [{"ca": tally.key, **_tally_document(tally)} for tally in preview.by_ca],
        "by_year": [{"year": tally.key, **_tally_document(tally)} for tally in preview.by_year],
        "in_sections": [
            {
                "section": tally.key,
                **_tally_document(tally),
                "share": round(tally.incidents / preview.would_contain, 4),
            }
            for tally in preview.in_sections
        ],
    }


def proposal_document(section: Section, proposal: Proposal) -> Document:
    """Return a proposed section, and which of its examples were rejected."""
    return {
        "section": section_document(section),
        "proposal": proposal.section.id,
        "would_assign": proposal.preview.would_assign,
        "not_incidents": proposal.preview.not_incidents,
        "near": [similar.key for similar in proposal.similar_names],
        "left_out": list(proposal.rejected_examples),
    }


def status_document(status: Status) -> Document:
    """Return how fresh the sources are and what is stored; a source without an error has null as its error."""
    return {
        "sources": [
            {
                "name": source.name,
                "fresh_seconds": source.age_seconds,
                "error": source.error or None,
                "backlog": source.backlog,
                "missed": source.missed,
                "warning": source.warning or None,
                "unreadable": {"count": len(source.unreadable), "items": list(source.unreadable)},
            }
            for source in status.sources
        ],
        "incidents": status.incidents,
        "not_incidents": status.not_incidents,
        "messages": status.messages,
        "deliveries": dict(status.deliveries),
        "comments_pending": status.comments_pending,
        "histories_pending": status.histories_pending,
        "classifier": _classifier_document(status.classifier),
        "errors": [{"at": _iso_time(when), "error": error} for when, error in status.errors],
        "processes": [
            {
                "host": process.host,
                "process": process.process_id,
                "role": process.role,
                "seen": _iso_time(process.seen_at),
            }
            for process in status.processes
        ],
        "tasks": [{"name": task.name, "running": task.running, "error": task.error or None} for task in status.tasks],
        "waiting": [
            {
                "kind": messages.kind,
                "channel": messages.channel,
                "count": messages.count,
                "reason": messages.reason,
                "next_at": _iso_time(messages.next_at) if messages.next_at else None,
            }
            for messages in status.waiting
        ],
    }


def sync_document(result: SyncResult) -> Document:
    """Return the counts of one poll of every source; what the operator has to decide counts as an error."""
    bugzilla = result.bugzilla
    return {
        "bugzilla": {
            "seen": bugzilla.seen,
            "new": bugzilla.new,
            "changed": bugzilla.changed,
            "gone": bugzilla.missing,
            "requests": bugzilla.requests,
            "error": bugzilla.error or bugzilla.warning,
        },
        "lists": {
            name: {"seen": poll.seen, "new": poll.new, "error": poll.error} for name, poll in result.lists.items()
        },
        "seconds": round(result.seconds, 1),
    }


def _tally_document(tally: IncidentTally[str] | IncidentTally[int]) -> Document:
    return {"incidents": tally.incidents, "not_incidents": tally.not_incidents}


def _classifier_document(status: ClassifierStatus) -> Document:
    """Return the classifier's training and accuracy; `lately` counts the last hundred evaluated predictions."""
    return {
        "learned": _iso_time(status.trained_at),
        "learned_from": status.training_size,
        "refused_from": status.rejected_size,
        **_accuracy_document(status.all_time),
        "lately": _accuracy_document(status.recent),
        "problem": status.problem or None,
    }


def _accuracy_document(accuracy: Accuracy) -> Document:
    return {
        "judged": accuracy.evaluated,
        "confirmed": accuracy.confirmed,
        "sure_judged": accuracy.confident_evaluated,
        "sure_confirmed": accuracy.confident_confirmed,
    }


def _suggested_sections(assignments: Iterable[Assignment]) -> list[Document]:
    """Return the sections that the text suggests, best first; none if one is assigned by text with confidence."""
    by_text = [assignment for assignment in assignments if assignment.by == "text"]
    if any(assignment.confident for assignment in by_text):
        return []
    best = sorted(by_text, key=lambda assignment: -assignment.confidence)[:MAX_SUGGESTED]
    return [{"key": assignment.section, "confidence": round(assignment.confidence, 4)} for assignment in best]


def _iso_time(when: datetime | None) -> str | None:
    return None if when is None else when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _iso_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
