"""New list messages as Discord messages: what the author wrote, and the bugs and CA owners that are named."""

from collections.abc import Sequence

import discord

from bot.chat.render.common import ATTENTION_COLOUR, bug_link, relative
from bot.chat.render.escape import (
    MAX_FIELD_VALUE,
    MAX_TITLE,
    clamp_embed,
    escape_inline,
    escape_line,
    escape_words,
    fit_lines,
    safe_url,
    truncate_markdown,
)
from bot.chat.render.message import Answer
from bot.formatting.alert_text import message_alert_headline, owner_and_title
from bot.formatting.links import BugUrl
from bot.formatting.wording import long_day
from handlers.results.alerts import MessageAlert
from storage.values.incidents import MAX_EXCERPT_LENGTH, Incident

MAX_NAMED_BUGS = 5  # each with its title
MAX_LISTED_BUGS = 20
MAX_SECTION_NAME_LENGTH = 100
MAX_BUG_TITLE_LENGTH = 80
MAX_OWNERS = 8
# Lengths of the titles beside links, tried in this order until all links fit.
TITLE_LENGTHS = (90, 60, 30, 0)


def render_message_alert(alert: MessageAlert, *, bug_url: BugUrl) -> Answer:
    """Render a new list message; of one without text of its own nothing but the subject."""
    message, requested = alert.message, alert.requested_section
    embed = discord.Embed(
        title=truncate_markdown(escape_line(message.subject, 2 * MAX_TITLE), MAX_TITLE) or "(no subject)",
        url=safe_url(message.url),
        colour=ATTENTION_COLOUR,
    )
    headline = message_alert_headline(message, escape_inline)
    if not alert.excerpt and requested is None:
        return Answer(headline, embed)
    excerpt = escape_words(alert.excerpt, MAX_EXCERPT_LENGTH)
    lines: list[str] = []
    listed: set[int] = set()
    if requested:
        listed = {incident.bug.id for incident in requested.incidents} | set(requested.other_bugs)
        name = f"Asks for a section: {escape_line(requested.name, MAX_SECTION_NAME_LENGTH)}"
        embed.add_field(name=name, value=_requested_incidents(requested.incidents, bug_url), inline=False)
        if requested.other_bugs:
            embed.add_field(name="Not known here", value=_bug_links(requested.other_bugs, bug_url), inline=False)
    lines += _named_bugs([bug for bug in message.bugs if bug not in listed], alert.incidents, bug_url)
    if message.cas:
        more = f" and {len(message.cas) - MAX_OWNERS} more" if len(message.cas) > MAX_OWNERS else ""
        lines.append(f"Names {escape_line(', '.join(message.cas[:MAX_OWNERS]), 400)}{more}")
    if message.posted:
        lines.append(f"Posted {relative(message.posted)}")
    # an empty line tells what the author wrote from what Rootwatch says
    embed.description = "\n\n".join(text for text in (excerpt, "\n".join(lines)) if text)
    return Answer(headline, clamp_embed(embed))


def _named_bugs(bugs: Sequence[int], incidents: Sequence[Incident], bug_url: BugUrl) -> list[str]:
    """Return a line for each of a few bugs, with its title if it is known; many bugs are one line of numbers."""
    if len(bugs) > MAX_NAMED_BUGS:
        return [f"Names {_bug_links(bugs, bug_url)}"]
    known = {incident.bug.id: incident for incident in incidents}
    lines = []
    for bug in bugs:
        title = owner_and_title(known[bug], escape_words, MAX_BUG_TITLE_LENGTH) if bug in known else ""
        lines.append(f"{bug_link(bug, bug_url)} {title}".rstrip())
    return lines


def _requested_incidents(incidents: Sequence[Incident], bug_url: BugUrl) -> str:
    """List the incidents of a requested section; if there are many, shorter titles make room for more links."""
    for title_length in TITLE_LENGTHS:
        lines = [_incident_row(incident, bug_url, title_length) for incident in incidents]
        text, omitted = fit_lines(lines, MAX_FIELD_VALUE - 30)
        if not omitted:
            break
    return text + (f"\n… and {omitted} more." if omitted else "") or "None of its bugs is a known incident."


def _incident_row(incident: Incident, bug_url: BugUrl, title_length: int) -> str:
    link = bug_link(incident.bug.id, bug_url)
    if not title_length:
        return link
    title = owner_and_title(incident, escape_words, title_length)
    return f"{link} {title} · {long_day(incident.bug.created)}"


def _bug_links(bugs: Sequence[int], bug_url: BugUrl) -> str:
    links = [bug_link(bug, bug_url) for bug in bugs[:MAX_LISTED_BUGS]]
    text, omitted = fit_lines(links, MAX_FIELD_VALUE - 20)
    omitted += len(bugs) - len(links)
    return text.replace("\n", ", ") + (f" and {omitted} more" if omitted else "")
