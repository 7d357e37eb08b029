"""The status of Rootwatch as an answer: a line for members, the rest for who may manage the server."""

import discord

from bot.chat.render.common import NEUTRAL_COLOUR, OPEN_COLOUR, moment
from bot.chat.render.escape import MAX_FIELD_VALUE, MAX_MESSAGE, clamp_embed, escape_markdown, fit_lines
from bot.chat.render.message import Answer
from bot.formatting.phrases import describe_classifier, describe_freshness, describe_pending, describe_source_trouble
from bot.formatting.waiting import describe_processes, describe_trouble
from handlers.results.status import Status


def render_status(status: Status, *, detailed: bool) -> Answer:
    """Render how fresh each source is and what is stored; `detailed`: also what waits and what went wrong."""
    content = escape_markdown(describe_freshness(status), MAX_MESSAGE, one_line=True)
    if not detailed:
        return Answer(content)
    trouble = [*describe_source_trouble(status), *describe_trouble(status)]
    lines = [escape_markdown(sentence, 300, one_line=True) for sentence in trouble]
    deliveries = ", ".join(f"{count:,} {state}" for state, count in status.deliveries if count) or "none yet"
    pending = describe_pending(status)
    waiting = f"\n{pending.capitalize()}" if pending else ""
    classifier = escape_markdown(describe_classifier(status.classifier), 800)
    processes = describe_processes(status)
    bot_line = f"\nBot: {escape_markdown(processes, 500, one_line=True)}" if processes else ""
    embed = discord.Embed(
        description=f"Alerts: {deliveries}{waiting}\nSections by text: {classifier}{bot_line}",
        colour=OPEN_COLOUR if lines else NEUTRAL_COLOUR,
    )
    if lines:
        embed.add_field(name="Needs attention", value=fit_lines(lines, MAX_FIELD_VALUE)[0], inline=False)
    if status.errors:
        errors = (f"{moment(at)} {escape_markdown(text, 200, one_line=True)}" for at, text in status.errors)
        embed.add_field(name="Last errors", value=fit_lines(errors, MAX_FIELD_VALUE)[0], inline=False)
    return Answer(content, clamp_embed(embed))
