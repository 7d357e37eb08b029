"""Alerts as Discord messages; the embed's address is that of the bug or message that the alert is about."""

import discord

from bot.chat.render.catch_ups import render_catch_up
from bot.chat.render.common import CLOSED_COLOUR, OPEN_COLOUR, Titles, bug_link, relative
from bot.chat.render.escape import (
    MAX_TITLE,
    clamp_embed,
    escape_inline,
    escape_line,
    escape_words,
    truncate_markdown,
)
from bot.chat.render.excerpts import render_excerpt
from bot.chat.render.mail_alerts import render_message_alert
from bot.chat.render.message import Answer
from bot.formatting.alert_text import (
    NO_REPORT_YET,
    describe_common_ground,
    describe_history,
    describe_reporter,
    describe_sections,
    describe_withdrawal,
    incident_alert_headline,
    owner_and_title,
    shown_related,
    withdrawn_headline,
)
from bot.formatting.links import BugUrl
from handlers.results.alerts import Alert, CatchUpAlert, IncidentAlert, MessageAlert, WithdrawnAlert
from handlers.results.related import AlikeIncident, RelatedIncident
from storage.values.incidents import Incident

MAX_ALERT_EXCERPT_LENGTH = 240  # shorter than on an incident's own card, for a phone's height
MAX_RELATED_TITLE_LENGTH = 50


def render_alert(alert: Alert, *, titles: Titles, bug_url: BugUrl, reference: str) -> Answer:
    """Render any alert; `reference` goes into the footer and identifies a message that was already sent."""
    match alert:
        case IncidentAlert():
            answer = render_incident_alert(alert, titles=titles, bug_url=bug_url)
        case MessageAlert():
            answer = render_message_alert(alert, bug_url=bug_url)
        case CatchUpAlert():
            answer = render_catch_up(alert, bug_url=bug_url)
        case WithdrawnAlert():
            answer = render_withdrawn(alert, bug_url=bug_url)
    embed = answer.embed or discord.Embed()
    return Answer(answer.content, clamp_embed(embed.set_footer(text=f"ref {reference}")))


def render_incident_alert(alert: IncidentAlert, *, titles: Titles, bug_url: BugUrl) -> Answer:
    """Render a new incident: what it is, what its report says, its sections, and what its CA had before."""
    incident = alert.incident
    # an empty line tells what the CA wrote from what Rootwatch says
    lines = [render_excerpt(incident.excerpt, MAX_ALERT_EXCERPT_LENGTH) or NO_REPORT_YET, ""]
    lines.append(describe_sections(incident.sections, titles, escape_line))
    if alert.history:
        owner = escape_line(alert.history.owner, 80)
        lines.append(f"**{owner}** {describe_history(alert.history, titles, escape_line)}")
    lines += _related_lines(alert, bug_url)
    lines.append(f"Opened {relative(incident.bug.created)} {describe_reporter(incident, escape_line)}")
    embed = discord.Embed(
        title=truncate_markdown(owner_and_title(incident, escape_line, 2 * MAX_TITLE), MAX_TITLE),
        url=bug_url(incident.bug.id),
        description="\n".join(lines),
        colour=OPEN_COLOUR if incident.bug.is_open else CLOSED_COLOUR,
    )
    return Answer(incident_alert_headline(incident, escape_inline), clamp_embed(embed))


def render_withdrawn(alert: WithdrawnAlert, *, bug_url: BugUrl) -> Answer:
    """Render the replacement of an alert whose bug can no longer be read: only its number, none of its content."""
    text = describe_withdrawal(alert)
    embed = discord.Embed(description=text, url=bug_url(alert.bug), colour=CLOSED_COLOUR, title=f"Bug {alert.bug}")
    return Answer(withdrawn_headline(alert), clamp_embed(embed))


def _related_lines(alert: IncidentAlert, bug_url: BugUrl) -> list[str]:
    relation, shown = shown_related(alert)
    return [f"{relation} {_related_line(related, alert.incident, bug_url)}" for related in shown]


def _related_line(related: RelatedIncident | AlikeIncident, announced: Incident, bug_url: BugUrl) -> str:
    incident = related.incident
    if incident.ca == announced.ca:
        title = escape_words(incident.title, MAX_RELATED_TITLE_LENGTH)
    else:
        title = owner_and_title(incident, escape_words, MAX_RELATED_TITLE_LENGTH)
    reasons = describe_common_ground(related, escape_words)
    return f"{bug_link(incident.bug.id, bug_url)} {title}, {relative(incident.bug.created)}{reasons}"
