"""The queue of moderators as a Discord message: the counts as the line of content, a page of incidents in an embed."""

import discord

from bot.chat.render.common import ATTENTION_COLOUR
from bot.chat.render.escape import MAX_DESCRIPTION, clamp_embed, fit_lines
from bot.chat.render.message import Answer
from bot.chat.render.pieces import render_pieces
from bot.formatting.links import BugUrl
from bot.formatting.queue_text import MAX_SHORT_TITLE, describe_queue, entry_subject, queue_headline, reason_line
from handlers.results.queue import Queue, QueueEntry

MORE_LENGTH = 100  # left for the sentence on what did not fit


def render_queue(queue: Queue, bug_url: BugUrl) -> Answer:
    """Render one page of the queue, without buttons."""
    content = queue_headline(queue)
    if not queue.entries:
        return Answer(content)
    blocks = (_block(entry, queue, bug_url) for entry in queue.entries)
    text, omitted = fit_lines(blocks, MAX_DESCRIPTION - MORE_LENGTH)
    more = f"\n… and {omitted} more." if omitted else ""
    embed = discord.Embed(description=text + more, colour=ATTENTION_COLOUR)
    embed.set_footer(text=describe_queue(queue))
    return Answer(content, clamp_embed(embed))


def _block(entry: QueueEntry, queue: Queue, bug_url: BugUrl) -> str:
    bug = entry.incident.bug.id
    lines = [render_pieces(reason_line(reason, bug, queue.as_of, bug_url), bug_url) for reason in entry.reasons]
    return "\n".join([f"**{render_pieces(entry_subject(entry, MAX_SHORT_TITLE), bug_url)}**", *lines])
