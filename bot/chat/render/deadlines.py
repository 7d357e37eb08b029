"""Clocks as Discord messages: the answer as the line of content, a page of them in an embed."""

from collections.abc import Iterable

import discord

from bot.chat.render.common import CLOSED_COLOUR, NEUTRAL_COLOUR, OPEN_COLOUR
from bot.chat.render.escape import MAX_DESCRIPTION, clamp_embed, escape_markdown, fit_lines
from bot.chat.render.message import Answer
from bot.chat.render.pieces import render_pieces
from bot.formatting.deadline_text import (
    MAX_SHORT_TITLE,
    deadline_openness,
    deadline_statement,
    deadlines_headline,
    describe_rows,
    position,
    sentence,
    short_line,
    short_sources,
    short_subject,
)
from bot.formatting.history_text import history_headline, missed_statement, missed_subject, year_line
from bot.formatting.links import BugUrl
from bot.formatting.wording import count_of, describe_unread
from handlers.results.deadlines import DeadlineList, ListedDeadline, MissedHistory

OVERDUE_MARK, OPEN_MARK, DUE_MARK = "🔴", "🟡", "⚪"
MAX_YEARS = 3
MAX_CARD_LINES = 3
MORE_LENGTH = 100  # left for the sentence on what did not fit


def render_deadlines(listed: DeadlineList, bug_url: BugUrl) -> Answer:
    """Render one page of clocks, without buttons."""
    content = deadlines_headline(listed, _escape_name)
    if not listed.rows:
        return Answer(content)
    colour = OPEN_COLOUR if listed.counts.overdue else NEUTRAL_COLOUR
    blocks = (_block(row, listed, bug_url) for row in listed.rows)
    return Answer(content, _embed(blocks, describe_rows(listed), colour))


def card_clock_lines(listed: DeadlineList, bug_url: BugUrl) -> list[str]:
    """Return the running clocks of one incident in short lines, those that count most."""
    lines = [
        f"{_mark(row)} {render_pieces(short_line(row, listed.as_of, bug_url), bug_url)}"
        for row in listed.rows[:MAX_CARD_LINES]
    ]
    more = len(listed.rows) - len(lines)
    return [*lines, f"… and {count_of(more, 'more clock')}"] if more > 0 else lines


def render_history(history: MissedHistory, bug_url: BugUrl) -> Answer:
    """Render the counts of missed clocks by year on the first page, and one page of them, without buttons."""
    content = history_headline(history, _escape_name)
    years = [year for year in history.years if year.missed]
    lines = [escape_markdown(year_line(year, history), 400, one_line=True) for year in years[:MAX_YEARS]]
    if len(years) > MAX_YEARS:
        earlier = sum(year.missed for year in years[MAX_YEARS:])
        lines.append(f"before: {earlier:,}")
    blocks = ["\n".join([*lines, ""])] if lines and not history.page else []
    for miss in history.missed:
        pieces = (*missed_subject(miss, MAX_SHORT_TITLE), ": ", *missed_statement(miss, bug_url))
        blocks.append(render_pieces(pieces, bug_url))
    if not blocks:
        return Answer(content)
    shown = position(history.page, history.page_size, len(history.missed), history.missed_count, history.page_count)
    unread = describe_unread(history.unread)
    return Answer(content, _embed(blocks, " · ".join(part for part in (shown, unread) if part), CLOSED_COLOUR))


def _block(row: ListedDeadline, listed: DeadlineList, bug_url: BugUrl) -> str:
    statement = deadline_statement(row, listed.as_of)
    if listed.bug is None:
        subject = render_pieces(short_subject(row, shows_owner=not listed.owners), bug_url)
        head = f"{_mark(row)} **{subject}**: {render_pieces(statement, bug_url)}"
    else:
        head = f"{_mark(row)} {render_pieces(sentence(statement), bug_url)}"
    openness = escape_markdown(deadline_openness(row), 200, one_line=True)
    sources = render_pieces(short_sources(row, listed.as_of, bug_url), bug_url)
    return "\n".join(line for line in (head, openness, sources) if line)


def _mark(row: ListedDeadline) -> str:
    if row.deadline.state != "overdue":
        return DUE_MARK
    return OPEN_MARK if row.deadline.ambiguous else OVERDUE_MARK


def _embed(blocks: Iterable[str], footer: str, colour: discord.Colour) -> discord.Embed:
    text, omitted = fit_lines(blocks, MAX_DESCRIPTION - MORE_LENGTH)
    more = f"\n… and {omitted} more." if omitted else ""
    embed = discord.Embed(description=text + more, colour=colour)
    if footer:
        embed.set_footer(text=footer)
    return clamp_embed(embed)


def _escape_name(name: str) -> str:
    return escape_markdown(name, 80, one_line=True)
