"""Summaries as text for a terminal."""

from bot.terminal.layout import Line, OutputStyle, line, sanitize
from bot.terminal.render.common import format_counts
from handlers.results.summaries import Summary


def render_summary(summary: Summary, style: OutputStyle) -> list[Line]:
    """Show the numbers, then each sentence with the links of its sources."""
    dates = [f"since {summary.since}" if summary.since else "", f"until {summary.until}" if summary.until else ""]
    lines = [line((sanitize(summary.subject), "head"), *(f" {date}" for date in dates if date))]
    lines += [line(format_counts((name.replace("_", " "), value) for name, value in summary.facts))]
    for claim in summary.claims:
        links = [
            style.bug_url(citation.bug) + ("" if citation.comment is None else f"#c{citation.comment}")
            for citation in claim.citations
        ]
        lines += [line(sanitize(claim.text)), *(Line(((link, "link"),), indent=4) for link in links)]
    return lines
