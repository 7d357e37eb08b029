"""Corrections in Discord: which section an incident is in now, what held before, and how its sections were found."""

import discord

from bot.chat.render.common import NEUTRAL_COLOUR, Titles, command_code, describe_assignment, section_title
from bot.chat.render.escape import MAX_FIELD_VALUE, MAX_TITLE, clamp_embed, escape_markdown, fit_lines
from bot.chat.render.message import Answer
from bot.formatting.corrections import correction_state, how_assigned, previous_state, undone_state
from bot.formatting.links import BugUrl
from handlers.results.corrections import CorrectionResult
from handlers.results.incidents import SectionExplanation


def render_correction(correction: CorrectionResult, titles: Titles, bug_url: BugUrl) -> Answer:
    """Render a member's correction: what holds now, what held before, and the incident's other sections."""
    return _render(correction, f"{state_line(correction, titles)}.", titles, bug_url)


def render_undone(correction: CorrectionResult, titles: Titles, bug_url: BugUrl) -> Answer:
    """Render what holds again after a correction was undone."""
    return _render(correction, f"{undone_line(correction, titles)}.", titles, bug_url)


def state_line(correction: CorrectionResult, titles: Titles) -> str:
    """Return what holds after a correction, without a full stop."""
    return correction_state(correction, section_title(correction.section, titles))


def undone_line(correction: CorrectionResult, titles: Titles) -> str:
    """Return what holds again after a correction was undone, without a full stop."""
    return undone_state(correction, section_title(correction.section, titles))


def render_bug_sections(
    explanation: SectionExplanation,
    titles: Titles,
    bug_url: BugUrl,
    prefix: str,
    *,
    sentence: str = "",
    omitted: int = 0,
) -> Answer:
    """Render an incident's sections in this server, above menus to correct them.

    `sentence` reports the correction just made; `omitted` counts the sections for which the menus have no room.
    """
    bug = explanation.incident.bug.id
    reason = f"The menu has no room for {omitted} more sections; " if omitted else "In a channel, "
    first = explanation.sections[0].section if explanation.sections else "policy-failure"
    hint = f"{reason}{command_code(prefix, f'classify {bug} {first}')} accepts any section."
    embed = discord.Embed(title=f"Bug {bug}", url=bug_url(bug), description=hint, colour=NEUTRAL_COLOUR)
    assigned = fit_lines([describe_assignment(item, titles) for item in explanation.sections], MAX_FIELD_VALUE)[0]
    embed.add_field(name="In this server", value=assigned or "none found yet", inline=False)
    if explanation.suggested:
        suggested = [describe_assignment(assignment, titles) for assignment in explanation.suggested]
        embed.add_field(name="Perhaps also", value=fit_lines(suggested, MAX_FIELD_VALUE)[0], inline=False)
    return Answer(f"{sentence}." if sentence else f"Which sections is bug {bug} in?", clamp_embed(embed))


def _render(correction: CorrectionResult, content: str, titles: Titles, bug_url: BugUrl) -> Answer:
    lines = [f"{previous_state(correction, section_title(correction.section, titles))}."] if correction.changed else []
    others = [
        f"{section_title(entry.section, titles)} ({how_assigned(entry)})"
        for entry in correction.sections
        if entry.confident and entry.section != correction.section
    ]
    if others:
        lines.append(f"It is also in {', '.join(others)}." if correction.current else f"It is in {', '.join(others)}.")
    elif correction.current is None:
        lines.append("In this server it is in no section now.")
    title = escape_markdown(correction.incident_title, MAX_TITLE, one_line=True) or f"Bug {correction.bug}"
    embed = discord.Embed(title=title, url=bug_url(correction.bug), description="\n".join(lines), colour=NEUTRAL_COLOUR)
    return Answer(content, clamp_embed(embed))
