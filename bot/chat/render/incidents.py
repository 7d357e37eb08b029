"""Incidents as Discord embeds: lists, details and the explanation of their sections."""

from collections.abc import Sequence

import discord

from bot.chat.render.common import (
    CLOSED_COLOUR,
    NEUTRAL_COLOUR,
    OPEN_COLOUR,
    STATE_MARKS,
    Titles,
    bug_link,
    moment,
    relative,
    section_title,
)
from bot.chat.render.escape import (
    MAX_DESCRIPTION,
    MAX_FIELD_VALUE,
    MAX_TITLE,
    clamp_embed,
    escape_line,
    escape_markdown,
    escape_words,
    fit_lines,
)
from bot.chat.render.excerpts import render_excerpt
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
from bot.formatting.links import BugUrl
from bot.formatting.plain import to_single_line
from handlers.results.alerts import AlertStatus
from handlers.results.incidents import IncidentDetail, IncidentList, SectionExplanation
from storage.values.incidents import Assignment, Incident

MAX_LISTED_TITLE = 56  # so that six incidents fit a phone


def render_list_headline(page: IncidentList) -> str:
    """Return a list's answer in one line."""
    return incident_list_headline(page, _escape_name)


def render_incidents(page: IncidentList, bug_url: BugUrl) -> discord.Embed:
    """Render one page of a list: the largest sections first, then two lines for each incident."""
    colour = OPEN_COLOUR if page.counts.open_count else CLOSED_COLOUR
    sections = describe_section_counts(page, _escape_name)
    lines = [_list_entry(incident, page, bug_url) for incident in page.incidents]
    text, omitted = fit_lines(lines, MAX_DESCRIPTION - len(sections) - 40)
    more = f"\n… and {omitted} more." if omitted else ""
    embed = discord.Embed(colour=colour, description=(f"{sections}\n\n" if sections else "") + text + more)
    notes = [describe_owner(owner, _plain_name) for owner in page.owners] if len(page.owners) == 1 else []
    if footer := " · ".join(part for part in (describe_position(page), *notes) if part):
        embed.set_footer(text=footer)
    return clamp_embed(embed)


def _list_entry(incident: Incident, page: IncidentList, bug_url: BugUrl) -> str:
    """Return an incident's mark, number and title, and its other facts on a second line."""
    mark = "" if page.filter.state else f"{STATE_MARKS[incident.bug.is_open]} "
    owner = f"{_escape_name(incident.ca or '')}: " if shows_owner(incident, page) else ""
    title = escape_words(incident.title, MAX_LISTED_TITLE)
    facts = describe_incident(incident, page, _escape_name)
    return f"{mark}**{bug_link(incident.bug.id, bug_url)}** {owner}{title}\n{facts}"


def _escape_name(name: str) -> str:
    return escape_markdown(name, 80, one_line=True)


def _plain_name(name: str) -> str:
    return to_single_line(name, 80)


def render_incident(detail: IncidentDetail, bug_url: BugUrl, clocks: Sequence[str] = ()) -> discord.Embed:
    """Render one incident: its title, the beginning of its report, its owners, its dates and its running clocks."""
    incident, bug = detail.incident, detail.incident.bug
    title = escape_markdown(incident.title, 250, one_line=True) or f"Bug {bug.id}"
    excerpt = render_excerpt(incident.excerpt)
    return clamp_embed(
        discord.Embed(
            title=f"{escape_markdown(incident.ca, 80, one_line=True)}: {title}" if incident.ca else title,
            url=bug_url(bug.id),
            description="\n".join(
                [f"> {excerpt}" if excerpt else NO_REPORT_YET, *card_facts(incident, escape_line), *clocks]
            ),
            colour=OPEN_COLOUR if bug.is_open else CLOSED_COLOUR,
        )
    )


def render_card_headline(detail: IncidentDetail) -> str:
    """Return an incident's state and sections in one line."""
    return f"{STATE_MARKS[detail.incident.bug.is_open]} {card_headline(detail, escape_line)}"


def render_explanation_headline(explanation: SectionExplanation) -> str:
    """Return in which sections an incident is, in one line."""
    return explanation_headline(explanation, escape_line)


def render_explanation(explanation: SectionExplanation, bug_url: BugUrl, prefix: str) -> discord.Embed:
    """Render how each section of an incident was found, which others its text suggests, and the corrections."""
    bug, titles = explanation.incident.bug, explanation.section_titles
    embed = discord.Embed(
        title=escape_markdown(bug.summary, MAX_TITLE, one_line=True) or f"Bug {bug.id}",
        url=bug_url(bug.id),
        colour=NEUTRAL_COLOUR,
    )

    def add_lines(name: str, lines: list[str]) -> None:
        if lines:
            embed.add_field(name=name, value=fit_lines(lines, MAX_FIELD_VALUE)[0], inline=False)

    add_lines("Sections", [_explain(assignment, titles) for assignment in explanation.sections])
    add_lines("Perhaps also", [_explain(assignment, titles) for assignment in best_first(explanation.suggested)])
    corrections = [
        f"{describe_correction(correction, titles, escape_line)}, {relative(correction.corrected_at)}"
        for correction in explanation.corrections
    ]
    add_lines("Corrections by members", corrections)
    add_lines("Its alert in this channel", [_describe_alert(status, prefix) for status in explanation.alerts])
    return clamp_embed(embed)


def _explain(assignment: Assignment, titles: Titles) -> str:
    return f"**{section_title(assignment.section, titles)}**: {explain_assignment(assignment, escape_line)}"


def _describe_alert(status: AlertStatus, prefix: str) -> str:
    url = message_url(status)
    sentence = describe_alert_status(status, moment, lambda reason: escape_markdown(reason, 400, one_line=True))
    named = name_commands(sentence, prefix)
    return f"{named} [Go to it]({url})" if url else named
