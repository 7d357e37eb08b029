"""Summaries in words, the same in both chats and in JSON: the answer in a sentence, then a few more with sources."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from bot.formatting.incident_lists import describe_not_incidents, describe_total
from bot.formatting.periods import describe_period
from bot.formatting.pieces import BugNumber, PageLink, Piece, Quotation, Statement, ThirdPartyText, join_pieces
from bot.formatting.wording import count_of, long_day
from handlers.results.summaries import BugSummary, EarlierSpan, GroupSummary, OwnerCount, RecurringFault, SectionCount
from storage.values.incidents import Incident
from storage.values.messages import ListThread

MAX_SECTIONS, MAX_OWNERS, MAX_YEARS, MAX_QUARTERS = 4, 4, 5, 12
MAX_FAULTS, MAX_REPEATS, MAX_THREADS, MAX_REFERENCES = 1, 3, 1, 2
MAX_SUBJECT_LENGTH, MAX_TITLE_LENGTH = 60, 55


def group_headline(summary: GroupSummary) -> Statement:
    """Return the answer in one line: how many incidents of whom since when, and how many are open."""
    earlier: tuple[Piece, ...] = ()
    if summary.earlier is not None:
        earlier = (f" ({_earlier_text(summary.earlier)})",)
    bugs = tuple(incident.bug.id for incident in summary.incidents)
    return Statement((*_scope_pieces(summary), ": ", _count_text(summary), *earlier), bugs)


def group_statements(summary: GroupSummary) -> Iterator[Statement]:
    """Yield the sentences below the headline."""
    if len(summary.incidents) == 1:
        (incident,) = summary.incidents
        yield Statement((*_named(incident), f", {long_day(incident.bug.created)}", *_in_sections(summary)))
    elif summary.incidents:
        yield from _figures(summary)
        yield from _extremes(summary)
    if summary.faults:
        yield _faults_statement(summary.faults)
    if summary.threads:
        yield _threads_statement(summary.threads)


def bug_headline(summary: BugSummary) -> Statement:
    """Return the answer in one line: whose bug it is, and whether it is open."""
    incident = summary.incident
    owner: tuple[Piece, ...] = (" of ", ThirdPartyText(incident.ca, 40)) if incident.ca else ()
    return Statement(("Bug ", BugNumber(incident.bug.id), *owner, ": ", *_state_pieces(summary)))


def bug_statements(summary: BugSummary) -> Iterator[Statement]:
    """Yield the sentences below the headline."""
    incident, bug = summary.incident, summary.incident.bug
    reporter: tuple[Piece, ...] = (incident.reporter,)
    if incident.reporter == "the CA itself" and incident.ca:
        reporter = (ThirdPartyText(incident.ca, 40),)
    facts: list[tuple[Piece, ...]] = [(f"Opened {long_day(bug.created)} by ", *reporter)]
    if incident.next_update and bug.is_open:
        facts.append((f"update due {long_day(incident.next_update)}",))
    facts.append((count_of(incident.comments, "comment"),))
    yield Statement(join_pieces(facts, " · "), (bug.id,))
    names = [
        (ThirdPartyText(summary.section_titles.get(assignment.section, assignment.section)),)
        for assignment in incident.sections
        if assignment.confident
    ]
    if names:
        yield Statement(join_pieces(names, ", "), (bug.id,))
    if incident.excerpt and incident.excerpt_comment is not None:
        comment = BugNumber(bug.id, incident.excerpt_comment)
        yield Statement((Quotation(incident.excerpt),), speaker=(*_speaker(summary), ", ", comment))
    if summary.references:
        yield Statement(
            (
                "Refers to ",
                *join_pieces((_dated(reference) for reference in summary.references[:MAX_REFERENCES]), "; "),
                _more(len(summary.references) - MAX_REFERENCES),
            )
        )
    if summary.threads:
        yield _threads_statement(summary.threads)


def section_statements(summary: GroupSummary) -> Iterator[Statement]:
    """Yield a sentence for each section, or for each CA owner of a section, with the bugs that it counts."""
    if summary.scope.kind == "section":
        for owner in summary.owners:
            yield Statement((ThirdPartyText(owner.name), f" {len(owner.bugs)}: ", *_numbers(owner.bugs)))
        return
    for count in summary.sections:
        yield Statement((ThirdPartyText(count.title), f" {_with_origins(count)}: ", *_numbers(count.bugs)))


def source_statements(summary: GroupSummary) -> Iterator[Statement]:
    """Yield a sentence for each figure of a summary, with the bugs that it counts, newest first."""
    incidents_by_year: dict[int, list[int]] = {}
    for incident in summary.incidents:
        incidents_by_year.setdefault(incident.bug.created.year, []).append(incident.bug.id)
    for year, bugs in incidents_by_year.items():
        yield Statement((f"Opened in {year}, {len(bugs)}: ", *_numbers(bugs)))
    for label, incidents in (("Still open", summary.open_incidents), ("No incidents", summary.not_incidents)):
        if incidents and len(incidents) < len(summary.incidents):
            numbers = [incident.bug.id for incident in incidents]
            yield Statement((f"{label}, {len(numbers)}: ", *_numbers(numbers)))


def _scope_pieces(summary: GroupSummary) -> tuple[Piece, ...]:
    scope = summary.scope
    section: tuple[Piece, ...] = (", ", ThirdPartyText(scope.section)) if scope.section else ()
    days = describe_period(scope.since, scope.until)
    return ThirdPartyText(scope.subject, MAX_SUBJECT_LENGTH), *section, f" {days}" if days else ""


def _count_text(summary: GroupSummary) -> str:
    """Return how many were counted, apart from those that are no incidents, and how many are open."""
    total, apart, open_count = len(summary.incidents), len(summary.not_incidents), len(summary.open_incidents)
    if not total:
        return f"no {summary.scope.state} incidents" if summary.scope.state else "no incidents"
    if state := summary.scope.state:
        return count_of(total, f"{state} {'bug' if apart else 'incident'}") + describe_not_incidents(apart, total)
    text = describe_total(total, apart)
    if total == 1:
        return f"{text}, {'still open' if open_count else 'closed'}"
    return f"{text}, {f'{open_count:,} still open' if open_count else 'all closed'}"


def _earlier_text(earlier: EarlierSpan) -> str:
    if not earlier.is_whole_years:
        days = (earlier.until - earlier.since).days + 1
        return f"in the {days:,} days before: {earlier.total:,}"
    years = sorted({earlier.since.year, earlier.until.year})
    return f"{' to '.join(map(str, years))}: {earlier.total:,}"


def _figures(summary: GroupSummary) -> Iterator[Statement]:
    """Yield the counts by time and by section, or by CA owner."""
    if by_time := _by_time(summary):
        yield Statement((by_time,), tuple(incident.bug.id for incident in summary.incidents))
    if summary.origins is not None and summary.origins.total > summary.origins.by_tag:
        yield Statement((_origins_text(summary.origins),), summary.origins.bugs)
    if summary.scope.kind == "section":
        parts: list[tuple[Piece, ...]] = [
            (ThirdPartyText(owner.name, 40), f" {len(owner.bugs)}") for owner in summary.owners[:MAX_OWNERS]
        ]
        bugs = [bug for owner in summary.owners[:MAX_OWNERS] for bug in owner.bugs]
        if more := len(summary.owners) - len(parts):
            parts.append((f"{more} more {'CA' if more == 1 else 'CAs'}",))
    else:
        sections = summary.sections[:MAX_SECTIONS]
        parts = [(ThirdPartyText(count.title, 40), f" {_with_origins(count)}") for count in sections]
        bugs = [bug for count in sections for bug in count.bugs]
    if summary.taken_over:
        yield _taken_over_statement(summary.taken_over)
    if parts:
        yield Statement(join_pieces(parts, " · "), _newest_first(bugs))


def _taken_over_statement(owners: tuple[OwnerCount, ...]) -> Statement:
    largest = owners[:MAX_OWNERS]
    parts: list[tuple[Piece, ...]] = [(ThirdPartyText(owner.name, 40), f" {len(owner.bugs)}") for owner in largest]
    bugs = [bug for owner in largest for bug in owner.bugs]
    return Statement(("Of these by firms taken over since: ", *join_pieces(parts, " · ")), _newest_first(bugs))


def _newest_first(bugs: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(bugs), reverse=True))


def _by_time(summary: GroupSummary) -> str:
    """Return the counts by quarter of whole quarters, else by year; "" for less than two of them."""
    scope, quarters, years = summary.scope, summary.by_quarter, summary.by_year
    whole = scope.since is not None and scope.since.day == 1 and scope.since.month % 3 == 1
    if scope.until is not None:
        after = scope.until + timedelta(days=1)
        whole = whole and after.day == 1 and after.month % 3 == 1
    if whole and scope.until is not None and 1 < len(quarters) <= MAX_QUARTERS:
        texts = []
        for year, _ in years:
            counts = [f"{count:,}" for (of_year, _), count in quarters if of_year == year]
            texts.append(f"{year}: {', '.join(counts)}")
        return f"By quarter {' · '.join(texts)}"
    if len(years) < 2:
        return ""
    texts = [f"{year}: {count:,}" for year, count in reversed(years[-MAX_YEARS:])]
    if len(years) > MAX_YEARS:
        texts.append(f"before: {sum(count for _, count in years[:-MAX_YEARS]):,}")
    return " · ".join(texts)


def _extremes(summary: GroupSummary) -> Iterator[Statement]:
    """Yield which has been open longest, and which is the newest."""
    newest, open_incidents = summary.incidents[0], summary.open_incidents
    if open_incidents and open_incidents[-1].bug.id != newest.bug.id:
        longest = open_incidents[-1]
        yield Statement(("Longest open ", *_named(longest, summary), f", since {long_day(longest.bug.created)}"))
    yield Statement(("Newest ", *_named(newest, summary), f", {long_day(newest.bug.created)}"))


def _faults_statement(faults: tuple[RecurringFault, ...]) -> Statement:
    parts: list[tuple[Piece, ...]] = []
    for fault in faults[:MAX_FAULTS]:
        repeats = fault.incidents[-MAX_REPEATS:]
        named: Iterable[tuple[Piece, ...]] = (
            (BugNumber(incident.bug.id), f" ({incident.bug.created.year})") for incident in repeats
        )
        earlier = len(fault.incidents) - len(repeats)
        parts.append((f"{fault.name} ", *join_pieces(named, ", "), f" and {earlier} earlier" if earlier else ""))
    bugs = tuple(incident.bug.id for fault in faults[:MAX_FAULTS] for incident in fault.incidents)
    return Statement(("Same fault again: ", *join_pieces(parts, "; ")), bugs)


def _threads_statement(threads: tuple[ListThread, ...]) -> Statement:
    named: list[tuple[Piece, ...]] = [(PageLink(thread.subject, thread.url),) for thread in threads[:MAX_THREADS]]
    if more := len(threads) - len(named):
        named.append((count_of(more, "more thread"),))
    return Statement(("On the list: ", *join_pieces(named, " · ")))


def _named(incident: Incident, summary: GroupSummary | None = None) -> tuple[Piece, ...]:
    """Return the number and title of an incident, with its CA owner where that is not the subject."""
    is_subject = summary is None or summary.scope.subject in (incident.ca, *incident.also_about)
    owner = () if is_subject else _owner(incident)
    return (BugNumber(incident.bug.id), " ", *owner, ThirdPartyText(incident.title, MAX_TITLE_LENGTH))


def _dated(incident: Incident) -> tuple[Piece, ...]:
    return (
        BugNumber(incident.bug.id),
        " ",
        *_owner(incident),
        ThirdPartyText(incident.title),
        f", {long_day(incident.bug.created)}",
    )


def _owner(incident: Incident) -> tuple[Piece, ...]:
    return (ThirdPartyText(incident.ca, 40), ": ") if incident.ca else ()


def _in_sections(summary: GroupSummary) -> tuple[Piece, ...]:
    if not summary.sections:
        return ()
    titles = ((ThirdPartyText(count.title, 40),) for count in summary.sections[:MAX_SECTIONS])
    return (", in ", *join_pieces(titles, ", "))


def _with_origins(count: SectionCount) -> str:
    """Return a count, and what part of it staff's tags do not say."""
    apart = [(count.by_text, "by text"), (count.by_member, "by members")]
    parts = ", ".join(f"{number:,} {how}" for number, how in apart if number)
    return f"{count.total:,} ({parts})" if parts else f"{count.total:,}"


def _origins_text(count: SectionCount) -> str:
    origins = [(count.by_tag, "by tag"), (count.by_text, "by text"), (count.by_member, "by members")]
    return ", ".join(f"{number:,} {how}" for number, how in origins if number)


def _state_pieces(summary: BugSummary) -> tuple[Piece, ...]:
    """Return whether a bug is open and for how long, or how and when it was closed."""
    bug = summary.incident.bug
    if bug.is_open:
        return (f"open for {count_of(summary.days, 'day')}",)
    resolution = (" as ", ThirdPartyText(bug.resolution, 30)) if bug.resolution and bug.resolution != "FIXED" else ()
    closed = f" on {long_day(bug.closed)}" if bug.closed else ""
    if bug.closed and bug.closed.date() == bug.created.date():
        return ("closed", *resolution, f"{closed}, the day it was opened")
    return ("closed", *resolution, f"{closed} after {count_of(summary.days, 'day')}")


def _speaker(summary: BugSummary) -> tuple[Piece, ...]:
    if summary.speaker:
        return (ThirdPartyText(summary.speaker),)
    return ("someone at ", ThirdPartyText(summary.speaker_domain)) if summary.speaker_domain else ("someone",)


def _numbers(bugs: Iterable[int]) -> tuple[Piece, ...]:
    return join_pieces(((BugNumber(bug),) for bug in bugs), " · ")


def _more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""
