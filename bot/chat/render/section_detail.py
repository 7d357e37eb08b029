"""One section as Discord shows it: what it holds and, where members proposed it, how it came to be."""

import discord

from bot.chat.render.escape import DESCRIPTION, FIELD_VALUE, fit, harmless, lines_within, plain
from bot.chat.render.incidents import CLOSED, OPEN, STATES, BugUrl, Titles, incident_line
from bot.chat.render.sections import going_through, history_lines
from handlers.results import SectionDetail
from storage.values.sections import MadeSection


def render_section(answer: SectionDetail, titles: Titles, bug_url: BugUrl) -> discord.Embed:
    """Render one section: what it holds, whom it is about most, and its newest incidents."""
    section = answer.section
    newest = [incident_line(incident, titles, bug_url, with_ca=True) for incident in answer.newest]
    head = f"{harmless(section.description, 500)}\n\n" if section.description else ""
    room = DESCRIPTION - len(head) - (1800 if answer.made else 60)
    text, _ = lines_within(newest, room)
    closed = answer.made is not None and not answer.made.is_open
    embed = discord.Embed(
        title=f"{harmless(section.title, 150, one_line=True)}: {section.incidents} incidents, {answer.open} open",
        description=f"{head}{text or ('It holds no incident.' if closed else 'It holds no incident yet.')}",
        colour=OPEN if answer.open else CLOSED,
    )
    if answer.owners:
        most = [f"{harmless(name, 60, one_line=True)} {count}" for name, count in answer.owners]
        embed.add_field(name="Most about", value=lines_within(most, 500)[0].replace("\n", ", "), inline=False)
    if answer.made:
        _add_how(embed, answer, answer.made)
    return fit(embed.set_footer(text=f"{plain(section.key, 60)} · {STATES[section.state]}"))


def _add_how(embed: discord.Embed, answer: SectionDetail, made: MadeSection) -> None:
    """Add how a section's vote stands or ended, how far it has gone through all incidents, and its history."""
    far = going_through(made) if made.state == "active" else ""
    stands = "\n".join(part for part in (harmless(answer.vote, 400, one_line=True), far) if part)
    if stands:
        embed.add_field(name="Vote", value=stands, inline=False)
    lines = history_lines(answer.history)
    # the newest are those that somebody looks for
    while lines and len("\n".join(lines)) > FIELD_VALUE - 4:
        lines = lines[1:]
    if lines:
        more = "…\n" if len(lines) < len(answer.history) else ""
        embed.add_field(name="History (UTC)", value=more + "\n".join(lines), inline=False)
