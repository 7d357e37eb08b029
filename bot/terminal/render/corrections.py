"""Corrections as text for a terminal."""

from bot.formatting.corrections import correction_state, how_assigned, opposite_line, previous_state
from bot.terminal.layout import Line, OutputStyle, line, sanitize
from handlers.results.corrections import CorrectionResult


def render_correction(correction: CorrectionResult, style: OutputStyle) -> list[Line]:
    """Show what holds after a correction, what held before, and the command that undoes it."""
    link = line((style.bug_url(correction.bug), "link"))
    title = sanitize(correction.section_titles.get(correction.section, correction.section))
    lines = [line((f"{correction_state(correction, title)}.", "bug"))]
    lines += [line(sanitize(correction.incident_title))] if correction.incident_title else []
    if not correction.changed:
        return [*lines, link]
    others = [
        f"{sanitize(correction.section_titles.get(entry.section, entry.section))} ({how_assigned(entry)})"
        for entry in correction.sections
        if entry.confident and entry.section != correction.section
    ]
    lines.append(line(f"{previous_state(correction, title)}."))
    if others:
        lines.append(line(f"It is {'also ' if correction.current else ''}in {', '.join(others)}."))
    elif correction.current is None:
        lines.append(line("It is in no section now."))
    effect = "undoes this" if correction.can_be_undone else "says the opposite"
    scope = "This holds in every server without a correction of its own."
    return [*lines, line((scope, "quiet")), line(f"{sanitize(opposite_line(correction))} {effect}"), link]
