"""What a section would hold, in Discord: its size, its matches with their titles, and incidents to check."""

from collections.abc import Iterable, Sequence

import discord

from bot.chat.render.common import NEUTRAL_COLOUR, Titles, bug_link, command_code, section_title
from bot.chat.render.escape import MAX_DESCRIPTION, MAX_FIELD_VALUE, clamp_embed, escape_markdown, fit_lines
from bot.chat.render.message import Answer
from bot.formatting.links import BugUrl
from bot.formatting.section_sizes import checks_sentence, contents_sentence, size_sentence
from bot.formatting.wording import count_of, top_counts
from handlers.results.proposals import ExampleSuggestions, Preview
from handlers.similarity.ranking import Match
from storage.values.sections import CustomSection

MAX_BEST, MAX_DOUBTFUL, MAX_SUGGESTIONS, MAX_COUNTS, MAX_EXAMPLES = 4, 3, 10, 6, 6
MAX_REASONS = 2


def render_preview(
    preview: Preview, section: CustomSection | None, titles: Titles, bug_url: BugUrl, prefix: str
) -> Answer:
    """Render what a section would hold, with the best and the doubtful matches; `section` is None if there is none."""
    name = escape_markdown(preview.name, 80, one_line=True)
    lines = [examples_line(preview, bug_url)] if preview.examples else []
    lines.append(f"{size_sentence(preview, section)}.")
    if preview.warning:
        lines.append(escape_markdown(preview.warning, 300))
    if section is None:
        bugs = " ".join(map(str, preview.examples))
        lines.append(f"{command_code(prefix, f'addsection {preview.key} {bugs}'.rstrip())} proposes it.")
    embed = discord.Embed(description="\n".join(lines), colour=NEUTRAL_COLOUR)
    best = preview.matches[:MAX_BEST]
    doubtful = [match for match in preview.batch if match not in best][-MAX_DOUBTFUL:]
    for field_name, matches in (("Most like it", best), ("Doubtful", doubtful)):
        if matches:
            rows = _match_lines(matches, preview, bug_url)
            embed.add_field(name=field_name, value=fit_lines(rows, MAX_FIELD_VALUE)[0], inline=False)
    for field_name, counts in _counts(preview, titles):
        if counts:
            embed.add_field(name=field_name, value=counts, inline=False)
    return Answer(f"{contents_sentence(preview, section, name)}.", clamp_embed(embed))


def examples_line(preview: Preview, bug_url: BugUrl) -> str:
    """Return how many examples a section has, with links to the first ones."""
    links = [bug_link(bug, bug_url) for bug in preview.examples[:MAX_EXAMPLES]]
    omitted = len(preview.examples) - len(links)
    more = f" and {omitted} more" if omitted else ""
    return f"{count_of(len(preview.examples), 'example')}: {', '.join(links)}{more}"


def render_example_suggestions(suggestions: ExampleSuggestions, bug_url: BugUrl) -> Answer:
    """Render what is known about a section's name, with the incidents that match it best."""
    summary = escape_markdown(suggestions.topic_summary, 300)
    topic = f"I know this topic: {summary}\n" if suggestions.topic_summary else ""
    head = (
        f"{topic}Tick those that belong, and the section is proposed with them as examples. The more you tick, the "
        "better the rest is found.\n\n"
    )
    matches = suggestions.preview.matches[:MAX_SUGGESTIONS]
    # without examples the scores say how well the name matches, which is not what is asked here
    lines = _match_lines(matches, suggestions.preview, bug_url, max_reasons=0, shows_score=False, shows_year=True)
    text, _ = fit_lines(lines, MAX_DESCRIPTION - len(head) - 40)
    embed = discord.Embed(description=head + text, colour=NEUTRAL_COLOUR)
    name = escape_markdown(suggestions.name, 80, one_line=True)
    return Answer(f"Which incidents belong in “{name}”?", clamp_embed(embed))


def render_batch(
    section: CustomSection, preview: Preview, batch: Sequence[Match], bug_url: BugUrl, sentence: str = ""
) -> Answer:
    """Render incidents to check, above menus to do so; `sentence` reports the answers just noted."""
    title = escape_markdown(section.title, 80, one_line=True)
    rows = _match_lines(batch, preview, bug_url, max_reasons=0, shows_year=True)
    head = "\n".join(line for line in (sentence, f"{checks_sentence(preview.checks)}.") if line)
    text = fit_lines(rows, MAX_DESCRIPTION - len(head) - 40)[0]
    embed = discord.Embed(description=f"{head}\n\n{text}".strip(), colour=NEUTRAL_COLOUR)
    content = f"Do these belong in “{title}”?" if batch else f"Nothing is left to check in “{title}”."
    return Answer(content, clamp_embed(embed))


def _counts(preview: Preview, titles: Titles) -> tuple[tuple[str, str], ...]:
    """Return by CA, by year and by section how many incidents a section would hold."""
    by_ca = [(escape_markdown(tally.key, 40, one_line=True), tally.incidents) for tally in preview.by_ca]
    shares = [
        (f"{section_title(tally.key, titles)} {100 * tally.incidents / preview.would_contain:.0f} %", tally.incidents)
        for tally in preview.in_sections
    ]
    by_year = ", ".join(f"{tally.key} {tally.incidents}" for tally in preview.by_year)
    total = f"{preview.would_contain:,} in all"
    return (
        (f"By CA, {total}", top_counts(by_ca, MAX_COUNTS)),
        (f"By year, {total}", by_year),
        ("Already in", top_counts(shares, MAX_COUNTS)),
    )


def _match_lines(
    matches: Iterable[Match],
    preview: Preview,
    bug_url: BugUrl,
    *,
    max_reasons: int = MAX_REASONS,
    shows_score: bool = True,
    shows_year: bool = False,
) -> list[str]:
    """Return one line for each match: link, title, score, the reasons in italics, the year of its opening."""
    incidents = {incident.bug.id: incident for incident in preview.incidents}
    lines = []
    for match in matches:
        incident = incidents.get(match.bug)
        title = "" if incident is None else f"{incident.ca}: {incident.title}" if incident.ca else incident.title
        reasons = escape_markdown(", ".join(match.reasons[:max_reasons]), 60, one_line=True)
        parts = [
            f"{bug_link(match.bug, bug_url)} {escape_markdown(title, 70, one_line=True)}",
            f"{100 * match.score:.0f} %" if shows_score else "",
            f"*{reasons}*" if reasons else "",
            f"{incident.bug.created.year}" if shows_year and incident else "",
        ]
        lines.append(" · ".join(filter(None, parts)))
    return lines
