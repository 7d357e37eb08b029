"""Proposed sections in Discord: the question that is voted on, its votes and its result, and the rules of a vote."""

import discord

from bot.chat.render.common import CLOSED_COLOUR, NEUTRAL_COLOUR, bug_link, command_code, relative
from bot.chat.render.escape import clamp_embed, escape_markdown
from bot.chat.render.message import Answer
from bot.chat.render.previews import examples_line
from bot.chat.render.sections import STATE_COLOURS
from bot.formatting.ballots import (
    DECISION_PERMISSIONS,
    ballot_headline,
    is_refused,
    proposer_text,
    rules_line,
    rules_text,
    tally_text,
)
from bot.formatting.links import BugUrl
from bot.formatting.section_sizes import checks_sentence, size_sentence
from bot.formatting.wording import count_of
from handlers.results.proposals import LabelResult, Preview
from handlers.results.votes import Ballot, VoteRules

MAX_NOTES = 10


def render_ballot(
    ballot: Ballot, preview: Preview | None, bug_url: BugUrl, prefix: str, notes: tuple[str, ...] = ()
) -> Answer:
    """Render a proposal with its vote and how many it would hold; after the decision, the result and its reason.

    It shows no titles, since a message in an archived thread cannot be edited when a bug becomes restricted. `notes`
    are sentences for whoever has just proposed it.
    """
    section = ballot.section
    lines = [escape_markdown(section.description, 300, one_line=True)] if section.description else []
    if section.state == "proposed":
        ends = f" · ends {relative(section.decide_by)}" if section.decide_by else ""
        lines.append(f"**{tally_text(ballot)}**{ends}")
    elif section.outcome:
        lines.append(f"**{escape_markdown(section.outcome, 300, one_line=True)}**")
    if preview is not None:
        if preview.examples:
            lines.append(examples_line(preview, bug_url))
        lines.append(f"{size_sentence(preview, section)}.")
        if section.state == "proposed" and preview.warning:
            lines.append(escape_markdown(preview.warning, 300))
    lines.append(_closing_line(ballot, preview, prefix))
    lines += [escape_markdown(note, 300, one_line=True) for note in notes[:MAX_NOTES]]
    embed = discord.Embed(description="\n".join(lines), colour=STATE_COLOURS.get(section.state, CLOSED_COLOUR))
    return Answer(render_ballot_headline(ballot), clamp_embed(embed))


def render_ballot_headline(ballot: Ballot) -> str:
    """Return the line of content that asks the question of a vote, or says what became of it."""
    return ballot_headline(ballot, escape_markdown(ballot.section.title, 80, one_line=True))


def render_vote(ballot: Ballot, prefix: str) -> Answer:
    """Render the state of a vote after a member voted or decided by command."""
    section = ballot.section
    if section.state == "proposed":
        title = escape_markdown(section.title, 80, one_line=True)
        content = f"Your vote on “{title}” counts; you may change it until the vote ends."
        ends = f" · ends {relative(section.decide_by)}" if section.decide_by else ""
        text = f"**{tally_text(ballot)}**{ends}"
    else:
        content = f"{render_ballot_headline(ballot)}."
        text = "\n".join((escape_markdown(section.outcome, 300, one_line=True), _closing_line(ballot, None, prefix)))
    embed = discord.Embed(description=text, colour=STATE_COLOURS.get(section.state, CLOSED_COLOUR))
    return Answer(content, clamp_embed(embed))


def render_label_result(result: LabelResult, bug_url: BugUrl) -> Answer:
    """Render which incidents a command said to belong to a section or not."""
    title = escape_markdown(result.section.title, 80, one_line=True)
    changed = count_of(len(result.changed), "answer") if result.changed else "Nothing new"
    links = ", ".join(bug_link(bug, bug_url) for bug in result.changed)
    text = f"{links}\n{checks_sentence(result.checks)}." if links else f"{checks_sentence(result.checks)}."
    embed = discord.Embed(description=text, colour=NEUTRAL_COLOUR)
    return Answer(f"{changed} noted for “{title}”.", clamp_embed(embed))


def render_vote_rules(rules: VoteRules, prefix: str) -> Answer:
    """Render how a community decides about sections."""
    text = f"{command_code(prefix, rules_line(rules))} sets it like this; any part of it can be changed alone."
    embed = discord.Embed(description=text, colour=NEUTRAL_COLOUR)
    return Answer(f"A proposed section needs {rules_text(rules)}", clamp_embed(embed))


def _closing_line(ballot: Ballot, preview: Preview | None, prefix: str) -> str:
    """Return who proposed a section and the commands that decide, or after the decision those that show it."""
    section = ballot.section
    proposer = proposer_text(section, escape_markdown(section.proposer_name, 60, one_line=True))
    if section.state == "proposed":
        who = DECISION_PERMISSIONS[ballot.rules.direct_decision] if ballot.rules else ""
        commands = ", ".join(command_code(prefix, f"{name} {section.key}") for name in ("accept", "decline"))
        return f"{proposer} · {who}: {commands}" if who else proposer
    shows = f"{command_code(prefix, f'section {section.key}')} shows {'its history' if is_refused(ballot) else 'it'}"
    if preview is not None and preview.checks.needed:
        shows += f", {command_code(prefix, f'judge {section.key}')} lets you check some"
    return f"{proposer} · {shows}"
