"""What a comment with a report says outside of the report's form, where its author may answer or tell of items."""

from collections.abc import Sequence

from handlers.acts.statements import CommentText, Statement
from handlers.acts.values import ReportFacts


def outside_form(text: CommentText, report: ReportFacts) -> tuple[Statement, ...]:
    """Return the sentences before the first heading of a report, and those after its last part."""
    first = next((index for index, statement in enumerate(text.statements) if statement.kind == "heading"), None)
    if first is None:
        # A report without headings: only its first paragraph may be an answer.
        return tuple(statement for statement in text.own if statement.paragraph == text.own[0].paragraph)
    before = [statement for statement in text.statements[:first] if statement.kind == "own"]
    return (*before, *_after_form(text.statements[first:], report))


def remediation(text: CommentText) -> list[Statement]:
    """Return what a closure summary says of what was done."""
    return [statement for statement in text.own if statement.label.startswith("remediation")]


def _after_form(statements: Sequence[Statement], report: ReportFacts) -> list[Statement]:
    """Return the paragraphs after the last labelled part of a preliminary report or a closure summary."""
    last = max((index for index, statement in enumerate(statements) if statement.label), default=None)
    is_short = report.form == "3-preliminary"
    if last is None or not (is_short or "closure" in statements[last].section):
        return []
    part = statements[last].paragraph
    return [statement for statement in statements[last + 1 :] if statement.kind == "own" and statement.paragraph > part]
