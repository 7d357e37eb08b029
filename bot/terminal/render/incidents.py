"""Incidents as text for a terminal: lists, details and the explanation of their sections."""

from bot.formatting.alert_status import describe_alert_status, message_url
from bot.terminal.layout import Line, OutputStyle, line, sanitize
from bot.terminal.render.common import bug_heading, format_counts, format_day, format_sections, incident_rows
from handlers.results.incidents import IncidentDetail, IncidentList, SectionExplanation


def render_incidents(page: IncidentList, style: OutputStyle) -> list[Line]:
    """Show the totals first, then this page's incidents, newest first."""
    filters = page.filter
    about = "All CAs"
    if page.owner is not None:
        aliases = f" (also {', '.join(page.owner.aliases)})" if page.owner.aliases else ""
        about = sanitize(page.owner.name + aliases)
    limits = [f"in {sanitize(filters.section)}" if filters.section else "", "open ones" if filters.open_only else ""]
    limits += [f"since {filters.since}" if filters.since else "", f"until {filters.until}" if filters.until else ""]
    limit_text = "".join(f", {limit}" for limit in limits if limit)
    first = f", the first opened {format_day(page.first_opened)}" if page.first_opened else ""
    noun = "incident" if page.total == 1 else "incidents"
    lines = [line((about, "head"), f"{limit_text}: {page.total:,} {noun}, {page.open_count:,} open{first}")]
    if page.section_counts:
        lines.append(line((format_counts(page.section_counts), "quiet")))
    lines += incident_rows(page.incidents, style, with_ca=page.owner is None)
    if page.page_count > 1:
        hint = "" if page.page + 1 >= page.page_count else f"; add page:{page.page + 2} for the next"
        lines.append(line((f"page {page.page + 1} of {page.page_count}{hint}", "quiet")))
    return lines


def render_incident(detail: IncidentDetail, style: OutputStyle) -> list[Line]:
    """Show one incident with its dates, tags, sections and the beginning of its report."""
    incident, bug = detail.incident, detail.incident.bug
    opened = format_day(bug.created) + (f" by {sanitize(incident.reporter)}" if incident.reporter else "")
    closed = f"closed {format_day(bug.closed)} {bug.resolution}".replace("  ", " ").strip()
    facts = [
        ("state", "open" if bug.is_open else sanitize(closed)),
        ("opened", opened),
        ("tags", sanitize(", ".join(incident.tags))),
        ("sections", format_sections(incident.sections)),
        ("next update", str(incident.next_update or "") if bug.is_open else ""),
        ("close on", str(incident.close_on or "")),
        ("comments", f"{incident.comments:,}"),
    ]
    head = sanitize(f"{incident.ca}: {incident.title}" if incident.ca else incident.title)
    lines = [line((f"Bug {bug.id}", "bug"), "  ", (head, "head")), line((style.bug_url(bug.id), "link"))]
    lines += [line((f"{name:<12}", "quiet"), value) for name, value in facts if value]
    return [*lines, line(sanitize(incident.excerpt))] if incident.excerpt else lines


def render_explanation(explanation: SectionExplanation, style: OutputStyle) -> list[Line]:
    """Show for each section who or what decided, and why."""
    lines = bug_heading(explanation.incident, style)
    suggested = sorted(explanation.suggested, key=lambda assignment: -assignment.confidence)
    for prefix, assignments in (("", explanation.sections), ("perhaps ", suggested)):
        for assignment in assignments:
            confidence = f", {assignment.confidence:.0%} sure" if assignment.by == "text" else ""
            reasons = f": {sanitize(', '.join(assignment.reasons))}" if assignment.reasons else ""
            section = (sanitize(assignment.section), "head")
            lines.append(line(f"  {prefix}", section, f"  by {assignment.by}{confidence}{reasons}"))
    if not explanation.sections and not explanation.suggested:
        lines.append(line("  no section: neither tags nor text name one"))
    for correction in explanation.corrections:
        actor = "the operator" if correction.member is None else f"member {correction.member}"
        verdict = "belongs" if correction.verdict == "in" else "does not belong"
        when = f"{correction.corrected_at:%Y-%m-%d %H:%M}Z"
        lines.append(line(f"  {actor} on {when}: it {verdict} in ", (sanitize(correction.section), "head")))
    for status in explanation.alerts:
        url = message_url(status)
        link = ("  ", (url, "link")) if url else ()
        lines.append(line(f"  alert in channel {status.channel}: {sanitize(describe_alert_status(status))}", *link))
    return lines
