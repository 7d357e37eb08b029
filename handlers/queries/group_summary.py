"""Sums up the incidents of a CA owner or a section: every figure is counted from the same list of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from handlers.parsing.faults import find_faults
from handlers.parsing.follow_ups import is_follow_up
from handlers.results.summaries import (
    EarlierSpan,
    GroupSummary,
    OwnerCount,
    RecurringFault,
    SectionCount,
    SummaryScope,
)
from storage.values.incidents import Incident
from storage.values.messages import ListThread

# A fault is back only if so many days passed: several bugs of a few weeks are often of one occasion.
MIN_DAYS_UNTIL_AGAIN = 90
# A longer span says nothing about the one before it.
MAX_DAYS_COMPARED = 731


def summarize_group(
    scope: SummaryScope,
    record: Sequence[Incident],
    record_end: date,
    titles: Mapping[str, str],
    section: str | None = None,
    threads: Iterable[ListThread] = (),
) -> GroupSummary:
    """Return the summary of the incidents of a scope.

    `record` are all incidents of the subject until the last day of the scope, newest first, whatever their state;
    `record_end` is the last day of which anything is known. `section` is the key of the section that all are in.
    """
    matches = tuple(incident for incident in record if _is_within(incident, scope))
    years, quarters = _count_by_time(matches, scope, record_end)
    counts = _count_sections(matches, titles)
    return GroupSummary(
        scope,
        matches,
        not_incidents=tuple(incident for incident in matches if incident.not_incident),
        by_year=years,
        by_quarter=quarters,
        sections=tuple(count for count in counts if count.key != section),
        owners=_count_owners(matches),
        origins=_origins(counts, section, titles) if section else None,
        earlier=_count_earlier(record, scope, record_end),
        faults=() if scope.kind == "section" or scope.state else _recurring_faults(scope.subject, record, matches),
        threads=tuple(threads),
    )


def _is_within(incident: Incident, scope: SummaryScope) -> bool:
    if scope.state and incident.bug.is_open != (scope.state == "open"):
        return False
    return scope.since is None or incident.bug.created.date() >= scope.since


def _count_by_time(
    matches: Sequence[Incident], scope: SummaryScope, record_end: date
) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[tuple[int, int], int], ...]]:
    """Return the counts by year and by quarter, from the first to the last day of the scope as far as it is known."""
    days = [incident.bug.created.date() for incident in matches]
    first = scope.since or min(days, default=None)
    if first is None:
        return (), ()
    last = max([min(scope.until or record_end, record_end), *days])
    years = range(first.year, last.year + 1)
    quarters = [
        (year, quarter)
        for year in years
        for quarter in range(1, 5)
        if _quarter_of(first) <= (year, quarter) <= _quarter_of(last)
    ]
    by_year = tuple((year, sum(day.year == year for day in days)) for year in years)
    by_quarter = tuple((quarter, sum(_quarter_of(day) == quarter for day in days)) for quarter in quarters)
    return by_year, by_quarter


def _quarter_of(day: date) -> tuple[int, int]:
    return day.year, (day.month + 2) // 3


def _count_sections(matches: Sequence[Incident], titles: Mapping[str, str]) -> tuple[SectionCount, ...]:
    """Return the counts of all sections that any of the incidents is in, the largest first."""
    bugs: dict[str, list[int]] = {}
    origins: dict[str, list[str]] = {}
    for incident in matches:
        for assignment in incident.sections:
            if assignment.confident:
                bugs.setdefault(assignment.section, []).append(incident.bug.id)
                origins.setdefault(assignment.section, []).append(assignment.by)
    counts = (
        SectionCount(key, titles.get(key, key), tuple(bugs[key]), origins[key].count("tag"), origins[key].count("text"))
        for key in bugs
    )
    return tuple(sorted(counts, key=lambda count: (-count.total, count.key)))


def _origins(counts: Iterable[SectionCount], section: str, titles: Mapping[str, str]) -> SectionCount:
    """Return the counts of one section, which may have none of the incidents."""
    empty = SectionCount(section, titles.get(section, section), (), 0, 0)
    return next((count for count in counts if count.key == section), empty)


def _count_owners(matches: Sequence[Incident]) -> tuple[OwnerCount, ...]:
    """Return the counts of all CA owners that any of the incidents is about, the largest first."""
    bugs: dict[str, list[int]] = {}
    for incident in matches:
        for name in _owners_of(incident):
            bugs.setdefault(name, []).append(incident.bug.id)
    counts = (OwnerCount(name, tuple(numbers)) for name, numbers in bugs.items())
    return tuple(sorted(counts, key=lambda count: (-len(count.bugs), count.name)))


def _owners_of(incident: Incident) -> tuple[str, ...]:
    """Return the CA owners that an incident is about, without those that have taken one over since."""
    return incident.also_about if incident.ca is None else (incident.ca, *incident.also_about)


def _count_earlier(record: Sequence[Incident], scope: SummaryScope, record_end: date) -> EarlierSpan | None:
    """Return how many were opened in as many days before; in whole years for a span that begins with a year.

    The year in which the record ends is compared as a whole year.
    """
    if scope.since is None or scope.state or scope.since.year <= date.min.year + 3:
        return None
    last = min(scope.until or record_end, record_end)
    days = (last - scope.since).days + 1
    if days < 1 or days > MAX_DAYS_COMPARED:
        return None
    is_new_year = (scope.since.month, scope.since.day) == (1, 1)
    if is_new_year and (last == record_end or (last.month, last.day) == (12, 31)):
        years = last.year - scope.since.year + 1
        since, until = date(scope.since.year - years, 1, 1), date(scope.since.year - 1, 12, 31)
    else:
        since, until = scope.since - timedelta(days=days), scope.since - timedelta(days=1)
    earlier = [incident for incident in record if since <= incident.bug.created.date() <= until]
    return EarlierSpan(since, until, len(earlier), sum(incident.not_incident is not None for incident in earlier))


def _recurring_faults(
    owner: str, record: Sequence[Incident], matches: Sequence[Incident]
) -> tuple[RecurringFault, ...]:
    """Return the faults that came back at a CA owner with any of the matches, those with the most incidents first.

    A title names them. What is no incident, or only about the handling of another one, does not count.
    """
    by_fault: dict[str, list[Incident]] = {}
    for incident in reversed(record):
        if owner in _owners_of(incident) and not incident.not_incident and not is_follow_up(incident.title):
            for name in find_faults(incident.title):
                by_fault.setdefault(name, []).append(incident)
    matching = {incident.bug.id for incident in matches}
    faults = [
        RecurringFault(name, tuple(incidents))
        for name, incidents in by_fault.items()
        if incidents[-1].bug.id in matching
        and (incidents[-1].bug.created - incidents[0].bug.created).days >= MIN_DAYS_UNTIL_AGAIN
    ]
    return tuple(sorted(faults, key=lambda fault: (-len(fault.incidents), -fault.incidents[-1].bug.id)))
