"""Summaries in Discord: the answer as the line of content, the other sentences in an embed, each with its links."""

from collections.abc import Iterable

import discord

from bot.chat.render.common import CLOSED_COLOUR, NEUTRAL_COLOUR, OPEN_COLOUR
from bot.chat.render.escape import MAX_DESCRIPTION, MAX_TITLE, clamp_embed, escape_markdown, fit_lines
from bot.chat.render.message import Answer
from bot.chat.render.pieces import render_pieces
from bot.formatting.links import BugUrl
from bot.formatting.pieces import Statement
from bot.formatting.summary_text import (
    bug_headline,
    bug_statements,
    group_headline,
    group_statements,
    section_statements,
    source_statements,
)
from handlers.results.summaries import BugSummary, GroupSummary, Summary

MORE_LENGTH = 100  # left for the sentence on what did not fit


def render_summary(summary: Summary, bug_url: BugUrl) -> Answer:
    """Render a summary: the numbers first, then the sentences, without buttons."""
    if isinstance(summary, BugSummary):
        return _render_bug(summary, bug_url)
    return _answer(group_headline(summary), group_statements(summary), bug_url)


def render_summary_sections(summary: GroupSummary, bug_url: BugUrl) -> Answer:
    """Render which bugs are in each section of a summary, or about each CA owner of a section's summary."""
    return _answer(group_headline(summary), section_statements(summary), bug_url, "No section is known of them.")


def render_sources(summary: GroupSummary, bug_url: BugUrl) -> Answer:
    """Render which bugs the figures of a summary count."""
    return _answer(group_headline(summary), source_statements(summary), bug_url, "There is nothing to count.")


def _render_bug(summary: BugSummary, bug_url: BugUrl) -> Answer:
    incident = summary.incident
    answer = _answer(bug_headline(summary), bug_statements(summary), bug_url)
    if answer.embed is not None:
        answer.embed.title = escape_markdown(incident.title or incident.bug.summary, MAX_TITLE, one_line=True) or None
        answer.embed.url = bug_url(incident.bug.id)
        answer.embed.colour = OPEN_COLOUR if incident.bug.is_open else CLOSED_COLOUR
    return answer


def _answer(headline: Statement, statements: Iterable[Statement], bug_url: BugUrl, nothing: str = "") -> Answer:
    lines = (_line(statement, bug_url) for statement in statements)
    text, omitted = fit_lines(lines, MAX_DESCRIPTION - MORE_LENGTH)
    if omitted:
        text += f"\n… and {omitted} more."
    content = render_pieces(headline.pieces, None)
    if not (text or nothing):
        return Answer(content)
    return Answer(content, clamp_embed(discord.Embed(description=text or nothing, colour=NEUTRAL_COLOUR)))


def _line(statement: Statement, bug_url: BugUrl) -> str:
    text = render_pieces(statement.pieces, bug_url)
    return f"> {text}\n– {render_pieces(statement.speaker, bug_url)}" if statement.speaker else text
