"""Related earlier incidents as text for a terminal."""

from bot.formatting.related_table import related_rows
from bot.terminal.layout import Line, OutputStyle, line
from bot.terminal.render.common import bug_heading, echo_row
from handlers.results.related import RelatedIncidents


def render_related(related: RelatedIncidents, style: OutputStyle) -> list[Line]:
    """Show earlier incidents under their headings, then the table of those that a report must list."""
    lines = bug_heading(related.incident, style)
    if not related.echoes:
        return [*lines, line("No earlier incident is like it, and it refers to none.")]
    for group, incidents in related.groups:
        lines.append(line((f"{group}:", "head")))
        lines += [echo_row(incident, style) for incident in incidents]
    if table := related_rows(related, style.bug_url):
        lines += [line(""), line(("Related incidents of the two years before, to paste into a report:", "head"))]
        lines += [Line((row,), no_wrap=True) for row in table]
    return lines
