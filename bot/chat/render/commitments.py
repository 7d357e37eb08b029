"""Promises as Discord messages: the counts as the line of content, a page of them in an embed."""

import discord

from bot.chat.render.common import NEUTRAL_COLOUR, OPEN_COLOUR
from bot.chat.render.escape import MAX_DESCRIPTION, clamp_embed, escape_markdown, fit_lines
from bot.chat.render.message import Answer
from bot.chat.render.pieces import render_pieces
from bot.formatting.commitment_text import (
    MAX_AUTHOR_LENGTH,
    MAX_SHORT_PROMISE,
    commitment_words,
    commitments_headline,
    describe_commitments,
    short_commitment,
)
from bot.formatting.links import BugUrl
from bot.formatting.pieces import BugNumber, Piece, ThirdPartyText
from handlers.results.commitments import CommitmentList, ListedCommitment

PAST_MARK, LATE_MARK, OPEN_MARK, ENDED_MARK = "🔴", "🟡", "⚪", "🟢"
MORE_LENGTH = 100  # left for the sentence on what did not fit


def render_commitments(listed: CommitmentList, bug_url: BugUrl) -> Answer:
    """Render one page of promises, without buttons."""
    content = commitments_headline(listed, lambda name: escape_markdown(name, 80, one_line=True))
    if not listed.rows:
        return Answer(content)
    text, omitted = fit_lines((_block(row, listed, bug_url) for row in listed.rows), MAX_DESCRIPTION - MORE_LENGTH)
    more = f"\n… and {omitted} more." if omitted else ""
    colour = OPEN_COLOUR if listed.counts.past else NEUTRAL_COLOUR
    embed = discord.Embed(description=text + more, colour=colour)
    embed.set_footer(text=describe_commitments(listed))
    return Answer(content, clamp_embed(embed))


def _block(row: ListedCommitment, listed: CommitmentList, bug_url: BugUrl) -> str:
    words = commitment_words(row, MAX_SHORT_PROMISE)
    if listed.bug is None:
        ca = row.incident.ca if not listed.owners else None
        owner: tuple[Piece, ...] = (" ", ThirdPartyText(ca, MAX_AUTHOR_LENGTH)) if ca else ()
        words = (BugNumber(row.incident.bug.id), *owner, " ", *words)
    end = render_pieces(short_commitment(row, listed.as_of, bug_url), bug_url)
    return f"{_mark(row)} {render_pieces(words, bug_url)}\n{end}"


def _mark(row: ListedCommitment) -> str:
    if row.is_pending:
        return PAST_MARK if row.is_broken else OPEN_MARK
    if row.is_broken:
        return LATE_MARK
    return ENDED_MARK if row.commitment.became == "done" else OPEN_MARK
