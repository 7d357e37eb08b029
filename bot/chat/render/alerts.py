"""Alerts as Discord shows them: the first embed's address is that of the bug or message it speaks of."""

from collections.abc import Callable, Mapping, Sequence

import discord

from bot.chat.render.escape import AUTHOR, DESCRIPTION, FIELD_VALUE, TITLE, fit, harmless, lines_within, plain, safe_url
from bot.chat.render.incidents import ATTENTION, CLOSED, OPEN, bug_link, section_title
from bot.chat.render.related import echo_line
from handlers.results import Alert, CatchUpAlert, IncidentAlert, MessageAlert, WithdrawnAlert
from storage.values.incidents import Assignment, Incident, Message

NOT_POSTED = "The report has not been posted yet."
OPENING_LENGTH = 1000
EXCERPT_LENGTH = 1500
LISTED_BUGS = 20
ASKED_NAME = 100
WITHDRAWN = {
    "restricted": "Bug {bug} can no longer be read: it became restricted.",
    "moved": "Bug {bug} is no longer among the CA incidents: it was moved to another component.",
}

WORDS_BESIDE_LINKS = (90, 30, 0)

BugUrl = Callable[[int], str]
Titles = Mapping[str, str]


def render_alert(alert: Alert, *, titles: Titles, bug_url: BugUrl, mark: str) -> discord.Embed:
    """Render any alert; `mark` goes into the footer, by which a sent message is found again."""
    match alert:
        case IncidentAlert():
            embed = render_incident_alert(alert, titles=titles, bug_url=bug_url)
        case MessageAlert():
            embed = render_message_alert(alert, bug_url=bug_url)
        case CatchUpAlert():
            embed = render_catch_up(alert, bug_url=bug_url)
        case WithdrawnAlert():
            embed = render_withdrawn(alert, bug_url=bug_url)
    return fit(embed.set_footer(text=f"ref {mark}"))


def render_incident_alert(alert: IncidentAlert, *, titles: Titles, bug_url: BugUrl) -> discord.Embed:
    """Render a new incident; its time is that of the opening, so a late alert shows its true age."""
    incident = alert.incident
    title = harmless(incident.title, TITLE, one_line=True) or f"Bug {incident.bug.id}"
    if incident.ca:
        title = f"{harmless(incident.ca, 80, one_line=True)}: {title}"
    embed = discord.Embed(
        title=title,
        url=bug_url(incident.bug.id),
        description=harmless(alert.opening, OPENING_LENGTH) or NOT_POSTED,
        colour=OPEN if incident.bug.is_open else CLOSED,
        timestamp=incident.bug.created,
    )
    embed.set_author(name=f"New incident · bug {incident.bug.id}")
    opened_by = alert.filer + (f" ({harmless(alert.organisation, 100, one_line=True)})" if alert.organisation else "")
    embed.add_field(name="Opened by", value=opened_by)
    # With no section yet the field still stands there, so that its absence is no riddle.
    found = [describe_assignment(assignment, titles) for assignment in alert.sections]
    embed.add_field(name="Sections", value=lines_within(found, FIELD_VALUE)[0] or "none found yet")
    if incident.ca and any(count for _, count in alert.earlier):
        embed.add_field(
            name=f"Earlier incidents of {harmless(incident.ca, 80, one_line=True)} there",
            value=", ".join(f"{count} in {section_title(key, titles)}" for key, count in alert.earlier if count),
            inline=False,
        )
    if alert.echoes:
        echoes = [echo_line(one, bug_url, with_ca=not one.echo.same_ca) for one in alert.echoes]
        embed.add_field(name="Echoes", value=lines_within(echoes, FIELD_VALUE)[0], inline=False)
    return fit(embed)


def describe_assignment(assignment: Assignment, titles: Titles) -> str:
    """Say in one line which section it is, how it was found, how surely, and why."""
    title = f"**{section_title(assignment.section, titles)}**"
    if assignment.by == "text":
        words = harmless(", ".join(assignment.words), 150, one_line=True)
        return f"{title} {assignment.confidence * 100:.0f} % by text" + (f": *{words}*" if words else "")
    return f"{title} by {'tag' if assignment.by == 'tag' else 'a member'}"


def render_message_alert(alert: MessageAlert, *, bug_url: BugUrl) -> discord.Embed:
    """Render a new message of a list with its own words and what it speaks of."""
    message = alert.message
    embed = discord.Embed(
        title=harmless(message.subject, TITLE, one_line=True) or "(no subject)",
        url=safe_url(message.url),
        description=harmless(alert.excerpt, EXCERPT_LENGTH) or "The archive shows no text of this message.",
        colour=ATTENTION,
        timestamp=message.posted,
    )
    embed.set_author(name=plain(f"{message.author} on {message.list}" if message.author else message.list, AUTHOR))
    listed: set[int] = set()
    if asked := alert.requested_section:
        listed = {one.bug.id for one in asked.incidents} | set(asked.other_bugs)
        name = f"Asks for a section: {harmless(asked.name, ASKED_NAME, one_line=True)}"
        embed.add_field(name=name, value=_asked_for(asked.incidents, bug_url), inline=False)
        if asked.other_bugs:
            embed.add_field(name="Not known here", value=_bugs(asked.other_bugs, bug_url), inline=False)
    if bugs := [bug for bug in message.bugs if bug not in listed]:
        name = "Bugs it speaks of besides" if asked else "Bugs it speaks of"
        embed.add_field(name=name, value=_bugs(bugs, bug_url), inline=False)
    if message.cas:
        cas = harmless(", ".join(message.cas), FIELD_VALUE, one_line=True)
        embed.add_field(name="CAs it speaks of", value=cas, inline=False)
    return fit(embed)


def _asked_for(incidents: Sequence[Incident], bug_url: BugUrl) -> str:
    """List the incidents for which a section is asked; where they are many, rather more links than words."""
    for words in WORDS_BESIDE_LINKS:
        text, left = lines_within([_short_line(one, bug_url, words) for one in incidents], FIELD_VALUE - 30)
        if not left:
            break
    return text + (f"\n… and {left} more." if left else "") or "None of its bugs is an incident that is known here."


def _bugs(bugs: Sequence[int], bug_url: BugUrl) -> str:
    links = [bug_link(bug, bug_url) for bug in bugs[:LISTED_BUGS]]
    value, left = lines_within(links, FIELD_VALUE - 20)
    more = len(bugs) - len(links) + left
    return value.replace("\n", ", ") + (f" and {more} more" if more else "")


def render_catch_up(alert: CatchUpAlert, *, bug_url: BugUrl) -> discord.Embed:
    """Render many at once as a list of links, with the count of those for which there was no room."""
    parts = [
        f"{len(alert.incidents)} incidents" if alert.incidents else "",
        f"{len(alert.messages)} list messages" if alert.messages else "",
    ]
    # Every link must be there: what has to give way is the words beside them.
    for words in WORDS_BESIDE_LINKS:
        lines = [_short_line(incident, bug_url, words) for incident in alert.incidents]
        lines += [_message_line(message, words) for message in alert.messages]
        text, left = lines_within(lines, DESCRIPTION - 100)
        if not left:
            break
    if left:
        text += f"\n… and {left} more."
    title = f"Catching up: {' and '.join(part for part in parts if part)}"
    return fit(discord.Embed(title=title, description=text, colour=ATTENTION))


def _message_line(message: Message, words: int) -> str:
    subject = harmless(message.subject, words, one_line=True) if words else ""
    url = safe_url(message.url)
    day = f"{message.posted:%Y-%m-%d} " if message.posted and words else ""
    return f"{day}[message]({url}) {subject}".rstrip() if url else f"{day}{subject}" or "(no subject)"


def _short_line(incident: Incident, bug_url: BugUrl, words: int) -> str:
    if not words:
        return bug_link(incident.bug.id, bug_url)
    ca = f"{harmless(incident.ca, 40, one_line=True)}: " if incident.ca else ""
    title = harmless(incident.title, words, one_line=True)
    return f"{incident.bug.created:%Y-%m-%d} {bug_link(incident.bug.id, bug_url)} {ca}{title}"


def render_withdrawn(alert: WithdrawnAlert, *, bug_url: BugUrl) -> discord.Embed:
    """Render what replaces an alert whose bug is gone from sight: its number and nothing that it said."""
    said = WITHDRAWN.get(alert.reason, WITHDRAWN["restricted"]).format(bug=alert.bug)
    return fit(discord.Embed(description=said, url=bug_url(alert.bug), colour=CLOSED, title=f"Bug {alert.bug}"))
