"""The explanation of a term as a Discord message: the first sentence as the line of content."""

import discord

from bot.chat.render.common import NEUTRAL_COLOUR
from bot.chat.render.escape import MAX_MESSAGE, clamp_embed, escape_markdown
from bot.chat.render.message import Answer
from bot.chat.render.pieces import render_pieces
from bot.formatting.explanation_text import explained
from bot.formatting.links import BugUrl
from bot.formatting.pieces import PageLink
from handlers.results.explanations import Explanation

MAX_SOURCE = 300


def render_explanation_of_term(explanation: Explanation, bug_url: BugUrl) -> Answer:
    """Render a term in two sentences with its source."""
    term = explained(explanation)
    first, second = term.sentences
    content = f"**{escape_markdown(term.name, 100, one_line=True)}** ({term.kind}): {escape_markdown(first, 1_500)}"
    source = render_pieces((PageLink(term.source, term.link, MAX_SOURCE),), bug_url)
    embed = discord.Embed(description=f"{escape_markdown(second, 1_800)}\nSource: {source}", colour=NEUTRAL_COLOUR)
    return Answer(content[:MAX_MESSAGE], clamp_embed(embed))
