"""The status of Rootwatch as a Discord embed."""

import discord

from bot.chat.render.common import NEUTRAL_COLOUR, OPEN_COLOUR
from bot.chat.render.escape import MAX_FIELD_VALUE, clamp_embed, escape_markdown, fit_lines
from bot.formatting.phrases import describe_classifier, describe_unreadable
from bot.formatting.waiting import describe_trouble
from handlers.results.status import Status


def render_status(status: Status) -> discord.Embed:
    """Render how fresh each source is, what is stored and pending, and the last errors."""
    failing = any(source.error or source.warning for source in status.sources)
    embed = discord.Embed(title="Status", colour=OPEN_COLOUR if failing else NEUTRAL_COLOUR)
    for source in status.sources:
        age = source.age_seconds
        freshness = "not read to the end yet" if age is None else f"read {_format_age(age)} ago"
        pending = f"\n{source.backlog} still to fetch" if source.backlog else ""
        pending += f"\n{source.missed} changes found by sweeps only" if source.missed else ""
        problems = [source.error, source.warning, describe_unreadable(source.unreadable)]
        error = "".join(f"\n{escape_markdown(text, 300, one_line=True)}" for text in problems if text)
        embed.add_field(name=escape_markdown(source.name, 100, one_line=True), value=f"{freshness}{pending}{error}")
    deliveries = ", ".join(f"{count} {state}" for state, count in status.deliveries if count) or "none yet"
    stored = f"{status.incidents} incidents, {status.messages} list messages"
    pending = f", the comments of {status.comments_pending} bugs still to fetch" if status.comments_pending else ""
    classifier = escape_markdown(describe_classifier(status.classifier), 800)
    embed.description = f"{stored}{pending}\nAlerts: {deliveries}\nClassifier: {classifier}"
    if trouble := [escape_markdown(sentence, 300, one_line=True) for sentence in describe_trouble(status)]:
        embed.add_field(name="Needs attention", value=fit_lines(trouble, MAX_FIELD_VALUE)[0], inline=False)
    if status.errors:
        errors = (f"{when:%Y-%m-%d %H:%M} {escape_markdown(text, 200, one_line=True)}" for when, text in status.errors)
        embed.add_field(name="Last errors (UTC)", value=fit_lines(errors, MAX_FIELD_VALUE)[0], inline=False)
    return clamp_embed(embed)


def _format_age(seconds: int) -> str:
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"
