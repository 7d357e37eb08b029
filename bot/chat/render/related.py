"""Related earlier incidents in Discord: the answer as the line of content, the others in an embed under headings."""

import discord

from bot.chat.render.common import NEUTRAL_COLOUR
from bot.chat.render.escape import MAX_DESCRIPTION, MAX_TITLE, clamp_embed, escape_markdown, fit_lines
from bot.chat.render.message import Answer
from bot.chat.render.pieces import render_pieces
from bot.formatting.links import BugUrl
from bot.formatting.related_text import MAX_SHOWN, novelty_note, related_headline, related_sections
from handlers.results.related import RelatedIncidents

MAX_TITLE_LENGTH, MAX_REASON_LENGTH = 100, 80
MORE_LENGTH = 100  # left for the sentence on what did not fit


def render_related(related: RelatedIncidents, bug_url: BugUrl, limit: int | None = MAX_SHOWN) -> Answer:
    """Render the earlier incidents that one refers to or is like, at most `limit` under each heading."""
    incident = related.incident
    lines = [note] if (note := novelty_note(related)) else []
    for heading, statements in related_sections(related, limit):
        lines.append(f"**{escape_markdown(heading, 80, one_line=True)}**")
        lines += [render_pieces(statement.pieces, bug_url) for statement in statements]
    text, omitted = fit_lines(lines, MAX_DESCRIPTION - MORE_LENGTH)
    title = escape_markdown(incident.title or incident.bug.summary, MAX_TITLE, one_line=True)
    embed = discord.Embed(
        title=title or f"Bug {incident.bug.id}",
        url=bug_url(incident.bug.id),
        description=(f"{text}\n… and {omitted} more." if omitted else text) or None,
        colour=NEUTRAL_COLOUR,
    )
    return Answer(render_pieces(related_headline(related).pieces, None), clamp_embed(embed))
