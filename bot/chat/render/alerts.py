"""Alerts as Discord embeds; the embed's address is that of the bug or message that the alert is about."""

from collections.abc import Sequence

import discord

from bot.chat.render.common import (
    ATTENTION_COLOUR,
    CLOSED_COLOUR,
    OPEN_COLOUR,
    Titles,
    bug_link,
    describe_assignment,
    section_title,
)
from bot.chat.render.escape import (
    MAX_AUTHOR,
    MAX_DESCRIPTION,
    MAX_FIELD_VALUE,
    MAX_TITLE,
    clamp_embed,
    escape_markdown,
    fit_lines,
    safe_url,
)
from bot.chat.render.related import echo_line
from bot.formatting.links import BugUrl
from bot.formatting.plain import to_single_line
from handlers.results.alerts import Alert, CatchUpAlert, IncidentAlert, MessageAlert, WithdrawnAlert
from storage.values.incidents import Incident
from storage.values.messages import ListMessage

NO_REPORT_YET = "The report has not been posted yet."
MAX_REPORT_LENGTH = 1000
MAX_EXCERPT_LENGTH = 1500
MAX_LISTED_BUGS = 20
MAX_SECTION_NAME_LENGTH = 100
WITHDRAWN_TEXTS = {
    "restricted": "Bug {bug} can no longer be read: it became restricted.",
    "moved": "Bug {bug} is no longer among the CA incidents: it was moved to another component.",
}

# Lengths of the titles beside links, tried in this order until all links fit.
TITLE_LENGTHS = (90, 60, 30, 0)


def render_alert(alert: Alert, *, titles: Titles, bug_url: BugUrl, reference: str) -> discord.Embed:
    """Render any alert; `reference` goes into the footer and identifies a message that was already sent."""
    match alert:
        case IncidentAlert():
            embed = render_incident_alert(alert, titles=titles, bug_url=bug_url)
        case MessageAlert():
            embed = render_message_alert(alert, bug_url=bug_url)
        case CatchUpAlert():
            embed = render_catch_up(alert, bug_url=bug_url)
        case WithdrawnAlert():
            embed = render_withdrawn(alert, bug_url=bug_url)
    return clamp_embed(embed.set_footer(text=f"ref {reference}"))


def render_incident_alert(alert: IncidentAlert, *, titles: Titles, bug_url: BugUrl) -> discord.Embed:
    """Render a new incident; the timestamp is that of its opening, so that a late alert shows its true age."""
    incident = alert.incident
    title = escape_markdown(incident.title, MAX_TITLE, one_line=True) or f"Bug {incident.bug.id}"
    ca = escape_markdown(incident.ca, 80, one_line=True) if incident.ca else ""
    embed = discord.Embed(
        title=f"{ca}: {title}" if incident.ca else title,
        url=bug_url(incident.bug.id),
        description=escape_markdown(alert.incident.excerpt, MAX_REPORT_LENGTH) or NO_REPORT_YET,
        colour=OPEN_COLOUR if incident.bug.is_open else CLOSED_COLOUR,
        timestamp=incident.bug.created,
    )
    embed.set_author(name=f"New incident · bug {incident.bug.id}")
    affiliation = f" ({escape_markdown(alert.affiliation, 100, one_line=True)})" if alert.affiliation else ""
    embed.add_field(name="Opened by", value=f"{alert.incident.reporter}{affiliation}")
    # The field is shown even without sections, so that nobody wonders where it is.
    assigned = [describe_assignment(assignment, titles) for assignment in incident.sections]
    embed.add_field(name="Sections", value=fit_lines(assigned, MAX_FIELD_VALUE)[0] or "none found yet")
    if incident.ca and any(count for _, count in alert.prior_counts):
        embed.add_field(
            name=f"Earlier incidents of {ca} there",
            value=", ".join(f"{count} in {section_title(key, titles)}" for key, count in alert.prior_counts if count),
            inline=False,
        )
    if alert.echoes:
        echoes = [echo_line(related, bug_url, with_ca=not related.echo.same_ca) for related in alert.echoes]
        embed.add_field(name="Echoes", value=fit_lines(echoes, MAX_FIELD_VALUE)[0], inline=False)
    return clamp_embed(embed)


def render_message_alert(alert: MessageAlert, *, bug_url: BugUrl) -> discord.Embed:
    """Render a new list message with its own text and what it mentions."""
    message = alert.message
    embed = discord.Embed(
        title=escape_markdown(message.subject, MAX_TITLE, one_line=True) or "(no subject)",
        url=safe_url(message.url),
        description=escape_markdown(alert.excerpt, MAX_EXCERPT_LENGTH) or "The archive shows no text of this message.",
        colour=ATTENTION_COLOUR,
        timestamp=message.posted,
    )
    origin = f"{message.author} on {message.list}" if message.author else message.list
    embed.set_author(name=to_single_line(origin, MAX_AUTHOR))
    listed: set[int] = set()
    if requested := alert.requested_section:
        listed = {incident.bug.id for incident in requested.incidents} | set(requested.other_bugs)
        name = f"Asks for a section: {escape_markdown(requested.name, MAX_SECTION_NAME_LENGTH, one_line=True)}"
        embed.add_field(name=name, value=_requested_incidents(requested.incidents, bug_url), inline=False)
        if requested.other_bugs:
            embed.add_field(name="Not known here", value=_bug_links(requested.other_bugs, bug_url), inline=False)
    if bugs := [bug for bug in message.bugs if bug not in listed]:
        name = "Other bugs it mentions" if requested else "Bugs it mentions"
        embed.add_field(name=name, value=_bug_links(bugs, bug_url), inline=False)
    if message.cas:
        cas = escape_markdown(", ".join(message.cas), MAX_FIELD_VALUE, one_line=True)
        embed.add_field(name="CAs it mentions", value=cas, inline=False)
    return clamp_embed(embed)


def render_catch_up(alert: CatchUpAlert, *, bug_url: BugUrl) -> discord.Embed:
    """Render many events as a list of links, with the count of those for which there was no room."""
    counts = [
        f"{len(alert.incidents)} incidents" if alert.incidents else "",
        f"{len(alert.messages)} list messages" if alert.messages else "",
    ]
    # Every link matters more than the titles beside them.
    for title_length in TITLE_LENGTHS:
        lines = [_incident_row(incident, bug_url, title_length) for incident in alert.incidents]
        lines += [_message_row(message, title_length) for message in alert.messages]
        text, omitted = fit_lines(lines, MAX_DESCRIPTION - 100)
        if not omitted:
            break
    if omitted:
        text += f"\n… and {omitted} more."
    title = f"Catching up: {' and '.join(count for count in counts if count)}"
    return clamp_embed(discord.Embed(title=title, description=text, colour=ATTENTION_COLOUR))


def render_withdrawn(alert: WithdrawnAlert, *, bug_url: BugUrl) -> discord.Embed:
    """Render the replacement of an alert whose bug can no longer be read: only its number, none of its content."""
    text = WITHDRAWN_TEXTS.get(alert.reason, WITHDRAWN_TEXTS["restricted"]).format(bug=alert.bug)
    return clamp_embed(
        discord.Embed(description=text, url=bug_url(alert.bug), colour=CLOSED_COLOUR, title=f"Bug {alert.bug}")
    )


def _requested_incidents(incidents: Sequence[Incident], bug_url: BugUrl) -> str:
    """List the incidents of a requested section; if there are many, shorter titles make room for more links."""
    for title_length in TITLE_LENGTHS:
        lines = [_incident_row(incident, bug_url, title_length) for incident in incidents]
        text, omitted = fit_lines(lines, MAX_FIELD_VALUE - 30)
        if not omitted:
            break
    return text + (f"\n… and {omitted} more." if omitted else "") or "None of its bugs is a known incident."


def _bug_links(bugs: Sequence[int], bug_url: BugUrl) -> str:
    links = [bug_link(bug, bug_url) for bug in bugs[:MAX_LISTED_BUGS]]
    text, omitted = fit_lines(links, MAX_FIELD_VALUE - 20)
    omitted += len(bugs) - len(links)
    return text.replace("\n", ", ") + (f" and {omitted} more" if omitted else "")


def _message_row(message: ListMessage, title_length: int) -> str:
    subject = escape_markdown(message.subject, title_length, one_line=True) if title_length else ""
    url = safe_url(message.url)
    day = f"{message.posted:%Y-%m-%d} " if message.posted and title_length else ""
    return f"{day}[message]({url}) {subject}".rstrip() if url else f"{day}{subject}" or "(no subject)"


def _incident_row(incident: Incident, bug_url: BugUrl, title_length: int) -> str:
    if not title_length:
        return bug_link(incident.bug.id, bug_url)
    ca = f"{escape_markdown(incident.ca, 40, one_line=True)}: " if incident.ca else ""
    title = escape_markdown(incident.title, title_length, one_line=True)
    return f"{incident.bug.created:%Y-%m-%d} {bug_link(incident.bug.id, bug_url)} {ca}{title}"
