"""Related earlier incidents as text for a terminal."""

from bot.formatting.related_table import related_rows
from bot.formatting.related_text import novelty_note, related_headline, related_sections
from bot.terminal.layout import Line, OutputStyle, line, sanitize
from bot.terminal.render.common import bug_heading
from bot.terminal.render.statements import statement_rows
from handlers.results.related import RelatedIncidents


def render_related(related: RelatedIncidents, style: OutputStyle) -> list[Line]:
    """Show the answer, then earlier incidents under their headings, then the table of those a report must list."""
    lines = [*bug_heading(related.incident, style), line((sanitize(related_headline(related).text), "head"))]
    if note := novelty_note(related):
        lines.append(line(note))
    for heading, statements in related_sections(related, None):
        lines.append(line((f"{sanitize(heading)}:", "head")))
        lines += [row for statement in statements for row in statement_rows(statement, style)]
    if table := related_rows(related, style.bug_url):
        lines += [line(""), line(("Related incidents of the two years before, to paste into a report:", "head"))]
        lines += [Line((row,), no_wrap=True) for row in table]
    return lines
