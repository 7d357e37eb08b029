"""Incidents as Discord embeds: lists, details and the explanation of their sections."""

import discord

from bot.chat.render.common import (
    CLOSED_COLOUR,
    NEUTRAL_COLOUR,
    OPEN_COLOUR,
    Titles,
    bug_link,
    incident_line,
    incident_state,
    section_title,
)
from bot.chat.render.escape import MAX_DESCRIPTION, MAX_FIELD_VALUE, clamp_embed, escape_markdown, fit_lines
from bot.formatting.alert_status import describe_alert_status, message_url
from bot.formatting.links import BugUrl
from bot.formatting.plain import to_single_line
from handlers.results.alerts import AlertStatus
from handlers.results.incidents import IncidentDetail, IncidentList, SectionExplanation
from storage.values.incidents import Assignment, Correction

MAX_EXCERPT_LENGTH = 1500


def render_incidents(page: IncidentList, titles: Titles, bug_url: BugUrl) -> discord.Embed:
    """Render one page of a list: the totals first, then two lines for each incident."""
    subject = to_single_line(page.owner.name, 100) if page.owner else "All incidents"
    total = f"{page.total} incident{'' if page.total == 1 else 's'}"
    embed = discord.Embed(
        title=f"{escape_markdown(subject, 150)}: {total}",
        colour=OPEN_COLOUR if page.open_count else CLOSED_COLOUR,
        description="No incident matches.",
    )
    if page.total:
        since = f" · since {page.first_opened:%Y-%m-%d}" if page.first_opened else ""
        head = f"**{page.open_count}** open · **{page.total - page.open_count}** closed{since}"
        if page.section_counts:
            counts = ", ".join(f"{section_title(key, titles)} {count}" for key, count in page.section_counts[:4])
            head += f"\nMost often: {counts}"
        lines = [incident_line(incident, titles, bug_url, with_ca=page.owner is None) for incident in page.incidents]
        text, omitted = fit_lines(lines, MAX_DESCRIPTION - len(head) - 40)
        embed.description = f"{head}\n\n{text}" + (f"\n… and {omitted} more." if omitted else "")
    query = f" · {to_single_line(page.query_text, 200)}" if page.query_text.strip() else ""
    if page.page_count > 1:
        embed.set_footer(text=f"Page {page.page + 1} of {page.page_count}{query}")
    elif query:
        embed.set_footer(text=query.removeprefix(" · "))
    return clamp_embed(embed)


def render_incident(detail: IncidentDetail, titles: Titles, bug_url: BugUrl) -> discord.Embed:
    """Render one incident: its state, its dates, its sections and the beginning of its report."""
    incident, bug = detail.incident, detail.incident.bug
    title = escape_markdown(incident.title, 250, one_line=True) or f"Bug {bug.id}"
    embed = discord.Embed(
        title=f"{escape_markdown(incident.ca, 80, one_line=True)}: {title}" if incident.ca else title,
        url=bug_url(bug.id),
        description=escape_markdown(incident.excerpt, MAX_EXCERPT_LENGTH) or "The report has not been posted yet.",
        colour=OPEN_COLOUR if bug.is_open else CLOSED_COLOUR,
        timestamp=bug.created,
    )
    embed.add_field(name="Bug", value=bug_link(bug.id, bug_url))
    embed.add_field(name="State", value=incident_state(incident))
    reporter = escape_markdown(incident.reporter, 100, one_line=True)
    embed.add_field(name="Opened", value=f"{bug.created:%Y-%m-%d} by {reporter}")
    if bug.closed:
        embed.add_field(name="Closed", value=f"{bug.closed:%Y-%m-%d}")
    if incident.next_update and bug.is_open:
        embed.add_field(name="Next update", value=str(incident.next_update))
    if incident.close_on:
        embed.add_field(name="To be closed on", value=str(incident.close_on))
    embed.add_field(name="Comments", value=str(incident.comments))
    names = [section_title(assignment.section, titles) for assignment in incident.sections if assignment.confident]
    embed.add_field(name="Sections", value=", ".join(names) or "none found yet", inline=False)
    hint = f"why {bug.id} explains how the sections were found; similar {bug.id} lists its echoes"
    return clamp_embed(embed.set_footer(text=hint))


def render_explanation(explanation: SectionExplanation, titles: Titles, bug_url: BugUrl) -> discord.Embed:
    """Render how each section of an incident was found, which others its text suggests, and the corrections."""
    bug = explanation.incident.bug
    embed = discord.Embed(
        title=f"Why bug {bug.id} is in its sections",
        url=bug_url(bug.id),
        description=escape_markdown(bug.summary, 400, one_line=True),
        colour=NEUTRAL_COLOUR,
    )
    assigned = [_explain_assignment(assignment, titles) for assignment in explanation.sections]
    embed.add_field(name="Sections", value=fit_lines(assigned, MAX_FIELD_VALUE)[0] or "None found yet.", inline=False)
    if explanation.suggested:
        suggested = [_explain_assignment(assignment, titles) for assignment in explanation.suggested]
        embed.add_field(name="Perhaps also", value=fit_lines(suggested, MAX_FIELD_VALUE)[0], inline=False)
    if explanation.corrections:
        corrections = [_describe_correction(correction, titles) for correction in explanation.corrections]
        embed.add_field(name="Corrections by members", value=fit_lines(corrections, MAX_FIELD_VALUE)[0], inline=False)
    if explanation.alerts:
        alerts = [_describe_alert(status) for status in explanation.alerts]
        embed.add_field(name="Its alert in this channel", value=fit_lines(alerts, MAX_FIELD_VALUE)[0], inline=False)
    return clamp_embed(embed)


def _describe_correction(correction: Correction, titles: Titles) -> str:
    # within an embed a mention pings nobody
    actor = "the operator, for every server" if correction.member is None else f"<@{correction.member}>"
    belongs = "belongs" if correction.verdict == "in" else "does not belong"
    section = section_title(correction.section, titles)
    return f"It {belongs} in **{section}**: {actor}, {correction.corrected_at:%Y-%m-%d %H:%M} UTC"


def _describe_alert(status: AlertStatus) -> str:
    url = message_url(status)
    sentence = escape_markdown(describe_alert_status(status), 400, one_line=True)
    return f"{sentence} [Go to it]({url})" if url else sentence


def _explain_assignment(assignment: Assignment, titles: Titles) -> str:
    title = f"**{section_title(assignment.section, titles)}**"
    if assignment.by == "tag":
        return f"{title}: Bugzilla's whiteboard has its tag"
    if assignment.by == "member":
        return f"{title}: a member said so"
    reasons = escape_markdown(", ".join(assignment.reasons), 200, one_line=True)
    return f"{title}: {assignment.confidence * 100:.0f} % by its text" + (f", for *{reasons}*" if reasons else "")
