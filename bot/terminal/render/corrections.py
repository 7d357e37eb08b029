"""Corrections as text for a terminal."""

from bot.terminal.layout import Line, OutputStyle, line, sanitize
from handlers.results.corrections import CorrectionResult
from storage.values.incidents import Assignment


def render_correction(correction: CorrectionResult, style: OutputStyle) -> list[Line]:
    """Show the sections before and after a correction, and the command that undoes it."""
    bug, link = (f"Bug {correction.bug}", "bug"), line((style.bug_url(correction.bug), "link"))
    section = sanitize(correction.section)
    if not correction.changed:
        state = "is in" if correction.belongs else "is not in"
        return [line(bug, f" {state} {section} already, so there was nothing to change"), link]
    before = f"not in {section}"
    if correction.previous is not None:
        prefix = "" if correction.previous.confident else "perhaps "
        before = f"{prefix}in {_describe_assignment(correction.previous)}"
    confident = [assignment for assignment in correction.sections if assignment.confident]
    after = ", ".join(_describe_assignment(assignment) for assignment in confident) or "no section"
    opposite = f"{'unclassify' if correction.belongs else 'classify'} {correction.bug} {section}"
    return [
        line(bug, f" was {before}; now, in every server without a correction of its own, it is in {after}"),
        line(f"{opposite} {'undoes this' if correction.can_be_undone else 'says the opposite'}"),
        link,
    ]


def _describe_assignment(assignment: Assignment) -> str:
    source = f"{assignment.confidence:.0%} by text" if assignment.by == "text" else f"by {assignment.by}"
    return f"{sanitize(assignment.section)} ({source})"
