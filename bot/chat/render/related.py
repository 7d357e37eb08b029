"""Related earlier incidents as Discord embeds: under their headings, each with its link, day and reason."""

import discord

from bot.chat.render.common import NEUTRAL_COLOUR, bug_link
from bot.chat.render.escape import clamp_embed, escape_markdown, fit_lines
from bot.formatting.links import BugUrl
from handlers.related.find import Group
from handlers.results.related import RelatedIncident, RelatedIncidents

HEADINGS: dict[Group, str] = {
    "refers to": "It refers to",
    "same CA": "Like it, of the same CA",
    "other CAs": "Like it, of other CAs",
}
MAX_LISTED = 6
MAX_GROUP_LENGTH = 1250  # three groups fit into one description
MAX_TITLE_LENGTH, MAX_REASON_LENGTH = 100, 80


def render_related(related: RelatedIncidents, bug_url: BugUrl) -> discord.Embed:
    """Render the earlier incidents that one refers to or resembles, the best few under each heading."""
    incident = related.incident
    groups = [_render_group(HEADINGS[group], incidents, bug_url) for group, incidents in related.groups]
    title = escape_markdown(incident.title, 180, one_line=True)
    embed = discord.Embed(
        title=f"Echoes of bug {incident.bug.id}" + (f": {title}" if title else ""),
        url=bug_url(incident.bug.id),
        description="\n\n".join(groups) or "No earlier incident is like it, and it refers to none.",
        colour=NEUTRAL_COLOUR,
    )
    if groups:
        embed.set_footer(text=f"Earlier than {incident.bug.created:%Y-%m-%d}; days are days of opening, in UTC")
    return clamp_embed(embed)


def echo_line(related: RelatedIncident, bug_url: BugUrl, *, with_ca: bool) -> str:
    """Return one line: the link, title and opening day of a related incident, and the reason why it is listed."""
    incident = related.incident
    title = escape_markdown(incident.title, MAX_TITLE_LENGTH, one_line=True)
    if with_ca and incident.ca:
        title = f"{escape_markdown(incident.ca, 40, one_line=True)}: {title}"
    reason = escape_markdown(related.echo.reason, MAX_REASON_LENGTH, one_line=True)
    return f"{bug_link(incident.bug.id, bug_url)} {title} ({incident.bug.created:%Y-%m-%d}, *{reason}*)"


def _render_group(heading: str, incidents: tuple[RelatedIncident, ...], bug_url: BugUrl) -> str:
    lines = [
        echo_line(related, bug_url, with_ca=not related.echo.same_ca)
        + ("" if related.echo.within_two_years else " · more than two years before")
        for related in incidents[:MAX_LISTED]
    ]
    text, omitted = fit_lines(lines, MAX_GROUP_LENGTH)
    omitted += len(incidents[MAX_LISTED:])
    return f"**{heading}**\n{text}" + (f"\n… and {omitted} more." if omitted else "")
