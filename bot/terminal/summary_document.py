"""Summaries as JSON documents: the figures as numbers, and the sentences of the chats with their sources."""

from typing import Any

from bot.formatting.pieces import Statement, plain_text
from bot.formatting.summary_text import bug_headline, bug_statements, group_headline, group_statements
from handlers.results.summaries import BugSummary, GroupSummary, SectionCount, Summary

Document = dict[str, Any]

MAX_COUNTS = 5


def summary_document(summary: Summary) -> Document:
    """Return figures and sentences, each sentence with its sources."""
    if isinstance(summary, BugSummary):
        sentences = (bug_headline(summary), *bug_statements(summary))
        return {
            "about": summary.incident.bug.summary,
            "kind": "bug",
            "since": None,
            "until": None,
            "facts": _bug_facts(summary),
            "sentences": [_sentence(statement) for statement in sentences],
        }
    scope = summary.scope
    return {
        "about": scope.subject,
        "kind": scope.kind,
        "since": scope.since.isoformat() if scope.since else None,
        "until": scope.until.isoformat() if scope.until else None,
        "section": scope.section or None,
        "state": scope.state,
        "facts": _group_facts(summary),
        "sentences": [_sentence(statement) for statement in (group_headline(summary), *group_statements(summary))],
    }


def _bug_facts(summary: BugSummary) -> Document:
    incident, bug = summary.incident, summary.incident.bug
    return {
        "bug": bug.id,
        "ca": incident.ca,
        "status": "open" if bug.is_open else "closed",
        "opened": f"{bug.created:%Y-%m-%d}",
        "closed": f"{bug.closed:%Y-%m-%d}" if bug.closed else None,
        "days": summary.days,
        "comments": incident.comments,
        "next_update": incident.next_update.isoformat() if incident.next_update else None,
    }


def _group_facts(summary: GroupSummary) -> Document:
    """Return all figures; every count is of all bugs, and one of `not_incidents` beside it says how many are none."""
    apart = {incident.bug.id for incident in summary.not_incidents}
    opened = [incident.bug.created for incident in summary.not_incidents]
    days = [f"{incident.bug.created:%Y-%m-%d}" for incident in summary.incidents]
    total, open_count = len(days), len(summary.open_incidents)
    facts: Document = {
        "total": total,
        "open": open_count,
        "closed": total - open_count,
        "not_incidents": len(summary.not_incidents),
        "first": days[-1] if days else None,
        "newest": days[0] if days else None,
        "by_year": {str(year): count for year, count in summary.by_year},
        "not_incidents_by_year": {
            str(year): sum(moment.year == year for moment in opened) for year, _ in summary.by_year
        },
        "by_quarter": {f"{year}-Q{quarter}": count for (year, quarter), count in summary.by_quarter},
        "not_incidents_by_quarter": {
            f"{year}-Q{quarter}": sum(moment.year == year and moment.month in _months(quarter) for moment in opened)
            for (year, quarter), _ in summary.by_quarter
        },
    }
    if earlier := summary.earlier:
        facts["before"] = {
            "since": earlier.since.isoformat(),
            "until": earlier.until.isoformat(),
            "total": earlier.total,
            "not_incidents": earlier.not_incidents,
        }
    if summary.origins is not None:
        facts |= _origins(summary.origins)
    if summary.scope.kind == "ca":
        facts |= {f"section:{count.key}": count.total for count in summary.sections[:MAX_COUNTS]}
    else:
        facts |= {f"ca:{owner.name}": len(owner.bugs) for owner in summary.owners[:MAX_COUNTS]}
    facts["sections"] = {
        count.key: {
            "total": count.total,
            "not_incidents": len(apart.intersection(count.bugs)),
            **_origins(count),
        }
        for count in summary.sections
    }
    facts["cas"] = {owner.name: len(owner.bugs) for owner in summary.owners}
    facts["not_incidents_by_ca"] = {owner.name: len(apart.intersection(owner.bugs)) for owner in summary.owners}
    return facts


def _months(quarter: int) -> range:
    return range(3 * quarter - 2, 3 * quarter + 1)


def _origins(count: SectionCount) -> Document:
    return {"by_tag": count.by_tag, "by_text": count.by_text, "by_member": count.by_member}


def _sentence(statement: Statement) -> Document:
    sentence: Document = {
        "text": statement.text,
        "sources": [{"bug": source.bug, "comment": source.comment} for source in statement.sources],
    }
    if statement.speaker:
        sentence["speaker"] = plain_text(statement.speaker)
    return sentence
