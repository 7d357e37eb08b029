"""Proposed sections as Discord embeds: previews, votes, and incidents to label."""

from collections.abc import Iterable, Sequence

import discord

from bot.chat.render.common import CLOSED_COLOUR, NEUTRAL_COLOUR, Titles, bug_link, section_title
from bot.chat.render.escape import MAX_DESCRIPTION, MAX_FIELD_VALUE, clamp_embed, escape_markdown, fit_lines
from bot.chat.render.sections import STATE_COLOURS, backfill_progress
from bot.formatting.links import BugUrl
from bot.formatting.plain import to_single_line
from handlers.results.proposals import REQUIRED_BATCHES, ExampleSuggestions, LabelResult, Preview
from handlers.results.votes import Ballot, VoteRules
from handlers.similarity.ranking import Match
from storage.values.sections import CustomSection

MAX_BEST, MAX_DOUBTFUL, MAX_SUGGESTIONS, MAX_COUNTS, MAX_EXAMPLES = 5, 4, 10, 6, 20
DIRECT_DECISION_TEXTS = {
    "manage-server": "With the permission Manage Server one member decides at once.",
    "manage-messages": "With the permission Manage Messages one member decides at once.",
    "nobody": "Nobody decides alone.",
}


def render_ballot(ballot: Ballot, preview: Preview | None, titles: Titles, bug_url: BugUrl) -> discord.Embed:
    """Render a proposal with its vote and what it would hold; after the decision, the result and its reason."""
    section = ballot.section
    state = "Proposed section" if section.state == "proposed" else f"Section {section.state}"
    lines = [escape_markdown(section.description, 400, one_line=True)] if section.description else []
    lines.append(f"Proposed {f'by <@{section.proposer}>' if section.proposer else 'by the operator'}.")
    if section.outcome:
        lines.append(f"**{escape_markdown(section.outcome, 300, one_line=True)}**")
    lines += [backfill_progress(section)] if section.state == "active" else []
    embed = discord.Embed(
        title=f"{state}: {escape_markdown(section.title, 80, one_line=True)}",
        description="\n".join(line for line in lines if line),
        colour=STATE_COLOURS.get(section.state, CLOSED_COLOUR),
    )
    if section.state == "proposed":
        rules = f"\n{DIRECT_DECISION_TEXTS[ballot.rules.direct_decision]}" if ballot.rules else ""
        embed.add_field(name="Vote", value=f"{escape_markdown(ballot.result.sentence, 400)}{rules}", inline=False)
    elif ballot.tally.total:
        embed.add_field(name="Vote", value=f"{ballot.tally.in_favour} for, {ballot.tally.against} against")
    if preview is not None:
        _add_preview(embed, preview, titles, bug_url, with_titles=section.state == "proposed")
        if section.is_open:
            embed.add_field(name="Judged", value=_labelling_progress(preview.batches), inline=False)
    key = to_single_line(section.key, 60)
    return clamp_embed(embed.set_footer(text=f"{key} · section {key} shows its history"))


def render_preview(preview: Preview, titles: Titles, bug_url: BugUrl) -> discord.Embed:
    """Render what a section would hold that is not proposed yet."""
    embed = discord.Embed(title=f"{escape_markdown(preview.name, 80, one_line=True)}: a preview", colour=NEUTRAL_COLOUR)
    _add_preview(embed, preview, titles, bug_url)
    return clamp_embed(embed.set_footer(text="addsection proposes it"))


def _add_preview(
    embed: discord.Embed, preview: Preview, titles: Titles, bug_url: BugUrl, *, with_titles: bool = True
) -> None:
    """Add to an embed how many incidents a section would hold, by CA, year and section, and some matches.

    Omit titles when the message will no longer be updated, since a bug may become restricted.
    """
    total = f"**{preview.would_contain:,}** of {preview.total:,} incidents: {len(preview.examples)} by its examples"
    counts = f"{total}, {preview.would_assign:,} more by their present text{_condition(preview)}."
    warning = escape_markdown(preview.warning, 300)
    embed.add_field(name="Would hold", value=f"{counts} {warning}".strip(), inline=False)
    if preview.by_ca:
        by_ca = [(escape_markdown(name, 40, one_line=True), count) for name, count in preview.by_ca]
        embed.add_field(name="By CA", value=_top_counts(by_ca))
    if preview.by_year:
        embed.add_field(name="By year", value=", ".join(f"{year} {count}" for year, count in preview.by_year))
    if preview.in_sections:
        shares = [
            (f"{section_title(key, titles)} {100 * count / preview.would_contain:.0f} %", count)
            for key, count in preview.in_sections
        ]
        embed.add_field(name="Already in", value=_top_counts(shares), inline=False)
    if preview.examples:
        links = [bug_link(bug, bug_url) for bug in preview.examples[:MAX_EXAMPLES]]
        omitted = len(preview.examples) - len(links)
        more = f" and {omitted} more" if omitted else ""
        embed.add_field(name="Examples", value=", ".join(links) + more, inline=False)
    if not with_titles:
        return
    best = preview.matches[:MAX_BEST]
    doubtful = [match for match in preview.batch if match not in best][-MAX_DOUBTFUL:]
    for name, matches in (("Most like it", best), ("Doubtful", doubtful)):
        if matches:
            lines = _match_lines(matches, preview, bug_url)
            embed.add_field(name=name, value=fit_lines(lines, MAX_FIELD_VALUE)[0], inline=False)


def _match_lines(matches: Iterable[Match], preview: Preview, bug_url: BugUrl) -> list[str]:
    """Return one line for each match: link, title, score and, in italics, the reasons."""
    incidents = {incident.bug.id: incident for incident in preview.incidents}
    lines = []
    for match in matches:
        incident = incidents.get(match.bug)
        title = "" if incident is None else f"{incident.ca}: {incident.title}" if incident.ca else incident.title
        reasons = escape_markdown(", ".join(match.reasons), 60, one_line=True)
        lines.append(
            f"{bug_link(match.bug, bug_url)} {escape_markdown(title, 70, one_line=True)} · {100 * match.score:.0f} %"
            + (f" · *{reasons}*" if reasons else "")
        )
    return lines


def render_example_suggestions(suggestions: ExampleSuggestions, bug_url: BugUrl) -> discord.Embed:
    """Render what is known about a section's name, with the incidents that match it best."""
    summary = escape_markdown(suggestions.topic_summary, 300)
    topic = f"I know this topic: {summary}\n" if suggestions.topic_summary else ""
    head = (
        f"{topic}Tick those that belong, and the section is proposed with them as examples. The more you tick, the "
        "better the rest is found.\n\n"
    )
    lines = _match_lines(suggestions.preview.matches[:MAX_SUGGESTIONS], suggestions.preview, bug_url)
    text, _ = fit_lines(lines, MAX_DESCRIPTION - len(head) - 40)
    title = f"{escape_markdown(suggestions.name, 80, one_line=True)}: which incidents belong?"
    return clamp_embed(discord.Embed(title=title, description=head + text, colour=NEUTRAL_COLOUR))


def render_batch(
    section: CustomSection, preview: Preview, batch: Sequence[Match], bug_url: BugUrl, sentence: str = ""
) -> discord.Embed:
    """Render incidents to label, above menus to do so; `sentence` reports the labels just stored."""
    total = f"It would hold **{preview.would_contain:,}** of {preview.total:,} incidents{_condition(preview)}."
    incidents = {incident.bug.id: incident for incident in preview.incidents}
    lines = []
    for line, match in zip(_match_lines(batch, preview, bug_url), batch, strict=True):
        opened = f"{incidents[match.bug].bug.created:%Y-%m-%d} " if match.bug in incidents else ""
        lines.append(f"{opened}{line}\n")
    text = fit_lines(lines, MAX_DESCRIPTION - 700)[0] or "Nothing is left to judge."
    return clamp_embed(
        discord.Embed(
            title=f"Do these belong in {escape_markdown(section.title, 80, one_line=True)}?",
            description=f"{sentence}\n{total} {_labelling_progress(preview.batches)}\n\n{text}".strip(),
            colour=NEUTRAL_COLOUR,
        )
    )


def _labelling_progress(batches: int) -> str:
    """Return a sentence on how many of the required batches members have labelled."""
    if batches < REQUIRED_BATCHES:
        return f"{batches} of {REQUIRED_BATCHES} batches are judged."
    return "The text finds the rest; judging more improves it."


def _condition(preview: Preview) -> str:
    """Return on what a section's size depends: before enough is judged, it holds its examples and nothing else."""
    if preview.batches >= REQUIRED_BATCHES:
        return ""
    return f", once {REQUIRED_BATCHES} batches are judged; until then its {len(preview.examples)} examples only"


def render_vote(ballot: Ballot) -> discord.Embed:
    """Render the state of a vote after a ballot or a decision by command."""
    section = ballot.section
    embed = discord.Embed(
        title=f"{escape_markdown(section.title, 80, one_line=True)}: {section.state}",
        description=escape_markdown(ballot.result.sentence, 400, one_line=True),
        colour=STATE_COLOURS.get(section.state, CLOSED_COLOUR),
    )
    return clamp_embed(embed.set_footer(text=to_single_line(section.key, 60)))


def render_label_result(result: LabelResult, bug_url: BugUrl) -> discord.Embed:
    """Render which labels a command changed."""
    changed = ", ".join(bug_link(bug, bug_url) for bug in result.changed) or "nothing new"
    title = escape_markdown(result.section.title, 80, one_line=True)
    description = f"Learned from {changed}. {_labelling_progress(result.batches)}"
    return clamp_embed(discord.Embed(title=title, description=description, colour=NEUTRAL_COLOUR))


def render_vote_rules(rules: VoteRules) -> discord.Embed:
    """Render how a community decides about sections."""
    votes = "1 vote" if rules.quorum == 1 else f"{rules.quorum} votes"
    majority = "more for than against" if rules.majority == 50 else f"more than {rules.majority} % in favour"
    days = "1 day" if rules.days == 1 else f"{rules.days} days"
    text = f"{votes} and {majority}, within {days}. {DIRECT_DECISION_TEXTS[rules.direct_decision]}"
    embed = discord.Embed(title="How this server decides about sections", description=text, colour=NEUTRAL_COLOUR)
    options = f"votes:{rules.quorum} majority:{rules.majority} days:{rules.days} decides:{rules.direct_decision}"
    return clamp_embed(embed.set_footer(text=f"sectionrules {options}"))


def _top_counts(counts: Sequence[tuple[str, int]]) -> str:
    omitted = len(counts) - MAX_COUNTS
    text = ", ".join(f"{name} ({count})" for name, count in counts[:MAX_COUNTS])
    return f"{text} and {omitted} more" if omitted > 0 else text
