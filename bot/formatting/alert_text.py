"""The lines of alerts, the same in both chats; each chat passes the function that makes others' text safe for it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from bot.formatting.wording import count_none, count_of, long_day
from handlers.results.alerts import Alert, CatchUpAlert, IncidentAlert, MessageAlert, OwnerHistory, WithdrawnAlert
from handlers.results.related import AlikeIncident, RelatedIncident
from storage.values.incidents import Assignment, Incident
from storage.values.messages import ListMessage

NO_REPORT_YET = "The report has not been posted yet."
NO_SECTION_YET = "No section found yet"
MAX_SECTIONS = 3
MAX_REFERENCES = 2
MAX_REASONS, MAX_REASON_LENGTH = 2, 80
MAX_HEADLINE_LENGTH = 300  # of a title; Bugzilla's are shorter

Escape = Callable[[str, int], str]  # a text and the longest it may become
Titles = Mapping[str, str]  # section keys to titles


def incident_alert_headline(incident: Incident, escape: Escape) -> str:
    """Return what a push notification says of a new incident."""
    return f"New incident · {owner_and_title(incident, escape, MAX_HEADLINE_LENGTH)}"


def message_alert_headline(message: ListMessage, escape: Escape) -> str:
    """Return what a push notification says of a new list message."""
    subject = escape(message.subject, MAX_HEADLINE_LENGTH) or "(no subject)"
    author = f" · {escape(message.author, 80)}" if message.author else ""
    return f"{_message_kind(message)} · {escape(message.list, 80)}: {subject}{author}"


def catch_up_headline(alert: CatchUpAlert) -> str:
    """Return what a push notification says of many new incidents and messages at once."""
    parts = []
    if alert.incidents:
        parts.append(count_of(len(alert.incidents), "new incident"))
    if alert.messages:
        parts.append(count_of(len(alert.messages), "new mail"))
    since = first_day(alert)
    return f"{' and '.join(parts) or 'Nothing new'}{f' since {long_day(since)}' if since else ''}"


def withdrawn_headline(alert: WithdrawnAlert) -> str:
    """Return the line that takes the place of a headline; it holds nothing of the bug."""
    if alert.reason == "moved":
        return "An incident that was moved to another component"
    return "An incident that can no longer be read"


def neutral_headline(alert: Alert) -> str:
    """Return what an alert is about without a word of third parties, for when a chat refuses the whole."""
    match alert:
        case IncidentAlert():
            return f"New incident · bug {alert.incident.bug.id}"
        case MessageAlert():
            return _message_kind(alert.message)
        case CatchUpAlert():
            return catch_up_headline(alert)
        case WithdrawnAlert():
            return withdrawn_headline(alert)


def describe_withdrawal(alert: WithdrawnAlert) -> str:
    """Return why an announced bug can no longer be read; it holds nothing of the bug but its number."""
    if alert.reason == "moved":
        return f"Bug {alert.bug} is no longer among the CA incidents: it was moved to another component."
    return f"Bug {alert.bug} can no longer be read: it became restricted."


def shown_related(alert: IncidentAlert) -> tuple[str, Sequence[RelatedIncident | AlikeIncident]]:
    """Return what an incident refers to or belongs to, else what is most like it, after the words that say which."""
    if alert.related is None:
        return "Refers to", ()
    relation, best = alert.related.answer
    if alert.related.referenced:
        verb = "Belongs to" if relation == "belongs to" else "Refers to"
        return verb, alert.related.referenced[:MAX_REFERENCES]
    return "Like", (best,) if best else ()


def describe_common_ground(related: RelatedIncident | AlikeIncident, escape: Escape) -> str:
    """Return what an incident has in common with the one that is announced, in brackets; "" if it is referred to."""
    reasons = related.alike.reasons if isinstance(related, AlikeIncident) else ()
    return f" (both: {escape(', '.join(reasons[:MAX_REASONS]), MAX_REASON_LENGTH)})" if reasons else ""


def first_day(alert: CatchUpAlert) -> date | None:
    """Return the day (UTC) of the oldest incident or message of a catch-up, None if it holds none with a date."""
    moments = [incident.bug.created for incident in alert.incidents]
    moments += [message.posted for message in alert.messages if message.posted]
    return min(moments).date() if moments else None


def owner_and_title(incident: Incident, escape: Escape, limit: int) -> str:
    """Return an incident's title after its CA owner, or its number if it has no title."""
    title = escape(incident.title, limit) or f"Bug {incident.bug.id}"
    return f"{escape(incident.ca, 80)}: {title}" if incident.ca else title


def describe_sections(assignments: Sequence[Assignment], titles: Titles, escape: Escape) -> str:
    """Return the sections of an incident: those that are certain, those that its text makes probable.

    What its text only suggests is said if there is nothing better.
    """
    certain = [assignment for assignment in assignments if assignment.by != "text"]
    by_text = [assignment for assignment in assignments if assignment.by == "text" and assignment.confident]
    suggested = [assignment for assignment in assignments if not assignment.confident]
    parts = []
    if certain:
        names = [section_name(assignment.section, titles, escape) for assignment in certain]
        parts.append(" · ".join(names[:MAX_SECTIONS]) + _more(names))
    if by_text:
        parts.append(_guesses("probably", by_text, titles, escape))
    if not parts and suggested:
        parts.append(_guesses("perhaps", suggested, titles, escape))
    text = " · ".join(parts)
    return text[:1].upper() + text[1:] if text and not certain else text or NO_SECTION_YET


def describe_history(history: OwnerHistory, titles: Titles, escape: Escape) -> str:
    """Return what a CA owner had before an incident, without the owner's name; the incident itself is not counted."""
    earlier = history.counts
    apart = f" ({count_none(earlier.not_incidents)})" if earlier.not_incidents else ""
    counts = [f"{earlier.open_count:,} open of {earlier.total:,}{apart}"]
    counts += [
        f"{count:,} {section_name(key, titles, escape)}" for key, count in history.by_section[:MAX_SECTIONS] if count
    ]
    return f"before: {' · '.join(counts)}"


def describe_reporter(incident: Incident, escape: Escape) -> str:
    """Return who opened an incident, as the end of a sentence."""
    if incident.reporter == "the CA itself" and incident.ca:
        return f"by {escape(incident.ca, 80)}"
    return f"by {incident.reporter}"


def section_name(key: str, titles: Titles, escape: Escape) -> str:
    """Return a section's title, or its key if it has none."""
    return escape(titles.get(key, key), 80)


def _message_kind(message: ListMessage) -> str:
    return "New entry" if message.number is None else "New mail"


def _guesses(word: str, assignments: Sequence[Assignment], titles: Titles, escape: Escape) -> str:
    names = [
        f"{section_name(assignment.section, titles, escape)} ({assignment.confidence * 100:.0f} %)"
        for assignment in assignments
    ]
    return f"{word} {', '.join(names[:MAX_SECTIONS])}{_more(names)}"


def _more(names: Sequence[str]) -> str:
    return f" and {len(names) - MAX_SECTIONS} more" if len(names) > MAX_SECTIONS else ""
