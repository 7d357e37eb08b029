"""Alerts as text for a terminal."""

from collections.abc import Iterable

from bot.terminal.layout import Line, OutputStyle, line, sanitize
from bot.terminal.render.common import ROW_INDENT, echo_row, format_counts, format_day, incident_rows
from handlers.results.alerts import CatchUpAlert, IncidentAlert, MessageAlert, RequestedSection, WithdrawnAlert
from storage.values.messages import ListMessage

MAX_EXCERPT_LENGTH = 300
MAX_LISTED_BUGS = 20  # of those that a message asks to group


def render_incident_alert(alert: IncidentAlert, style: OutputStyle) -> list[Line]:
    """Show a new incident with its reporter, its sections and its echoes."""
    reporter = sanitize(alert.incident.reporter + (f" ({alert.affiliation})" if alert.affiliation else ""))
    earlier = f"; earlier ones there: {format_counts(alert.prior_counts)}" if alert.prior_counts else ""
    lines = [line(("New incident", "open"), f" by {reporter}{earlier}"), *incident_rows([alert.incident], style)]
    if alert.incident.excerpt:
        lines.append(Line((sanitize(alert.incident.excerpt, MAX_EXCERPT_LENGTH),), indent=ROW_INDENT))
    if alert.echoes:
        lines += [line(("Echoes:", "head")), *(echo_row(related, style) for related in alert.echoes)]
    return lines


def render_message_alert(alert: MessageAlert, style: OutputStyle) -> list[Line]:
    """Show a new list message with the bugs that it mentions."""
    message, requested = alert.message, alert.requested_section
    origin = f" on {sanitize(message.list)} by {sanitize(message.author)}"
    lines = [line(("New message", "open"), origin), _message_row(message)]
    lines += [Line((sanitize(alert.excerpt, MAX_EXCERPT_LENGTH),), indent=ROW_INDENT)] if alert.excerpt else []
    if requested is None:
        return lines + _link_rows(message.bugs, style)
    listed = {incident.bug.id for incident in requested.incidents}.union(requested.other_bugs)
    unlisted = [bug for bug in message.bugs if bug not in listed]
    return [*lines, *_request_rows(requested, style), *_link_rows(unlisted, style)]


def render_catch_up_alert(alert: CatchUpAlert, style: OutputStyle) -> list[Line]:
    """Show many new incidents and messages at once."""
    head = f"{len(alert.incidents):,} new incidents and {len(alert.messages):,} new list messages"
    return [line((head, "open")), *incident_rows(alert.incidents, style), *map(_message_row, alert.messages)]


def render_withdrawn_alert(alert: WithdrawnAlert, style: OutputStyle) -> list[Line]:
    """Show that an announced incident can no longer be read."""
    reason = "is restricted now" if alert.reason == "restricted" else "has left the component"
    return [line((f"Bug {alert.bug}", "bug"), f" {reason}: ", (style.bug_url(alert.bug), "link"))]


def _message_row(message: ListMessage) -> Line:
    subject, link = (sanitize(message.subject), "head"), (sanitize(message.url), "link")
    return line(f"{format_day(message.posted)}  ", subject, "  ", link)


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


def _link_rows(bugs: Iterable[int], style: OutputStyle) -> list[Line]:
    return [Line(((style.bug_url(bug), "link"),), indent=ROW_INDENT) for bug in bugs]
