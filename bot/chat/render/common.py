"""What several embeds share: colours, section titles, links to bugs, and one-line descriptions."""

from collections.abc import Mapping

import discord

from bot.chat.render.escape import escape_markdown
from bot.formatting.links import BugUrl
from storage.values.incidents import Assignment, Incident

OPEN_COLOUR = discord.Colour(0xB7791F)
CLOSED_COLOUR = discord.Colour(0x5A6675)
NEUTRAL_COLOUR = discord.Colour(0x3A5F7D)
ATTENTION_COLOUR = discord.Colour(0x3F6F63)

Titles = Mapping[str, str]  # section keys to titles


def section_title(key: str, titles: Titles) -> str:
    """Return a section's title, or its key if it has no title."""
    return escape_markdown(titles.get(key, key), 80, one_line=True)


def bug_link(bug: int, bug_url: BugUrl, comment: int | None = None) -> str:
    """Return a Markdown link to a bug or to one of its comments."""
    if comment is None:
        return f"[{bug}]({bug_url(bug)})"
    return f"[{bug} comment {comment}]({bug_url(bug)}#c{comment})"


def incident_state(incident: Incident) -> str:
    """Return "open", or "closed" with the resolution."""
    if incident.bug.is_open:
        return "open"
    return f"closed {escape_markdown(incident.bug.resolution, 30, one_line=True)}".rstrip()


def incident_line(incident: Incident, titles: Titles, bug_url: BugUrl, *, with_ca: bool) -> str:
    """Return an incident's title, a second line with its opening day, state and sections, and an empty line."""
    title = escape_markdown(incident.title, 150, one_line=True)
    if with_ca and incident.ca:
        title = f"{escape_markdown(incident.ca, 60, one_line=True)}: {title}"
    names = [section_title(assignment.section, titles) for assignment in incident.sections if assignment.confident]
    sections = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    due = f"next update {incident.next_update}" if incident.next_update and incident.bug.is_open else ""
    facts = (f"{incident.bug.created:%Y-%m-%d}", incident_state(incident), sections, due)
    second_line = " · ".join(fact for fact in facts if fact)
    return f"**{bug_link(incident.bug.id, bug_url)}** {title}\n{second_line}\n"


def describe_assignment(assignment: Assignment, titles: Titles) -> str:
    """Return one line: the section, how it was assigned and, for one assigned by text, the confidence and reasons."""
    title = f"**{section_title(assignment.section, titles)}**"
    if assignment.by == "text":
        reasons = escape_markdown(", ".join(assignment.reasons), 150, one_line=True)
        return f"{title} {assignment.confidence * 100:.0f} % by text" + (f": *{reasons}*" if reasons else "")
    return f"{title} by {'tag' if assignment.by == 'tag' else 'a member'}"
