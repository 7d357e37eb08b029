"""Corrections as Discord embeds: the sections before and after, and the command that undoes one."""

from collections.abc import Iterable
from dataclasses import replace

import discord

from bot.chat.render.common import NEUTRAL_COLOUR, Titles, bug_link, describe_assignment, section_title
from bot.chat.render.escape import MAX_FIELD_VALUE, clamp_embed, fit_lines
from bot.formatting.links import BugUrl
from bot.formatting.plain import to_single_line
from handlers.results.corrections import CorrectionResult
from handlers.results.incidents import SectionExplanation
from storage.values.incidents import Assignment


def render_correction(correction: CorrectionResult, titles: Titles, bug_url: BugUrl) -> discord.Embed:
    """Render a member's correction as one sentence."""
    sentence = correction_sentence(correction, titles, bug_url)
    return clamp_embed(discord.Embed(description=sentence, colour=NEUTRAL_COLOUR))


def correction_sentence(correction: CorrectionResult, titles: Titles, bug_url: BugUrl) -> str:
    """Return a sentence: the sections before the correction and after it in this server, and how to undo it."""
    bug = f"Bug {bug_link(correction.bug, bug_url)}"
    section = f"**{section_title(correction.section, titles)}**"
    previous = _join_assignments([correction.previous], titles) if correction.previous else ""
    if not correction.changed:
        # an example of a section that is voted on is not in it yet
        state = f"is in {previous}" if previous else f"is an example of {section}"
        state = state if correction.belongs else f"is not in {section}"
        return f"{bug} {state} already, so there was nothing to change."
    before = f"was not in {section}"
    if correction.previous:
        before = f"was {'' if correction.previous.confident else 'perhaps '}in {previous}"
    confident = [assignment for assignment in correction.sections if assignment.confident]
    after = _join_assignments(confident, titles) or "no section"
    command = "unclassify" if correction.belongs else "classify"
    opposite = f"`{command} {correction.bug} {_inline_code(correction.section)}`"
    effect = "undoes this" if correction.can_be_undone else "says the opposite"
    return f"{bug} {before}; here it is now in {after}; {opposite} {effect}."


def render_bug_sections(
    explanation: SectionExplanation, titles: Titles, bug_url: BugUrl, *, sentence: str = "", omitted: int = 0
) -> discord.Embed:
    """Render an incident's sections in this server, above menus to correct them.

    `sentence` reports the correction just made; `omitted` counts the sections for which the menus have no room.
    """
    bug = explanation.incident.bug.id
    reason = f"The menu has no room for {omitted} more sections; " if omitted else "In a channel, "
    hint = f"{reason}`classify {bug} SECTION` and `unclassify {bug} SECTION` accept any."
    embed = discord.Embed(
        title=f"Which sections is bug {bug} in?",
        url=bug_url(bug),
        description=f"{sentence}\n\n{hint}".strip(),
        colour=NEUTRAL_COLOUR,
    )
    assigned = fit_lines([describe_assignment(item, titles) for item in explanation.sections], MAX_FIELD_VALUE)[0]
    embed.add_field(name="In this server", value=assigned or "none found yet", inline=False)
    if explanation.suggested:
        suggested = [describe_assignment(assignment, titles) for assignment in explanation.suggested]
        embed.add_field(name="Perhaps also", value=fit_lines(suggested, MAX_FIELD_VALUE)[0], inline=False)
    return clamp_embed(embed)


def _join_assignments(assignments: Iterable[Assignment], titles: Titles) -> str:
    # without reasons: the command `why` lists them
    return ", ".join(describe_assignment(replace(assignment, reasons=()), titles) for assignment in assignments)


def _inline_code(key: str) -> str:
    return to_single_line(key.replace("`", ""), 60)
