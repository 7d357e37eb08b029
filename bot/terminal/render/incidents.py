"""Incidents as text for a terminal: lists, details and the explanation of their sections."""

from bot.formatting.alert_status import describe_alert_status, message_url
from bot.formatting.alert_text import NO_REPORT_YET
from bot.formatting.hints import name_commands
from bot.formatting.incident_cards import (
    best_first,
    card_facts,
    card_headline,
    describe_correction,
    explain_assignment,
    explanation_headline,
)
from bot.formatting.incident_lists import (
    describe_incident,
    describe_owner,
    describe_position,
    describe_section_counts,
    incident_list_headline,
    shows_owner,
)
from bot.formatting.wording import long_moment
from bot.terminal.layout import Line, OutputStyle, Part, line, sanitize
from bot.terminal.render.common import ROW_INDENT, bug_heading
from handlers.results.incidents import IncidentDetail, IncidentList, SectionExplanation
from storage.values.incidents import Incident


def render_incidents(page: IncidentList, style: OutputStyle) -> list[Line]:
    """Show the totals first, then this page's incidents, newest first."""
    lines = [line((incident_list_headline(page, sanitize), "head"))]
    if sections := describe_section_counts(page, sanitize):
        lines.append(line((sections, "quiet")))
    for incident in page.incidents:
        lines += _list_rows(incident, page, style)
    notes = [describe_owner(owner, sanitize) for owner in page.owners] if len(page.owners) == 1 else []
    hint = "" if page.page + 1 >= page.page_count else f"add page:{page.page + 2} for the next"
    if foot := " · ".join(part for part in (describe_position(page), *notes, hint) if part):
        lines.append(line((foot, "quiet")))
    return lines


def _list_rows(incident: Incident, page: IncidentList, style: OutputStyle) -> list[Line]:
    """Return an incident's number and title, and its other facts with its link; in a pipe all on one line."""
    number, link = f"{incident.bug.id:>8}", (style.bug_url(incident.bug.id), "link")
    owner = f"{incident.ca}: " if shows_owner(incident, page) else ""
    title, facts = sanitize(f"{owner}{incident.title}"), describe_incident(incident, page, sanitize)
    if style.width is None:
        return [line((number, "bug"), f"  {title}  ", link, f"  {facts}")]
    head = Line(((number, "bug"), f"  {title}"), truncate=True)
    fits = ROW_INDENT + len(facts) + 2 + len(link[0]) <= style.width
    rows: list[tuple[Part, ...]] = [(facts, "  ", link)] if fits else [(facts,), (link,)]
    return [head, *(Line(parts, indent=ROW_INDENT) for parts in rows)]


def render_incident(detail: IncidentDetail, style: OutputStyle) -> list[Line]:
    """Show one incident: its state and sections, the beginning of its report, its owners, dates and tags."""
    incident, bug = detail.incident, detail.incident.bug
    head = sanitize(f"{incident.ca}: {incident.title}" if incident.ca else incident.title)
    lines = [line((card_headline(detail, sanitize), "head")), line(head), line((style.bug_url(bug.id), "link"))]
    lines.append(line(sanitize(incident.excerpt) or NO_REPORT_YET))
    lines += [line((fact, "quiet")) for fact in card_facts(incident, sanitize)]
    return [*lines, line((f"Tags: {sanitize(', '.join(incident.tags))}", "quiet"))] if incident.tags else lines


def render_explanation(explanation: SectionExplanation, style: OutputStyle) -> list[Line]:
    """Show for each section who or what decided, and why."""
    titles = explanation.section_titles
    lines = [line((explanation_headline(explanation, sanitize), "head")), *bug_heading(explanation.incident, style)]
    for prefix, assignments in (("", explanation.sections), ("perhaps ", best_first(explanation.suggested))):
        for assignment in assignments:
            title = (sanitize(titles.get(assignment.section, assignment.section)), "head")
            lines.append(line(f"  {prefix}", title, f": {explain_assignment(assignment, sanitize)}"))
    for correction in explanation.corrections:
        when = long_moment(correction.corrected_at)
        lines.append(line(f"  {describe_correction(correction, titles, sanitize)}, {when}"))
    for status in explanation.alerts:
        url = message_url(status)
        link = ("  ", (url, "link")) if url else ()
        lines.append(
            line(
                f"  alert in channel {status.channel}: {sanitize(name_commands(describe_alert_status(status), ''))}",
                *link,
            )
        )
    return lines
