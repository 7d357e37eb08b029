"""Sections as text for a terminal: lists, details, proposals, previews, votes and histories."""

from collections.abc import Iterable, Sequence
from datetime import UTC

from bot.terminal.layout import Line, OutputStyle, line, sanitize
from bot.terminal.render.common import format_counts, incident_rows
from handlers.results.proposals import REQUIRED_BATCHES, LabelResult, Preview, Proposal
from handlers.results.sections import SectionDetail
from handlers.results.votes import Ballot, VoteRules
from handlers.similarity.ranking import Match
from storage.values.incidents import GLOBAL_COMMUNITY
from storage.values.sections import CustomSection, Section, SectionChange

MAX_MATCHES, MAX_COUNTS = 10, 6


def render_sections(sections: Sequence[Section], style: OutputStyle) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show each section's key, how many incidents it holds, and its title."""
    key_width = max((len(sanitize(section.key)) for section in sections), default=0)
    lines = []
    for section in sections:
        community = "" if section.community is None else f"  (community {section.community})"
        counts = f"  {section.incidents:>5,}  {section.state:<8}  {sanitize(section.title)}{community}"
        lines.append(line((f"{sanitize(section.key):<{key_width}}", "head"), counts))
    return lines or [line("There are no sections yet.")]


def render_section(detail: SectionDetail, style: OutputStyle) -> list[Line]:
    """Show one section: how many incidents it holds, of which CAs, its newest incidents and its history."""
    section = detail.section
    counts = f"{section.state}: {section.incidents:,} incidents, {detail.open_count:,} open"
    lines = [line((sanitize(section.key), "head"), f"  {sanitize(section.title)}"), line(counts)]
    lines += [line(sanitize(section.description))] if section.description else []
    lines += [line(sanitize(detail.vote_status))] if detail.vote_status else []
    lines += [line((format_counts(detail.owner_counts), "quiet"))] if detail.owner_counts else []
    return [*lines, *incident_rows(detail.newest, style), *_history_lines(detail.history)]


def render_preview(preview: Preview, style: OutputStyle) -> list[Line]:
    """Show how many incidents a section would hold, the best matches, and the next batch to label."""
    noun = "incident" if preview.would_assign == 1 else "incidents"
    head = f"  would hold {preview.would_assign:,} more {noun} by their present text"
    if preview.batches < REQUIRED_BATCHES:
        head += f", once {REQUIRED_BATCHES} batches are judged"
    lines = [line((sanitize(preview.name), "head"), head)]
    lines += [line(sanitize(preview.warning))] if preview.warning else []
    if preview.examples:
        total = f"With its examples that is {preview.would_contain:,} of {preview.total:,} incidents."
        lines.append(line((total, "quiet")))
    lines += [line((f"{name}: ", "quiet"), sanitize(text)) for name, text in _statistics(preview) if text]
    lines += _match_rows(preview, preview.matches[:MAX_MATCHES], style)
    if preview.batch and preview.batches < REQUIRED_BATCHES:
        bugs = " ".join(str(match.bug) for match in preview.batch)
        progress = f"{preview.batches} of {REQUIRED_BATCHES} batches are judged"
        lines.append(line((sanitize(f"{progress}; the next: judge {preview.key} yes|no {bugs}"), "quiet")))
    return lines


def render_proposal(proposal: Proposal, style: OutputStyle) -> list[Line]:
    """Show what was proposed, which examples were rejected, and what the section would hold."""
    lines = render_section_state(proposal.section, style)
    if proposal.similar_names:
        names = ", ".join(section.title for section in proposal.similar_names)
        lines.append(line(sanitize(f"Sections with a similar name: {names}.")))
    lines += [line(sanitize(reason)) for reason in proposal.rejected_examples]
    return [*lines, *render_preview(proposal.preview, style)]


def render_section_state(section: CustomSection, style: OutputStyle) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show the present state of one section of members."""
    scope = "common to all" if section.community == GLOBAL_COMMUNITY else f"of community {section.community}"
    lines = [line((sanitize(section.key), "head"), f"  {sanitize(section.title)}: {section.state}, {scope}")]
    lines += [line(sanitize(section.description))] if section.description else []
    lines += [line(sanitize(section.outcome))] if section.outcome else []
    if section.state == "active" and section.backfill_requested > section.backfill_completed:
        done = f" ({section.backfill_done:,} of {section.backfill_total:,} so far)" if section.backfill_total else ""
        lines.append(line((f"Its backfill is running{done}.", "quiet")))
    return lines


def render_ballot(ballot: Ballot, style: OutputStyle) -> list[Line]:
    """Show a section with the state of its vote."""
    lines = render_section_state(ballot.section, style)
    return lines if ballot.section.outcome else [*lines, line(sanitize(ballot.result.sentence))]


def render_label_result(result: LabelResult, style: OutputStyle) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show which labels changed, and how many batches are labelled."""
    changed = ", ".join(str(bug) for bug in result.changed) or "nothing new"
    batches = f"{min(result.batches, REQUIRED_BATCHES)} of {REQUIRED_BATCHES} batches are judged"
    return [line((sanitize(result.section.title), "head"), f"  learned from {changed}; {batches}.")]


def render_vote_rules(rules: VoteRules, style: OutputStyle) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show how a community decides about sections."""
    return [line(f"votes:{rules.quorum} majority:{rules.majority} days:{rules.days} decides:{rules.direct_decision}")]


def _history_lines(history: Iterable[SectionChange]) -> list[Line]:
    return [
        line((f"{change.changed_at.astimezone(UTC):%Y-%m-%d %H:%M}  ", "quiet"), _describe_change(change))
        for change in history
    ]


def _describe_change(change: SectionChange) -> str:
    actor = "the operator" if change.member is None else f"member {change.member}"
    if change.kind in {"accepted", "declined", "withdrawn"}:
        return sanitize(change.new_value if change.member is None else f"{change.new_value} ({actor})")
    if change.kind == "proposed":
        return sanitize(f"Proposed as {change.new_value} by {actor}.")
    difference = f": {change.old_value} → {change.new_value}" if change.old_value and change.new_value else ""
    return sanitize(
        f"{change.kind.capitalize()} by {actor}{difference or (f': {change.new_value}' if change.new_value else '')}."
    )


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
    shares = [(f"{key} ({100 * count / preview.would_contain:.0f} %)", count) for key, count in preview.in_sections]
    years = ", ".join(f"{year} {count}" for year, count in preview.by_year)
    return ("By CA", _top_counts(preview.by_ca)), ("By year", years), ("Already in", _top_counts(shares))


def _top_counts(counts: Sequence[tuple[str, int]]) -> str:
    omitted = len(counts) - MAX_COUNTS
    text = ", ".join(f"{name} {count}" for name, count in counts[:MAX_COUNTS])
    return f"{text} and {omitted} more" if omitted > 0 else text
