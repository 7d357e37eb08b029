"""What a list of incidents says of itself and of each incident, in words, the same in both chats.

Names and titles that others wrote go through `escape`, which each chat has of its own.
"""

from collections.abc import Callable, Mapping

from bot.formatting.periods import describe_period
from bot.formatting.wording import MONTHS, count_none, count_of, long_day
from handlers.results.incidents import IncidentList, Owner
from storage.values.incidents import Incident, IncidentCounts, IncidentState, NotIncidentReason

MAX_SECTIONS = 3  # of a list's counts
MAX_NAMED_SECTIONS = 2  # of an incident in a list
MAX_ALIASES = 4
REASONS: Mapping[NotIncidentReason, str] = {
    "invalid": "invalid",
    "duplicate": "duplicate",
    "wontfix": "will not be fixed",
    "meta": "collects other bugs",
    "ca-infosharing": "shares information",
    "ca-informational": "informational",
}

Escape = Callable[[str], str]


def incident_list_headline(page: IncidentList, escape: Escape) -> str:
    """Return the answer in one line, such as "Entrust: 17 open of 59"."""
    filters = page.filter
    subjects = [join_names([escape(owner.name) for owner in page.owners])] if page.owners else []
    if filters.section:
        subjects.append(escape(page.section_titles.get(filters.section, filters.section)))
    if period := describe_period(filters.since, filters.until):
        subjects.append(f"opened {period}")
    if not page.owners and not filters.section:
        subjects.insert(0, "All CAs")
    return f"{', '.join(subjects)}: {describe_counts(page.counts, filters.state)}"


def describe_counts(counts: IncidentCounts, state: IncidentState | None = None) -> str:
    """Return how many incidents there are, how many of them are open, and how many are none."""
    noun = "bug" if counts.not_incidents else "incident"
    adjective = f"{state} " if state else ""
    if not counts.total:
        return f"no {adjective}incidents"
    text = count_of(counts.total, adjective + noun)
    if state is None:
        if 0 < counts.open_count < counts.total:
            text = f"{counts.open_count:,} open of {counts.total:,}" + (" bugs" if counts.not_incidents else "")
        else:
            every = "all " if counts.total > 1 else ""
            text += f", {every}{'open' if counts.open_count else 'closed'}"
    return text + describe_not_incidents(counts.not_incidents, counts.total)


def describe_total(total: int, not_incidents: int) -> str:
    """Return how many incidents there are, such as "19 incidents" or "181 bugs, of which 14 are no incidents"."""
    return count_of(total, "bug" if not_incidents else "incident") + describe_not_incidents(not_incidents, total)


def describe_not_incidents(count: int, total: int) -> str:
    """Return how many of all bugs are no incidents, as the end of a sentence; "" if all are."""
    if not count:
        return ""
    if total == 1:
        return ", which is no incident"
    return f", of which {count_none(count)}"


def describe_section_counts(page: IncidentList, escape: Escape) -> str:
    """Return the largest sections of a list with their counts, without the one that was asked for."""
    if page.counts.total < 2:
        return ""
    counts = [(key, count) for key, count in page.section_counts if key != page.filter.section][:MAX_SECTIONS]
    return " · ".join(f"{escape(page.section_titles.get(key, key))} {count:,}" for key, count in counts)


def describe_position(page: IncidentList) -> str:
    """Return which incidents this page shows, such as "1–6 of 59"; "" if it shows all."""
    if page.page_count == 1:
        return ""
    first = page.page * page.page_size + 1
    return f"{first:,}–{first + len(page.incidents) - 1:,} of {page.counts.total:,}"


def describe_owner(owner: Owner, escape: Escape) -> str:
    """Return a CA owner's other names, what it has taken over, and who has taken it over; "" if there is nothing."""
    names: list[str] = []
    for alias in owner.aliases:
        # "DigiCert, Inc." says nothing more than "DigiCert"
        if not any(name.casefold() in alias.casefold() for name in (owner.name, *names, *owner.former)):
            names.append(alias)
    more = f" and {len(names) - MAX_ALIASES} more" if len(names) > MAX_ALIASES else ""
    taken_over = f" on {long_day(owner.succeeded)}" if owner.succeeded else ""
    parts = (
        f"also {', '.join(map(escape, names[:MAX_ALIASES]))}{more}" if names else "",
        f"includes {join_names(list(map(escape, owner.former)))}, which it has taken over" if owner.former else "",
        f"taken over by {escape(owner.successor)}{taken_over}" if owner.successor else "",
        "" if owner.is_known else "a CA owner that I know from titles only",
    )
    return " · ".join(part for part in parts if part)


def describe_state(incident: Incident) -> str:
    """Return whether an incident is open, or why the bug is no incident."""
    state = "open" if incident.bug.is_open else "closed"
    if incident.not_incident is None:
        return state
    reason = f"no incident: {REASONS[incident.not_incident]}"
    return f"open, {reason}" if incident.bug.is_open else reason


def describe_incident(incident: Incident, page: IncidentList, escape: Escape) -> str:
    """Return the facts of an incident that do not only repeat what the list was asked for."""
    bug, titles = incident.bug, page.section_titles
    state = "" if page.filter.state and incident.not_incident is None else describe_state(incident)
    return " · ".join(
        fact
        for fact in (
            state,
            long_day(bug.created),
            name_sections(incident, titles, escape, without=page.filter.section),
            describe_next_update(incident),
        )
        if fact
    )


def name_sections(
    incident: Incident,
    titles: Mapping[str, str],
    escape: Escape,
    *,
    without: str | None = None,
    limit: int = MAX_NAMED_SECTIONS,
) -> str:
    """Return the titles of the sections that an incident is in, "" if there are none."""
    keys = [assignment.section for assignment in incident.sections if assignment.confident]
    # the tag by which a bug is no incident is said already
    names = [escape(titles.get(key, key)) for key in keys if key not in {without, incident.not_incident}]
    more = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {more} more" if more > 0 else "")


def describe_next_update(incident: Incident) -> str:
    """Return until when the next update is due; the year only if it is not that of the opening."""
    due = incident.next_update
    if due is None or not incident.bug.is_open:
        return ""
    day = f"{due.day} {MONTHS[due.month - 1]}"
    return f"update due {day}" if due.year == incident.bug.created.year else f"update due {day} {due.year}"


def shows_owner(incident: Incident, page: IncidentList) -> bool:
    """Return whether an incident's CA owner is to be named: it is not the only one that was asked for."""
    return incident.ca is not None and [owner.name for owner in page.owners] != [incident.ca]


def join_names(names: list[str]) -> str:
    """Return names as one speaks them: "A", "A and B", "A, B and C"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
