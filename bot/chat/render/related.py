"""Echoes as Discord shows them: under their headings, each with its link, its day and its reason."""

import discord

from bot.chat.render.escape import fit, harmless, lines_within
from bot.chat.render.incidents import PLAIN, BugUrl, bug_link
from handlers.related.find import Group
from handlers.results import RelatedIncident, RelatedIncidents

HEADINGS: dict[Group, str] = {
    "refers to": "It refers to",
    "same CA": "Like it, of the same CA",
    "other CAs": "Like it, of other CAs",
}
LISTED = 6
GROUP_LENGTH = 1250  # three of them fit into one description
TITLE_LENGTH, REASON_LENGTH = 100, 80


def render_similar(answer: RelatedIncidents, bug_url: BugUrl) -> discord.Embed:
    """Render the earlier incidents that one refers to or resembles, the best few under each heading."""
    incident = answer.incident
    parts = [_group(HEADINGS[group], found, bug_url) for group, found in answer.groups]
    title = harmless(incident.title, 180, one_line=True)
    embed = discord.Embed(
        title=f"Echoes of bug {incident.bug.id}" + (f": {title}" if title else ""),
        url=bug_url(incident.bug.id),
        description="\n\n".join(parts) or "No earlier incident is like it, and it refers to none.",
        colour=PLAIN,
    )
    if parts:
        embed.set_footer(text=f"Earlier than {incident.bug.created:%Y-%m-%d}; days are those of the opening, in UTC")
    return fit(embed)


def echo_line(one: RelatedIncident, bug_url: BugUrl, *, with_ca: bool) -> str:
    """Say in one line which incident it is, when it was opened and why it is shown."""
    title = harmless(one.incident.title, TITLE_LENGTH, one_line=True)
    if with_ca and one.incident.ca:
        title = f"{harmless(one.incident.ca, 40, one_line=True)}: {title}"
    reason = harmless(one.echo.reason, REASON_LENGTH, one_line=True)
    return f"{bug_link(one.incident.bug.id, bug_url)} {title} ({one.incident.bug.created:%Y-%m-%d}, *{reason}*)"


def _group(heading: str, found: tuple[RelatedIncident, ...], bug_url: BugUrl) -> str:
    lines = [
        echo_line(one, bug_url, with_ca=not one.echo.same_ca)
        + ("" if one.echo.within_two_years else " · more than two years before")
        for one in found[:LISTED]
    ]
    text, left = lines_within(lines, GROUP_LENGTH)
    left += len(found[LISTED:])
    return f"**{heading}**\n{text}" + (f"\n… and {left} more." if left else "")
