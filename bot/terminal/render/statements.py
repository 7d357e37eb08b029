"""Statements as text for a terminal, with the addresses of what they name below them."""

from bot.formatting.pieces import BugNumber, PageLink, Statement, plain_text
from bot.terminal.layout import Line, OutputStyle, line, sanitize


def statement_rows(statement: Statement, style: OutputStyle) -> list[Line]:
    """Return a sentence and below it the links of what it names; the sources of a whole count are not listed."""
    rows = [line(sanitize(statement.text))]
    if statement.speaker:
        rows = [line(f"“{sanitize(statement.text)}” – {sanitize(plain_text(statement.speaker))}")]
    for piece in (*statement.pieces, *statement.speaker):
        match piece:
            case BugNumber():
                comment = "" if piece.comment is None else f"#c{piece.comment}"
                rows.append(Line(((style.bug_url(piece.bug) + comment, "link"),), indent=4))
            case PageLink():
                rows.append(Line(((sanitize(piece.url), "link"),), indent=4))
    return rows
