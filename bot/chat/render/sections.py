"""Sections as Discord embeds: the list of all, and the details, state and history of one."""

from collections.abc import Sequence
from datetime import UTC

import discord

from bot.chat.render.common import ATTENTION_COLOUR, CLOSED_COLOUR, NEUTRAL_COLOUR, OPEN_COLOUR, Titles, incident_line
from bot.chat.render.escape import MAX_DESCRIPTION, MAX_FIELD_VALUE, clamp_embed, escape_markdown, fit_lines
from bot.formatting.links import BugUrl
from bot.formatting.plain import to_single_line
from handlers.results.sections import SectionDetail
from storage.values.sections import CustomSection, Section, SectionChange

SECTION_STATE_LABELS = {
    "builtin": "from Bugzilla's tags",
    "proposed": "proposed",
    "active": "by members",
    "declined": "declined",
    "retired": "retired",
}
STATE_COLOURS = {"proposed": OPEN_COLOUR, "active": ATTENTION_COLOUR}


def render_sections(sections: Sequence[Section]) -> discord.Embed:
    """Render all sections with their keys and how many incidents each holds."""
    lines = []
    for section in sections:
        title, key = (
            escape_markdown(section.title, 80, one_line=True),
            escape_markdown(section.key, 60, one_line=True),
        )
        state = "" if section.state == "builtin" else f" · {SECTION_STATE_LABELS[section.state]}"
        scope = ", of all servers" if section.state != "builtin" and section.community is None else ""
        lines.append(f"**{title}** {section.incidents} · {key}{state}{scope}")
    text, omitted = fit_lines(lines, MAX_DESCRIPTION - 40)
    text += f"\n… and {omitted} more." if omitted else ""
    return clamp_embed(discord.Embed(title=f"{len(sections)} sections", description=text, colour=NEUTRAL_COLOUR))


def render_section(detail: SectionDetail, titles: Titles, bug_url: BugUrl) -> discord.Embed:
    """Render one section: its incidents, the CAs with most of them, and its newest incidents."""
    section, custom = detail.section, detail.custom
    head = f"{escape_markdown(section.description, 500)}\n\n" if section.description else ""
    newest = [incident_line(incident, titles, bug_url, with_ca=True) for incident in detail.newest]
    text, _ = fit_lines(newest, MAX_DESCRIPTION - len(head) - (1800 if custom else 60))
    closed = custom is not None and not custom.is_open
    counts = f"{section.incidents} incidents, {detail.open_count} open"
    embed = discord.Embed(
        title=f"{escape_markdown(section.title, 150, one_line=True)}: {counts}",
        description=f"{head}{text or ('It holds no incident.' if closed else 'It holds no incident yet.')}",
        colour=OPEN_COLOUR if detail.open_count else CLOSED_COLOUR,
    )
    if detail.owner_counts:
        owners = [f"{escape_markdown(name, 60, one_line=True)} {count}" for name, count in detail.owner_counts]
        embed.add_field(name="Most about", value=fit_lines(owners, 500)[0].replace("\n", ", "), inline=False)
    if custom:
        _add_vote_and_history(embed, detail, custom)
    label = SECTION_STATE_LABELS[section.state]
    return clamp_embed(embed.set_footer(text=f"{to_single_line(section.key, 60)} · {label}"))


def render_section_state(section: CustomSection) -> discord.Embed:
    """Render the state of a section after a change."""
    scope = "of this server" if section.community else "common to all servers"
    lines = [
        f"It is {section.state}, {scope}.",
        escape_markdown(section.description, 400, one_line=True),
        escape_markdown(section.outcome, 300, one_line=True),
        backfill_progress(section) if section.state == "active" else "",
    ]
    embed = discord.Embed(
        title=escape_markdown(section.title, 80, one_line=True),
        description="\n".join(line for line in lines if line),
        colour=STATE_COLOURS.get(section.state, CLOSED_COLOUR),
    )
    return clamp_embed(embed.set_footer(text=to_single_line(section.key, 60)))


def backfill_progress(section: CustomSection) -> str:
    """Return a sentence on an active section's backfill, "" if none is running."""
    if section.backfill_requested <= section.backfill_completed:
        return ""
    done = f": {section.backfill_done:,} of {section.backfill_total:,} so far" if section.backfill_total else ""
    return f"Its backfill is running{done}."


def _add_vote_and_history(embed: discord.Embed, detail: SectionDetail, custom: CustomSection) -> None:
    """Add the state or result of a section's vote, the progress of its backfill, and its history."""
    progress = backfill_progress(custom) if custom.state == "active" else ""
    vote = "\n".join(text for text in (escape_markdown(detail.vote_status, 400, one_line=True), progress) if text)
    if vote:
        embed.add_field(name="Vote", value=vote, inline=False)
    lines = _history_lines(detail.history)
    # the newest entries matter most
    while lines and len("\n".join(lines)) > MAX_FIELD_VALUE - 4:
        lines = lines[1:]
    if lines:
        more = "…\n" if len(lines) < len(detail.history) else ""
        embed.add_field(name="History (UTC)", value=more + "\n".join(lines), inline=False)


def _history_lines(history: Sequence[SectionChange]) -> list[str]:
    return [f"{change.changed_at.astimezone(UTC):%Y-%m-%d %H:%M} {_describe_change(change)}" for change in history]


def _describe_change(change: SectionChange) -> str:
    # within an embed a mention pings nobody
    member = "" if change.member is None else f"<@{change.member}>"
    old, new = (escape_markdown(text, 120, one_line=True) for text in (change.old_value, change.new_value))
    if change.kind in {"accepted", "declined", "withdrawn"}:
        return f"{new} ({member})" if member else new
    actor = f" by {member or 'the operator'}"
    if change.kind == "proposed":
        return f"proposed as {new}{actor}"
    difference = f": {old} → {new}" if old and new else f": {new}" if new else ""
    return f"{change.kind}{actor}{difference}"
