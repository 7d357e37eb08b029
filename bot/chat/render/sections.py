"""Members' sections as Discord shows them: proposals with what they would hold, offers, rules and histories."""

from collections.abc import Iterable, Sequence
from datetime import UTC

import discord

from bot.chat.render.escape import DESCRIPTION, FIELD_VALUE, fit, harmless, lines_within, plain
from bot.chat.render.incidents import ATTENTION, CLOSED, OPEN, PLAIN, BugUrl, Titles, bug_link, section_title
from handlers.sections.example_suggestions import Offer
from handlers.sections.labels import BATCHES_NEEDED, Judged
from handlers.sections.preview import Preview
from handlers.sections.ranking import Match
from handlers.sections.vote_rules import VoteRules
from handlers.sections.votes import Ballot
from storage.values.sections import MadeSection, SectionChange

SHOWN_BEST, SHOWN_DOUBTFUL, SHOWN_COUNTS, SHOWN_EXAMPLES = 5, 4, 6, 20
COLOURS = {"proposed": OPEN, "active": ATTENTION}
DECIDERS = {
    "manage-server": "With Manage Server one decides at once.",
    "manage-messages": "With Manage Messages one decides at once.",
    "nobody": "Nobody decides alone.",
}


def render_ballot(ballot: Ballot, preview: Preview | None, titles: Titles, bug_url: BugUrl) -> discord.Embed:
    """Render a proposal with its vote and what it would hold; once it was decided, what happened and why."""
    section = ballot.section
    state = "Proposed section" if section.state == "proposed" else f"Section {section.state}"
    lines = [harmless(section.description, 400, one_line=True)] if section.description else []
    lines.append(f"Proposed {f'by <@{section.proposer}>' if section.proposer else 'by the operator'}.")
    if section.outcome:
        lines.append(f"**{harmless(section.outcome, 300, one_line=True)}**")
    lines += [going_through(section)] if section.state == "active" else []
    embed = discord.Embed(
        title=f"{state}: {harmless(section.title, 80, one_line=True)}",
        description="\n".join(line for line in lines if line),
        colour=COLOURS.get(section.state, CLOSED),
    )
    if section.state == "proposed":
        rules = f"\n{DECIDERS[ballot.rules.at_once]}" if ballot.rules else ""
        embed.add_field(name="Vote", value=f"{harmless(ballot.outcome.sentence, 400)}{rules}", inline=False)
    elif ballot.tally.cast:
        embed.add_field(name="Vote", value=f"{ballot.tally.in_favour} for, {ballot.tally.against} against")
    if preview is not None:
        add_preview(embed, preview, titles, bug_url, with_titles=section.state == "proposed")
        if section.is_open:
            embed.add_field(name="Judged", value=batches_sentence(preview.batches), inline=False)
    return fit(embed.set_footer(text=f"{plain(section.key, 60)} · section {plain(section.key, 60)} shows its history"))


def render_preview(preview: Preview, titles: Titles, bug_url: BugUrl) -> discord.Embed:
    """Render what a section would hold that nobody has proposed yet."""
    embed = discord.Embed(title=f"{harmless(preview.name, 80, one_line=True)}: a preview", colour=PLAIN)
    add_preview(embed, preview, titles, bug_url)
    return fit(embed.set_footer(text="addsection proposes it"))


def add_preview(
    embed: discord.Embed, preview: Preview, titles: Titles, bug_url: BugUrl, *, with_titles: bool = True
) -> None:
    """Add to an embed how many of all incidents it would hold, whose and of when, and the best and doubtful ones.

    Without titles where nobody will look after the message any more: one of them may become restricted.
    """
    held = f"**{preview.would_hold:,}** of {preview.total:,} incidents: {len(preview.examples)} by its examples"
    said = f"{held}, {preview.would_assign:,} more by their text as it is."
    embed.add_field(name="Would hold", value=f"{said} {harmless(preview.note, 300)}".strip(), inline=False)
    if preview.by_ca:
        named = [(harmless(name, 40, one_line=True), count) for name, count in preview.by_ca]
        embed.add_field(name="By CA", value=_most(named))
    if preview.by_year:
        embed.add_field(name="By year", value=", ".join(f"{year} {count}" for year, count in preview.by_year))
    if preview.in_sections:
        shares = [
            (f"{section_title(key, titles)} {100 * count / preview.would_hold:.0f} %", count)
            for key, count in preview.in_sections
        ]
        embed.add_field(name="Already in", value=_most(shares), inline=False)
    if preview.examples:
        links = [bug_link(bug, bug_url) for bug in preview.examples[:SHOWN_EXAMPLES]]
        more = len(preview.examples) - len(links)
        embed.add_field(name="Examples", value=", ".join(links) + (f" and {more} more" if more else ""), inline=False)
    if not with_titles:
        return
    best = preview.matches[:SHOWN_BEST]
    doubtful = [match for match in preview.batch if match not in best][-SHOWN_DOUBTFUL:]
    for name, matches in (("Most like it", best), ("Doubtful", doubtful)):
        if matches:
            lines = match_lines(matches, preview, bug_url)
            embed.add_field(name=name, value=lines_within(lines, FIELD_VALUE)[0], inline=False)


def match_lines(matches: Iterable[Match], preview: Preview, bug_url: BugUrl) -> list[str]:
    """Say of each incident what it is about, and in italics the words that decided."""
    known = {one.bug.id: one for one in preview.incidents}
    lines = []
    for match in matches:
        one = known.get(match.bug)
        title = f"{one.ca}: {one.title}" if one and one.ca else one.title if one else ""
        why = harmless(", ".join(match.why), 60, one_line=True)
        lines.append(
            f"{bug_link(match.bug, bug_url)} {harmless(title, 70, one_line=True)} · {100 * match.score:.0f} %"
            + (f" · *{why}*" if why else "")
        )
    return lines


def render_offer(offer: Offer, bug_url: BugUrl) -> discord.Embed:
    """Render what is known by a name alone, with the incidents that fit it best."""
    knows = f"I know that idea: {harmless(offer.knows, 300)}\n" if offer.knows else ""
    head = (
        f"{knows}Tick those that belong, and the section is proposed with them as examples. The more you tick, the "
        "better the rest is found.\n\n"
    )
    lines = match_lines(offer.preview.matches[:10], offer.preview, bug_url)
    text, _ = lines_within(lines, DESCRIPTION - len(head) - 40)
    return fit(
        discord.Embed(
            title=f"{harmless(offer.name, 80, one_line=True)}: which incidents belong?",
            description=head + text,
            colour=PLAIN,
        )
    )


def render_batch(
    section: MadeSection, preview: Preview, batch: Sequence[Match], bug_url: BugUrl, sentence: str = ""
) -> discord.Embed:
    """Render incidents to be judged, above menus to do it; `sentence` is what was just learned."""
    figures = (
        f"It would hold **{preview.would_hold:,}** of {preview.total:,} incidents. {batches_sentence(preview.batches)}"
    )
    lines = []
    known = {one.bug.id: one for one in preview.incidents}
    for line, match in zip(match_lines(batch, preview, bug_url), batch, strict=True):
        opened = f"{known[match.bug].bug.created:%Y-%m-%d} " if match.bug in known else ""
        lines.append(f"{opened}{line}\n")
    text = lines_within(lines, DESCRIPTION - 700)[0] or "Nothing is left to be judged."
    return fit(
        discord.Embed(
            title=f"Do these belong in {harmless(section.title, 80, one_line=True)}?",
            description=f"{sentence}\n{figures}\n\n{text}".strip(),
            colour=PLAIN,
        )
    )


def batches_sentence(batches: int) -> str:
    """Say how far members have judged what the text finds."""
    if batches < BATCHES_NEEDED:
        return f"{batches} of {BATCHES_NEEDED} batches are judged; until both are, a section holds its examples alone."
    return "Enough was judged for the text to find the rest; more judging makes it better."


def going_through(section: MadeSection) -> str:
    """Say how far an active section has gone through all incidents, "" when it has."""
    if section.asked <= section.answered:
        return ""
    far = f": {section.done:,} of {section.total:,} so far" if section.total else ""
    return f"All incidents are being gone through for it{far}."


def render_made(section: MadeSection) -> discord.Embed:
    """Render a section as it stands after it was changed."""
    whose = "of this server" if section.community else "common to all servers"
    lines = [
        f"It is {section.state}, {whose}.",
        harmless(section.description, 400, one_line=True),
        harmless(section.outcome, 300, one_line=True),
        going_through(section) if section.state == "active" else "",
    ]
    embed = discord.Embed(
        title=harmless(section.title, 80, one_line=True),
        description="\n".join(line for line in lines if line),
        colour=COLOURS.get(section.state, CLOSED),
    )
    return fit(embed.set_footer(text=plain(section.key, 60)))


def render_vote(ballot: Ballot) -> discord.Embed:
    """Render where a vote stands after it was cast or decided by a command."""
    section = ballot.section
    embed = discord.Embed(
        title=f"{harmless(section.title, 80, one_line=True)}: {section.state}",
        description=harmless(ballot.outcome.sentence, 400, one_line=True),
        colour=COLOURS.get(section.state, CLOSED),
    )
    return fit(embed.set_footer(text=plain(section.key, 60)))


def render_judged(judged: Judged, bug_url: BugUrl) -> discord.Embed:
    """Render what a judgement by command changed."""
    changed = ", ".join(bug_link(bug, bug_url) for bug in judged.changed) or "nothing that was not known"
    title = harmless(judged.section.title, 80, one_line=True)
    said = f"Learned of {changed}. {batches_sentence(judged.batches)}"
    return fit(discord.Embed(title=title, description=said, colour=PLAIN))


def render_rules(rules: VoteRules) -> discord.Embed:
    """Render how a community decides about sections."""
    votes = "1 vote" if rules.quorum == 1 else f"{rules.quorum} votes"
    needed = "more for than against" if rules.majority == 50 else f"more than {rules.majority} % in favour"
    days = "1 day" if rules.days == 1 else f"{rules.days} days"
    said = f"{votes} and {needed}, within {days}. {DECIDERS[rules.at_once]}"
    embed = discord.Embed(title="How this server decides about sections", description=said, colour=PLAIN)
    numbers = f"votes:{rules.quorum} majority:{rules.majority} days:{rules.days}"
    return fit(embed.set_footer(text=f"sectionrules {numbers} decides:{rules.at_once}"))


def history_lines(history: Sequence[SectionChange]) -> list[str]:
    """Say what happened to a section and by whom, oldest first."""
    return [f"{each.made_at.astimezone(UTC):%Y-%m-%d %H:%M} {_told(each)}" for each in history]


def _told(change: SectionChange) -> str:
    # within an embed a mention pings nobody
    who = "" if change.member is None else f"<@{change.member}>"
    was, became = (harmless(text, 120, one_line=True) for text in (change.was, change.became))
    if change.what in {"accepted", "declined", "withdrawn"}:
        return f"{became} ({who})" if who else became
    by = f" by {who or 'the operator'}"
    if change.what == "proposed":
        return f"proposed as {became}{by}"
    moved = f": {was} → {became}" if was and became else f": {became}" if became else ""
    return f"{change.what}{by}{moved}"


def _most(counted: Sequence[tuple[str, int]]) -> str:
    more = len(counted) - SHOWN_COUNTS
    shown = ", ".join(f"{name} ({count})" for name, count in counted[:SHOWN_COUNTS])
    return f"{shown} and {more} more" if more > 0 else shown
