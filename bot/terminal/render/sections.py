"""Sections as text for a terminal: lists, details, proposals, previews, votes and histories."""

from collections.abc import Iterable, Sequence

from bot.formatting.ballots import (
    ballot_headline,
    change_text,
    proposer_text,
    rules_line,
    rules_text,
    state_label,
    tally_text,
)
from bot.formatting.section_lists import (
    SECTION_STATE_LABELS,
    describe_listed_counts,
    describe_origins,
    describe_section_state,
    hidden_sentence,
    section_list_headline,
    split_listed,
)
from bot.formatting.section_sizes import backfill_progress, checks_sentence, contents_sentence, size_sentence
from bot.formatting.wording import count_of, long_moment, top_counts
from bot.terminal.layout import Line, OutputStyle, line, sanitize
from bot.terminal.render.common import format_counts, incident_rows
from handlers.results.proposals import LabelResult, Preview, Proposal
from handlers.results.sections import SectionDetail
from handlers.results.votes import Ballot, VoteRules
from handlers.similarity.ranking import Match
from storage.values.incidents import GLOBAL_COMMUNITY
from storage.values.sections import CustomSection, Section, SectionChange

MAX_MATCHES, MAX_COUNTS = 10, 6


def render_sections(sections: Sequence[Section], style: OutputStyle) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show the sections that hold incidents or are voted on: key, count, title, and how the incidents got there."""
    listed, hidden = split_listed(sections)
    key_width = max((len(sanitize(section.key)) for section in listed), default=0)
    lines = [line(sanitize(f"{section_list_headline(listed)}."))]
    for section in listed:
        community = "" if section.community is None else f"community {section.community}"
        parts = (sanitize(section.title), describe_listed_counts(section), describe_section_state(section), community)
        facts = " · ".join(part for part in parts if part)
        lines.append(line((f"{sanitize(section.key):<{key_width}}", "head"), f"  {section.incidents:>5,}  {facts}"))
    if hidden:
        lines.append(line((f"{hidden_sentence(hidden, f'section {sanitize(hidden[0].key)}')}.", "quiet")))
    return lines


def render_section(detail: SectionDetail, style: OutputStyle) -> list[Line]:
    """Show one section: how many incidents it holds, of which CAs, its newest incidents and its history."""
    section, ballot = detail.section, detail.ballot
    state = state_label(ballot) if ballot else SECTION_STATE_LABELS[section.state]
    counts = f"{state}: {count_of(section.incidents, 'incident')}, {detail.open_count:,} open"
    lines = [line((sanitize(section.key), "head"), f"  {sanitize(section.title)}"), line(counts)]
    lines += [line(sanitize(section.description))] if section.description else []
    lines += [line(apart)] if (apart := describe_origins(section)) else []
    if ballot:
        lines += _vote_lines(ballot)
    lines += [line((format_counts(detail.owner_counts), "quiet"))] if detail.owner_counts else []
    return [*lines, *incident_rows(detail.newest, style, titles=detail.section_titles), *_history_lines(detail.history)]


def render_preview(preview: Preview, style: OutputStyle, section: CustomSection | None = None) -> list[Line]:
    """Show what a section would hold, the best matches, and the next incidents to check."""
    section = section or preview.section
    examples = f"{count_of(len(preview.examples), 'example')}. " if preview.examples else ""
    lines = [line((f"{contents_sentence(preview, section, sanitize(preview.name))}.", "head"))]
    lines.append(line(f"{examples}{size_sentence(preview, section)}."))
    lines += [line(sanitize(preview.warning))] if preview.warning else []
    lines += [line((f"{name}: ", "quiet"), sanitize(text)) for name, text in _statistics(preview) if text]
    lines += _match_rows(preview, preview.matches[:MAX_MATCHES], style)
    if preview.batch and section is not None:
        bugs = " ".join(str(match.bug) for match in preview.batch)
        progress = f"{checks_sentence(preview.checks)}. The next: judge {preview.key} yes|no {bugs}"
        lines.append(line((sanitize(progress), "quiet")))
    return lines


def render_proposal(proposal: Proposal, style: OutputStyle) -> list[Line]:
    """Show what was proposed, which examples were rejected, and what the section would hold."""
    lines = render_section_state(proposal.section, style)
    if proposal.similar_names:
        names = ", ".join(section.title for section in proposal.similar_names)
        lines.append(line(sanitize(f"Sections with a similar name: {names}.")))
    lines += [line(sanitize(reason)) for reason in proposal.rejected_examples]
    return [*lines, *render_preview(proposal.preview, style, proposal.section)]


def render_section_state(section: CustomSection, style: OutputStyle) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show the present state of one section of members."""
    return _state_lines(section, section.state)


def render_ballot(ballot: Ballot, style: OutputStyle) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show a proposal with its vote so far, or what became of it."""
    section = ballot.section
    lines = [line((f"{ballot_headline(ballot, sanitize(section.title))}.".replace("?.", "?"), "head"))]
    lines += _state_lines(section, state_label(ballot))
    return lines + (_vote_lines(ballot) if section.state == "proposed" else [])


def render_label_result(result: LabelResult, style: OutputStyle) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show which incidents were said to belong or not, and how many were checked in all."""
    changed = ", ".join(str(bug) for bug in result.changed)
    answers = f"{count_of(len(result.changed), 'answer')} noted: {changed}" if changed else "nothing new noted"
    return [line((sanitize(result.section.title), "head"), f"  {answers}. {checks_sentence(result.checks)}.")]


def render_vote_rules(rules: VoteRules, style: OutputStyle) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show how a community decides about sections."""
    return [line(f"A proposed section needs {rules_text(rules)}"), line((rules_line(rules), "quiet"))]


def _vote_lines(ballot: Ballot) -> list[Line]:
    section = ballot.section
    if section.state != "proposed":
        return [line(sanitize(section.outcome))] if section.outcome else []
    ends = f" · ends {long_moment(section.decide_by)}" if section.decide_by else ""
    return [line(f"{tally_text(ballot)}{ends}")]


def _state_lines(section: CustomSection, state: str) -> list[Line]:
    scope = "common to all" if section.community == GLOBAL_COMMUNITY else f"of community {section.community}"
    lines = [line((sanitize(section.key), "head"), f"  {sanitize(section.title)}: {state}, {scope}")]
    lines += [line(sanitize(section.description))] if section.description else []
    lines += [line(sanitize(section.outcome))] if section.outcome else []
    lines.append(line((f"{proposer_text(section, sanitize(section.proposer_name))}.", "quiet")))
    if progress := backfill_progress(section):
        lines.append(line((f"{progress}.".capitalize(), "quiet")))
    return lines


def _history_lines(history: Iterable[SectionChange]) -> list[Line]:
    return [line((f"{long_moment(change.changed_at)}  ", "quiet"), _describe_change(change)) for change in history]


def _describe_change(change: SectionChange) -> str:
    name, old, new = (sanitize(text) for text in (change.member_name, change.old_value, change.new_value))
    return change_text(change, name, old, new)


def _match_rows(preview: Preview, matches: Iterable[Match], style: OutputStyle) -> list[Line]:
    incidents = {incident.bug.id: incident for incident in preview.incidents}
    lines = []
    for match in matches:
        incident = incidents.get(match.bug)
        title = "" if incident is None else f"{incident.ca}: {incident.title}" if incident.ca else incident.title
        reasons = f"  [{sanitize(', '.join(match.reasons))}]" if match.reasons else ""
        head = ((f"{match.bug:>8}", "bug"), f"  {100 * match.score:3.0f} %  {sanitize(title)}", (reasons, "quiet"))
        lines.append(line(*head, "  ", (style.bug_url(match.bug), "link")) if style.width is None else line(*head))
    return lines


def _statistics(preview: Preview) -> tuple[tuple[str, str], ...]:
    """Return by CA, year and present section how many incidents a section would hold."""
    titles, by_ca = preview.section_titles, [(tally.key, tally.incidents) for tally in preview.by_ca]
    shares = [
        (f"{titles.get(tally.key, tally.key)} {100 * tally.incidents / preview.would_contain:.0f} %", tally.incidents)
        for tally in preview.in_sections
    ]
    years = ", ".join(f"{tally.key} {tally.incidents}" for tally in preview.by_year)
    return ("By CA", top_counts(by_ca, MAX_COUNTS)), ("By year", years), ("Already in", top_counts(shares, MAX_COUNTS))
