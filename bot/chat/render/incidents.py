"""Answers as Discord shows them: values in, embeds out, every one with links to its bugs."""

import re
from collections.abc import Callable, Mapping, Sequence

import discord

from bot.chat.render.escape import DESCRIPTION, FIELD_VALUE, fit, harmless, lines_within, plain
from bot.formatting.phrases import describe
from handlers.results import IncidentDetail, IncidentList, Claim, Status, Summary, RouteList, SectionExplanation
from storage.values.incidents import Assignment, Correction, Incident, Section

OPEN = discord.Colour(0xB7791F)
CLOSED = discord.Colour(0x5A6675)
PLAIN = discord.Colour(0x3A5F7D)
ATTENTION = discord.Colour(0x3F6F63)

KINDS = {"filed": "new incidents", "message": "list messages", "catch-up": "catch-ups"}
STATES = {
    "builtin": "from Bugzilla's tags",
    "proposed": "proposed",
    "active": "by members",
    "declined": "declined",
    "retired": "retired",
}

BugUrl = Callable[[int], str]
Titles = Mapping[str, str]


def section_title(key: str, titles: Titles) -> str:
    """Name a section; one that has no title is called by its key."""
    return harmless(titles.get(key, key), 80, one_line=True)


def bug_link(bug: int, bug_url: BugUrl, comment: int | None = None) -> str:
    """Link a bug's number, or one of its comments."""
    if comment is None:
        return f"[{bug}]({bug_url(bug)})"
    return f"[{bug} comment {comment}]({bug_url(bug)}#c{comment})"


def state_of(incident: Incident) -> str:
    """Say whether an incident is open, and how it was closed."""
    if incident.bug.is_open:
        return "open"
    return f"closed {harmless(incident.bug.resolution, 30, one_line=True)}".rstrip()


def incident_line(incident: Incident, titles: Titles, bug_url: BugUrl, *, with_ca: bool) -> str:
    """Say in one line what an incident is about, in a second when it was opened and how it stands; a gap follows."""
    title = harmless(incident.title, 150, one_line=True)
    if with_ca and incident.ca:
        title = f"{harmless(incident.ca, 60, one_line=True)}: {title}"
    names = [section_title(assignment.section, titles) for assignment in incident.sections if assignment.sure]
    sections = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    due = f"next update {incident.next_update}" if incident.next_update and incident.bug.is_open else ""
    below = " · ".join(part for part in (f"{incident.bug.created:%Y-%m-%d}", state_of(incident), sections, due) if part)
    return f"**{bug_link(incident.bug.id, bug_url)}** {title}\n{below}\n"


def render_incidents(answer: IncidentList, titles: Titles, bug_url: BugUrl) -> discord.Embed:
    """Render one page of a list: totals first, then two lines for each incident."""
    whom = plain(answer.owner.name, 100) if answer.owner else "All incidents"
    counted = f"{answer.total} incident{'' if answer.total == 1 else 's'}"
    embed = discord.Embed(
        title=f"{harmless(whom, 150)}: {counted}",
        colour=OPEN if answer.open else CLOSED,
        description="No incident fits.",
    )
    if answer.total:
        since = f" · since {answer.first:%Y-%m-%d}" if answer.first else ""
        head = f"**{answer.open}** open · **{answer.total - answer.open}** closed{since}"
        if answer.sections:
            most = ", ".join(f"{section_title(key, titles)} {count}" for key, count in answer.sections[:4])
            head += f"\nMost often: {most}"
        lines = [
            incident_line(incident, titles, bug_url, with_ca=answer.owner is None) for incident in answer.incidents
        ]
        text, left = lines_within(lines, DESCRIPTION - len(head) - 40)
        embed.description = f"{head}\n\n{text}" + (f"\n… and {left} more." if left else "")
    asked = f" · {plain(answer.question, 200)}" if answer.question.strip() else ""
    if answer.pages > 1:
        embed.set_footer(text=f"Page {answer.page + 1} of {answer.pages}{asked}")
    elif asked:
        embed.set_footer(text=asked.removeprefix(" · "))
    return fit(embed)


def render_incident(answer: IncidentDetail, titles: Titles, bug_url: BugUrl) -> discord.Embed:
    """Render one incident: how it stands, its dates, its sections and how its report begins."""
    incident = answer.incident
    bug = incident.bug
    title = harmless(incident.title, 250, one_line=True) or f"Bug {bug.id}"
    embed = discord.Embed(
        title=f"{harmless(incident.ca, 80, one_line=True)}: {title}" if incident.ca else title,
        url=bug_url(bug.id),
        description=harmless(answer.opening, 1500) or "The report has not been posted yet.",
        colour=OPEN if bug.is_open else CLOSED,
        timestamp=bug.created,
    )
    embed.add_field(name="Bug", value=bug_link(bug.id, bug_url))
    embed.add_field(name="State", value=state_of(incident))
    embed.add_field(name="Opened", value=f"{bug.created:%Y-%m-%d} by {harmless(answer.filed_by, 100, one_line=True)}")
    if bug.closed:
        embed.add_field(name="Closed", value=f"{bug.closed:%Y-%m-%d}")
    if incident.next_update and incident.bug.is_open:
        embed.add_field(name="Next update", value=str(incident.next_update))
    if incident.close_on:
        embed.add_field(name="To be closed on", value=str(incident.close_on))
    embed.add_field(name="Comments", value=str(incident.comments))
    names = [section_title(assignment.section, titles) for assignment in incident.sections if assignment.sure]
    embed.add_field(name="Sections", value=", ".join(names) or "none found yet", inline=False)
    return fit(
        embed.set_footer(text=f"why {bug.id} tells how the sections were found; similar {bug.id}, what it echoes")
    )


def render_why(answer: SectionExplanation, titles: Titles, bug_url: BugUrl) -> discord.Embed:
    """Render how each section of an incident was found, and what more its text suggests."""
    bug = answer.incident.bug
    embed = discord.Embed(
        title=f"Why bug {bug.id} is where it is",
        url=bug_url(bug.id),
        description=harmless(bug.summary, 400, one_line=True),
        colour=PLAIN,
    )
    found = [_reason(assignment, titles) for assignment in answer.sections]
    embed.add_field(name="Sections", value=lines_within(found, FIELD_VALUE)[0] or "None found yet.", inline=False)
    if answer.suggested:
        suggested = [_reason(assignment, titles) for assignment in answer.suggested]
        embed.add_field(name="Perhaps also", value=lines_within(suggested, FIELD_VALUE)[0], inline=False)
    if answer.corrections:
        said = [_word(one, titles) for one in answer.corrections]
        embed.add_field(name="What members said", value=lines_within(said, FIELD_VALUE)[0], inline=False)
    return fit(embed)


def _word(said: Correction, titles: Titles) -> str:
    # within an embed a mention pings nobody
    who = "the operator, for every server" if said.member is None else f"<@{said.member}>"
    belongs = "belongs" if said.verdict == "in" else "does not belong"
    return f"It {belongs} in **{section_title(said.section, titles)}**: {who}, {said.made_at:%Y-%m-%d %H:%M} UTC"


def _reason(assignment: Assignment, titles: Titles) -> str:
    title = f"**{section_title(assignment.section, titles)}**"
    if assignment.by == "tag":
        return f"{title}: Bugzilla's whiteboard has its tag"
    if assignment.by == "member":
        return f"{title}: a member said so"
    words = harmless(", ".join(assignment.words), 200, one_line=True)
    return f"{title}: {assignment.confidence * 100:.0f} % by its text" + (f", for *{words}*" if words else "")


def render_sections(sections: Sequence[Section]) -> discord.Embed:
    """Render all sections with their keys and how many incidents each holds."""
    lines = []
    for section in sections:
        state = "" if section.state == "builtin" else f" · {STATES[section.state]}"
        key = harmless(section.key, 60, one_line=True)
        common = ", of all servers" if section.state != "builtin" and section.community is None else ""
        lines.append(f"**{harmless(section.title, 80, one_line=True)}** {section.incidents} · {key}{state}{common}")
    text, left = lines_within(lines, DESCRIPTION - 40)
    text += f"\n… and {left} more." if left else ""
    return fit(discord.Embed(title=f"{len(sections)} sections", description=text, colour=PLAIN))


def render_summary(answer: Summary, bug_url: BugUrl) -> discord.Embed:
    """Render a summary: numbers first, then sentences, each with links to where it comes from."""
    days = " to ".join(str(day) for day in (answer.since, answer.until) if day)
    if answer.since and not answer.until:
        days = f"since {days}"
    elif answer.until and not answer.since:
        days = f"until {days}"
    facts = " · ".join(_fact(name, value, bug_url) for name, value in answer.facts if value is not None)
    said = (f"• {_sourced(sentence, bug_url)}" for sentence in answer.claims)
    text, left = lines_within(said, DESCRIPTION - len(facts) - 60)
    rest = f"\n… and {left} more." if left else ""
    title = f"{harmless(answer.about, 180, one_line=True)}{f', {days}' if days else ''}"
    return fit(discord.Embed(title=title, description=f"{facts}\n\n{text}{rest}".strip(), colour=PLAIN))


def _fact(name: str, value: int | str, bug_url: BugUrl) -> str:
    words = harmless(re.sub("[_-]", " ", name).capitalize(), 60, one_line=True)
    if name == "bug" and isinstance(value, int):
        return f"{words} {bug_link(value, bug_url)}"
    return f"{words} **{harmless(str(value), 100, one_line=True)}**"


def _sourced(sentence: Claim, bug_url: BugUrl) -> str:
    links = [bug_link(source.bug, bug_url, source.comment) for source in sentence.citations]
    shown = ", ".join(links[:5]) + (f" and {len(links) - 5} more" if len(links) > 5 else "")
    return f"{harmless(sentence.text, 600, one_line=True)}" + (f" ({shown})" if shown else "")


def render_status(answer: Status) -> discord.Embed:
    """Render how fresh each source is, what is kept and waiting, and the last errors."""
    embed = discord.Embed(title="Status", colour=OPEN if any(s.error for s in answer.sources) else PLAIN)
    for source in answer.sources:
        fresh = "not read to the end yet" if source.fresh_seconds is None else f"read {_age(source.fresh_seconds)} ago"
        waiting = f"\n{source.backlog} still to fetch" if source.backlog else ""
        waiting += f"\n{source.missed} changes found by sweeps only" if source.missed else ""
        error = f"\n{harmless(source.error, 300, one_line=True)}" if source.error else ""
        embed.add_field(name=harmless(source.name, 100, one_line=True), value=f"{fresh}{waiting}{error}")
    sent = ", ".join(f"{count} {state}" for state, count in answer.deliveries if count) or "none yet"
    kept = f"{answer.incidents} incidents, {answer.messages} list messages"
    waiting = f", {answer.comments_pending} bugs whose comments are still to come" if answer.comments_pending else ""
    embed.description = f"{kept}{waiting}\nAlerts: {sent}\nClassifier: {harmless(describe(answer.classifier), 800)}"
    if answer.errors:
        last = (f"{when:%Y-%m-%d %H:%M} {harmless(text, 200, one_line=True)}" for when, text in answer.errors)
        embed.add_field(name="Last errors (UTC)", value=lines_within(last, FIELD_VALUE)[0], inline=False)
    return fit(embed)


def _age(seconds: int) -> str:
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"


def render_watches(answer: RouteList) -> discord.Embed:
    """Render which channels of a community are sent what."""
    lines = []
    for route in answer.routes:
        kinds = ", ".join(KINDS.get(kind, kind) for kind in route.kinds)
        off = f" (off: {harmless(route.disabled, 200, one_line=True)})" if route.disabled else ""
        lines.append(f"<#{route.channel}> {kinds}{off}")
    text = lines_within(lines, DESCRIPTION)[0] or "No channel is watched yet; write `watch` in the one that should be."
    return fit(discord.Embed(title="Watched channels", description=text, colour=PLAIN))
