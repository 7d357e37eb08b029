"""Clocks as text for a terminal."""

from bot.formatting.deadline_text import (
    deadline_openness,
    deadline_sources,
    deadline_statement,
    deadline_subject,
    deadlines_headline,
    describe_rows,
    position,
    sentence,
    short_line,
)
from bot.formatting.history_text import history_headline, missed_rule, missed_statement, missed_subject, year_line
from bot.formatting.pieces import BugNumber, Piece, plain_text
from bot.formatting.wording import describe_unread
from bot.terminal.layout import Line, OutputStyle, line, sanitize
from bot.terminal.render.common import ROW_INDENT
from bot.terminal.render.incidents import render_incident
from handlers.results.deadlines import DeadlineList, IncidentCard, ListedDeadline, ListedMiss, MissedHistory

STATE_STYLES = {"overdue": "bad", "due": "open"}


def render_deadlines(listed: DeadlineList, style: OutputStyle) -> list[Line]:
    """Show how many clocks there are, then each with its incident, what set it, the CA's last word and the rule."""
    lines = [line((deadlines_headline(listed, sanitize), "head"))]
    for row in listed.rows:
        lines += _deadline_rows(row, listed, style)
    if listed.page + 1 < listed.page_count:
        lines.append(line((f"add page:{listed.page + 2} for the next", "quiet")))
    return [*lines, line((describe_rows(listed), "quiet"))]


def render_incident_card(card: IncidentCard, style: OutputStyle) -> list[Line]:
    """Show one incident, then its running clocks in short lines."""
    clocks = card.clocks
    lines = render_incident(card.detail, style)
    for row in clocks.rows:
        state = STATE_STYLES.get(row.deadline.state, "quiet")
        lines.append(line((_text(short_line(row, clocks.as_of, style.bug_url)), state)))
    return lines


def _deadline_rows(row: ListedDeadline, listed: DeadlineList, style: OutputStyle) -> list[Line]:
    statement = _text(sentence(deadline_statement(row, listed.as_of)))
    state = STATE_STYLES.get(row.deadline.state, "quiet")
    sources = _text(deadline_sources(row, listed.as_of, style.bug_url))
    comment = "" if row.cause is None or row.cause.comment is None else f"#c{row.cause.comment}"
    links = [style.bug_url(row.incident.bug.id) + comment, row.deadline.rule.link]
    rows: list[Line] = []
    if listed.bug is None:
        rows.append(Line((_text(deadline_subject(row, shows_owner=not listed.owners)),), truncate=True))
    rows.append(Line(((statement, state),), indent=ROW_INDENT))
    if openness := deadline_openness(row):
        rows.append(Line((sanitize(openness),), indent=ROW_INDENT))
    rows.append(Line(((sources, "quiet"),), indent=ROW_INDENT))
    return [*rows, Line((("  ".join(filter(None, links)), "link"),), indent=ROW_INDENT)]


def render_history(history: MissedHistory, style: OutputStyle) -> list[Line]:
    """Show the counts by year and rule, then each missed clock, newest first."""
    lines = [line((history_headline(history, sanitize), "head"))]
    lines += [line(sanitize(year_line(year, history))) for year in history.years if year.missed]
    for miss in history.missed:
        lines += _missed_rows(miss, style)
    shown = position(history.page, history.page_size, len(history.missed), history.missed_count, history.page_count)
    unread = describe_unread(history.unread) if history.missed else ""
    hint = f"add page:{history.page + 2} for the next" if history.page + 1 < history.page_count else ""
    foot = " · ".join(part for part in (shown, unread, hint) if part)
    return [*lines, line((foot, "quiet"))] if foot else lines


def _missed_rows(miss: ListedMiss, style: OutputStyle) -> list[Line]:
    statement = (*sentence(missed_statement(miss, style.bug_url)), " · ", *missed_rule(miss))
    comments = [piece for piece in statement if isinstance(piece, BugNumber) and piece.comment is not None]
    link = style.bug_url(miss.clock.bug) + (f"#c{comments[0].comment}" if comments else "")
    return [
        Line((_text(missed_subject(miss)),), truncate=True),
        Line((_text(statement),), indent=ROW_INDENT),
        Line(((link, "link"),), indent=ROW_INDENT),
    ]


def _text(pieces: tuple[Piece, ...]) -> str:
    return sanitize(plain_text(pieces))
