"""Alerts as text for a terminal, with the same content as in Discord."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from bot.formatting.alert_text import (
    NO_REPORT_YET,
    catch_up_headline,
    describe_common_ground,
    describe_history,
    describe_reporter,
    describe_sections,
    describe_withdrawal,
    incident_alert_headline,
    message_alert_headline,
    owner_and_title,
    shown_related,
    withdrawn_headline,
)
from bot.formatting.wording import long_day
from bot.terminal.layout import Line, OutputStyle, line, sanitize
from bot.terminal.render.common import ROW_INDENT, format_day, incident_rows
from handlers.results.alerts import CatchUpAlert, IncidentAlert, MessageAlert, RequestedSection, WithdrawnAlert
from handlers.results.related import AlikeIncident, RelatedIncident
from handlers.text.truncation import truncate_at_word
from storage.values.incidents import MAX_EXCERPT_LENGTH, Incident
from storage.values.messages import ListMessage

MAX_LISTED_BUGS = 20  # of those that a message asks to group


def render_incident_alert(alert: IncidentAlert, style: OutputStyle) -> list[Line]:
    """Show a new incident: what its report says, its sections, and what its CA had before."""
    incident = alert.incident
    lines = [
        line((incident_alert_headline(incident, sanitize), "open")),
        line((style.bug_url(incident.bug.id), "link")),
        line(sanitize(incident.excerpt) or NO_REPORT_YET),
        line(describe_sections(incident.sections, alert.section_titles, sanitize)),
    ]
    if alert.history:
        history = describe_history(alert.history, alert.section_titles, sanitize)
        lines.append(line((sanitize(alert.history.owner, 80), "head"), f" {history}"))
    relation, shown = shown_related(alert)
    lines += [_related_row(relation, related, incident, style) for related in shown]
    opened = f"Opened {long_day(incident.bug.created)} {describe_reporter(incident, sanitize)}"
    return [*lines, line((opened, "quiet"))]


def render_message_alert(alert: MessageAlert, style: OutputStyle) -> list[Line]:
    """Show a new list message with the bugs that it names; of one without text of its own nothing but the subject."""
    message, requested = alert.message, alert.requested_section
    lines = [line((message_alert_headline(message, sanitize), "open")), line((sanitize(message.url), "link"))]
    if not alert.excerpt and requested is None:
        return lines
    lines += [line(sanitize(truncate_at_word(alert.excerpt, MAX_EXCERPT_LENGTH)))] if alert.excerpt else []
    listed: set[int] = set()
    if requested:
        listed = {incident.bug.id for incident in requested.incidents}.union(requested.other_bugs)
        lines += _request_rows(requested, style)
    lines += _bug_rows([bug for bug in message.bugs if bug not in listed], alert.incidents, style)
    if message.cas:
        lines.append(line(f"Names {sanitize(', '.join(message.cas))}"))
    if message.posted:
        lines.append(line((f"Posted {long_day(message.posted)}", "quiet")))
    return lines


def render_catch_up_alert(alert: CatchUpAlert, style: OutputStyle) -> list[Line]:
    """Show many new incidents and messages at once: how many of each CA, then each with its link."""
    by_owner: dict[str, list[str]] = defaultdict(list)
    for incident in alert.incidents:
        by_owner[incident.ca or ""].append(str(incident.bug.id))
    ordered = sorted(by_owner.items(), key=lambda item: (-len(item[1]), item[0]))
    counts = [
        line((sanitize(owner, 80) or "Without a CA", "head"), f" {len(bugs)}: {', '.join(bugs)}")
        for owner, bugs in ordered
    ]
    return [
        line((catch_up_headline(alert), "open")),
        *counts,
        *incident_rows(alert.incidents, style),
        *map(_message_row, alert.messages),
    ]


def render_withdrawn_alert(alert: WithdrawnAlert, style: OutputStyle) -> list[Line]:
    """Show that an announced incident can no longer be read."""
    return [
        line((withdrawn_headline(alert), "open")),
        line(f"{describe_withdrawal(alert)} ", (style.bug_url(alert.bug), "link")),
    ]


def _message_row(message: ListMessage) -> Line:
    subject, link = (sanitize(message.subject), "head"), (sanitize(message.url), "link")
    return line(f"{format_day(message.posted)}  ", subject, "  ", link)


def _related_row(
    relation: str, related: RelatedIncident | AlikeIncident, announced: Incident, style: OutputStyle
) -> Line:
    incident = related.incident
    title = sanitize(incident.title, 80)
    if incident.ca and incident.ca != announced.ca:
        title = f"{sanitize(incident.ca, 40)}: {title}"
    number, link = (str(incident.bug.id), "bug"), (style.bug_url(incident.bug.id), "link")
    reasons = describe_common_ground(related, sanitize)
    return line(f"{relation} ", number, f" {title}, {long_day(incident.bug.created)}{reasons}  ", link)


def _bug_rows(bugs: Sequence[int], incidents: Iterable[Incident], style: OutputStyle) -> Iterator[Line]:
    known = {incident.bug.id: incident for incident in incidents}
    for bug in bugs:
        title = f"{owner_and_title(known[bug], sanitize, 80)}  " if bug in known else ""
        yield Line(((str(bug), "bug"), f"  {title}", (style.bug_url(bug), "link")), indent=ROW_INDENT)


def _request_rows(requested: RequestedSection, style: OutputStyle) -> list[Line]:
    lines = [line(("Asks for a section", "open"), ": ", (sanitize(requested.name), "head"))]
    lines += incident_rows(requested.incidents[:MAX_LISTED_BUGS], style)
    if omitted := len(requested.incidents[MAX_LISTED_BUGS:]):
        lines.append(line(f"… and {omitted:,} more incidents"))
    if requested.other_bugs:
        omitted = len(requested.other_bugs[MAX_LISTED_BUGS:])
        more = f" and {omitted:,} more" if omitted else ""
        numbers = ", ".join(map(str, requested.other_bugs[:MAX_LISTED_BUGS])) + more
        lines.append(line(f"Not known here: {numbers}"))
    if requested.incidents:
        lines.append(line(("To propose it: ", "quiet"), sanitize(requested.command_line)))
    return lines
