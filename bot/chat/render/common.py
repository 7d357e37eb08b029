"""What several embeds share: colours, section titles, links to bugs, and one-line descriptions."""

from collections.abc import Mapping
from datetime import datetime

import discord

from bot.chat.render.escape import escape_markdown
from bot.formatting.links import BugUrl
from bot.formatting.plain import to_single_line
from storage.values.incidents import Assignment

OPEN_COLOUR = discord.Colour(0xB7791F)
CLOSED_COLOUR = discord.Colour(0x5A6675)
NEUTRAL_COLOUR = discord.Colour(0x3A5F7D)
ATTENTION_COLOUR = discord.Colour(0x3F6F63)

STATE_MARKS = {True: "🟠", False: "⚪"}  # by whether a bug is open

MAX_COMMAND = 200  # characters of a command line in a hint

Titles = Mapping[str, str]  # section keys to titles


def section_title(key: str, titles: Titles) -> str:
    """Return a section's title, or its key if it has no title."""
    return escape_markdown(titles.get(key, key), 80, one_line=True)


def bug_link(bug: int, bug_url: BugUrl, comment: int | None = None) -> str:
    """Return a Markdown link to a bug or to one of its comments."""
    if comment is None:
        return f"[{bug}]({bug_url(bug)})"
    return f"[{bug} comment {comment}]({bug_url(bug)}#c{comment})"


def moment(at: datetime) -> str:
    """Return a moment as Discord shows it to each reader in the own time zone."""
    return discord.utils.format_dt(at, "f")


def relative(at: datetime) -> str:
    """Return a moment as Discord shows it relative to now, such as "3 hours ago"."""
    return discord.utils.format_dt(at, "R")


def command_code(prefix: str, line: str) -> str:
    """Return a command line that can be pasted, as code: the prefix of the server stands before it."""
    return f"`{to_single_line(f'{prefix}{line}'.replace('`', ''), MAX_COMMAND)}`"


def describe_assignment(assignment: Assignment, titles: Titles) -> str:
    """Return one line: the section, how it was assigned and, for one assigned by text, the confidence and reasons."""
    title = f"**{section_title(assignment.section, titles)}**"
    if assignment.by == "text":
        reasons = escape_markdown(", ".join(assignment.reasons), 150, one_line=True)
        return f"{title} {assignment.confidence * 100:.0f} % by text" + (f": *{reasons}*" if reasons else "")
    return f"{title} by {'tag' if assignment.by == 'tag' else 'a member'}"
