"""Missed clocks of the past in words, the same in both chats: counts by year and rule, beside those of all CAs."""

from bot.formatting.deadline_text import (
    MAX_TITLE_LENGTH,
    STRENGTHS,
    Escape,
    Pieces,
    clock_name,
    history_url,
    short_source,
)
from bot.formatting.links import BugUrl
from bot.formatting.pieces import BugNumber, PageLink, ThirdPartyText
from bot.formatting.wording import count_of, describe_unread, long_day
from handlers.results.deadlines import ListedMiss, MissedHistory, MissedYear

MAX_RULES = 3  # of a year's counts


def history_headline(history: MissedHistory, escape: Escape) -> str:
    """Return the answer in one line: how many clocks a CA appears to have missed, beside all CAs."""
    name = escape(history.owner.name)
    missed = sum(year.missed for year in history.years)
    all_missed = sum(year.missed for year in history.all_years.values())
    incidents = count_of(history.incident_count, "incident")
    if not missed:
        none = f"{name}: no missed clock appears in {incidents} ({_rate(all_missed, history.all_incident_count)})"
        return f"{none}; {describe_unread(history.unread)}" if history.unread and not history.missed else none
    own = _each(missed, history.incident_count)
    others = _rate(all_missed, history.all_incident_count)
    appear = "appears" if missed == 1 else "appear"
    return f"{name}: {count_of(missed, 'clock')} {appear} missed in {incidents}, {own} each ({others})"


def year_line(year: MissedYear, history: MissedHistory) -> str:
    """Return the counts of a year by rule, beside those of all CAs."""
    names: dict[str, int] = {}
    for rule_id, count in year.rules.items():
        rule = history.rules.get(rule_id)
        name = clock_name(rule.kind, rule.duty, 1) if rule else rule_id
        names[name] = names.get(name, 0) + count
    largest = sorted(names.items(), key=lambda entry: (-entry[1], entry[0]))
    texts = [f"{name} {count:,}" for name, count in largest[:MAX_RULES]]
    if rest := sum(count for _, count in largest[MAX_RULES:]):
        texts.append(f"other {rest:,}")
    everybody = history.all_years[year.year]
    opened = f"{year.missed:,} in {count_of(year.incidents, 'incident')}"
    return f"{year.year}: {opened} (all CAs {everybody.missed:,} in {everybody.incidents:,})" + (
        f": {', '.join(texts)}" if texts else ""
    )


def missed_statement(miss: ListedMiss, bug_url: BugUrl) -> Pieces:
    """Return what was due when, by how much it was late, and the comment or change that set it."""
    clock = miss.clock
    name = clock_name(clock.rule.kind, clock.rule.duty, 1)
    comment = next((int(entry[1:]) for entry in clock.because if entry.startswith("c")), None)
    cause: Pieces = (" · ", BugNumber(clock.bug, comment)) if comment is not None else ()
    if comment is None and clock.because:
        cause = (" · ", PageLink("the bug’s history", history_url(clock.bug, bug_url)))
    openness = " · left open by the rules" if clock.why_ambiguous else ""
    return (f"{name} due {long_day(clock.due)}, {count_of(clock.late_days, 'day')} late", *cause, openness)


def missed_subject(miss: ListedMiss, limit: int = MAX_TITLE_LENGTH) -> Pieces:
    """Return the incident of a missed clock: its number and title."""
    return (BugNumber(miss.clock.bug), " ", ThirdPartyText(miss.incident.title, limit))


def missed_rule(miss: ListedMiss) -> Pieces:
    """Return the source of the rule of a missed clock in few words, and its strength."""
    rule = miss.clock.rule
    return (*short_source(rule.source, rule.link), f": {STRENGTHS.get(rule.strength, rule.strength)}")


def _each(missed: int, incidents: int) -> str:
    return f"{missed / incidents:.1f}" if incidents else "0"


def _rate(missed: int, incidents: int) -> str:
    return f"all CAs: {_each(missed, incidents)} each"
