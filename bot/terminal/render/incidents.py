"""Answers as text for a terminal or a pipe: the same words in both, links written out.

A terminal gets colours and two rows for an incident, cut to its width; a pipe gets one whole line for each, so that
`grep` and `cut` work. Every answer carries the links of the bugs it speaks of.
"""

import io
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from bot.formatting.phrases import describe
from handlers import results
from storage.values.incidents import Assignment, Incident, Message, Section

LONGEST_TEXT = 2000
LISTED_BUGS = 20  # of those that a message asks to group
ROW_INDENT = 10  # a row's second line begins below its date
STYLES = {"bug": "bold cyan", "link": "blue", "head": "bold", "quiet": "dim", "open": "yellow", "bad": "red"}
AGES = (("days", 172_800, 86_400), ("hours", 7_200, 3_600), ("minutes", 120, 60), ("seconds", 0, 1))

Part = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """How to show: `width` in columns (None for a pipe: no colours, no cutting) and how a bug's link is made."""

    bug_url: Callable[[int], str]
    width: int | None = None
    colour: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an answer in styled parts; `cut` keeps it on one row of a terminal, `indent` holds when it wraps.

    `whole` leaves wrapping to the terminal, so that it can be copied as one line.
    """

    parts: tuple[Part, ...]
    cut: bool = False
    indent: int = 0
    whole: bool = False


def look_for(stream: TextIO, bug_url: Callable[[int], str]) -> Look:
    """Return how to show on this stream as it is now: a terminal's width may change between two answers."""
    if not stream.isatty():
        return Look(bug_url)
    # no-color.org: set and not empty means no colours
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Look(bug_url, shutil.get_terminal_size().columns, colour)


def clean(text: str, limit: int = LONGEST_TEXT) -> str:
    """Return third-party text on one line, without anything that steers a terminal or hides."""
    # imported late: its module loads discord.py, which `rootwatch --help` need not wait for
    from bot.chat.render.escape import plain

    return plain(text, limit)


def render(answer: object, look: Look) -> str:
    """Return any answer of the handlers as text without a last line break."""
    from bot.terminal.render.sections import SECTION_RENDERERS

    lines = (RENDERERS | SECTION_RENDERERS)[type(answer)](answer, look)
    if look.width is None:
        texts = ("".join(p if isinstance(p, str) else p[0] for p in each.parts) for each in lines)
        return "\n".join((" " * each.indent + text).rstrip() for each, text in zip(lines, texts, strict=True))
    return _styled(lines, look.width, colour=look.colour)


def _styled(lines: Iterable[Line], width: int, *, colour: bool) -> str:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    paper = io.StringIO()
    console = Console(file=paper, width=width, force_terminal=colour, color_system="standard" if colour else None)
    for each in lines:
        text = Text.assemble(*(p if isinstance(p, str) else (p[0], STYLES[p[1]]) for p in each.parts))
        if each.whole:
            console.print(text, soft_wrap=True)
            continue
        text.no_wrap, text.overflow = each.cut, "ellipsis" if each.cut else "fold"
        console.print(Padding(text, (0, 0, 0, each.indent)), crop=False)
    return "\n".join(row.rstrip() for row in paper.getvalue().splitlines())


def _line(*parts: Part) -> Line:
    return Line(parts)


def _day(when: datetime | None) -> str:
    return "" if when is None else when.strftime("%Y-%m-%d")


def _age(seconds: int | None) -> str:
    if seconds is None:
        return "not read to the end yet"
    unit, _, size = next(each for each in AGES if seconds >= each[1] or not each[1])
    return f"read {seconds // size} {unit} ago"


def _counted(pairs: Iterable[tuple[str, object]]) -> str:
    return ", ".join(f"{clean(str(name))} {clean(str(count))}" for name, count in pairs if count is not None)


def _assigned(sections: Iterable[Assignment]) -> str:
    """Name sections; those found by text with how surely, those only suggested last and as such."""
    ordered = sorted(sections, key=lambda each: (not each.sure, -each.confidence))
    return ", ".join(
        f"{'' if each.sure else 'perhaps '}{clean(each.section)}"
        + (f" {each.confidence:.0%}" if each.by == "text" else "")
        for each in ordered
    )


def _rows(incidents: Sequence[Incident], look: Look, *, with_ca: bool = True) -> list[Line]:
    lines = []
    for each in incidents:
        state = ("open  ", "open") if each.bug.is_open else ("closed", "quiet")
        number, link = f"{each.bug.id:>8}", (look.bug_url(each.bug.id), "link")
        title = clean(f"{each.ca}: {each.title}" if with_ca and each.ca else each.title)
        sections = _assigned(each.sections)
        head: tuple[Part, ...] = ((number, "bug"), "  ", _day(each.bug.created), "  ", state, "  ", title)
        if look.width is None:
            lines.append(_line(*head, "  ", link, f"  [{sections}]" if sections else ""))
        else:
            lines.append(Line(head, cut=True))
            fits = ROW_INDENT + len(look.bug_url(each.bug.id)) + 2 + len(sections) <= look.width
            rows: tuple[tuple[Part, ...], ...] = (
                ((link, "  ", (sections, "quiet")),) if fits else ((link,), (sections,))
            )
            lines += [Line(parts, indent=ROW_INDENT) for parts in rows]
    return lines


def render_incidents(answer: results.IncidentList, look: Look) -> list[Line]:
    """Show totals first, then this page's incidents, newest first."""
    chosen = answer.filter
    about = "All CAs"
    if answer.owner is not None:
        others = f" (also {', '.join(answer.owner.aliases)})" if answer.owner.aliases else ""
        about = clean(answer.owner.name + others)
    limits = [f"in {clean(chosen.section)}" if chosen.section else "", "open ones" if chosen.open_only else ""]
    limits += [f"since {chosen.since}" if chosen.since else "", f"until {chosen.until}" if chosen.until else ""]
    words = ", ".join(each for each in limits if each)
    first = f", the first opened {_day(answer.first)}" if answer.first else ""
    noun = "incident" if answer.total == 1 else "incidents"
    lines = [
        _line((about, "head"), f"{', ' if words else ''}{words}: {answer.total:,} {noun}, {answer.open:,} open{first}")
    ]
    if answer.sections:
        lines.append(_line((_counted(answer.sections), "quiet")))
    lines += _rows(answer.incidents, look, with_ca=answer.owner is None)
    if answer.pages > 1:
        following = "" if answer.page + 1 >= answer.pages else f"; add page:{answer.page + 2} for the next"
        lines.append(_line((f"page {answer.page + 1} of {answer.pages}{following}", "quiet")))
    return lines


def render_incident(answer: results.IncidentDetail, look: Look) -> list[Line]:
    """Show one incident with its dates, tags, sections and the beginning of its report."""
    incident, bug = answer.incident, answer.incident.bug
    closed = f"closed {_day(bug.closed)} {bug.resolution}".replace("  ", " ").strip()
    facts = [
        ("state", "open" if bug.is_open else clean(closed)),
        ("opened", f"{_day(bug.created)} by {clean(answer.filed_by)}" if answer.filed_by else _day(bug.created)),
        ("tags", clean(", ".join(incident.tags))),
        ("sections", _assigned(incident.sections)),
        ("next update", str(incident.next_update or "") if incident.bug.is_open else ""),
        ("close on", str(incident.close_on or "")),
        ("comments", f"{incident.comments:,}"),
    ]
    head = clean(f"{incident.ca}: {incident.title}" if incident.ca else incident.title)
    lines = [_line((f"Bug {bug.id}", "bug"), "  ", (head, "head")), _line((look.bug_url(bug.id), "link"))]
    lines += [_line((f"{name:<12}", "quiet"), value) for name, value in facts if value]
    return [*lines, _line(clean(answer.opening))] if answer.opening else lines


def render_why(answer: results.SectionExplanation, look: Look) -> list[Line]:
    """Show for each section who or what decided, and why."""
    bug = answer.incident.bug
    lines = [_line((f"Bug {bug.id}", "bug"), "  ", clean(bug.summary)), _line((look.bug_url(bug.id), "link"))]
    for kind, found in (("", answer.sections), ("perhaps ", sorted(answer.suggested, key=lambda each: -each.confidence))):
        for each in found:
            sure = f", {each.confidence:.0%} sure" if each.by == "text" else ""
            words = f": {clean(', '.join(each.words))}" if each.words else ""
            lines.append(_line(f"  {kind}", (clean(each.section), "head"), f"  by {each.by}{sure}{words}"))
    if not answer.sections and not answer.suggested:
        lines.append(_line("  no section: neither tags nor text name one"))
    for one in answer.corrections:
        who = "the operator" if one.member is None else f"member {one.member}"
        verdict = "belongs" if one.verdict == "in" else "does not belong"
        lines.append(_line(f"  {who} on {one.made_at:%Y-%m-%d %H:%M}Z: it {verdict} in ", (clean(one.section), "head")))
    return lines


def render_similar(answer: results.RelatedIncidents, look: Look) -> list[Line]:
    """Show earlier incidents under their headings, then the table of those that a report must list."""
    # imported late, as `clean` does
    from bot.formatting.related_table import related_rows

    bug = answer.incident.bug
    lines = [_line((f"Bug {bug.id}", "bug"), "  ", clean(bug.summary)), _line((look.bug_url(bug.id), "link"))]
    if not answer.echoes:
        return [*lines, _line("No earlier incident is like it, and it refers to none.")]
    for group, found in answer.groups:
        lines.append(_line((f"{group}:", "head")))
        lines += [_echo(one, look) for one in found]
    if table := related_rows(answer, look.bug_url):
        lines += [_line(""), _line(("Related incidents of the two years before, to paste into a report:", "head"))]
        lines += [Line((row,), whole=True) for row in table]
    return lines


def _echo(one: results.RelatedIncident, look: Look) -> Line:
    incident, reason = one.incident, clean(one.echo.reason, 200)
    title = clean(f"{incident.ca}: {incident.title}" if incident.ca else incident.title, 200)
    older = "" if one.echo.within_two_years else ", more than two years before"
    return _line(
        (f"{incident.bug.id:>8}", "bug"),
        f"  {title} ({_day(incident.bug.created)}, {reason}{older})  ",
        (look.bug_url(incident.bug.id), "link"),
    )


def render_corrected(answer: results.CorrectionResult, look: Look) -> list[Line]:
    """Show what was before a correction, what holds now, and how to take it back."""
    bug, link = (f"Bug {answer.bug}", "bug"), _line((look.bug_url(answer.bug), "link"))
    if not answer.changed:
        state = "is in" if answer.belongs else "is not in"
        return [_line(bug, f" {state} {clean(answer.section)} already, so there was nothing to change"), link]
    before = f"not in {clean(answer.section)}"
    if answer.previous is not None:
        before = f"{'' if answer.previous.sure else 'perhaps '}in {_found(answer.previous)}"
    now = ", ".join(_found(one) for one in answer.sections if one.sure) or "no section"
    contrary = f"{'unclassify' if answer.belongs else 'classify'} {answer.bug} {clean(answer.section)}"
    return [
        _line(bug, f" was {before}; now, in every server without a word of its own, it is in {now}"),
        _line(f"{contrary} {'takes it back' if answer.can_be_undone else 'says the contrary'}"),
        link,
    ]


def _found(one: Assignment) -> str:
    how = f"{one.confidence:.0%} by text" if one.by == "text" else f"by {one.by}"
    return f"{clean(one.section)} ({how})"


def render_sections(answer: Sequence[Section], look: Look) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show each section's key, how many incidents it holds, and its title."""
    longest = max((len(clean(each.key)) for each in answer), default=0)
    return [
        _line((f"{clean(s.key):<{longest}}", "head"), f"  {s.incidents:>5,}  {s.state:<8}  {clean(s.title)}{_whose(s)}")
        for s in answer
    ] or [_line("There are no sections yet.")]


def _whose(section: Section) -> str:
    return "" if section.community is None else f"  (community {section.community})"


def render_section(answer: results.SectionDetail, look: Look) -> list[Line]:
    """Show one section: what it holds, whom it is about, and its newest incidents."""
    from bot.terminal.render.sections import history_lines

    section = answer.section
    counts = f"{section.state}: {section.incidents:,} incidents, {answer.open:,} open"
    lines = [_line((clean(section.key), "head"), f"  {clean(section.title)}"), _line(counts)]
    lines += [_line(clean(section.description))] if section.description else []
    lines += [_line(clean(answer.vote))] if answer.vote else []
    lines += [_line((_counted(answer.owners), "quiet"))] if answer.owners else []
    return [*lines, *_rows(answer.newest, look), *history_lines(answer.history)]


def render_summary(answer: results.Summary, look: Look) -> list[Line]:
    """Show the numbers, then each sentence with the links it rests on."""
    dates = [f"since {answer.since}" if answer.since else "", f"until {answer.until}" if answer.until else ""]
    lines = [_line((clean(answer.about), "head"), *(f" {each}" for each in dates if each))]
    lines += [_line(_counted((name.replace("_", " "), value) for name, value in answer.facts))]
    for sentence in answer.claims:
        links = [look.bug_url(s.bug) + ("" if s.comment is None else f"#c{s.comment}") for s in sentence.citations]
        lines += [_line(clean(sentence.text)), *(Line(((link, "link"),), indent=4) for link in links)]
    return lines


def render_status(answer: results.Status, look: Look) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show how fresh each source is, what is stored, and what went wrong last."""
    lines = []
    for each in answer.sources:
        waiting = f", {each.backlog:,} still to read" if each.backlog else ""
        waiting += f", {each.missed:,} changes found by sweeps only" if each.missed else ""
        trouble: tuple[Part, ...] = ("; ", (clean(each.error), "bad")) if each.error else ()
        lines.append(_line((clean(each.name), "head"), f": {_age(each.fresh_seconds)}{waiting}", *trouble))
    pending = f", comments of {answer.comments_pending:,} still to read" if answer.comments_pending else ""
    lines.append(_line(f"{answer.incidents:,} incidents, {answer.messages:,} list messages{pending}"))
    lines.append(_line(f"deliveries: {_counted(answer.deliveries) or 'none'}"))
    lines.append(_line(f"classifier: {clean(describe(answer.classifier))}"))
    return lines + [_line((f"{when:%Y-%m-%d %H:%M}Z  ", "quiet"), clean(error)) for when, error in answer.errors]


def render_watches(answer: results.RouteList, look: Look) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show which events go to which Discord channel."""
    return [
        _line(
            f"channel {r.channel}: {clean(', '.join(r.kinds))}",
            (f"  off: {clean(r.disabled)}" if r.disabled else "", "bad"),
        )
        for r in answer.routes
    ] or [_line("No channel is watched.")]


def render_incident_alert(answer: results.IncidentAlert, look: Look) -> list[Line]:
    """Show a new incident and what is known of it."""
    by = clean(answer.filer + (f" ({answer.organisation})" if answer.organisation else ""))
    earlier = f"; earlier ones there: {_counted(answer.earlier)}" if answer.earlier else ""
    lines = [_line(("New incident", "open"), f" by {by}{earlier}"), *_rows([answer.incident], look)]
    if answer.opening:
        lines.append(Line((clean(answer.opening, 300),), indent=ROW_INDENT))
    if answer.echoes:
        lines += [_line(("Echoes:", "head")), *(_echo(one, look) for one in answer.echoes)]
    return lines


def _message(message: Message) -> Line:
    return _line(f"{_day(message.posted)}  ", (clean(message.subject), "head"), "  ", (clean(message.url), "link"))


def render_message_alert(answer: results.MessageAlert, look: Look) -> list[Line]:
    """Show a new list message with the bugs that it speaks of."""
    message = answer.message
    lines = [_line(("New message", "open"), f" on {clean(message.list)} by {clean(message.author)}"), _message(message)]
    lines += [Line((clean(answer.excerpt, 300),), indent=ROW_INDENT)] if answer.excerpt else []
    if answer.requested_section is None:
        return lines + _links(message.bugs, look)
    named = {one.bug.id for one in answer.requested_section.incidents}.union(answer.requested_section.other_bugs)
    besides = [bug for bug in message.bugs if bug not in named]
    return [*lines, *_asked_for(answer.requested_section, look), *_links(besides, look)]


def _asked_for(asked: results.RequestedSection, look: Look) -> list[Line]:
    # imported late: it reads the database, which `rootwatch --help` need not wait for
    from handlers.sections.list_requests import draft_of

    lines = [_line(("Asks for a section", "open"), ": ", (clean(asked.name), "head"))]
    lines += _rows(asked.incidents[:LISTED_BUGS], look)
    if more := len(asked.incidents[LISTED_BUGS:]):
        lines.append(_line(f"… and {more:,} more incidents"))
    if asked.other_bugs:
        more = len(asked.other_bugs[LISTED_BUGS:])
        numbers = ", ".join(map(str, asked.other_bugs[:LISTED_BUGS])) + (f" and {more:,} more" if more else "")
        lines.append(_line(f"Not known here: {numbers}"))
    if asked.incidents:
        lines.append(_line(("To propose it: ", "quiet"), clean(draft_of(asked).line)))
    return lines


def _links(bugs: Iterable[int], look: Look) -> list[Line]:
    return [Line(((look.bug_url(bug), "link"),), indent=ROW_INDENT) for bug in bugs]


def render_catch_up(answer: results.CatchUpAlert, look: Look) -> list[Line]:
    """Show many new things at once."""
    head = f"{len(answer.incidents):,} new incidents and {len(answer.messages):,} new list messages"
    return [_line((head, "open")), *_rows(answer.incidents, look), *map(_message, answer.messages)]


def render_withdrawn(answer: results.WithdrawnAlert, look: Look) -> list[Line]:
    """Show that an announced incident can no longer be read."""
    why = "is restricted now" if answer.reason == "restricted" else "has left the component"
    return [_line((f"Bug {answer.bug}", "bug"), f" {why}: ", (look.bug_url(answer.bug), "link"))]


RENDERERS: dict[type, Callable[..., list[Line]]] = {
    results.IncidentList: render_incidents,
    results.IncidentDetail: render_incident,
    results.SectionExplanation: render_why,
    results.RelatedIncidents: render_similar,
    results.CorrectionResult: render_corrected,
    tuple: render_sections,
    list: render_sections,
    results.SectionDetail: render_section,
    results.Summary: render_summary,
    results.Status: render_status,
    results.RouteList: render_watches,
    results.IncidentAlert: render_incident_alert,
    results.MessageAlert: render_message_alert,
    results.CatchUpAlert: render_catch_up,
    results.WithdrawnAlert: render_withdrawn,
}
