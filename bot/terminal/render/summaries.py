"""Summaries as text for a terminal."""

from bot.formatting.summary_text import bug_headline, bug_statements, group_headline, group_statements
from bot.terminal.layout import Line, OutputStyle, line, sanitize
from bot.terminal.render.common import bug_heading
from bot.terminal.render.statements import statement_rows
from handlers.results.summaries import BugSummary, GroupSummary


def render_group_summary(summary: GroupSummary, style: OutputStyle) -> list[Line]:
    """Show the numbers, then each sentence with the links that it names."""
    lines = [line((sanitize(group_headline(summary).text), "head"))]
    return lines + [row for statement in group_statements(summary) for row in statement_rows(statement, style)]


def render_bug_summary(summary: BugSummary, style: OutputStyle) -> list[Line]:
    """Show the state, then each sentence with the links that it names."""
    lines = [*bug_heading(summary.incident, style), line((sanitize(bug_headline(summary).text), "head"))]
    return lines + [row for statement in bug_statements(summary) for row in statement_rows(statement, style)]
