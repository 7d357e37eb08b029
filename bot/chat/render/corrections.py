"""Corrections as Discord shows them: what was before, what holds now, and how to take it back."""

from collections.abc import Iterable
from dataclasses import replace

import discord

from bot.chat.render.alerts import describe_assignment
from bot.chat.render.escape import FIELD_VALUE, fit, lines_within, plain
from bot.chat.render.incidents import PLAIN, BugUrl, Titles, bug_link, section_title
from handlers.results import CorrectionResult, SectionExplanation
from storage.values.incidents import Assignment


def render_correction(answer: CorrectionResult, titles: Titles, bug_url: BugUrl) -> discord.Embed:
    """Render a member's word as one sentence."""
    return fit(discord.Embed(description=correction_sentence(answer, titles, bug_url), colour=PLAIN))


def correction_sentence(answer: CorrectionResult, titles: Titles, bug_url: BugUrl) -> str:
    """Say what was before, what holds now in this server, and how to take it back."""
    bug = f"Bug {bug_link(answer.bug, bug_url)}"
    if not answer.changed:
        state = (
            f"is in {_named([answer.previous], titles)}"
            if answer.belongs and answer.previous
            else (f"is not in **{section_title(answer.section, titles)}**")
        )
        return f"{bug} {state} already, so there was nothing to change."
    contrary = f"`{'unclassify' if answer.belongs else 'classify'} {answer.bug} {_code(answer.section)}`"
    before = f"was not in **{section_title(answer.section, titles)}**"
    if answer.previous:
        before = f"was {'' if answer.previous.sure else 'perhaps '}in {_named([answer.previous], titles)}"
    now = _named([one for one in answer.sections if one.sure], titles) or "no section"
    ending = "takes it back" if answer.can_be_undone else "says the contrary"
    return f"{bug} {before}; here it is now in {now}; {contrary} {ending}."


def render_placing(why: SectionExplanation, titles: Titles, bug_url: BugUrl, *, sentence: str = "", left: int = 0) -> discord.Embed:
    """Render in which sections an incident is here, above menus to correct it; `sentence` is what was just kept.

    `left` counts the sections for which the menus have no room.
    """
    bug = why.incident.bug.id
    more = f"There are {left} more sections than the menu holds; " if left else "In a channel, "
    hint = f"{more}`classify {bug} SECTION` and `unclassify {bug} SECTION` take any."
    embed = discord.Embed(
        title=f"Which sections is bug {bug} in?",
        url=bug_url(bug),
        description=f"{sentence}\n\n{hint}".strip(),
        colour=PLAIN,
    )
    found = [describe_assignment(one, titles) for one in why.sections]
    embed.add_field(name="In this server", value=lines_within(found, FIELD_VALUE)[0] or "none found yet", inline=False)
    if why.suggested:
        perhaps = [describe_assignment(one, titles) for one in why.suggested]
        embed.add_field(name="Perhaps also", value=lines_within(perhaps, FIELD_VALUE)[0], inline=False)
    return fit(embed)


def _named(assignments: Iterable[Assignment], titles: Titles) -> str:
    # the words that decided are for why
    return ", ".join(describe_assignment(replace(one, words=()), titles) for one in assignments)


def _code(key: str) -> str:
    return plain(key.replace("`", ""), 60)
