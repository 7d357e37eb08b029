"""Promises as text for a terminal."""

from bot.formatting.commitment_text import (
    commitment_outcome,
    commitment_sources,
    commitment_subject,
    commitment_words,
    commitments_headline,
    describe_commitments,
)
from bot.formatting.pieces import Piece, plain_text
from bot.terminal.layout import Line, OutputStyle, line, sanitize
from bot.terminal.render.common import ROW_INDENT
from handlers.results.commitments import CommitmentList, ListedCommitment


def render_commitments(listed: CommitmentList, style: OutputStyle) -> list[Line]:
    """Show the counts, then each promise with what became of it, who made it where, and the link."""
    lines = [line((commitments_headline(listed, sanitize), "head"))]
    for row in listed.rows:
        lines += _rows(row, listed, style)
    if listed.page + 1 < listed.page_count:
        lines.append(line((f"add page:{listed.page + 2} for the next", "quiet")))
    return [*lines, line((describe_commitments(listed), "quiet"))]


def _rows(row: ListedCommitment, listed: CommitmentList, style: OutputStyle) -> list[Line]:
    state = "bad" if row.is_broken and row.is_pending else "open" if row.is_pending else "quiet"
    link = f"{style.bug_url(row.incident.bug.id)}#c{row.commitment.comment}"
    lines: list[Line] = []
    if listed.bug is None:
        lines.append(Line((_text(commitment_subject(row, shows_owner=not listed.owners)),), truncate=True))
    return [
        *lines,
        Line((_text(commitment_words(row)),), indent=ROW_INDENT),
        Line(((sanitize(commitment_outcome(row, listed.as_of)), state),), indent=ROW_INDENT),
        Line(((_text(commitment_sources(row, listed.as_of)), "quiet"),), indent=ROW_INDENT),
        Line(((link, "link"),), indent=ROW_INDENT),
    ]


def _text(pieces: tuple[Piece, ...]) -> str:
    return sanitize(plain_text(pieces))
