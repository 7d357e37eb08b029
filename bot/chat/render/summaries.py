"""Summaries as Discord embeds, each sentence with links to its sources."""

import re

import discord

from bot.chat.render.common import NEUTRAL_COLOUR, bug_link
from bot.chat.render.escape import MAX_DESCRIPTION, clamp_embed, escape_markdown, fit_lines
from bot.formatting.links import BugUrl
from handlers.results.summaries import Claim, Summary

MAX_CITATIONS = 5


def render_summary(summary: Summary, bug_url: BugUrl) -> discord.Embed:
    """Render a summary: numbers first, then sentences, each with links to its sources."""
    days = " to ".join(str(day) for day in (summary.since, summary.until) if day)
    if summary.since and not summary.until:
        days = f"since {days}"
    elif summary.until and not summary.since:
        days = f"until {days}"
    facts = " · ".join(_fact(name, value, bug_url) for name, value in summary.facts if value is not None)
    claims = (f"• {_with_citations(claim, bug_url)}" for claim in summary.claims)
    text, omitted = fit_lines(claims, MAX_DESCRIPTION - len(facts) - 60)
    more = f"\n… and {omitted} more." if omitted else ""
    title = f"{escape_markdown(summary.subject, 180, one_line=True)}{f', {days}' if days else ''}"
    description = f"{facts}\n\n{text}{more}".strip()
    return clamp_embed(discord.Embed(title=title, description=description, colour=NEUTRAL_COLOUR))


def _fact(name: str, value: int | str, bug_url: BugUrl) -> str:
    label = escape_markdown(re.sub("[_-]", " ", name).capitalize(), 60, one_line=True)
    if name == "bug" and isinstance(value, int):
        return f"{label} {bug_link(value, bug_url)}"
    return f"{label} **{escape_markdown(str(value), 100, one_line=True)}**"


def _with_citations(claim: Claim, bug_url: BugUrl) -> str:
    links = [bug_link(citation.bug, bug_url, citation.comment) for citation in claim.citations]
    more = f" and {len(links) - MAX_CITATIONS} more" if len(links) > MAX_CITATIONS else ""
    citations = ", ".join(links[:MAX_CITATIONS]) + more
    return escape_markdown(claim.text, 600, one_line=True) + (f" ({citations})" if citations else "")
