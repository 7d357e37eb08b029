"""Sections in Discord: the list of all, and the details, state and history of one."""

from collections.abc import Sequence

import discord

from bot.chat.render.common import (
    ATTENTION_COLOUR,
    CLOSED_COLOUR,
    NEUTRAL_COLOUR,
    OPEN_COLOUR,
    STATE_MARKS,
    bug_link,
    command_code,
    moment,
    relative,
)
from bot.chat.render.escape import MAX_DESCRIPTION, MAX_FIELD_VALUE, clamp_embed, escape_markdown, fit_lines
from bot.chat.render.message import Answer
from bot.formatting.ballots import change_text, proposer_text, state_label, tally_text
from bot.formatting.links import BugUrl
from bot.formatting.section_lists import (
    describe_listed_counts,
    describe_origins,
    describe_section_state,
    distinct_key,
    hidden_sentence,
    section_list_headline,
    split_listed,
)
from bot.formatting.section_sizes import backfill_progress
from bot.formatting.wording import count_of, long_day
from handlers.results.sections import SectionDetail
from handlers.results.votes import Ballot
from storage.values.incidents import Incident
from storage.values.sections import CustomSection, Section, SectionChange

STATE_COLOURS = {"proposed": OPEN_COLOUR, "active": ATTENTION_COLOUR}


def render_sections(sections: Sequence[Section], prefix: str) -> Answer:
    """Render the sections that hold incidents or are voted on, with how many incidents each holds."""
    listed, hidden = split_listed(sections)
    tail = ""
    if hidden:
        tail = f"\n{hidden_sentence(hidden, command_code(prefix, f'section {hidden[0].key}'))}."
    text, omitted = fit_lines(map(_list_line, listed), MAX_DESCRIPTION - len(tail) - 40)
    more = f"\n… and {omitted} more." if omitted else ""
    embed = discord.Embed(description=f"{text}{more}{tail}".strip(), colour=NEUTRAL_COLOUR)
    return Answer(f"{escape_markdown(section_list_headline(listed), 200, one_line=True)}.", clamp_embed(embed))


def render_section(detail: SectionDetail, bug_url: BugUrl, prefix: str) -> Answer:
    """Render one section: its state and counts, its newest incidents, its vote and its history."""
    section, custom = detail.section, detail.custom
    title = escape_markdown(section.title, 80, one_line=True)
    key = escape_markdown(distinct_key(section), 60, one_line=True)
    counts = escape_markdown(describe_origins(section), 200, one_line=True)
    head = [escape_markdown(section.description, 300, one_line=True), counts]
    head += [_vote_line(detail.ballot, custom)] if custom and detail.ballot else []
    lines = [line for line in head if line]
    hint = f"{command_code(prefix, f'incidents section:{section.key}')} lists all" if section.incidents else ""
    hint = " · ".join(part for part in (hint, f"key {key}" if key else "") if part)
    newest = [_incident_entry(incident, bug_url) for incident in detail.newest]
    room = MAX_DESCRIPTION - len("\n".join(lines)) - len(hint) - (1800 if custom else 60)
    if newest:
        lines.append("\n" + fit_lines(newest, room)[0])
    embed = discord.Embed(
        description="\n".join([*lines, hint] if hint else lines),
        colour=OPEN_COLOUR if detail.open_count else CLOSED_COLOUR,
    )
    if detail.owner_counts:
        owners = [f"{escape_markdown(name, 60, one_line=True)} {count}" for name, count in detail.owner_counts]
        embed.add_field(name="Most about", value=fit_lines(owners, 500)[0].replace("\n", " · "), inline=False)
    if detail.history:
        embed.add_field(name="History", value=_history(detail.history), inline=False)
    return Answer(f"{title}: {_state_and_counts(detail)}.", clamp_embed(embed))


def render_section_state(section: CustomSection, change: str) -> Answer:
    """Render the state of a section after a change; `change` continues a sentence that begins with its title."""
    scope = "of this server" if section.community else "common to all servers"
    lines = [
        escape_markdown(section.description, 300, one_line=True),
        escape_markdown(section.outcome, 300, one_line=True),
        f"It is {section.state}, {scope}" + (f"; {progress}." if (progress := backfill_progress(section)) else "."),
    ]
    embed = discord.Embed(
        description="\n".join(line for line in lines if line), colour=STATE_COLOURS.get(section.state, CLOSED_COLOUR)
    )
    return Answer(f"“{escape_markdown(section.title, 80, one_line=True)}” {change}.", clamp_embed(embed))


def _list_line(section: Section) -> str:
    title, key = (escape_markdown(text, 80, one_line=True) for text in (section.title, distinct_key(section)))
    counts, state = describe_listed_counts(section), describe_section_state(section)
    parts = (f"**{title}** {section.incidents:,}", counts, key, state)
    return " · ".join(part for part in parts if part)


def _state_and_counts(detail: SectionDetail) -> str:
    section, ballot = detail.section, detail.ballot
    if detail.custom and not detail.custom.is_open and ballot:
        return f"{state_label(ballot)}, so it holds no incidents"
    size = count_of(section.incidents, "incident")
    state = "proposed; " if section.state == "proposed" else ""
    return f"{state}{size}, {detail.open_count:,} open" if section.incidents else f"{state}it holds no incidents yet"


def _vote_line(ballot: Ballot, section: CustomSection) -> str:
    """Return the votes so far or what was decided, and who proposed it."""
    proposer = proposer_text(section, escape_markdown(section.proposer_name, 60, one_line=True))
    if section.state == "proposed":
        ends = f" · ends {relative(section.decide_by)}" if section.decide_by else ""
        return f"**{tally_text(ballot)}**{ends}\n{proposer}"
    progress = backfill_progress(section)
    outcome = escape_markdown(section.outcome, 300, one_line=True)
    return "\n".join(part for part in (f"{outcome} {proposer}.", f"{progress}." if progress else "") if part)


def _incident_entry(incident: Incident, bug_url: BugUrl) -> str:
    title = escape_markdown(f"{incident.ca}: {incident.title}" if incident.ca else incident.title, 100, one_line=True)
    due = f" · update due {long_day(incident.next_update)}" if incident.next_update and incident.bug.is_open else ""
    mark = STATE_MARKS[incident.bug.is_open]
    return f"{mark} **{bug_link(incident.bug.id, bug_url)}** {title}\n{long_day(incident.bug.created)}{due}"


def _history(history: Sequence[SectionChange]) -> str:
    """Return the newest entries that fit, oldest first."""
    lines = [f"{moment(change.changed_at)} {_describe_change(change)}" for change in history]
    omitted = 0
    while len("\n".join(lines[omitted:])) > MAX_FIELD_VALUE - 4 and omitted < len(lines) - 1:
        omitted += 1
    return ("…\n" if omitted else "") + "\n".join(lines[omitted:])


def _describe_change(change: SectionChange) -> str:
    name = escape_markdown(change.member_name, 60, one_line=True)
    old, new = (escape_markdown(text, 120, one_line=True) for text in (change.old_value, change.new_value))
    return change_text(change, name, old, new)
