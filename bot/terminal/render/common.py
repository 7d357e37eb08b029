"""What several renderers share: days, counts, lists of sections, and rows of incidents.

On a terminal an incident takes two rows, cut to the width; in a pipe one whole line. Either has the link of its bug.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from bot.terminal.layout import Line, OutputStyle, Part, line, sanitize
from storage.values.incidents import Assignment, Incident

NO_TITLES: Mapping[str, str] = MappingProxyType({})
ROW_INDENT = 10  # an incident's second row begins below its date


def format_day(when: datetime | None) -> str:
    """Return a day as YYYY-MM-DD, "" for None."""
    return "" if when is None else when.strftime("%Y-%m-%d")


def format_counts(counts: Iterable[tuple[str, object]]) -> str:
    """Return names with their counts, without those whose count is None."""
    return ", ".join(f"{sanitize(str(name))} {sanitize(str(count))}" for name, count in counts if count is not None)


def format_sections(assignments: Iterable[Assignment], titles: Mapping[str, str]) -> str:
    """Return the titles of sections, else their keys, with the confidence of those by text; suggested ones are last."""
    ordered = sorted(assignments, key=lambda assignment: (not assignment.confident, -assignment.confidence))
    return ", ".join(
        f"{'' if assignment.confident else 'perhaps '}{sanitize(titles.get(assignment.section, assignment.section))}"
        + (f" {assignment.confidence:.0%}" if assignment.by == "text" else "")
        for assignment in ordered
    )


def incident_rows(
    incidents: Sequence[Incident], style: OutputStyle, *, titles: Mapping[str, str] = NO_TITLES
) -> list[Line]:
    """Return two rows for each incident on a terminal, one line in a pipe."""
    lines = []
    for incident in incidents:
        bug = incident.bug
        state = ("open  ", "open") if bug.is_open else ("closed", "quiet")
        number, link = f"{bug.id:>8}", (style.bug_url(bug.id), "link")
        title = sanitize(f"{incident.ca}: {incident.title}" if incident.ca else incident.title)
        sections = format_sections(incident.sections, titles)
        head: tuple[Part, ...] = ((number, "bug"), "  ", format_day(bug.created), "  ", state, "  ", title)
        if style.width is None:
            lines.append(line(*head, "  ", link, f"  [{sections}]" if sections else ""))
        else:
            lines.append(Line(head, truncate=True))
            fits = ROW_INDENT + len(style.bug_url(bug.id)) + 2 + len(sections) <= style.width
            rows: tuple[tuple[Part, ...], ...] = (
                ((link, "  ", (sections, "quiet")),) if fits else ((link,), (sections,))
            )
            lines += [Line(parts, indent=ROW_INDENT) for parts in rows]
    return lines


def bug_heading(incident: Incident, style: OutputStyle) -> list[Line]:
    """Return a bug's number with its summary, and its link below."""
    bug = incident.bug
    return [line((f"Bug {bug.id}", "bug"), "  ", sanitize(bug.summary)), line((style.bug_url(bug.id), "link"))]
