"""Many new incidents and list messages as one Discord message: the bugs of each CA, the subjects of each list."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import discord

from bot.chat.render.common import ATTENTION_COLOUR, bug_link
from bot.chat.render.escape import MAX_DESCRIPTION, clamp_embed, escape_words, fit_lines, safe_url
from bot.chat.render.message import Answer
from bot.formatting.alert_text import catch_up_headline
from bot.formatting.links import BugUrl
from handlers.results.alerts import CatchUpAlert
from storage.values.incidents import Incident
from storage.values.messages import ListMessage

MAX_SUBJECT_LENGTH = 90
MAX_OWNER_LENGTH = 60
NO_OWNER = "Without a CA"
ROOM_FOR_MORE = 40  # of the line that counts what did not fit


def render_catch_up(alert: CatchUpAlert, *, bug_url: BugUrl) -> Answer:
    """Render many events: every incident's number under its CA, linked as long as there is room, then the messages."""
    limit = MAX_DESCRIPTION - ROOM_FOR_MORE
    for linked in (len(alert.incidents), len(alert.incidents) // 2, 0):
        lines = [*_owner_lines(alert.incidents, bug_url, linked), *_message_lines(alert.messages)]
        text, omitted = fit_lines(lines, limit)
        if not omitted:
            break
    if omitted:
        text += f"\n… and {omitted} more lines."
    # the headline says what it is; a title would say it again
    embed = discord.Embed(description=text or "Nothing of it can be read any longer.", colour=ATTENTION_COLOUR)
    return Answer(catch_up_headline(alert), clamp_embed(embed))


def _owner_lines(incidents: Sequence[Incident], bug_url: BugUrl, linked: int) -> Iterator[str]:
    """Return a line for each CA owner, the one with the most incidents first; the first `linked` bugs are links."""
    by_owner: dict[str, list[int]] = defaultdict(list)
    for incident in incidents:
        by_owner[incident.ca or ""].append(incident.bug.id)
    left = linked
    for owner, bugs in sorted(by_owner.items(), key=lambda item: (-len(item[1]), item[0])):
        numbers = [bug_link(bug, bug_url) if index < left else str(bug) for index, bug in enumerate(bugs)]
        left -= len(bugs)
        name = escape_words(owner, MAX_OWNER_LENGTH) or NO_OWNER
        yield f"**{name}** {len(bugs)}: {', '.join(numbers)}"


def _message_lines(messages: Sequence[ListMessage]) -> Iterator[str]:
    """Return a line for each thread with a link to its first new message, the one with the most messages first."""
    by_thread: dict[tuple[str, str], list[ListMessage]] = defaultdict(list)
    for message in messages:
        by_thread[message.list, message.thread or message.subject].append(message)
    for (_, thread), of_thread in sorted(by_thread.items(), key=lambda item: -len(item[1])):
        subject = escape_words(thread, MAX_SUBJECT_LENGTH) or "(no subject)"
        url = safe_url(of_thread[0].url)
        count = f" {len(of_thread)}" if len(of_thread) > 1 else ""
        yield f"[{subject}]({url}){count}" if url else f"{subject}{count}"
