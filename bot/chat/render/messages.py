"""Lists of list messages as Discord messages."""

from collections.abc import Sequence

import discord

from bot.chat.render.common import ATTENTION_COLOUR, bug_link
from bot.chat.render.escape import (
    MAX_DESCRIPTION,
    clamp_embed,
    escape_inline,
    escape_line,
    escape_words,
    fit_lines,
    safe_url,
)
from bot.chat.render.message import Answer
from bot.formatting.alert_text import owner_and_title
from bot.formatting.links import BugUrl
from bot.formatting.message_text import MAX_NAMED_BUGS, MAX_SUBJECT_LENGTH, describe_message, messages_headline
from handlers.results.messages import ListedMessage, MessageList

MAX_BUG_TITLE_LENGTH = 60
MAX_LISTED_BUGS = 6  # by number alone


def render_messages(page: MessageList, bug_url: BugUrl) -> Answer:
    """Render one page of a list: for each mail its linked subject, its day and author, and the bugs that it names."""
    headline = messages_headline(page, escape_inline)
    if not page.messages:
        return Answer(headline)
    blocks = [_describe(listed, bug_url) for listed in page.messages]
    text, omitted = fit_lines(blocks, MAX_DESCRIPTION - 40)
    embed = discord.Embed(description=text + (f"\n… and {omitted} more." if omitted else ""), colour=ATTENTION_COLOUR)
    return Answer(headline, clamp_embed(embed))


def _describe(listed: ListedMessage, bug_url: BugUrl) -> str:
    message = listed.message
    subject, url = escape_words(message.subject, MAX_SUBJECT_LENGTH) or "(no subject)", safe_url(message.url)
    head = f"**[{subject}]({url})**" if url else f"**{subject}**"
    return "\n".join([head, describe_message(listed, escape_line), *_bug_lines(listed, bug_url)])


def _bug_lines(listed: ListedMessage, bug_url: BugUrl) -> list[str]:
    """Return a line for each of the first bugs that a mail names, with its title if known; numbers for the rest."""
    known = {incident.bug.id: incident for incident in listed.incidents}
    lines = [
        f"{bug_link(bug, bug_url)} {_bug_title(listed, bug)}" if bug in known else bug_link(bug, bug_url)
        for bug in listed.message.bugs[:MAX_NAMED_BUGS]
    ]
    return lines + _rest(listed.message.bugs[MAX_NAMED_BUGS:], bug_url)


def _rest(bugs: Sequence[int], bug_url: BugUrl) -> list[str]:
    if not bugs:
        return []
    links = ", ".join(bug_link(bug, bug_url) for bug in bugs[:MAX_LISTED_BUGS])
    more = f" and {len(bugs) - MAX_LISTED_BUGS} more" if len(bugs) > MAX_LISTED_BUGS else ""
    return [f"and {links}{more}"]


def _bug_title(listed: ListedMessage, bug: int) -> str:
    incident = next(incident for incident in listed.incidents if incident.bug.id == bug)
    return owner_and_title(incident, escape_words, MAX_BUG_TITLE_LENGTH)
